package draft4

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/xeipuuv/gojsonschema"

	"target-filelake/ingest/text"
)

// Judge holds whole records against a schema, from a tree of their values. The
// library's own schema is compiled when first needed: most never need it.
type Judge struct {
	links  *Document
	check  *Check        // of whole records
	coerce func(any) any // the record as its reader takes it
	schema func() (*gojsonschema.Schema, error)
}

// NewJudge is for the records of d, which check is made from. coerce may change
// a record, as encoding/json decodes it with UseNumber, before it is looked at.
func NewJudge(d *Document, check *Check, coerce func(any) any) *Judge {
	return &Judge{links: d, check: check, coerce: coerce, schema: sync.OnceValues(func() (*gojsonschema.Schema, error) {
		loader := gojsonschema.NewSchemaLoader()
		loader.Draft, loader.AutoDetect = gojsonschema.Draft4, false
		r := rewriter{links: d, names: map[*Node]string{}}
		return loader.Compile(gojsonschema.NewRawLoader(r.document()))
	})}
}

// Reasons is all that is wrong with a record, in order of paths, by the same
// pass that Checkers make. The last of properties that stand twice counts.
func (j *Judge) Reasons(record []byte) []Reason {
	line := append(record[:len(record):len(record)], '\n')
	if !plain(line) {
		doc, err := Decode(record)
		if err != nil {
			return []Reason{{"", "malformed JSON"}}
		}
		if line, err = json.Marshal(j.coerce(doc)); err != nil {
			return []Reason{{"", "cannot be checked"}}
		}
		line = append(line, '\n')
	}
	return j.words(line)
}

// words is what is wrong with the record at the beginning of a line.
func (j *Judge) words(line []byte) []Reason {
	var out []Reason
	k := Checker{words: &out}
	k.Begin(len(line) - 1)
	if k.run(j.check, line, len(line)-len(bytes.TrimLeft(line, " \t\r\n"))); k.Spent() {
		return []Reason{k.tooMuch()}
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

// Verdict is what gojsonschema has against a record, which is well-formed.
func (j *Judge) Verdict(record []byte) []Reason {
	schema, err := j.schema()
	if err != nil {
		return []Reason{{"", "cannot be checked: " + err.Error()}}
	}
	doc, err := Decode(record)
	if err != nil {
		return []Reason{{"", "malformed JSON"}}
	}
	if r, ok := wild(doc, ""); ok {
		return []Reason{r}
	}
	if j.links.doubling && depthOf(doc) > mostDoublings {
		return []Reason{{"", "nested too deeply for a schema that refers to itself in several ways"}}
	}
	doc = withoutSign(j.coerce(doc))
	if r, ok := j.tooMuch(doc); ok {
		return []Reason{r}
	}
	result, err := schema.Validate(gojsonschema.NewRawLoader(doc))
	if err != nil {
		return []Reason{{"", "cannot be checked"}}
	}
	var out []Reason
	for _, e := range result.Errors() {
		out = append(out, Reason{pathOf(e), e.Description()})
	}
	slices.SortFunc(out, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(out)
}

// tooMuch reports that regular expressions would keep the library at a record,
// which it would look at without a bound, for too long.
func (j *Judge) tooMuch(doc any) (Reason, bool) {
	if j.links.patterns == 0 {
		return Reason{}, false
	}
	line, err := json.Marshal(doc)
	if err != nil {
		return Reason{"", "cannot be checked"}, true
	}
	var k Checker
	k.Begin(len(line))
	k.run(j.check, append(line, '\n'), 0)
	return k.tooMuch(), k.Spent()
}

// mostDoublings keeps the check of one record under a second.
const mostDoublings = 16

// depthOf counts the containers that stand in one another.
func depthOf(doc any) int {
	deepest := 0
	switch v := doc.(type) {
	case []any:
		for i := range v {
			deepest = max(deepest, depthOf(v[i]))
		}
	case map[string]any:
		for name := range v {
			deepest = max(deepest, depthOf(v[name]))
		}
	default:
		return 0
	}
	return deepest + 1
}

func Decode(b []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return nil, err
	}
	if len(text.Trim(b[dec.InputOffset():])) > 0 {
		return nil, errors.New("a second value stands after the first")
	}
	return doc, nil
}

// pathOf is the JSON pointer of the value that an error is about.
func pathOf(e gojsonschema.ResultError) string {
	const mark = "\x00" // stands in no property name
	path := ""
	for _, step := range strings.Split(e.Context().String(mark), mark)[1:] {
		path = text.Pointer(path, step)
	}
	switch e.Type() {
	case "required", "additional_property_not_allowed":
		path = text.Pointer(path, fmt.Sprint(e.Details()["property"]))
	}
	return path
}

// withoutSign is doc with zeros that have none: the library takes -0 and 0 for two
// values, of which one may be in an enum and both in a set.
func withoutSign(doc any) any {
	switch v := doc.(type) {
	case json.Number:
		return unsigned(v)
	case []any:
		for i := range v {
			v[i] = withoutSign(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = withoutSign(v[name])
		}
	}
	return doc
}

func unsigned(n json.Number) json.Number {
	digits, negative := strings.CutPrefix(string(n), "-")
	if digits, _, _ = strings.Cut(strings.ToLower(digits), "e"); negative && strings.Trim(digits, "0.") == "" {
		return "0"
	}
	return n
}

// wild finds a number whose exact arithmetic would take all day.
func wild(doc any, path string) (Reason, bool) {
	switch v := doc.(type) {
	case json.Number:
		return Reason{path, WildNumber}, !tame(string(v))
	case []any:
		for i := range v {
			if r, ok := wild(v[i], path+"/"+strconv.Itoa(i)); ok {
				return r, true
			}
		}
	case map[string]any:
		for name := range v {
			if r, ok := wild(v[name], text.Pointer(path, name)); ok {
				return r, true
			}
		}
	}
	return Reason{}, false
}
