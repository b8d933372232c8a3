package object

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"target-filelake/ingest/mapping/python/fault"
)

// format is a format of an f-string: [[fill]align][sign][0][width][,][.digits][type].
type format struct {
	fill   string
	align  byte // one of < > ^ =, 0 for the type's own
	sign   byte
	width  int
	comma  string
	digits int // -1: not said
	kind   byte
}

// parseFormat reads a format.
func parseFormat(s string) (format, error) {
	f := format{fill: " ", digits: -1}
	_, n := utf8.DecodeRuneInString(s)
	if len(s) > n && strings.IndexByte("<>^=", s[n]) >= 0 {
		f.fill, f.align, s = s[:n], s[n], s[n+1:]
	} else if s != "" && strings.IndexByte("<>^=", s[0]) >= 0 {
		f.align, s = s[0], s[1:]
	}
	if s != "" && strings.IndexByte("+- ", s[0]) >= 0 {
		f.sign, s = s[0], s[1:]
	}
	if strings.HasPrefix(s, "0") && f.align == 0 {
		f.fill, f.align, s = "0", '=', s[1:]
	}
	var err error
	if f.width, s, err = leading(s); err != nil {
		return f, err
	}
	if s != "" && (s[0] == ',' || s[0] == '_') {
		f.comma, s = s[:1], s[1:]
	}
	if strings.HasPrefix(s, ".") {
		before := s[1:]
		if f.digits, s, err = leading(before); err != nil || s == before {
			return f, fault.New("a format wants digits behind the dot")
		}
	}
	if s != "" && strings.IndexByte("sdfFeEgGxXobcn%", s[0]) >= 0 {
		f.kind, s = s[0], s[1:]
	}
	if s != "" {
		return f, fault.New("the format ends in %s, which is not supported; there are widths, <, >, ^, 0, commas, .2 and the types s d f e g %% x o b", strconv.Quote(s))
	}
	return f, nil
}

// CheckFormat refuses a format that no value of text or number takes.
func CheckFormat(s string) error {
	_, err := parseFormat(s)
	return err
}

// widest is the largest width or number of digits of a format.
const widest = 1000

func leading(s string) (n int, rest string, err error) {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	if n, err = strconv.Atoi("0" + s[:end]); err != nil || n > widest {
		return 0, s, fault.New("a format wider than %d", widest)
	}
	return n, s[end:], nil
}

// formatValue is a value in the form that spec asks for.
func formatValue(v any, spec string) (string, error) {
	if spec == "" {
		return Text(v), nil
	}
	switch x := v.(type) {
	case Date:
		return timeText(x.t, x, spec)
	case Datetime:
		return timeText(x.t, x, spec)
	}
	f, err := parseFormat(spec)
	if err != nil {
		return "", err
	}
	if s, ok := v.(string); ok {
		return f.text(s)
	}
	i, x, isInt, ok := number(v)
	switch {
	case !ok:
		return "", fault.New("a format does not take %s", TypeName(v))
	case isInt && strings.IndexByte("\x00dxXobcn", f.kind) >= 0:
		return f.integer(i)
	case f.kind == 0 || strings.IndexByte("fFeEgGn%", f.kind) >= 0:
		return f.float(x)
	}
	return "", fault.New("the format %c does not take %s", f.kind, TypeName(v))
}

func (f format) text(s string) (string, error) {
	if f.kind != 0 && f.kind != 's' || f.align == '=' && f.fill != "0" || f.sign != 0 || f.comma != "" {
		return "", fault.New("the format does not take str")
	}
	if rs := []rune(s); f.digits >= 0 && f.digits < len(rs) {
		s = string(rs[:f.digits])
	}
	if f.align == 0 || f.align == '=' {
		f.align = '<'
	}
	return f.pad("", s), nil
}

func (f format) integer(i int) (string, error) {
	base := map[byte]int{'x': 16, 'X': 16, 'o': 8, 'b': 2}[f.kind]
	if base == 0 {
		base = 10
	}
	if f.kind == 'c' || f.digits >= 0 {
		return "", fault.New("the format does not take int")
	}
	s := strconv.FormatUint(magnitude(i), base)
	if f.kind == 'X' {
		s = strings.ToUpper(s)
	}
	return f.pad(f.signOf(i < 0), f.grouped(s)), nil
}

func (f format) float(x float64) (string, error) {
	percent := ""
	kind, digits := f.kind|0x20, f.digits
	if f.kind == '%' {
		x, kind, percent = x*100, 'f', "%"
	}
	if f.kind == 'n' {
		kind = 'g'
	}
	negative := math.Signbit(x)
	x = math.Abs(x)
	var s string
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		s = floatText(x)
	case f.kind == 0 && digits < 0:
		s = floatText(x)
	case f.kind == 0 || kind == 'g':
		if digits < 0 {
			digits = 6
		}
		s = general(x, max(digits, 1))
	default:
		if digits < 0 {
			digits = 6
		}
		s = strconv.FormatFloat(x, kind, digits, 64)
	}
	if f.kind >= 'A' && f.kind <= 'Z' {
		s = strings.ToUpper(s)
	}
	return f.pad(f.signOf(negative), f.grouped(s)+percent), nil
}

// general is the shorter of both forms, with that many digits, no zeros at its end.
func general(x float64, digits int) string {
	s := strconv.FormatFloat(x, 'e', digits-1, 64)
	mark := strings.IndexByte(s, 'e')
	exponent, _ := strconv.Atoi(s[mark+1:])
	trim := func(s string) string {
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	if exponent < -4 || exponent >= digits {
		return trim(s[:mark]) + s[mark:]
	}
	return trim(strconv.FormatFloat(x, 'f', max(digits-1-exponent, 0), 64))
}

func (f format) signOf(negative bool) string {
	switch {
	case negative:
		return "-"
	case f.sign == '+' || f.sign == ' ':
		return string(f.sign)
	}
	return ""
}

// grouped puts the separator between each three digits before the point.
func (f format) grouped(s string) string {
	if f.comma == "" {
		return s
	}
	end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(s)
	}
	for i := end - 3; i > 0; i -= 3 {
		s = s[:i] + f.comma + s[i:]
	}
	return s
}

func (f format) pad(sign, s string) string {
	missing := max(0, f.width-utf8.RuneCountInString(sign+s))
	switch f.align {
	case '<':
		return sign + s + strings.Repeat(f.fill, missing)
	case '^':
		return strings.Repeat(f.fill, missing/2) + sign + s + strings.Repeat(f.fill, missing-missing/2)
	case '=':
		return sign + strings.Repeat(f.fill, missing) + s
	}
	return strings.Repeat(f.fill, missing) + sign + s
}
