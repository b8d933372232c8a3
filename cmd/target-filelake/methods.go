package main

import (
	"cmp"
	"fmt"
	"slices"

	"target-filelake/ingest"
	"target-filelake/ingest/schema"
	"target-filelake/lake/columns"
)

// Load methods, as configuration names them.
const (
	upsert     = "upsert"
	appendOnly = "append-only"
	overwrite  = "overwrite"
	auto       = "auto"
)

var loadMethods = []string{upsert, appendOnly, overwrite, auto}

// method is how a stream's rows go into its table.
type method struct {
	key      []string // what tells rows apart: unique_constraints, else key_properties
	appends  bool     // rows of one key stay beside one another
	replace  bool     // the run's rows take the place of all before
	versions bool     // rows wait for the ACTIVATE_VERSION of their version
}

// name is the load method that m comes to.
func (m *method) name() string {
	switch {
	case m.replace:
		return overwrite
	case m.merges():
		return upsert
	}
	return appendOnly
}

// merges reports whether a row replaces the one of its key.
func (m *method) merges() bool { return len(m.key) > 0 && !m.appends }

// methodOf decides how a stream is loaded, by what is set for it and by what
// its SCHEMA says.
func (t *tables) methodOf(m *ingest.SchemaMessage) method {
	out := method{key: m.Key}
	if len(m.Unique) > 0 {
		out.key = m.Unique
	}
	set := cmp.Or(t.streams.of(m.Stream).LoadMethod, t.loadMethod)
	if set == auto {
		set = upsert
		if m.Replication == "FULL_TABLE" {
			set = overwrite
		}
	}
	out.appends = set == appendOnly
	out.replace = set == overwrite
	out.versions = t.versions && !out.replace
	return out
}

// checkKey refuses a unique constraint that no column can hold; key_properties
// were checked with the SCHEMA.
func checkKey(m *ingest.SchemaMessage, s *schema.Shape) error {
	for _, name := range m.Unique {
		cols := s.Columns()
		i := slices.IndexFunc(cols, func(c columns.Column) bool { return c.Property == name })
		if i < 0 {
			return inputError{fmt.Errorf("stream %q: unique constraint %q is not in the schema", m.Stream, name)}
		}
		if k := cols[i].Kind; k == columns.JSON || k == columns.Struct || k == columns.List {
			return inputError{fmt.Errorf("stream %q: unique constraint %q is not of a scalar type", m.Stream, name)}
		}
	}
	return nil
}

// warnAgain says, before it happens, that a keyless full table is appended to
// the rows it had.
func (t *tables) warnAgain(m *ingest.SchemaMessage, how method) {
	old := t.known.Tables[m.Stream]
	if m.Replication != "FULL_TABLE" || how.replace || how.merges() || old == nil || old.Rows() == 0 || old.Active != 0 || t.now[m.Stream] != nil {
		return
	}
	t.log.Warn("a full table without a key is appended to the rows it has; load_method overwrite or auto replaces them", "stream", m.Stream)
}
