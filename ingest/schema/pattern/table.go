package pattern

import (
	"slices"
	"unicode/utf8"
)

// table is a deterministic automaton. States are numbered by where their row
// stands in next; runes that no part of the expression tells apart are a class.
type table struct {
	classes int
	ascii   [utf8.RuneSelf]uint16 // classes of runes of one byte
	bounds  []rune                // where the classes of the others begin, in order
	above   []uint16              // those classes
	next    []uint16              // row + class → row
	start   uint16
	atEnd   []bool // by state: the text may end here
}

// The first two rows: no match, whatever follows, and a match, whatever follows.
const (
	deadState = iota
	foundState
	firstState
)

// match walks through s, two loads a byte; BenchmarkMatch.
func (t *table) match(s []byte) bool {
	at, found := t.start, uint16(t.classes*foundState)
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			at = t.next[at+t.ascii[c]]
			i++
		} else {
			r, size := utf8.DecodeRune(s[i:])
			at = t.next[at+t.class(r)]
			i += size
		}
		if at <= found {
			return at == found
		}
	}
	return t.atEnd[int(at)/t.classes]
}

// class is the class of a rune that is not ASCII.
func (t *table) class(r rune) uint16 {
	i, at := slices.BinarySearch(t.bounds, r)
	if !at {
		i--
	}
	return t.above[i]
}
