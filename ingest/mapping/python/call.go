package python

import (
	"slices"
	"strings"

	"target-filelake/ingest/mapping/python/fault"
	"target-filelake/ingest/mapping/python/object"
	"target-filelake/ingest/mapping/python/syntax"
)

// called writes the call of a function or method.
func (t *translator) called(n *syntax.Node) string {
	callee, args := n.Of[0], n.Of[1:]
	path, ok := t.dotted(callee)
	f, known := object.Global(path)
	switch {
	case ok && known:
		return t.arranged("f_"+strings.ReplaceAll(path, ".", "_"), path+"()", f, nil, args, n.Words)
	case callee.Kind == syntax.Name:
		return t.fail(unsupported(callee.Text, object.Globals()))
	case callee.Kind != syntax.Attribute:
		return t.fail(fault.New("only a name can be called"))
	case strings.HasPrefix(path, "datetime.") || strings.HasPrefix(path, "json."):
		return t.fail(unsupported(path, object.Globals()))
	}
	of := callee.Of[0]
	if callee.Text == "get" && t.isRecord(of) && len(args) > 0 {
		if key, ok := t.textOf(args[0]); ok && len(n.Words) == 0 && len(args) <= 2 {
			return t.fromRecord(key, args[1:])
		}
	}
	f, known = object.Method(callee.Text)
	if !known {
		base, _, _ := strings.Cut(path, ".")
		if _, foreign := instead[base]; foreign && ok {
			return t.fail(unsupported(base, nil))
		}
		return t.fail(unsupported("."+callee.Text+"()", methodNames(callee.Text)))
	}
	return t.arranged("m_"+callee.Text, "."+callee.Text+"()", f, of, args, n.Words)
}

// methodNames are what a refused method is told of: why not, or all there are.
func methodNames(name string) []string {
	if why, ok := instead[name]; ok {
		return []string{why}
	}
	var out []string
	for _, m := range object.Methods() {
		out = append(out, "."+m+"()")
	}
	return out
}

// fromRecord writes record.get(key) or record.get(key, otherwise).
func (t *translator) fromRecord(key string, otherwise []*syntax.Node) string {
	i := t.program.slot(key)
	if len(otherwise) == 0 {
		return slotName(i)
	}
	return "(" + t.program.has(i) + "?" + slotName(i) + ":" + t.value(otherwise[0]) + ")"
}

// arranged writes a call with its arguments in their order; of is the value
// whose method it is.
func (t *translator) arranged(name, shown string, f object.Function, of *syntax.Node, args []*syntax.Node, words []string) string {
	args, err := arrange(f, shown, args, words)
	if err != nil {
		return t.fail(err)
	}
	if of != nil {
		args = append([]*syntax.Node{of}, args...)
	}
	return t.call(name, f, t.values(args)...)
}

// arrange puts arguments into their order: those without names first, then
// those that names names. Places of those left out hold nil.
func arrange(f object.Function, shown string, args []*syntax.Node, names []string) ([]*syntax.Node, error) {
	out := make([]*syntax.Node, len(f.Params))
	plain := len(args) - len(names)
	if plain > len(f.Params) {
		return nil, fault.New("%s takes %s", shown, f.Usage())
	}
	copy(out, args[:plain])
	for i, n := range names {
		at := slices.Index(f.Params, n)
		if at < 0 || out[at] != nil {
			return nil, fault.New("%s does not take %s=; it takes %s", shown, n, f.Usage())
		}
		out[at] = args[plain+i]
	}
	for i := range f.Least {
		if out[i] == nil {
			return nil, fault.New("%s wants %s", shown, f.Usage())
		}
	}
	return out, nil
}
