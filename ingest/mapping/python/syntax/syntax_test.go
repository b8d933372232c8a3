package syntax

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"target-filelake/ingest/mapping/python/fault"
)

// written is a tree as text, each node in brackets.
func (n *Node) written() string {
	names := [...]string{"constant", "name", "list", "set", "dict", "unary", "binary", "compare", "and", "or", "if", "attribute", "index", "slice", "call", "for", "template", "formatted"}
	parts := []string{names[n.Kind]}
	if n.Text != "" {
		parts = append(parts, n.Text)
	}
	if len(n.Words) > 0 {
		parts = append(parts, fmt.Sprint(n.Words))
	}
	if n.Kind == Constant {
		parts = append(parts, fmt.Sprintf("%#v", n.Value))
	}
	for _, m := range n.Of {
		parts = append(parts, m.written())
	}
	return "(" + strings.Join(parts, " ") + ")"
}

func TestTrees(t *testing.T) {
	f := func(src, want string) {
		t.Helper()
		n, err := Parse(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if got := n.written(); got != want {
			t.Errorf("%s\n got %s\nwant %s", src, got, want)
		}
	}
	f(`a + b * c`, `(binary + (name a) (binary * (name b) (name c)))`)
	f(`a - b - c`, `(binary - (binary - (name a) (name b)) (name c))`)
	f(`-a ** -b ** c`, `(unary - (binary ** (name a) (unary - (binary ** (name b) (name c)))))`)
	f(`not a == b`, `(unary not (compare [==] (name a) (name b)))`)
	f(`a < b is not None not in c`, `(compare [< is not not in] (name a) (name b) (constant <nil>) (name c))`)
	f(`a or b and c or d`, `(or (name a) (and (name b) (name c)) (name d))`)
	f(`a if b else c if d else e`, `(if (name b) (name a) (if (name d) (name c) (name e)))`)
	f(`a.b[c](d, e=1)`, `(call [e] (index (attribute b (name a)) (name c)) (name d) (constant 1))`)
	f(`a[1:]`, `(slice (name a) (constant 1) (constant <nil>) (constant <nil>))`)
	f(`a[::-1]`, `(slice (name a) (constant <nil>) (constant <nil>) (unary - (constant 1)))`)
	f(`[x for x in y if a if b]`, `(for x (name x) (name y) (name a) (name b))`)
	f(`()`, `(list)`)
	f(`(a,)`, `(list (name a))`)
	f(`(a)`, `(name a)`)
	f(`{'a': 1}`, `(dict (constant "a") (constant 1))`)
	f(`{1, 2}`, `(set (constant 1) (constant 2))`)
	f(`'a' "b" r'\n' '\n\x41'`, "(template (constant \"a\") (constant \"b\") (constant \"\\\\n\") (constant \"\\nA\"))")
	f(`f'{a!r:>5}'`, `(template (constant "") (formatted >5 [r] (name a)) (constant ""))`)
	f(`0x1f + 1_0 + 1.5e3`, `(binary + (binary + (constant 31) (constant 10)) (constant 1500))`)
}

// depth is how deep a tree is, and -1 for one that is not whole.
func (n *Node) depth() int {
	deepest := 0
	for _, m := range n.Of {
		if m == nil {
			return -1
		}
		d := m.depth()
		if d < 0 {
			return -1
		}
		deepest = max(deepest, d)
	}
	return deepest + 1
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a.b[0:1] if c else 'd'", "f'{x!r:>5}' 'y'", "[x for x in y if z]", "{'a': 1, 'b': (2, 3)}['a']",
		"not a == -1 ** 2 in [b]", `r'\x' "\u00e9"`, "{1,2}", "x:=1", "f'{", "a[", "(", "'\\", "1e", "a.b.c.d()()", strings.Repeat("(", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		n, err := Parse(src)
		var refused *fault.Fault
		switch {
		case err != nil && !errors.As(err, &refused):
			t.Errorf("%q: %T, want a fault", src, err)
		case err == nil && n.depth() < 0:
			t.Errorf("%q: a part is missing", src)
		case err == nil && n.depth() > Longest:
			t.Errorf("%q: %d deep", src, n.depth())
		}
	})
}
