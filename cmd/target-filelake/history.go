package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// schemaStep is one schema of a table, and how it differs from the one before.
type schemaStep struct {
	Schema    int        `json:"schema"`
	Version   uint64     `json:"version"`
	Committed time.Time  `json:"committed"`
	Changes   []typeStep `json:"changes"`
}

// typeStep is a column that came, or became of a wider type.
type typeStep struct {
	Path   string `json:"path"`
	Column string `json:"column"`         // its name in views
	From   string `json:"from,omitempty"` // its type before; none: it is new
	To     string `json:"to"`

	renamed bool // Column is not what the tap calls it
}

func typeSteps(changes []columns.SchemaChange) []typeStep {
	out := make([]typeStep, 0, len(changes))
	for _, c := range changes {
		s := typeStep{Path: c.Path, Column: c.To.Name, To: typeText(c.To), renamed: c.To.Name != c.To.Property}
		if c.From != nil {
			s.From = typeText(c.From)
		}
		out = append(out, s)
	}
	return out
}

// historyOf is how a table came to its schema.
func historyOf(t *lake.Table) []schemaStep {
	out := make([]schemaStep, len(t.Schemas))
	var before *columns.Schema
	for i, s := range t.Schemas {
		out[i] = schemaStep{Schema: s.ID, Version: s.Version, Committed: s.Committed, Changes: typeSteps(before.Changes(s))}
		before = s
	}
	return out
}

// showHistory prints the schemas of a table with what changed from each to the next.
func showHistory(w io.Writer, t *lake.Table, asJSON bool) error {
	steps := historyOf(t)
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(steps)
	}
	var err error
	for _, s := range steps {
		_, werr := fmt.Fprintf(w, "schema %d: version %d, %s\n%s", s.Schema, s.Version, stamp(s.Committed), diffText(s.Changes))
		err = errors.Join(err, werr)
	}
	return err
}

// diffText words changes one a line: + for a new column, ~ for a wider one.
func diffText(steps []typeStep) string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, s := range steps {
		sign, kind := "+", s.To
		if s.From != "" {
			sign, kind = "~", s.From+" -> "+s.To
		}
		if s.renamed {
			kind += "  (column " + printable(s.Column) + ")"
		}
		fmt.Fprintf(t, "  %s %s\t%s\n", sign, printable(s.Path), kind)
	}
	_ = t.Flush() // a strings.Builder takes all
	return b.String()
}
