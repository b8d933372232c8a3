package object

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"target-filelake/ingest/mapping/python/fault"
)

// Dict is a dict, in the order of its keys.
type Dict struct {
	keys   []any
	values []any
	at     map[any]int // by the key, numbers that are equal alike
}

// Set gives a key its value.
func (d *Dict) Set(key, value any) {
	k := hashed(key)
	if i, ok := d.at[k]; ok {
		d.values[i] = value
		return
	}
	if d.at == nil {
		d.at = map[any]int{}
	}
	d.at[k] = len(d.keys)
	d.keys, d.values = append(d.keys, key), append(d.values, value)
}

// Get is the value of a key.
func (d *Dict) Get(key any) (any, bool) {
	if !hashable(key) {
		return nil, false
	}
	i, ok := d.at[hashed(key)]
	if !ok {
		return nil, false
	}
	return d.values[i], true
}

func hashable(v any) bool {
	switch v.(type) {
	case []any, *Dict:
		return false
	}
	return true
}

// hashed is the same for keys that are equal.
func hashed(v any) any {
	switch x := v.(type) {
	case bool:
		return asInt(x)
	case float64:
		if n := int(x); float64(n) == x {
			return n
		}
	case Datetime:
		return x.t.UnixNano()
	}
	return v
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Date, Datetime and Timedelta are those of Python's module datetime. A
// Datetime without a zone is held as UTC.
type (
	Date     struct{ t time.Time }
	Datetime struct {
		t     time.Time
		aware bool
	}
	Timedelta time.Duration
)

// TypeName is what Python calls a value's type.
func TypeName(v any) string {
	switch v.(type) {
	case nil:
		return "None"
	case bool:
		return "bool"
	case int:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case []any:
		return "list"
	case *Dict:
		return "dict"
	case Date:
		return "date"
	case Datetime:
		return "datetime"
	}
	return "timedelta"
}

// Nested is whether a value is a list or a dict.
func Nested(v any) bool { return !hashable(v) }

// Truth is whether a value counts as true.
func Truth(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case bool:
		return x
	case int:
		return x != 0
	case float64:
		return x != 0
	case string:
		return x != ""
	case []any:
		return len(x) > 0
	case *Dict:
		return len(x.keys) > 0
	case Timedelta:
		return x != 0
	}
	return true
}

// number is a value as a number, if it is one.
func number(v any) (i int, f float64, isInt, ok bool) {
	switch x := v.(type) {
	case bool:
		return asInt(x), float64(asInt(x)), true, true
	case int:
		return x, float64(x), true, true
	case float64:
		return 0, x, false, true
	}
	return 0, 0, false, false
}

func equal(a, b any) bool {
	ai, af, aInt, aNum := number(a)
	bi, bf, bInt, bNum := number(b)
	if aNum || bNum {
		if aInt && bInt {
			return ai == bi
		}
		return aNum && bNum && af == bf
	}
	switch x := a.(type) {
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	case *Dict:
		y, ok := b.(*Dict)
		return ok && equalDicts(x, y)
	case Datetime:
		y, ok := b.(Datetime)
		return ok && x.aware == y.aware && x.t.Equal(y.t)
	case Date:
		y, ok := b.(Date)
		return ok && x.t.Equal(y.t)
	}
	return hashable(b) && a == b
}

func equalDicts(x, y *Dict) bool {
	if len(x.keys) != len(y.keys) {
		return false
	}
	for i, k := range x.keys {
		if v, ok := y.Get(k); !ok || !equal(x.values[i], v) {
			return false
		}
	}
	return true
}

// order compares two values of which one may stand before the other.
func order(op string, a, b any) (int, error) {
	ai, af, aInt, aNum := number(a)
	bi, bf, bInt, bNum := number(b)
	switch {
	case aInt && bInt:
		return compareOrdered(ai, bi), nil
	case aNum && bNum:
		return compareOrdered(af, bf), nil
	}
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), nil
		}
	case Date:
		if y, ok := b.(Date); ok {
			return x.t.Compare(y.t), nil
		}
	case Datetime:
		if y, ok := b.(Datetime); ok && x.aware == y.aware {
			return x.t.Compare(y.t), nil
		}
	case Timedelta:
		if y, ok := b.(Timedelta); ok {
			return compareOrdered(x, y), nil
		}
	case []any:
		if y, ok := b.([]any); ok {
			return orderLists(op, x, y)
		}
	}
	return 0, fault.New("%s does not go between %s and %s", op, TypeName(a), TypeName(b))
}

// unordered is what compares with a NaN.
const unordered = 2

func compareOrdered[T int | float64 | Timedelta](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b:
		return 0
	}
	return unordered
}

func orderLists(op string, x, y []any) (int, error) {
	for i := range min(len(x), len(y)) {
		if !equal(x[i], y[i]) {
			return order(op, x[i], y[i])
		}
	}
	return compareOrdered(len(x), len(y)), nil
}

// Text is str(v).
func Text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Repr(v)
}

// Repr is a value as Python shows it inside lists.
func Repr(v any) string {
	switch x := v.(type) {
	case nil:
		return "None"
	case bool:
		if x {
			return "True"
		}
		return "False"
	case int:
		return strconv.Itoa(x)
	case float64:
		return floatText(x)
	case string:
		return Quoted(x)
	case []any:
		return joined("[", "]", len(x), func(i int) string { return Repr(x[i]) })
	case *Dict:
		return joined("{", "}", len(x.keys), func(i int) string { return Repr(x.keys[i]) + ": " + Repr(x.values[i]) })
	case Date:
		return x.t.Format(time.DateOnly)
	case Datetime:
		return x.iso(" ")
	case Timedelta:
		return x.text()
	}
	panic("BUG: no value of Python's")
}

func joined(open, end string, n int, part func(int) string) string {
	var s strings.Builder
	s.WriteString(open)
	for i := range n {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString(part(i))
	}
	return s.String() + end
}

// floatText is the shortest text of a float, as Python writes it.
func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	if exponent, _ := strconv.Atoi(s[strings.IndexByte(s, 'e')+1:]); exponent < -4 || exponent >= 16 {
		return s
	}
	if s = strconv.FormatFloat(f, 'f', -1, 64); !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// Quoted is text as Python quotes it.
func Quoted(s string) string {
	quote := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = `"`
	}
	var out strings.Builder
	out.WriteString(quote)
	for _, r := range s {
		switch {
		case string(r) == quote || r == '\\':
			out.WriteString(`\` + string(r))
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case strconv.IsPrint(r):
			out.WriteRune(r)
		default:
			out.WriteString(hexEscape(r))
		}
	}
	return out.String() + quote
}

func hexEscape(r rune) string {
	hex := strconv.FormatInt(int64(r), 16)
	switch {
	case r < 1<<8:
		return `\x` + zeros(hex, 2)
	case r < 1<<16:
		return `\u` + zeros(hex, 4)
	}
	return `\U` + zeros(hex, 8)
}

func zeros(s string, width int) string { return strings.Repeat("0", max(0, width-len(s))) + s }
