package python

import (
	"slices"
	"strings"
)

// called writes the call of a function or method.
func (t *translator) called(n *node) string {
	callee, args := n.of[0], n.of[1:]
	path, ok := t.dotted(callee)
	f, known := Global(path)
	switch {
	case ok && known:
		return t.arranged("f_"+strings.ReplaceAll(path, ".", "_"), path+"()", f, nil, args, n.words)
	case callee.kind == name:
		return t.fail(unsupported(callee.text, Globals()))
	case callee.kind != attribute:
		return t.fail(fault("only a name can be called"))
	case strings.HasPrefix(path, "datetime.") || strings.HasPrefix(path, "json."):
		return t.fail(unsupported(path, Globals()))
	}
	of := callee.of[0]
	if callee.text == "get" && t.isRecord(of) && len(args) > 0 {
		if key, ok := t.textOf(args[0]); ok && len(n.words) == 0 && len(args) <= 2 {
			return t.fromRecord(key, args[1:])
		}
	}
	f, known = Method(callee.text)
	if !known {
		base, _, _ := strings.Cut(path, ".")
		if _, foreign := instead[base]; foreign && ok {
			return t.fail(unsupported(base, nil))
		}
		return t.fail(unsupported("."+callee.text+"()", methodNames(callee.text)))
	}
	return t.arranged("m_"+callee.text, "."+callee.text+"()", f, of, args, n.words)
}

// methodNames are what a refused method is told of: why not, or all there are.
func methodNames(name string) []string {
	if why, ok := instead[name]; ok {
		return []string{why}
	}
	var out []string
	for _, m := range Methods() {
		out = append(out, "."+m+"()")
	}
	return out
}

// fromRecord writes record.get(key) or record.get(key, otherwise).
func (t *translator) fromRecord(key string, otherwise []*node) string {
	i := t.program.slot(key)
	if len(otherwise) == 0 {
		return slotName(i)
	}
	return "(" + t.program.has(i) + "?" + slotName(i) + ":" + t.value(otherwise[0]) + ")"
}

// arranged writes a call with its arguments in their order; of is the value
// whose method it is.
func (t *translator) arranged(name, shown string, f function, of *node, args []*node, words []string) string {
	args, err := arrange(f, shown, args, words)
	if err != nil {
		return t.fail(err)
	}
	if of != nil {
		args = append([]*node{of}, args...)
	}
	return t.call(name, f, t.values(args)...)
}

// arrange puts arguments into their order: those without names first, then
// those that names names. Places of those left out hold nil.
func arrange(f function, shown string, args []*node, names []string) ([]*node, error) {
	out := make([]*node, len(f.params))
	plain := len(args) - len(names)
	if plain > len(f.params) {
		return nil, fault("%s takes %s", shown, f.usage())
	}
	copy(out, args[:plain])
	for i, n := range names {
		at := slices.Index(f.params, n)
		if at < 0 || out[at] != nil {
			return nil, fault("%s does not take %s=; it takes %s", shown, n, f.usage())
		}
		out[at] = args[plain+i]
	}
	for i := range f.least {
		if out[i] == nil {
			return nil, fault("%s wants %s", shown, f.usage())
		}
	}
	return out, nil
}
