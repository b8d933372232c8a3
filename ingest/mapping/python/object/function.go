package object

import (
	"crypto/md5" // of the SDK's expressions; it hides nothing here
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"target-filelake/ingest/mapping/python/fault"
)

// Function is something that can be called. Least counts the arguments that
// it needs, of those that Params names in their order; of a method Params do
// not name the value itself.
type Function struct {
	Params []string
	Least  int

	do   method
	deep bool // its work grows with all that is inside its arguments
}

func takes(do method, params string, least int) Function {
	return Function{do: do, Params: strings.Fields(params), Least: least}
}

func deep(f Function) Function {
	f.deep = true
	return f
}

// operation is an operator on two values.
func operation(do func(e *Evaluation, a, b any) (any, error)) Function {
	return Function{do: func(e *Evaluation, args []any) (any, error) { return do(e, args[0], args[1]) }}
}

func number2(op string) Function {
	return operation(func(_ *Evaluation, a, b any) (any, error) { return operations[op].of(op, a, b) })
}

func ordered(op string, is func(int) bool) Function {
	return deep(operation(func(_ *Evaluation, a, b any) (any, error) {
		n, err := order(op, a, b)
		return n != unordered && is(n), err
	}))
}

func sign(do func(e *Evaluation, v any) (any, error)) Function {
	return Function{do: func(e *Evaluation, args []any) (any, error) { return do(e, args[0]) }}
}

// operators are those of Python, and what else is done to values by no name of
// Python's.
var operators = map[string]Function{
	"add": operation(add), "sub": operation(subtract), "mul": operation(multiply), "div": number2("/"), "floordiv": number2("//"),
	"mod": operation(modulo), "pow": number2("**"), "bitand": number2("&"), "bitor": number2("|"), "bitxor": number2("^"),
	"shl": number2("<<"), "shr": number2(">>"),
	"neg": sign(negate), "pos": sign(positive), "not": sign(invert),
	"eq": deep(operation(func(_ *Evaluation, a, b any) (any, error) { return equal(a, b), nil })),
	"lt": ordered("<", func(n int) bool { return n < 0 }), "le": ordered("<=", func(n int) bool { return n <= 0 }),
	"gt": ordered(">", func(n int) bool { return n > 0 }), "ge": ordered(">=", func(n int) bool { return n >= 0 }),
	"in": deep(operation(contains)), "is": operation(same),
	"value": {do: func(_ *Evaluation, args []any) (any, error) { return args[0], nil }},
	"truth": {do: func(_ *Evaluation, args []any) (any, error) { return Truth(args[0]), nil }},
	"item":  operation(item), "part": {do: part}, "each": {do: elements},
	"list": {do: func(e *Evaluation, args []any) (any, error) { return slices.Clone(args), e.spend(len(args)) }},
	"dict": {do: pairs},
	"field": operation(func(e *Evaluation, of, name any) (any, error) {
		return field(e, of, name.(string))
	}),
	"join": {do: func(_ *Evaluation, args []any) (any, error) {
		var s strings.Builder
		for _, a := range args {
			s.WriteString(a.(string))
		}
		return s.String(), nil
	}},
	"format": deep(operation(func(_ *Evaluation, v, spec any) (any, error) { return formatValue(v, spec.(string)) })),
	"repr":   deep(sign(func(_ *Evaluation, v any) (any, error) { return Repr(v), nil })),
}

// globals are the functions that are called by name.
var globals = map[string]Function{
	"str":    deep(takes(func(_ *Evaluation, args []any) (any, error) { return Text(args[0]), nil }, "object", 1)),
	"int":    takes(toInt, "x base", 1),
	"float":  takes(toFloat, "x", 1),
	"bool":   takes(func(_ *Evaluation, args []any) (any, error) { return Truth(args[0]), nil }, "x", 1),
	"len":    takes(length, "x", 1),
	"abs":    takes(absolute, "x", 1),
	"round":  takes(round, "number ndigits", 1),
	"md5":    takes(digest("md5", func(s string) []byte { d := md5.Sum([]byte(s)); return d[:] }), "string", 1),
	"sha256": takes(digest("sha256", func(s string) []byte { d := sha256.Sum256([]byte(s)); return d[:] }), "string", 1),

	"json.dumps": deep(takes(dumps, "obj ensure_ascii sort_keys separators", 1)),
	"json.loads": takes(loads, "s", 1),

	"datetime.datetime":                  takes(newDatetime, "year month day hour minute second microsecond", 3),
	"datetime.datetime.now":              takes(now, "tz", 0),
	"datetime.datetime.utcnow":           takes(now, "", 0),
	"datetime.datetime.today":            takes(now, "", 0),
	"datetime.datetime.strptime":         takes(strptime, "date_string format", 2),
	"datetime.datetime.fromisoformat":    takes(fromISO, "date_string", 1),
	"datetime.datetime.fromtimestamp":    takes(fromTimestamp, "timestamp tz", 1),
	"datetime.datetime.utcfromtimestamp": takes(fromTimestamp, "timestamp", 1),
	"datetime.date":                      takes(newDate, "year month day", 3),
	"datetime.date.today":                takes(today, "", 0),
	"datetime.date.fromisoformat":        takes(dateFromISO, "date_string", 1),
	"datetime.date.fromtimestamp":        takes(dateFromTimestamp, "timestamp", 1),
	"datetime.timedelta":                 takes(newTimedelta, "days seconds microseconds milliseconds minutes hours weeks", 0),
}

// digest is a function that hashes text.
func digest(name string, of func(s string) []byte) method {
	return func(_ *Evaluation, args []any) (any, error) {
		s, ok := args[0].(string)
		if !ok {
			return nil, fault.New("%s() takes str, not %s; write %s(str(x))", name, TypeName(args[0]), name)
		}
		return hex.EncodeToString(of(s)), nil
	}
}

func textTest(name string, is func(s string) bool) Function {
	return takes(onText(name, func(s string) any { return is(s) }), "", 0)
}

func textTo(name string, to func(s string) string) Function {
	return takes(onText(name, func(s string) any { return to(s) }), "", 0)
}

func affixes(name string, has func(s, affix string) bool) Function {
	return deep(takes(affix(name, has), "affix", 1))
}

// methods are those of values.
var methods = map[string]Function{
	"lower": textTo("lower", strings.ToLower), "upper": textTo("upper", strings.ToUpper), "casefold": textTo("casefold", strings.ToLower),
	"title": textTo("title", titled), "capitalize": textTo("capitalize", capitalized), "swapcase": textTo("swapcase", swapped),
	"strip":  takes(stripped("strip", strings.TrimFunc), "chars", 0),
	"lstrip": takes(stripped("lstrip", strings.TrimLeftFunc), "chars", 0), "rstrip": takes(stripped("rstrip", strings.TrimRightFunc), "chars", 0),
	"split": takes(split("split", false), "sep maxsplit", 0), "rsplit": takes(split("rsplit", true), "sep maxsplit", 0),
	"splitlines": takes(onText("splitlines", splitLines), "", 0),
	"replace":    takes(replace, "old new count", 2),
	"startswith": affixes("startswith", strings.HasPrefix), "endswith": affixes("endswith", strings.HasSuffix),
	"removeprefix": takes(withText("removeprefix", func(_ *Evaluation, s string, a []string) (any, error) { return strings.TrimPrefix(s, a[0]), nil }), "prefix", 1),
	"removesuffix": takes(withText("removesuffix", func(_ *Evaluation, s string, a []string) (any, error) { return strings.TrimSuffix(s, a[0]), nil }), "suffix", 1),
	"find":         takes(found("find", strings.Index, false), "sub", 1), "rfind": takes(found("rfind", strings.LastIndex, false), "sub", 1),
	"index": deep(takes(found("index", strings.Index, true), "value", 1)), "rindex": takes(found("rindex", strings.LastIndex, true), "sub", 1),
	"count": deep(takes(count, "value", 1)), "join": deep(takes(join, "list", 1)),
	"partition": takes(partition("partition", strings.Index, false), "sep", 1), "rpartition": takes(partition("rpartition", strings.LastIndex, true), "sep", 1),
	"ljust": takes(padded("ljust", padRight), "width fillchar", 1), "rjust": takes(padded("rjust", padLeft), "width fillchar", 1),
	"center": takes(padded("center", padBoth), "width fillchar", 1), "zfill": takes(padded("zfill", padZeros), "width", 1),
	"isdigit": textTest("isdigit", func(s string) bool { return made(s, unicode.IsDigit) }), "isdecimal": textTest("isdecimal", func(s string) bool { return made(s, unicode.IsDigit) }),
	"isnumeric": textTest("isnumeric", func(s string) bool { return made(s, unicode.IsNumber) }), "isalpha": textTest("isalpha", func(s string) bool { return made(s, unicode.IsLetter) }),
	"isalnum": textTest("isalnum", func(s string) bool {
		return made(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
	}),
	"isspace": textTest("isspace", func(s string) bool { return made(s, unicode.IsSpace) }),
	"isupper": textTest("isupper", func(s string) bool { return cased(s, unicode.IsUpper, unicode.IsLower) }),
	"islower": textTest("islower", func(s string) bool { return cased(s, unicode.IsLower, unicode.IsUpper) }),
	"isascii": textTest("isascii", func(s string) bool {
		return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
	}),

	"get": takes(dictGet, "key default", 1), "keys": takes(dictPart("keys"), "", 0), "values": takes(dictPart("values"), "", 0), "items": takes(dictPart("items"), "", 0),

	"strftime": takes(strftime, "format", 1), "isoformat": takes(isoformat, "sep", 0), "total_seconds": takes(totalSeconds, "", 0),
	"date": takes(onTime("date", dateOf), "", 0), "timestamp": takes(onTime("timestamp", timestamp), "", 0),
	"weekday": takes(onTime("weekday", weekday(time.Monday, 0)), "", 0), "isoweekday": takes(onTime("isoweekday", weekday(time.Monday, 1)), "", 0),
}

// Operator is the operator of a name.
func Operator(name string) Function {
	f, ok := operators[name]
	if !ok {
		panic("BUG: no operator " + name)
	}
	return f
}

// Global is the function of a name, dots and all: len, json.dumps.
func Global(name string) (Function, bool) {
	f, ok := globals[name]
	return f, ok
}

// Method is the method of a name, of values of any type.
func Method(name string) (Function, bool) {
	f, ok := methods[name]
	return f, ok
}

// Globals are the names of all functions, in order.
func Globals() []string { return slices.Sorted(maps.Keys(globals)) }

// Methods are the names of all methods, in order.
func Methods() []string { return slices.Sorted(maps.Keys(methods)) }

// Usage is what a function takes, in words.
func (f Function) Usage() string {
	if len(f.Params) == 0 {
		return "no arguments"
	}
	words := slices.Clone(f.Params)
	for i := f.Least; i < len(words); i++ {
		words[i] = fmt.Sprintf("[%s]", words[i])
	}
	return strings.Join(words, ", ")
}
