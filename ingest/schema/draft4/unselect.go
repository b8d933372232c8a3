package draft4

import "slices"

// Wanted is how much of a property is held against the schema.
type Wanted byte

// Inside is as much of what is inside it as is wanted in turn.
const (
	Nothing Wanted = iota
	Inside
	Everything
)

// Unselect takes out of the schema what it says of properties that are not
// wanted: they may be absent, and hold anything. Paths are the names of
// properties from the outermost in; arrays are no step. Schemas that lead back
// to themselves are left as they are. nested says whether the property may hold
// an object or array.
func (d *Document) Unselect(want func(path []string, nested bool) Wanted) {
	u := unselector{document: d, want: want}
	d.root = u.schema(d.root, nil)
}

type unselector struct {
	document *Document
	want     func(path []string, nested bool) Wanted
}

// schema is n without what is not wanted, n itself if that is nothing.
func (u *unselector) schema(n *Node, path []string) *Node {
	target := u.document.Follow(n)
	if u.document.Recursive(target) || target.kind != '{' {
		return n
	}
	changed := *target
	changed.items = slices.Clone(target.items)
	for i, name := range target.names {
		switch item := target.items[i]; name {
		case "properties":
			changed.items[i] = u.properties(item, path)
		case "required":
			changed.items[i] = u.required(item, path)
		case "items", "anyOf", "oneOf", "allOf":
			changed.items[i] = u.each(item, path)
		}
	}
	if slices.Equal(changed.items, target.items) {
		return n
	}
	return &changed
}

// each is a schema, or a list of them, for values with the same path.
func (u *unselector) each(n *Node, path []string) *Node {
	if n.kind != '[' {
		return u.schema(n, path)
	}
	changed := *n
	changed.items = make([]*Node, len(n.items))
	for i, item := range n.items {
		changed.items[i] = u.schema(item, path)
	}
	if slices.Equal(changed.items, n.items) {
		return n
	}
	return &changed
}

func (u *unselector) properties(n *Node, path []string) *Node {
	changed := *n
	changed.items = slices.Clone(n.items)
	for i, name := range n.names {
		at := append(path[:len(path):len(path)], name)
		switch u.want(at, TypesOf(u.document.Follow(n.items[i])).Nested()) {
		case Nothing:
			changed.items[i] = &Node{kind: '{'}
		case Inside:
			changed.items[i] = u.schema(n.items[i], at)
		}
	}
	if slices.Equal(changed.items, n.items) {
		return n
	}
	return &changed
}

func (u *unselector) required(n *Node, path []string) *Node {
	left := func(r *Node) bool { return u.want(append(path[:len(path):len(path)], r.text), false) == Nothing }
	if n.kind != '[' || !slices.ContainsFunc(n.items, left) {
		return n
	}
	changed := *n
	changed.items = slices.DeleteFunc(slices.Clone(n.items), left)
	return &changed
}
