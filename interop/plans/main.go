// Command plans reads a Singer stream and says, a line of JSON for each SCHEMA,
// what it compiles to: how many columns, how many of its values have a check
// beyond their type, and which of them gojsonschema must judge, with the keyword
// that is the cause. A SCHEMA that is refused says why.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"target-filelake/ingest"
	"target-filelake/ingest/schema"
	"target-filelake/ingest/schema/draft4"
)

// plan is what is said of one SCHEMA.
type plan struct {
	Stream  string          `json:"stream"`
	Columns int             `json:"columns"`
	Checks  int             `json:"checks"`
	Judged  []draft4.Reason `json:"judged"`
	Refused string          `json:"refused"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "plans:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	r := ingest.NewReader(in, ingest.Limits{}, nil)
	for {
		b, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case b.Then != nil && b.Then.Schema != nil:
			if err := json.NewEncoder(out).Encode(planOf(b.Then.Schema)); err != nil {
				return err
			}
		}
		b.Release()
	}
}

func planOf(m *ingest.SchemaMessage) plan {
	s, err := ingest.Compile(m, ingest.Options{})
	if err != nil {
		return plan{Stream: m.Stream, Refused: err.Error()}
	}
	return plan{Stream: m.Stream, Columns: len(s.Columns()), Checks: checks(&s.Root), Judged: s.Judged()}
}

// checks counts the fields that have one.
func checks(f *schema.Field) int {
	n := 0
	if f.Check != nil {
		n = 1
	}
	for i := range f.Fields {
		n += checks(&f.Fields[i])
	}
	return n
}
