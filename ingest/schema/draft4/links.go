package draft4

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"target-filelake/ingest/schema/pattern"
	"target-filelake/ingest/text"
)

// Document is a schema with its local references.
type Document struct {
	root      *Node
	targets   map[string]*Node // by $ref
	recursive map[*Node]bool   // a reference leads from the node back to it
	doubling  bool             // checking a record may cost twice as much for each level it nests
	patterns  int              // instructions of all regular expressions

	open  map[*Node]bool
	costs map[*Node]int
	turns map[*Node]bool // leads back to a schema that was open
}

// Parse reads a schema, as JSON text, and surveys it. path is the JSON pointer
// of the fault that err words. The text is not kept.
func Parse(document []byte) (d *Document, path string, err error) {
	root, err := parseDocument(document)
	if err != nil {
		return nil, "", err
	}
	d = newDocument(root)
	path, err = d.survey()
	return d, path, err
}

func newDocument(root *Node) *Document {
	return &Document{root: root, targets: map[string]*Node{}, recursive: map[*Node]bool{},
		open: map[*Node]bool{}, costs: map[*Node]int{}, turns: map[*Node]bool{}}
}

// Root is the whole schema.
func (d *Document) Root() *Node { return d.root }

// Recursive reports whether a reference leads from n back to it.
func (d *Document) Recursive(n *Node) bool { return d.recursive[n] }

// Follow is the schema that n stands for, n itself if it is no reference.
func (d *Document) Follow(n *Node) *Node {
	for n.Get("$ref") != nil {
		n = d.targets[n.Get("$ref").text]
	}
	return n
}

// mostCost bounds how many schemas are looked at, references followed, to
// check one record: ten for each of 10,000 columns.
const mostCost = 100_000

// mostPatterns bounds the memory of regular expressions, some 200 bytes an
// instruction: a UUID's for each of 10,000 columns take half of it.
const mostPatterns = 1_000_000

// mostLinks bounds how many schemas may stand in one another.
const mostLinks = 1000

// survey checks every schema that a record may be held against: nothing
// outside the document is named, no reference leads to itself, everything is
// small enough, and every word that decides a column is sound. path is where
// it found a fault.
func (d *Document) survey() (path string, err error) {
	if path, err = d.visit(d.root, "", 0); err != nil {
		return path, err
	}
	if d.costs[d.root] > mostCost {
		return "", fmt.Errorf("more than %d schemas once references are followed", mostCost)
	}
	done := map[*Node]bool{}
	for n := range d.costs {
		if d.loops(n, done, map[*Node]bool{}) {
			return "", errors.New("a $ref leads to itself")
		}
	}
	return "", nil
}

// link is a schema that another one names.
type link struct {
	to   *Node
	path string
	same bool // it is held against the same value, not against a part of it
}

// visit surveys a schema and all it leads to, depth first.
func (d *Document) visit(n *Node, path string, depth int) (string, error) {
	if depth > mostLinks {
		return path, fmt.Errorf("schemas nested deeper than %d", mostLinks)
	}
	if err := d.sound(n); err != nil {
		return path, err
	}
	next, err := d.from(n, path)
	if err != nil {
		return path, err
	}
	d.open[n] = true
	defer delete(d.open, n)
	cost, turns, sames := 1, 0, 0
	for _, k := range next {
		if d.open[k.to] {
			d.recursive[k.to] = true
		} else if _, done := d.costs[k.to]; !done {
			if at, err := d.visit(k.to, k.path, depth+1); err != nil {
				return at, err
			}
		}
		cost = min(cost+max(1, d.costs[k.to]), mostCost+1)
		if d.open[k.to] || d.turns[k.to] {
			turns++
			sames += count(k.same)
		}
	}
	d.costs[n], d.turns[n] = cost, turns > 0
	d.doubling = d.doubling || sames > 0 && turns > 1
	return "", nil
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// loops reports whether a schema is held against a value because it already is.
func (d *Document) loops(n *Node, done, open map[*Node]bool) bool {
	if done[n] {
		return false
	}
	if open[n] {
		return true
	}
	open[n] = true
	next, _ := d.from(n, "")
	for _, k := range next {
		if k.same && d.loops(k.to, done, open) {
			return true
		}
	}
	done[n] = true
	return false
}

// from lists the schemas that n names. Beside a $ref, Draft 4 ignores all else.
func (d *Document) from(n *Node, path string) ([]link, error) {
	if ref := n.Get("$ref"); ref != nil {
		to, err := d.resolve(ref)
		return []link{{to, printableRef(ref), true}}, err
	}
	var out []link
	for i, name := range n.names {
		v, at := n.items[i], text.Pointer(path, name)
		switch name {
		case "anyOf", "oneOf", "allOf":
			out = appendItems(out, v, at, true)
		case "not":
			out = append(out, link{v, at, true})
		case "dependencies":
			out = appendMembers(out, v, at, true)
		case "properties", "patternProperties":
			out = appendMembers(out, v, at, false)
		case "additionalProperties", "additionalItems":
			if v.kind != 't' {
				out = append(out, link{v, at, false})
			}
		case "items":
			if v.kind == '[' {
				out = appendItems(out, v, at, false)
			} else {
				out = append(out, link{v, at, false})
			}
		}
	}
	return out, nil
}

func appendItems(out []link, list *Node, path string, same bool) []link {
	for i, v := range list.items {
		out = append(out, link{v, path + "/" + strconv.Itoa(i), same})
	}
	return out
}

func appendMembers(out []link, members *Node, path string, same bool) []link {
	for i, name := range members.names {
		if v := members.items[i]; !same || v.kind == '{' {
			out = append(out, link{v, text.Pointer(path, name), same})
		}
	}
	return out
}

func printableRef(ref *Node) string { return strings.TrimPrefix(ref.text, "#") }

// resolve finds what a local reference points to. Any other is refused: the
// validator would open files and sockets for it.
func (d *Document) resolve(ref *Node) (*Node, error) {
	if ref.kind != '"' {
		return nil, errors.New("$ref is not a string")
	}
	if to, ok := d.targets[ref.text]; ok {
		return to, nil
	}
	fragment, local := strings.CutPrefix(ref.text, "#")
	if !local {
		return nil, fmt.Errorf("$ref %s points outside the schema", strconv.Quote(ref.text))
	}
	to, err := d.find(fragment)
	if err != nil {
		return nil, fmt.Errorf("$ref %s: %w", strconv.Quote(ref.text), err)
	}
	d.targets[ref.text] = to
	return to, nil
}

var pointerUnescapes = strings.NewReplacer("~1", "/", "~0", "~")

func (d *Document) find(fragment string) (*Node, error) {
	text, err := url.PathUnescape(fragment)
	if err != nil || text != "" && text[0] != '/' {
		return nil, errors.New("not a JSON pointer")
	}
	at := d.root
	for _, step := range strings.Split(text, "/")[1:] {
		step = pointerUnescapes.Replace(step)
		var next *Node
		if i, err := strconv.Atoi(step); err == nil && at.kind == '[' && i >= 0 && i < len(at.items) {
			next = at.items[i]
		} else {
			next = at.Get(step)
		}
		if next == nil {
			return nil, errors.New("points to nothing")
		}
		at = next
	}
	return at, nil
}

// sound checks the words of one schema that decide columns, or that the
// validator would word badly or choke on.
func (d *Document) sound(n *Node) error {
	if n.kind != '{' {
		return errors.New("a schema is not a JSON object")
	}
	for i, name := range n.names {
		if err := soundKeyword(name, n.items[i]); err != nil {
			return err
		}
		if err := d.soundPatterns(name, n.items[i]); err != nil {
			return err
		}
	}
	return nil
}

func soundKeyword(name string, v *Node) error {
	if v.kind == '0' && !tame(v.text) {
		return fmt.Errorf("%s has an exponent or digits out of all measure", text.Printable(name))
	}
	switch name {
	case "type":
		return soundType(v)
	case "properties":
		return soundProperties(v)
	case "patternProperties":
		return want(v, name, '{', "an object")
	case "dependencies":
		return soundDependencies(v)
	case "anyOf", "oneOf", "allOf", "enum":
		if v.kind != '[' || len(v.items) == 0 {
			return fmt.Errorf("%s is not a list of at least one", name)
		}
	case "required":
		return soundNames(name, v)
	case "format":
		return want(v, name, '"', "a string")
	case "minimum", "maximum", "multipleOf":
		return want(v, name, '0', "a number")
	}
	return nil
}

func want(v *Node, name string, kind byte, what string) error {
	if v.kind != kind {
		return fmt.Errorf("%s is not %s", name, what)
	}
	return nil
}

func soundType(v *Node) error {
	names := []*Node{v}
	if v.kind == '[' {
		names = v.items
	}
	for _, t := range names {
		if _, ok := typeNames[t.text]; t.kind != '"' || !ok {
			return fmt.Errorf("unknown type %s", strconv.Quote(t.text))
		}
	}
	if len(names) == 0 {
		return errors.New("type is an empty list")
	}
	return nil
}

func soundProperties(v *Node) error {
	if err := want(v, "properties", '{', "an object"); err != nil {
		return err
	}
	for _, name := range v.names {
		if text.BadName(name) {
			return fmt.Errorf("NUL or line break in the property name %s", strconv.Quote(name))
		}
	}
	return nil
}

// soundPatterns reads the regular expressions of a keyword, and counts them in.
func (d *Document) soundPatterns(keyword string, v *Node) error {
	var exprs []string
	switch keyword {
	case "pattern":
		exprs = []string{v.text}
	case "patternProperties":
		exprs = v.names
	}
	for _, p := range exprs {
		size, err := pattern.Size(p)
		if err != nil {
			return fmt.Errorf("pattern %s: %w", quoted(p), err)
		}
		if d.patterns += size; d.patterns > mostPatterns {
			return fmt.Errorf("regular expressions of more than %d instructions in all", mostPatterns)
		}
	}
	return nil
}

func soundNames(keyword string, v *Node) error {
	if err := want(v, keyword, '[', "a list of names"); err != nil {
		return err
	}
	for _, name := range v.items {
		if err := want(name, keyword, '"', "a list of names"); err != nil {
			return err
		}
	}
	return nil
}

func soundDependencies(v *Node) error {
	if err := want(v, "dependencies", '{', "an object"); err != nil {
		return err
	}
	for _, names := range v.items {
		if names.kind == '{' {
			continue
		}
		if err := soundNames("a property's dependencies", names); err != nil {
			return err
		}
	}
	return nil
}
