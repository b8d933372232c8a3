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
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// Longest is how many bytes an expression may have: one of ten megabytes takes
// seconds, and gigabytes, to read.
const Longest = 64 << 10

// Pattern is a compiled expression. It is never changed, and may be shared.
type Pattern struct {
	re      *regexp.Regexp
	size    int    // instructions
	literal []byte // all that it looks for, if that is so
	table   *table // nil: left to re
}

// Compile reads an expression.
func Compile(expr string) (*Pattern, error) {
	tree, prog, err := parse(expr)
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	p := &Pattern{re: re, size: len(prog.Inst)}
	// Regexp.LiteralPrefix also says of ^a$ that a is all of it.
	if tree.Op == syntax.OpLiteral && tree.Flags&syntax.FoldCase == 0 {
		p.literal = []byte(string(tree.Rune))
		return p, nil
	}
	p.table = tableOf(prog)
	return p, nil
}

// Size is how many instructions an expression has, and whether it can be read.
func Size(expr string) (int, error) {
	_, prog, err := parse(expr)
	if err != nil {
		return 0, err
	}
	return len(prog.Inst), nil
}

func parse(expr string) (*syntax.Regexp, *syntax.Prog, error) {
	if len(expr) > Longest {
		return nil, nil, fmt.Errorf("%d bytes, want at most %d", len(expr), Longest)
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, nil, errors.New("not a regular expression that RE2 takes")
	}
	prog, err := syntax.Compile(tree.Simplify())
	return tree, prog, err
}

// Steps is how many steps of some ten nanoseconds a text of n bytes takes at worst,
// beyond one look at each byte: regexp may follow every instruction at each of them.
func (p *Pattern) Steps(n int) int {
	if p.table != nil || p.literal != nil {
		return 0
	}
	return n * p.size
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
