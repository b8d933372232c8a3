package pattern

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// A table takes at most 8 KiB, and well under a millisecond to make: a schema
// may have a pattern for each of 10,000 columns.
const (
	mostEntries = 4096
	mostSteps   = 1 << 16
)

// builder makes a table: each of its states is a set of instructions, of which
// one may take the next rune.
type builder struct {
	prog  *syntax.Prog
	table table
	runes []rune // one of each class

	states map[string]uint16 // by set: rows
	sets   [][]uint32        // of the states
	met    []int             // by instruction: the set it was last met for
	met0   int               // counts sets
	steps  int
}

// tableOf is nil where a table cannot say what prog does, or would be too large.
func tableOf(prog *syntax.Prog) *table {
	for i := range prog.Inst {
		if in := &prog.Inst[i]; in.Op == syntax.InstEmptyWidth &&
			syntax.EmptyOp(in.Arg)&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
			return nil
		}
	}
	b := builder{prog: prog, states: map[string]uint16{}, met: make([]int, len(prog.Inst))}
	b.classify()
	if b.steps > mostSteps || !b.build() {
		return nil
	}
	return &b.table
}

// classify finds the classes: runes between two bounds are alike to every
// instruction, and so are all that the same instructions take.
func (b *builder) classify() {
	bounds := b.bounds()
	classes := map[string]uint16{}
	for i, r := range bounds {
		if b.steps += len(b.prog.Inst); b.steps > mostSteps {
			return
		}
		taken := make([]byte, len(b.prog.Inst))
		for pc := range b.prog.Inst {
			if takes(&b.prog.Inst[pc], r) {
				taken[pc] = 1
			}
		}
		class, known := classes[string(taken)]
		if !known {
			class = uint16(len(classes))
			classes[string(taken)] = class
			b.runes = append(b.runes, r)
		}
		for c := r; c < utf8.RuneSelf && (i+1 == len(bounds) || c < bounds[i+1]); c++ {
			b.table.ascii[c] = class
		}
		if i+1 == len(bounds) || bounds[i+1] > utf8.RuneSelf {
			b.table.bounds = append(b.table.bounds, max(r, utf8.RuneSelf))
			b.table.above = append(b.table.above, class)
		}
	}
	b.table.classes = len(classes)
}

// bounds are the runes from which on an instruction may take what it did not
// take before, in order.
func (b *builder) bounds() []rune {
	out := []rune{0}
	for i := range b.prog.Inst {
		switch in := &b.prog.Inst[i]; in.Op {
		case syntax.InstRuneAnyNotNL:
			out = append(out, '\n', '\n'+1)
		case syntax.InstRune, syntax.InstRune1:
			if len(in.Rune) == 1 {
				for r, first := in.Rune[0], true; first || r != in.Rune[0]; r, first = unicode.SimpleFold(r), false {
					out = append(out, r, r+1)
				}
			}
			for j := 0; j+1 < len(in.Rune); j += 2 {
				out = append(out, in.Rune[j], in.Rune[j+1]+1)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func takes(in *syntax.Inst, r rune) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return in.MatchRune(r)
	}
	return false
}

// build fills the rows of the states that text can lead to. It reports false if
// they are too many.
func (b *builder) build() bool {
	t := &b.table
	for range firstState {
		t.atEnd = append(t.atEnd, len(t.atEnd) == foundState)
		b.sets = append(b.sets, nil)
	}
	b.met0++
	t.start = b.state(b.lead(nil, uint32(b.prog.Start), true), true)
	for state := 0; state < len(b.sets); state++ {
		for _, r := range b.runes {
			if b.steps > mostSteps || len(t.next) >= mostEntries {
				return false
			}
			to := uint16(state * t.classes)
			if state >= firstState {
				to = b.state(b.after(b.sets[state], r), false)
			}
			t.next = append(t.next, to)
		}
	}
	return true
}

// after is the set that r leads to from a set. A match may begin anywhere.
func (b *builder) after(set []uint32, r rune) []uint32 {
	b.met0++
	next := b.lead(nil, uint32(b.prog.Start), false)
	for _, pc := range set {
		b.steps++
		if in := &b.prog.Inst[pc]; takes(in, r) {
			next = b.lead(next, in.Out, false)
		}
	}
	return next
}

// lead adds to a set what pc leads to before a rune is taken: those that take
// one, and those that hold only at the text's end.
func (b *builder) lead(set []uint32, pc uint32, begin bool) []uint32 {
	if b.steps++; b.met[pc] == b.met0 {
		return set
	}
	b.met[pc] = b.met0
	switch in := &b.prog.Inst[pc]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return b.lead(b.lead(set, in.Out, begin), in.Arg, begin)
	case syntax.InstCapture, syntax.InstNop:
		return b.lead(set, in.Out, begin)
	case syntax.InstEmptyWidth:
		switch where := syntax.EmptyOp(in.Arg); {
		case where&syntax.EmptyBeginText != 0 && !begin:
			return set
		case where&syntax.EmptyEndText == 0:
			return b.lead(set, in.Out, begin)
		}
	case syntax.InstFail:
		return set
	}
	return append(set, pc)
}

// state is the row of a set.
func (b *builder) state(set []uint32, begin bool) uint16 {
	if len(set) == 0 {
		return uint16(deadState * b.table.classes)
	}
	if slices.ContainsFunc(set, func(pc uint32) bool { return b.prog.Inst[pc].Op == syntax.InstMatch }) {
		return uint16(foundState * b.table.classes)
	}
	slices.Sort(set)
	var key []byte
	for _, pc := range set {
		key = binary.LittleEndian.AppendUint32(key, pc)
	}
	row, known := b.states[string(key)]
	if known {
		return row
	}
	row = uint16(len(b.sets) * b.table.classes)
	if !begin { // the text's begin is no place to come back to
		b.states[string(key)] = row
	}
	b.sets = append(b.sets, set)
	b.met0++
	b.table.atEnd = append(b.table.atEnd, slices.ContainsFunc(set, func(pc uint32) bool { return b.ends(pc, begin) }))
	return row
}

// ends reports whether pc leads to a match at the text's end.
func (b *builder) ends(pc uint32, begin bool) bool {
	if b.steps++; b.met[pc] == b.met0 {
		return false
	}
	b.met[pc] = b.met0
	switch in := &b.prog.Inst[pc]; in.Op {
	case syntax.InstMatch:
		return true
	case syntax.InstAlt, syntax.InstAltMatch:
		return b.ends(in.Out, begin) || b.ends(in.Arg, begin)
	case syntax.InstCapture, syntax.InstNop:
		return b.ends(in.Out, begin)
	case syntax.InstEmptyWidth:
		return (begin || syntax.EmptyOp(in.Arg)&syntax.EmptyBeginText == 0) && b.ends(in.Out, begin)
	}
	return false
}
