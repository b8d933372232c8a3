// Package pattern says whether text has a match of a regular expression, as
// package regexp does and in its syntax, RE2's, but for most expressions that
// stand in schemas in a step of some nanoseconds a byte.
//
// Such an expression becomes a deterministic automaton: it is made once, within
// bounds on its size and on the work it takes; what is beyond them, and what
// looks at lines or words, is left to regexp.
package pattern

import (
	"bytes"
	"regexp"
	"regexp/syntax"
)

// Pattern is a compiled expression. It is never changed, and may be shared.
type Pattern struct {
	re      *regexp.Regexp
	literal []byte // all that it looks for, if that is so
	table   *table // nil: left to re
}

// Compile reads an expression.
func Compile(expr string) (*Pattern, error) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	p := &Pattern{re: re}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	// Regexp.LiteralPrefix also says of ^a$ that a is all of it.
	if tree.Op == syntax.OpLiteral && tree.Flags&syntax.FoldCase == 0 {
		p.literal = []byte(string(tree.Rune))
		return p, nil
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	p.table = tableOf(prog)
	return p, nil
}

// String is the expression.
func (p *Pattern) String() string { return p.re.String() }

// Match reports whether s, which is UTF-8, contains a match.
func (p *Pattern) Match(s []byte) bool {
	switch {
	case p.table != nil:
		return p.table.match(s)
	case p.literal != nil:
		return bytes.Contains(s, p.literal)
	}
	return p.re.Match(s)
}
