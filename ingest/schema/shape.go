package schema

import (
	"fmt"
	"slices"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// keywordFault is a keyword that says nothing Draft 4 knows.
type keywordFault struct {
	path string
	err  error
}

// check compiles what the shape's fields do not say.
func (s *Shape) check(d *draft4.Document) {
	c := draft4.NewCompiler(d)
	root := d.Follow(d.Root())
	whole := c.Of(root) // all of it, so that every keyword is looked at
	a := attacher{c}
	a.object(&s.Root, root, root.Get("properties"))
	declared := slices.ContainsFunc(s.Root.Fields, func(f Field) bool { return f.Name == DeletedAt })
	s.judge = draft4.NewJudge(d, whole, func(doc any) any {
		if record, ok := doc.(map[string]any); ok && !declared {
			delete(record, DeletedAt) // it has a column, whatever the schema says of others
		}
		return coerced(doc, &s.Root)
	})
	if path, err := c.Fault(); err != nil {
		s.fault = &keywordFault{path, fmt.Errorf("schema: %w", err)}
	}
}

// Ready reports the first keyword that no record can be held against, and the
// JSON pointer to where it stands. It matters only to who checks records.
func (s *Shape) Ready() (path string, err error) {
	if s.fault == nil {
		return "", nil
	}
	return s.fault.path, s.fault.err
}

// Reasons is all that the schema has against a record, in order of their
// paths. The record is one JSON value; it is not kept.
func (s *Shape) Reasons(record []byte) []draft4.Reason { return s.judge.Reasons(record) }

// Judge is what gojsonschema has against a record: the last word where a
// Checker was Unsure.
func (s *Shape) Judge(record []byte) []draft4.Reason { return s.judge.Verdict(record) }

// Judged are the places whose every value is gojsonschema's to judge, and the
// keywords that are the cause; of a list's elements, the path ends in a star.
func (s *Shape) Judged() []draft4.Reason { return appendJudged(nil, "", &s.Root) }

func appendJudged(out []draft4.Reason, path string, f *Field) []draft4.Reason {
	if keyword := f.Check.Judged(); keyword != "" {
		out = append(out, draft4.Reason{Path: path, Text: keyword})
	}
	for i := range f.Fields {
		step := f.Fields[i].Name
		if f.Kind == columns.List {
			step = "*"
		}
		out = appendJudged(out, text.Pointer(path, step), &f.Fields[i])
	}
	return out
}
