package schema

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"target-filelake/ingest/text"
)

// links is a schema document with its local references.
type links struct {
	root      *node
	targets   map[string]*node // by $ref
	recursive map[*node]bool   // a reference leads from the node back to it
	doubling  bool             // checking a record may cost twice as much for each level it nests

	open  map[*node]bool
	costs map[*node]int
	turns map[*node]bool // leads back to a schema that was open
}

func newLinks(root *node) *links {
	return &links{root: root, targets: map[string]*node{}, recursive: map[*node]bool{},
		open: map[*node]bool{}, costs: map[*node]int{}, turns: map[*node]bool{}}
}

// follow is the schema that n stands for, n itself if it is no reference.
func (l *links) follow(n *node) *node {
	for n.get("$ref") != nil {
		n = l.targets[n.get("$ref").text]
	}
	return n
}

// mostCost bounds how many schemas are looked at, references followed, to
// check one record: ten for each of 10,000 columns.
const mostCost = 100_000

// mostLinks bounds how many schemas may stand in one another.
const mostLinks = 1000

// survey checks every schema that a record may be held against: nothing
// outside the document is named, no reference leads to itself, everything is
// small enough, and every word that decides a column is sound. path is where
// it found a fault.
func (l *links) survey() (path string, err error) {
	if path, err = l.visit(l.root, "", 0); err != nil {
		return path, err
	}
	if l.costs[l.root] > mostCost {
		return "", fmt.Errorf("more than %d schemas once references are followed", mostCost)
	}
	done := map[*node]bool{}
	for n := range l.costs {
		if l.loops(n, done, map[*node]bool{}) {
			return "", errors.New("a $ref leads to itself")
		}
	}
	return "", nil
}

// link is a schema that another one names.
type link struct {
	to   *node
	path string
	same bool // it is held against the same value, not against a part of it
}

// visit surveys a schema and all it leads to, depth first.
func (l *links) visit(n *node, path string, depth int) (string, error) {
	if depth > mostLinks {
		return path, fmt.Errorf("schemas nested deeper than %d", mostLinks)
	}
	if err := soundSchema(n); err != nil {
		return path, err
	}
	next, err := l.from(n, path)
	if err != nil {
		return path, err
	}
	l.open[n] = true
	defer delete(l.open, n)
	cost, turns, sames := 1, 0, 0
	for _, k := range next {
		if l.open[k.to] {
			l.recursive[k.to] = true
		} else if _, done := l.costs[k.to]; !done {
			if at, err := l.visit(k.to, k.path, depth+1); err != nil {
				return at, err
			}
		}
		cost = min(cost+max(1, l.costs[k.to]), mostCost+1)
		if l.open[k.to] || l.turns[k.to] {
			turns++
			sames += count(k.same)
		}
	}
	l.costs[n], l.turns[n] = cost, turns > 0
	l.doubling = l.doubling || sames > 0 && turns > 1
	return "", nil
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// loops reports whether a schema is held against a value because it already is.
func (l *links) loops(n *node, done, open map[*node]bool) bool {
	if done[n] {
		return false
	}
	if open[n] {
		return true
	}
	open[n] = true
	next, _ := l.from(n, "")
	for _, k := range next {
		if k.same && l.loops(k.to, done, open) {
			return true
		}
	}
	done[n] = true
	return false
}

// from lists the schemas that n names. Beside a $ref, Draft 4 ignores all else.
func (l *links) from(n *node, path string) ([]link, error) {
	if ref := n.get("$ref"); ref != nil {
		to, err := l.resolve(ref)
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

func appendItems(out []link, list *node, path string, same bool) []link {
	for i, v := range list.items {
		out = append(out, link{v, path + "/" + strconv.Itoa(i), same})
	}
	return out
}

func appendMembers(out []link, members *node, path string, same bool) []link {
	for i, name := range members.names {
		if v := members.items[i]; !same || v.kind == '{' {
			out = append(out, link{v, text.Pointer(path, name), same})
		}
	}
	return out
}

func printableRef(ref *node) string { return strings.TrimPrefix(ref.text, "#") }

// resolve finds what a local reference points to. Any other is refused: the
// validator would open files and sockets for it.
func (l *links) resolve(ref *node) (*node, error) {
	if ref.kind != '"' {
		return nil, errors.New("$ref is not a string")
	}
	if to, ok := l.targets[ref.text]; ok {
		return to, nil
	}
	fragment, local := strings.CutPrefix(ref.text, "#")
	if !local {
		return nil, fmt.Errorf("$ref %s points outside the schema", strconv.Quote(ref.text))
	}
	to, err := l.find(fragment)
	if err != nil {
		return nil, fmt.Errorf("$ref %s: %w", strconv.Quote(ref.text), err)
	}
	l.targets[ref.text] = to
	return to, nil
}

var pointerUnescapes = strings.NewReplacer("~1", "/", "~0", "~")

func (l *links) find(fragment string) (*node, error) {
	text, err := url.PathUnescape(fragment)
	if err != nil || text != "" && text[0] != '/' {
		return nil, errors.New("not a JSON pointer")
	}
	at := l.root
	for _, step := range strings.Split(text, "/")[1:] {
		step = pointerUnescapes.Replace(step)
		var next *node
		if i, err := strconv.Atoi(step); err == nil && at.kind == '[' && i >= 0 && i < len(at.items) {
			next = at.items[i]
		} else {
			next = at.get(step)
		}
		if next == nil {
			return nil, errors.New("points to nothing")
		}
		at = next
	}
	return at, nil
}

// soundSchema checks the words of one schema that decide columns, or that the
// validator would word badly or choke on.
func soundSchema(n *node) error {
	if n.kind != '{' {
		return errors.New("a schema is not a JSON object")
	}
	for i, name := range n.names {
		if err := soundKeyword(name, n.items[i]); err != nil {
			return err
		}
	}
	return nil
}

func soundKeyword(name string, v *node) error {
	if v.kind == '0' && !tame(v.text) {
		return fmt.Errorf("%s has an exponent or digits out of all measure", text.Printable(name))
	}
	switch name {
	case "type":
		return soundType(v)
	case "properties":
		return soundProperties(v)
	case "patternProperties":
		return soundPatterns(v)
	case "pattern":
		return soundPattern(v.text)
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

func want(v *node, name string, kind byte, what string) error {
	if v.kind != kind {
		return fmt.Errorf("%s is not %s", name, what)
	}
	return nil
}

func soundType(v *node) error {
	names := []*node{v}
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

func soundProperties(v *node) error {
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

func soundPatterns(v *node) error {
	if err := want(v, "patternProperties", '{', "an object"); err != nil {
		return err
	}
	for _, p := range v.names {
		if err := soundPattern(p); err != nil {
			return err
		}
	}
	return nil
}

func soundPattern(p string) error {
	if _, err := regexp.Compile(p); err != nil {
		return fmt.Errorf("pattern %s: not a regular expression that RE2 takes", strconv.Quote(p))
	}
	return nil
}

func soundNames(keyword string, v *node) error {
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

func soundDependencies(v *node) error {
	if err := want(v, "dependencies", '{', "an object"); err != nil {
		return err
	}
	for _, d := range v.items {
		if d.kind == '{' {
			continue
		}
		if err := soundNames("a property's dependencies", d); err != nil {
			return err
		}
	}
	return nil
}
