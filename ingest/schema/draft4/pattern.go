package draft4

import (
	"bytes"
	"math"
	"regexp"
	"regexp/syntax"
)

// pattern is a regular expression, with a shorter way where it is a simple one.
type pattern struct {
	re      *regexp.Regexp
	literal []byte // all that it looks for, if that is so
	runs    []run  // from the first byte to the last, if it is no more than that
}

// run is some bytes of a set, ASCII all, one after another.
type run struct {
	set      [2]uint64
	min, max int
}

func (r *run) has(c byte) bool { return c < 128 && r.set[c>>6]>>(c&63)&1 != 0 }

func patternOf(expr string) (*pattern, error) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	p := &pattern{re: re}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	// Regexp.LiteralPrefix also says of ^a$ that a is all of it.
	if tree.Op == syntax.OpLiteral && tree.Flags&syntax.FoldCase == 0 {
		p.literal = []byte(string(tree.Rune))
	} else {
		p.runs = runsOf(tree)
	}
	return p, nil
}

func (p *pattern) matches(s []byte) bool {
	switch {
	case p.literal != nil:
		return bytes.Contains(s, p.literal)
	case p.runs != nil:
		return matchesRuns(p.runs, s)
	}
	return p.re.Match(s)
}

func matchesRuns(runs []run, s []byte) bool {
	for i := range runs {
		r, n := &runs[i], 0
		for n < len(s) && n < r.max && r.has(s[n]) {
			n++
		}
		if n < r.min {
			return false
		}
		s = s[n:]
	}
	return len(s) == 0
}

// runsOf takes apart an expression such as ^[A-Z]{2}-[0-9]+$; nil for others.
func runsOf(tree *syntax.Regexp) []run {
	if tree.Op != syntax.OpConcat || len(tree.Sub) < 3 ||
		tree.Sub[0].Op != syntax.OpBeginText || tree.Sub[len(tree.Sub)-1].Op != syntax.OpEndText {
		return nil
	}
	var runs []run
	for _, sub := range tree.Sub[1 : len(tree.Sub)-1] {
		next := repeated(sub)
		if next == nil {
			return nil
		}
		runs = append(runs, next...)
	}
	if !greedy(runs) {
		return nil
	}
	return runs
}

func repeated(e *syntax.Regexp) []run {
	least, most := 1, 1
	switch e.Op {
	case syntax.OpStar:
		least, most = 0, math.MaxInt
	case syntax.OpPlus:
		most = math.MaxInt
	case syntax.OpQuest:
		least = 0
	case syntax.OpRepeat:
		if least, most = e.Min, e.Max; most < 0 {
			most = math.MaxInt
		}
	default:
		return atoms(e)
	}
	runs := atoms(e.Sub[0])
	if len(runs) != 1 {
		return nil
	}
	runs[0].min, runs[0].max = least, most
	return runs
}

// atoms is a run for each byte that a literal or class stands for.
func atoms(e *syntax.Regexp) []run {
	var runs []run
	switch {
	case e.Flags&syntax.FoldCase != 0:
		return nil
	case e.Op == syntax.OpLiteral:
		for _, c := range e.Rune {
			runs = append(runs, run{min: 1, max: 1})
			if !runs[len(runs)-1].add(c, c) {
				return nil
			}
		}
	case e.Op == syntax.OpCharClass:
		runs = []run{{min: 1, max: 1}}
		for i := 0; i < len(e.Rune); i += 2 {
			if !runs[0].add(e.Rune[i], e.Rune[i+1]) {
				return nil
			}
		}
	}
	return runs
}

func (r *run) add(from, to rune) bool {
	if to >= 128 {
		return false
	}
	for c := from; c <= to; c++ {
		r.set[c>>6] |= 1 << (c & 63)
	}
	return true
}

// greedy reports whether taking all that a run can take is always right: none
// of what may follow a run of open length begins with a byte of its set.
func greedy(runs []run) bool {
	for i := range runs {
		if runs[i].min == runs[i].max {
			continue
		}
		for j := i + 1; j < len(runs); j++ {
			if runs[i].set[0]&runs[j].set[0]|runs[i].set[1]&runs[j].set[1] != 0 {
				return false
			}
			if runs[j].min > 0 {
				break
			}
		}
	}
	return true
}
