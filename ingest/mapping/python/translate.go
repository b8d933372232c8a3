package python

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Scope says what the names of an expression stand for.
type Scope struct {
	Self     string                  // the property that is made; "" of a filter
	Config   *Dict                   // what config stands for
	Texts    map[string]string       // names that stand for text
	Property func(name string) error // refuses a name that is no property; nil: any name may be one
}

// recordNames stand for the record.
var recordNames = []string{"record", "_"}

// supported refuses what cannot be translated, whatever names stand for.
func supported(root *node) error {
	t := translator{program: &Program{}, used: map[string]function{}, lenient: true, locals: map[string]string{}}
	t.value(root)
	return t.err
}

// translator writes an expression in the language of expr. After a fault it
// writes nothing of use.
type translator struct {
	scope   Scope
	program *Program
	used    map[string]function
	locals  map[string]string // names of loops, by name
	count   int               // of names that were made
	lenient bool              // nothing is known of names
	err     error
}

func (t *translator) fail(err error) string {
	if t.err == nil {
		t.err = err
	}
	return "nil"
}

// call writes the call of a function of the tables.
func (t *translator) call(name string, f function, args ...string) string {
	t.used[name] = f
	return name + "(" + strings.Join(args, ",") + ")"
}

// operatorNames are the operators by what Python writes for them.
var operatorNames = map[string]string{
	"+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod", "**": "pow",
	"&": "bitand", "|": "bitor", "^": "bitxor", "<<": "shl", ">>": "shr",
	"==": "eq", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "in": "in", "is": "is",
}

// op writes the call of an operator.
func (t *translator) op(name string, args ...string) string {
	return t.call("o_"+name, Operator(name), args...)
}

func (t *translator) values(ns []*node) []string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = "nil"
		if n != nil {
			out[i] = t.value(n)
		}
	}
	return out
}

// value writes a node's value.
func (t *translator) value(n *node) string {
	if t.err != nil {
		return "nil"
	}
	switch n.kind {
	case constant:
		return t.constant(n.value)
	case name:
		return t.name(n.text)
	case list:
		return t.op("list", t.values(n.of)...)
	case set:
		return t.fail(fault("a set is supported behind in alone: x in {…}; write a list"))
	case dict:
		return t.op("dict", t.values(n.of)...)
	case binary:
		return t.binary(n)
	case unary:
		return t.unary(n)
	case both, either:
		return t.shortcut(n, 0)
	case compare:
		return t.condition(n)
	case choice:
		return "(" + t.condition(n.of[0]) + "?" + t.value(n.of[1]) + ":" + t.value(n.of[2]) + ")"
	case attribute:
		return t.attribute(n)
	case index:
		return t.index(n)
	case slice:
		return t.op("part", t.values(n.of)...)
	case call:
		return t.called(n)
	case comprehension:
		return t.comprehension(n)
	case template:
		return t.template(n)
	case formatted:
		return t.formatted(n)
	}
	panic("BUG: a node without a kind")
}

// constant writes a value that is always the same.
func (t *translator) constant(v any) string {
	switch x := v.(type) {
	case nil:
		return "nil"
	case bool:
		return strconv.FormatBool(x)
	case int:
		if x >= 0 {
			return strconv.Itoa(x)
		}
	}
	t.program.constants = append(t.program.constants, v)
	return constantName(len(t.program.constants) - 1)
}

// fresh is a name that nothing has.
func (t *translator) fresh() string {
	t.count++
	return "t" + strconv.Itoa(t.count)
}

func (t *translator) binary(n *node) string {
	if n.text == "@" {
		return t.fail(fault("@ is not supported: it multiplies matrices"))
	}
	if n.text == "%" && (n.of[0].kind == template || typeName(n.of[0].value) == "str") {
		return t.fail(fault("%% does not format text here; write an f-string: f'{x:.2f}'"))
	}
	return t.op(operatorNames[n.text], t.values(n.of)...)
}

func (t *translator) unary(n *node) string {
	switch n.text {
	case "not":
		return "!" + t.condition(n.of[0])
	case "-":
		return t.op("neg", t.value(n.of[0]))
	case "+":
		return t.op("pos", t.value(n.of[0]))
	}
	return t.op("not", t.value(n.of[0]))
}

// shortcut writes and, or from member i on: the first that decides is the value.
func (t *translator) shortcut(n *node, i int) string {
	if i == len(n.of)-1 {
		return t.value(n.of[i])
	}
	v := t.fresh()
	head := "(let " + v + "=" + t.value(n.of[i]) + ";" + t.op("truth", v)
	rest := t.shortcut(n, i+1)
	if n.kind == either {
		return head + "?" + v + ":" + rest + ")"
	}
	return head + "?" + rest + ":" + v + ")"
}

// condition writes whether a node counts as true.
func (t *translator) condition(n *node) string {
	switch {
	case n.kind == compare:
		return t.compared(n, t.value(n.of[0]), 0)
	case n.kind == unary && n.text == "not":
		return t.unary(n)
	case n.kind == both || n.kind == either:
		parts := make([]string, len(n.of))
		for i, p := range n.of {
			parts[i] = t.condition(p)
		}
		return "(" + strings.Join(parts, map[nodeKind]string{both: "&&", either: "||"}[n.kind]) + ")"
	}
	return t.op("truth", t.value(n))
}

// compared writes comparisons from word i on, the value before which is left.
func (t *translator) compared(n *node, left string, i int) string {
	if i == len(n.words)-1 {
		return t.comparison(n.words[i], n.of[i], left, n.of[i+1])
	}
	v := t.fresh()
	return "(let " + v + "=" + t.value(n.of[i+1]) + ";" +
		t.between(n.words[i], left, v) + "?" + t.compared(n, v, i+1) + ":false)"
}

func (t *translator) comparison(word string, a *node, left string, b *node) string {
	if property, ok := t.textOf(a); ok && strings.HasSuffix(word, "in") && t.isRecord(b) {
		has := t.program.has(t.program.slot(property))
		if word == "in" {
			return has
		}
		return "!" + has
	}
	if b.kind == set && strings.HasSuffix(word, "in") {
		return t.between(word, left, t.op("list", t.values(b.of)...))
	}
	return t.between(word, left, t.value(b))
}

// between writes one comparison.
func (t *translator) between(word, a, b string) string {
	switch word {
	case "!=":
		return "!" + t.op("eq", a, b)
	case "not in":
		return "!" + t.op("in", a, b)
	case "is not":
		return "!" + t.op("is", a, b)
	}
	return t.op(operatorNames[word], a, b)
}

// textOf is the text of a constant.
func (t *translator) textOf(n *node) (string, bool) {
	s, ok := n.value.(string)
	return s, ok && n.kind == constant
}

func (t *translator) isRecord(n *node) bool {
	return n.kind == name && slices.Contains(recordNames, n.text) && t.locals[n.text] == ""
}

func (t *translator) comprehension(n *node) string {
	over := t.op("each", t.value(n.of[1]))
	before := t.locals
	t.locals = maps.Clone(before)
	v := t.fresh()
	t.locals[n.text] = v
	let := "(let " + v + "=#;"
	if len(n.of) > 2 {
		over = "filter(" + over + "," + let + t.condition(&node{kind: both, of: n.of[2:]}) + "))"
	}
	// expr wants to see that there is a value: a call has one.
	out := "map(" + over + "," + let + t.op("value", t.value(n.of[0])) + "))"
	t.locals = before
	return out
}

func (t *translator) template(n *node) string {
	parts := make([]string, len(n.of))
	for i, p := range n.of {
		parts[i] = t.value(p)
	}
	return t.op("join", parts...)
}

func (t *translator) formatted(n *node) string {
	if err := CheckFormat(n.text); err != nil && !strings.Contains(n.text, "%") {
		return t.fail(err)
	}
	v := t.value(n.of[0])
	if n.words[0] == "r" {
		v = t.op("repr", v)
	}
	return t.op("format", v, t.constant(n.text))
}

func slotName(i int) string { return fmt.Sprintf("p%d", i) }

func constantName(i int) string { return fmt.Sprintf("c%d", i) }
