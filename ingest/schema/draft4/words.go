package draft4

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"target-filelake/ingest/text"
)

// Reason says what is wrong with one value of a record, never what the value is.
type Reason struct {
	Path string // JSON pointer into the record; "" is the record itself
	Text string
}

// mostReasons bounds what one record can make us hold.
const mostReasons = 1000

// say notes what is wrong with the value at the path.
func (k *Checker) say(format string, args ...any) {
	if len(*k.words) < mostReasons {
		*k.words = append(*k.words, Reason{k.path, fmt.Sprintf(format, args...)})
	}
}

// tooMuch is why the check was given up.
func (k *Checker) tooMuch() Reason {
	if k.steps < 0 {
		return Reason{k.stuck, TooManySteps}
	}
	return Reason{"", TooMuchWork}
}

// mostQuoted bounds what a message says of a pattern.
const mostQuoted = 200

func quoted(pattern string) string {
	if len(pattern) > mostQuoted {
		return strconv.Quote(strings.ToValidUTF8(pattern[:mostQuoted], "")) + "…"
	}
	return strconv.Quote(pattern)
}

// Missing is what is wrong with a required property that is not there.
const Missing = "required, got nothing"

// MissingBeside begins what is wrong with one that another asks for.
const MissingBeside = "dependencies, want it beside "

// sayMissing notes that a property is not there.
func (k *Checker) sayMissing(name, why string) {
	if len(*k.words) < mostReasons {
		*k.words = append(*k.words, Reason{text.Pointer(k.path, name), why})
	}
}

// sayLimits notes which limit n breaks.
func (k *Checker) sayLimits(of string, min, max, n int, got string) {
	got = fmt.Sprintf(got, n)
	if n < min {
		k.say("min%s %d, got %s", of, min, got)
		return
	}
	k.say("max%s %d, got %s", of, max, got)
}

// kindOf names a kind of value, with its article.
func kindOf(t Types) string {
	switch t {
	case Null:
		return "null"
	case Whole, Array, Object:
		return "an " + t.String()
	case Fraction:
		return "a number"
	}
	return "a " + t.String()
}

func kindAt(b []byte, i, end int) string { return kindOf(TypesAt(b, i, end)) }

func escaped(raw []byte) bool { return bytes.IndexByte(raw, '\\') >= 0 }
