package draft4

import (
	"target-filelake/ingest/schema/pattern"
	"target-filelake/ingest/text"
)

// Check is what a schema demands of a value, compiled; nil demands nothing. It
// is never changed once made, and may be shared.
type Check struct {
	types   Types
	enum    *set
	num     *numbers
	str     *lengths
	arr     *elements
	obj     *members
	all     []*Check
	any     []*Check
	one     []*Check
	not     *Check
	coerces bool // it looks into values that may be JSON text in strings
}

// numbers limits numbers.
type numbers struct {
	min, max   *bound
	multipleOf *bound
}

// lengths limits strings.
type lengths struct {
	min, max int // code points; -1 for no limit
	pattern  *pattern.Pattern
}

// elements limits arrays.
type elements struct {
	min, max int
	unique   bool
	items    *Check   // of all elements, or of those after the tuple
	tuple    []*Check // of the first elements
	closed   bool     // none may follow the tuple
	counted  bool     // there is only a max
}

// members limits objects.
type members struct {
	min, max int
	props    map[string]*Check // of the declared properties
	patterns []patterned
	more     *Check // of the others
	closed   bool   // there may be no others
	required []required
	depends  []dependency
	counted  bool // there is only a max
}

type patterned struct {
	pattern *pattern.Pattern
	check   *Check
}

func (p patterned) free() bool { return p.check == nil }

type required struct {
	name string
	hash uint64
}

// dependency holds where a property is there.
type dependency struct {
	on    required
	names []required
	check *Check
}

// Checker holds values against Checks, without allocating while all is well.
// It is for one goroutine at a time.
type Checker struct {
	// Unsure is set where a pass over the bytes cannot know: a property that
	// stands twice in an object, objects or arrays that seem to be equal. The
	// record is then for Judge to judge.
	Unsure bool

	scan   text.Scanner
	left   int      // work it may still do
	steps  int      // of it, those of regular expressions
	hashes []uint64 // of the names and elements of the containers that are open
	buf    []byte

	words *[]Reason // nil: the first fault ends the check
	path  string    // of the value, if there are words
	stuck string    // the path at which the steps were spent
}

// A check may cost a schema of mostCost parts several times over, or a doubling
// one, and each byte of the record several looks; past that, it would take more
// than some tenths of a second, or microseconds a byte.
const (
	mostWork        = 1 << 20
	mostWorkPerByte = 16
)

// The same for steps of regular expressions that are no tables: TestBudgets.
const (
	mostSteps        = 1 << 25
	mostStepsPerByte = 32
)

// TooMuchWork and TooManySteps are each the Text of a Reason that stands alone.
const (
	TooMuchWork  = "nested too deeply for a schema that looks at its values so often"
	TooManySteps = "too long for regular expressions as large as the schema's"
)

// Begin readies the checker for a record of size bytes.
func (k *Checker) Begin(size int) {
	k.scan.Max = 1 << 30 // the decoder has counted
	k.left = mostWork + mostWorkPerByte*size
	k.steps = mostSteps + mostStepsPerByte*size
	k.hashes = k.hashes[:0]
	k.Unsure = false
}

// matches reports whether text has a match, as far as the work is worth it.
func (k *Checker) matches(p *pattern.Pattern, text []byte) bool {
	if k.left -= 1 + len(text)>>6; k.left < 0 {
		return false
	}
	if k.steps -= p.Steps(len(text)); k.steps < 0 {
		k.left, k.stuck = -1, k.path
		return false
	}
	return p.Match(text)
}

// Spent reports whether the check was given up for the work it would take.
func (k *Checker) Spent() bool { return k.left < 0 }

// Passes reports whether the well-formed value in b[i:end] is right, as far as
// it can know: see Unsure.
func (k *Checker) Passes(c *Check, b []byte, i, end int) bool {
	if c.coerces {
		k.Unsure = true
		return true
	}
	if !c.combined() {
		if passes, known := k.quick(c, b, i, end); known {
			return passes
		}
	}
	return k.run(c, b, i) >= 0
}

// quick checks a value whose end is known without walking through it again, if
// that is enough: BenchmarkChecks halves.
func (k *Checker) quick(c *Check, b []byte, i, end int) (passes, known bool) {
	switch b[i] {
	case '"':
		return c.types.Has(String) && (c.str == nil || k.string(c.str, b[i+1:end-1])) &&
			(c.enum == nil || k.isIn(c.enum, b, i, end)), true
	case '{':
		return true, c.enum == nil && c.types.Has(Object) && c.obj != nil && c.obj.atMost(end-i)
	case '[':
		return true, c.enum == nil && c.types.Has(Array) && c.arr != nil && c.arr.atMost(end-i)
	case 't', 'f', 'n':
		return false, false
	}
	if !c.types.Has(Fraction) && !(c.types.Has(Whole) && text.Whole(b[i:end])) {
		return false, true
	}
	return (c.num == nil || k.number(c.num, b, i, end)) && (c.enum == nil || k.isIn(c.enum, b, i, end)), true
}

// atMost reports whether an object of size bytes cannot have too many
// properties, and no more is asked of it: the shortest one is "":0 and a comma.
func (o *members) atMost(size int) bool { return o.counted && o.max >= (size-1)/5 }

// atMost does so for an array: the shortest element is 0 and a comma.
func (a *elements) atMost(size int) bool { return a.counted && a.max >= (size-1)/2 }

func (c *Check) combined() bool {
	return c.all != nil || c.any != nil || c.one != nil || c.not != nil
}

// run checks the value that starts at b[i] and is its end, -1 if it is refused.
// Where words are wanted, it goes on after a fault.
func (k *Checker) run(c *Check, b []byte, i int) int {
	if c == nil {
		return k.skip(b, i)
	}
	if k.left--; k.left < 0 || k.words != nil && len(*k.words) == mostReasons {
		return -1
	}
	end := k.typed(c, b, i)
	if end < 0 {
		return -1
	}
	if c.enum != nil && !k.listed(c.enum, b, i, end) {
		return -1
	}
	if c.combined() && !k.combine(c, b, i, end) {
		return -1
	}
	return end
}

// skip passes a value that nothing is said of.
func (k *Checker) skip(b []byte, i int) int {
	end := k.scan.Value(b, i)
	if k.left -= (end - i) >> 6; k.left < 0 {
		return -1
	}
	return end
}

// typed checks what a schema says of values of one type.
func (k *Checker) typed(c *Check, b []byte, i int) int {
	switch b[i] {
	case '{':
		if c.obj != nil && c.types.Has(Object) {
			return k.object(c.obj, b, i)
		}
	case '[':
		if c.arr != nil && c.types.Has(Array) {
			return k.array(c.arr, b, i)
		}
	}
	end := k.skip(b, i)
	if end < 0 {
		return -1
	}
	t := TypesAt(b, i, end)
	switch {
	case !c.types.Has(t):
		if k.words == nil {
			return -1
		}
		k.say("type %s, got %s", c.types, kindOf(t))
	case t == String && c.str != nil && !k.string(c.str, b[i+1:end-1]),
		t.Has(Number) && c.num != nil && !k.number(c.num, b, i, end):
		return -1
	}
	return end
}

// combine checks what schemas beside one another say of a value.
func (k *Checker) combine(c *Check, b []byte, i, end int) bool {
	for _, a := range c.all {
		if k.run(a, b, i) < 0 {
			return false
		}
	}
	if c.any != nil {
		if n := k.fits(c.any, 1, b, i); n == 0 {
			if k.words == nil || k.Spent() {
				return false
			}
			k.say("anyOf, none of its %d schemas takes %s", len(c.any), kindAt(b, i, end))
			k.closest(c.any, b, i, end)
		}
	}
	if c.one != nil {
		if n := k.fits(c.one, 2, b, i); n != 1 {
			if k.words == nil || k.Spent() {
				return false
			}
			if n > 1 {
				k.say("oneOf, more than one of its %d schemas takes %s", len(c.one), kindAt(b, i, end))
				return true
			}
			k.say("oneOf, none of its %d schemas takes %s", len(c.one), kindAt(b, i, end))
			k.closest(c.one, b, i, end)
		}
	}
	if c.not != nil && k.fits([]*Check{c.not}, 1, b, i) == 1 {
		if k.words == nil {
			return false
		}
		k.say("not, got %s that its schema takes", kindAt(b, i, end))
	}
	return !k.Spent()
}

// fits counts the checks that a value passes, up to enough of them.
func (k *Checker) fits(cs []*Check, enough int, b []byte, i int) int {
	words := k.words
	k.words = nil
	n := 0
	for _, c := range cs {
		if k.run(c, b, i) >= 0 {
			if n++; n == enough {
				break
			}
		}
	}
	k.words = words
	return n
}

// closest words what the one schema that takes the value's type has against it.
func (k *Checker) closest(cs []*Check, b []byte, i, end int) {
	t := TypesAt(b, i, end)
	var best *Check
	for _, c := range cs {
		if c.types.Has(t) {
			if best != nil {
				return
			}
			best = c
		}
	}
	if best != nil {
		k.run(best, b, i)
	}
}
