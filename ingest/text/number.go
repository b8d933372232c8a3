package text

import (
	"math"
	"strconv"
)

// Number passes a number, by JSON's grammar.
func (s *Scanner) Number(b []byte, i int) int {
	start := i
	if b[i] == '-' {
		i++
	}
	first := i
	if i = digits(b, i); i == first {
		return s.Fail(start, "no JSON value here")
	}
	if b[first] == '0' && i > first+1 {
		return s.Fail(start, "a number starts with a needless zero")
	}
	if b[i] == '.' {
		point := i
		if i = digits(b, i+1); i == point+1 {
			return s.Fail(start, "no digit after a decimal point")
		}
	}
	if b[i]|0x20 != 'e' {
		return i
	}
	i++
	if b[i] == '+' || b[i] == '-' {
		i++
	}
	first = i
	if i = digits(b, i); i == first {
		return s.Fail(start, "no digit in an exponent")
	}
	return i
}

func digits(b []byte, i int) int {
	for b[i]-'0' <= 9 {
		i++
	}
	return i
}

// PlainInt parses the integer at b[i], if it has at most 18 digits and neither
// point nor exponent; end is -1 for any other value.
func PlainInt(b []byte, i int) (x int64, end int) {
	neg := b[i] == '-'
	if neg {
		i++
	}
	start := i
	for c := b[i] - '0'; c <= 9; c = b[i] - '0' {
		x = x*10 + int64(c)
		i++
	}
	n := i - start
	if n == 0 || n > 18 || b[start] == '0' && n > 1 || b[i] == '.' || b[i]|0x20 == 'e' {
		return 0, -1
	}
	if neg {
		x = -x
	}
	return x, i
}

// Decimal is a number taken apart, nothing lost: its digits, without leading
// and trailing zeros, times ten to the exp.
type Decimal struct {
	neg    bool
	digits []byte // with at most one point among them; see significant
	count  int    // significant digits
	exp    int
}

const expCap = 1 << 40 // far beyond any exponent that matters, far from overflow

// TakeApart reads a checked number. The Decimal refers to num.
func TakeApart(num []byte) Decimal {
	d := Decimal{neg: num[0] == '-'}
	if d.neg {
		num = num[1:]
	}
	mantissa := num
	for i, c := range num {
		if c|0x20 == 'e' {
			mantissa, d.exp = num[:i], Exponent(num[i+1:])
			break
		}
	}
	d.digits = mantissa
	afterPoint, zeros := false, 0
	for _, c := range mantissa {
		if c == '.' {
			afterPoint = true
			continue
		}
		if afterPoint {
			d.exp--
		}
		if c != '0' {
			d.count += zeros + 1
			zeros = 0
		} else if d.count > 0 {
			zeros++
		}
	}
	d.exp += zeros
	return d
}

// Exponent is the value of what stands after a checked number's e, held within
// ±2^40.
func Exponent(text []byte) int {
	neg := text[0] == '-'
	if neg || text[0] == '+' {
		text = text[1:]
	}
	n := 0
	for _, c := range text {
		n = min(n*10+int(c-'0'), expCap)
	}
	if neg {
		return -n
	}
	return n
}

// Whole reports whether the number is an integer, however it is written.
func (d Decimal) Whole() bool { return d.count == 0 || d.exp >= 0 }

// Int64 is the number's exact value, if it is a whole one that fits.
func (d Decimal) Int64() (int64, bool) {
	if d.count == 0 {
		return 0, true
	}
	if d.exp < 0 || d.count+d.exp > 19 {
		return 0, false
	}
	var u uint64
	left := d.count
	for _, c := range d.digits {
		if c == '.' || left == d.count && c == '0' {
			continue
		}
		if left == 0 {
			break
		}
		u = u*10 + uint64(c-'0')
		left--
	}
	for range d.exp {
		u *= 10
	}
	if d.neg {
		return -int64(u), u <= 1<<63
	}
	return int64(u), u <= math.MaxInt64
}

// Whole reports whether a checked number is an integer.
func Whole(num []byte) bool {
	for _, c := range num {
		if c == '.' || c|0x20 == 'e' {
			return TakeApart(num).Whole()
		}
	}
	return true
}

var powers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// PlainFloat parses the number at b[i], if it has at most 15 digits and no
// exponent: both the
// digits and the power of ten are exact doubles, so one division rounds right.
// end is -1 for any other value.
func PlainFloat(b []byte, i int) (f float64, end int) {
	neg := b[i] == '-'
	if neg {
		i++
	}
	start := i
	var u uint64
	for c := b[i] - '0'; c <= 9; c = b[i] - '0' {
		u = u*10 + uint64(c)
		i++
	}
	n := i - start
	if n == 0 || b[start] == '0' && n > 1 {
		return 0, -1
	}
	scale := 0
	if b[i] == '.' {
		i++
		for c := b[i] - '0'; c <= 9; c = b[i] - '0' {
			u = u*10 + uint64(c)
			i++
			scale++
		}
		if scale == 0 {
			return 0, -1
		}
	}
	if n+scale > 15 || b[i]|0x20 == 'e' {
		return 0, -1
	}
	f = float64(u) / powers[scale]
	if neg {
		f = -f
	}
	return f, i
}

// Float is the double nearest to a checked number, and whether there is one.
func Float(num []byte) (float64, bool) {
	f, err := strconv.ParseFloat(string(num), 64)
	return f, err == nil && !math.IsInf(f, 0)
}
