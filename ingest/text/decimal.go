package text

import "math/bits"

// mostPlain is how many digits any int64 holds.
const mostPlain = 18

// tens are the powers of ten up to 10^mostPlain.
var tens = [mostPlain + 1]int64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
}

// Ten is 10^n, held within 10^18.
func Ten(n int) int64 { return tens[min(n, mostPlain)] }

// PlainDecimal parses the number at b[i] into itself times 10^scale, if that
// has at most 18 digits and the number neither an exponent nor more digits
// after its point than scale; end is -1 for any other value.
func PlainDecimal(b []byte, i, scale int) (x int64, end int) {
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
	if n == 0 || b[start] == '0' && n > 1 {
		return 0, -1
	}
	if b[i] == '.' {
		point := i
		i++
		for c := b[i] - '0'; c <= 9; c = b[i] - '0' {
			x = x*10 + int64(c)
			i++
		}
		if scale -= i - point - 1; i == point+1 {
			return 0, -1
		}
		n += i - point - 1
	}
	if scale < 0 || n+scale > mostPlain || b[i]|0x20 == 'e' {
		return 0, -1
	}
	if x *= tens[scale]; neg {
		x = -x
	}
	return x, i
}

// Scaled is the number times 10^scale as a 128-bit integer, hi its upper half.
// fits: that is whole, and has at most precision digits, which are at most 38.
func (d Decimal) Scaled(precision, scale int) (hi int64, lo uint64, fits bool) {
	if d.count == 0 {
		return 0, 0, true
	}
	zeros := d.exp + scale
	if zeros < 0 || d.count+zeros > precision {
		return 0, 0, false
	}
	var u wide
	left := d.count
	for _, c := range d.digits {
		if c == '.' || left == d.count && c == '0' {
			continue
		}
		if left == 0 {
			break
		}
		u.push(10, uint64(c-'0'))
		left--
	}
	for ; zeros > 0; zeros -= mostPlain {
		u.push(uint64(Ten(zeros)), 0)
	}
	if d.neg {
		u.negate()
	}
	return int64(u.hi), u.lo, true
}

// wide is an integer of 128 bits.
type wide struct{ hi, lo uint64 }

// push makes u into u*by + plus.
func (u *wide) push(by, plus uint64) {
	carry, lo := bits.Mul64(u.lo, by)
	var c uint64
	u.lo, c = bits.Add64(lo, plus, 0)
	u.hi = u.hi*by + carry + c
}

func (u *wide) negate() {
	var borrow uint64
	u.lo, borrow = bits.Sub64(0, u.lo, 0)
	u.hi, _ = bits.Sub64(0, u.hi, borrow)
}

// PowerOfTen is the n of a number that is 10^n.
func (d Decimal) PowerOfTen() (n int, ok bool) {
	if d.neg || d.count != 1 {
		return 0, false
	}
	for _, c := range d.digits {
		if c != '0' && c != '.' {
			return d.exp, c == '1'
		}
	}
	return 0, false
}

// WholeDigits is how many digits the number has before its point.
func (d Decimal) WholeDigits() int {
	if d.count == 0 {
		return 0
	}
	return max(0, d.count+d.exp)
}
