package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// keywordFault is a keyword that says nothing Draft 4 knows.
type keywordFault struct {
	path string
	err  error
}

// check compiles what the shape's fields do not say.
func (s *Shape) check(l *links) {
	c := checks{links: l, made: map[*node]*Check{}}
	root := l.follow(l.root)
	whole := c.of(root) // all of it, so that every keyword is looked at
	c.attachStruct(&s.Root, root, root.get("properties"))
	s.whole = newValidator(l, &s.Root, whole)
	if c.err != nil {
		path, _ := pathTo(l.root, c.at)
		s.fault = &keywordFault{path, fmt.Errorf("schema: %w", c.err)}
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
func (s *Shape) Reasons(record []byte) []Reason { return s.whole.words(record) }

// Judge is what gojsonschema has against a record: the last word where a
// Checker was Unsure.
func (s *Shape) Judge(record []byte) []Reason { return s.whole.reasons(record) }

// words is all that is wrong with a record, of which the last of properties
// that stand twice counts, and JSON text in strings where it is read.
func (v *validator) words(record []byte) []Reason {
	doc, err := decodeAny(record)
	if err != nil {
		return []Reason{{"", "malformed JSON"}}
	}
	plain, err := json.Marshal(coerced(doc, v.root))
	if err != nil {
		return []Reason{{"", "cannot be checked"}}
	}
	var out []Reason
	k := Checker{words: &out}
	k.Begin(len(plain))
	if k.run(v.check, append(plain, '\n'), 0); k.Spent() {
		return []Reason{{"", TooMuchWork}}
	}
	slices.SortFunc(out, func(a, b Reason) int {
		return cmp.Or(byPath(a.Path, b.Path), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(out)
}

// byPath orders JSON pointers, 2 before 10.
func byPath(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(a, b string) int {
		x, errX := strconv.Atoi(a)
		y, errY := strconv.Atoi(b)
		if errX == nil && errY == nil {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(a, b)
	})
}
