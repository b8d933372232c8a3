package python

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"target-filelake/ingest/mapping/python/fault"
	"target-filelake/ingest/mapping/python/object"
	"target-filelake/ingest/mapping/python/syntax"
)

// Scope says what the names of an expression stand for.
type Scope struct {
	Self     string                  // the property that is made; "" of a filter
	Config   *object.Dict            // what config stands for
	Texts    map[string]string       // names that stand for text
	Property func(name string) error // refuses a name that is no property; nil: any name may be one
}

// recordNames stand for the record.
var recordNames = []string{"record", "_"}

// supported refuses what cannot be translated, whatever names stand for.
func supported(root *syntax.Node) error {
	t := translator{program: &Program{}, used: map[string]object.Function{}, lenient: true, locals: map[string]string{}}
	t.value(root)
	return t.err
}

// translator writes an expression in the language of expr. After a fault it
// writes nothing of use.
type translator struct {
	scope   Scope
	program *Program
	used    map[string]object.Function
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
func (t *translator) call(name string, f object.Function, args ...string) string {
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
	return t.call("o_"+name, object.Operator(name), args...)
}

func (t *translator) values(ns []*syntax.Node) []string {
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
func (t *translator) value(n *syntax.Node) string {
	if t.err != nil {
		return "nil"
	}
	switch n.Kind {
	case syntax.Constant:
		return t.constant(n.Value)
	case syntax.Name:
		return t.name(n.Text)
	case syntax.List:
		return t.op("list", t.values(n.Of)...)
	case syntax.Set:
		return t.fail(fault.New("a set is supported behind in alone: x in {…}; write a list"))
	case syntax.Dict:
		return t.op("dict", t.values(n.Of)...)
	case syntax.Binary:
		return t.binary(n)
	case syntax.Unary:
		return t.unary(n)
	case syntax.Both, syntax.Either:
		return t.shortcut(n, 0)
	case syntax.Compare:
		return t.condition(n)
	case syntax.Choice:
		return "(" + t.condition(n.Of[0]) + "?" + t.value(n.Of[1]) + ":" + t.value(n.Of[2]) + ")"
	case syntax.Attribute:
		return t.attribute(n)
	case syntax.Index:
		return t.index(n)
	case syntax.Slice:
		return t.op("part", t.values(n.Of)...)
	case syntax.Call:
		return t.called(n)
	case syntax.Comprehension:
		return t.comprehension(n)
	case syntax.Template:
		return t.template(n)
	case syntax.Formatted:
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

func (t *translator) binary(n *syntax.Node) string {
	if n.Text == "@" {
		return t.fail(fault.New("@ is not supported: it multiplies matrices"))
	}
	if n.Text == "%" && (n.Of[0].Kind == syntax.Template || object.TypeName(n.Of[0].Value) == "str") {
		return t.fail(fault.New("%% does not format text here; write an f-string: f'{x:.2f}'"))
	}
	return t.op(operatorNames[n.Text], t.values(n.Of)...)
}

func (t *translator) unary(n *syntax.Node) string {
	switch n.Text {
	case "not":
		return "!" + t.condition(n.Of[0])
	case "-":
		return t.op("neg", t.value(n.Of[0]))
	case "+":
		return t.op("pos", t.value(n.Of[0]))
	}
	return t.op("not", t.value(n.Of[0]))
}

// shortcut writes and, or from member i on: the first that decides is the value.
func (t *translator) shortcut(n *syntax.Node, i int) string {
	if i == len(n.Of)-1 {
		return t.value(n.Of[i])
	}
	v := t.fresh()
	head := "(let " + v + "=" + t.value(n.Of[i]) + ";" + t.op("truth", v)
	rest := t.shortcut(n, i+1)
	if n.Kind == syntax.Either {
		return head + "?" + v + ":" + rest + ")"
	}
	return head + "?" + rest + ":" + v + ")"
}

// condition writes whether a node counts as true.
func (t *translator) condition(n *syntax.Node) string {
	switch {
	case n.Kind == syntax.Compare:
		return t.compared(n, t.value(n.Of[0]), 0)
	case n.Kind == syntax.Unary && n.Text == "not":
		return t.unary(n)
	case n.Kind == syntax.Both || n.Kind == syntax.Either:
		parts := make([]string, len(n.Of))
		for i, p := range n.Of {
			parts[i] = t.condition(p)
		}
		return "(" + strings.Join(parts, map[syntax.Kind]string{syntax.Both: "&&", syntax.Either: "||"}[n.Kind]) + ")"
	}
	return t.op("truth", t.value(n))
}

// compared writes comparisons from word i on, the value before which is left.
func (t *translator) compared(n *syntax.Node, left string, i int) string {
	if i == len(n.Words)-1 {
		return t.comparison(n.Words[i], n.Of[i], left, n.Of[i+1])
	}
	v := t.fresh()
	return "(let " + v + "=" + t.value(n.Of[i+1]) + ";" +
		t.between(n.Words[i], left, v) + "?" + t.compared(n, v, i+1) + ":false)"
}

func (t *translator) comparison(word string, a *syntax.Node, left string, b *syntax.Node) string {
	if property, ok := t.textOf(a); ok && strings.HasSuffix(word, "in") && t.isRecord(b) {
		has := t.program.has(t.program.slot(property))
		if word == "in" {
			return has
		}
		return "!" + has
	}
	if b.Kind == syntax.Set && strings.HasSuffix(word, "in") {
		return t.between(word, left, t.op("list", t.values(b.Of)...))
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
func (t *translator) textOf(n *syntax.Node) (string, bool) {
	s, ok := n.Value.(string)
	return s, ok && n.Kind == syntax.Constant
}

func (t *translator) isRecord(n *syntax.Node) bool {
	return n.Kind == syntax.Name && slices.Contains(recordNames, n.Text) && t.locals[n.Text] == ""
}

func (t *translator) comprehension(n *syntax.Node) string {
	over := t.op("each", t.value(n.Of[1]))
	before := t.locals
	t.locals = maps.Clone(before)
	v := t.fresh()
	t.locals[n.Text] = v
	let := "(let " + v + "=#;"
	if len(n.Of) > 2 {
		over = "filter(" + over + "," + let + t.condition(&syntax.Node{Kind: syntax.Both, Of: n.Of[2:]}) + "))"
	}
	// expr wants to see that there is a value: a call has one.
	out := "map(" + over + "," + let + t.op("value", t.value(n.Of[0])) + "))"
	t.locals = before
	return out
}

func (t *translator) template(n *syntax.Node) string {
	parts := make([]string, len(n.Of))
	for i, p := range n.Of {
		parts[i] = t.value(p)
	}
	return t.op("join", parts...)
}

func (t *translator) formatted(n *syntax.Node) string {
	if err := object.CheckFormat(n.Text); err != nil && !strings.Contains(n.Text, "%") {
		return t.fail(err)
	}
	v := t.value(n.Of[0])
	if n.Words[0] == "r" {
		v = t.op("repr", v)
	}
	return t.op("format", v, t.constant(n.Text))
}

func slotName(i int) string { return fmt.Sprintf("p%d", i) }

func constantName(i int) string { return fmt.Sprintf("c%d", i) }
