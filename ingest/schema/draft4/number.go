package draft4

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"target-filelake/ingest/text"
)

// bound is a number of a schema that numbers are held against.
type bound struct {
	text      string
	plain     decimal
	isPlain   bool
	rat       *big.Rat
	exclusive bool
}

// decimal is a number of at most 18 digits: mant over ten to the scale.
type decimal struct {
	mant  int64
	scale int
}

func boundOf(num string) *bound {
	b := &bound{text: num}
	b.rat, _ = new(big.Rat).SetString(num)
	b.plain, b.isPlain = decimalAt([]byte(num + "\n"))
	return b
}

// decimalAt parses the number that b starts with, if it has at most 18 digits
// and no exponent.
func decimalAt(b []byte) (d decimal, ok bool) {
	i, neg := 0, b[0] == '-'
	if neg {
		i++
	}
	digits, point := 0, -1
	for ; ; i++ {
		c := b[i] - '0'
		if c > 9 {
			if b[i] != '.' {
				break
			}
			point = digits
			continue
		}
		d.mant = d.mant*10 + int64(c)
		if digits++; digits > 18 {
			return d, false
		}
	}
	if b[i]|0x20 == 'e' {
		return d, false
	}
	if point >= 0 {
		d.scale = digits - point
	}
	if neg {
		d.mant = -d.mant
	}
	return d, true
}

var tens = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// aligned gives both numbers the larger of their scales, if they fit it.
func aligned(a, b decimal) (x, y int64, ok bool) {
	switch {
	case a.scale == b.scale:
		return a.mant, b.mant, true
	case a.scale > b.scale:
		y, x, ok = aligned(b, a)
		return x, y, ok
	}
	ten := tens[b.scale-a.scale]
	if a.mant > math.MaxInt64/ten || a.mant < -math.MaxInt64/ten {
		return 0, 0, false
	}
	return a.mant * ten, b.mant, true
}

// number checks the number in b[i:end].
func (k *Checker) number(n *numbers, b []byte, i, end int) bool {
	d, plain := decimalAt(b[i:])
	if !plain && !measured(b[i:end]) {
		if k.words == nil {
			return false
		}
		k.say(WildNumber)
		return true
	}
	v := value{d: d, plain: plain, text: b[i:end]}
	if n.min != nil && !k.above(n.min, v.cmp(n.min)) ||
		n.max != nil && !k.below(n.max, v.cmp(n.max)) {
		return false
	}
	if n.multipleOf != nil && !v.multipleOf(n.multipleOf) {
		if k.words == nil {
			return false
		}
		k.say("multipleOf %s, got another number", n.multipleOf.text)
	}
	return true
}

func (k *Checker) above(min *bound, cmp int) bool {
	switch {
	case cmp > 0 || cmp == 0 && !min.exclusive:
		return true
	case k.words == nil:
		return false
	case min.exclusive:
		k.say("minimum %s, itself excluded, got a number not above it", min.text)
	default:
		k.say("minimum %s, got a smaller number", min.text)
	}
	return true
}

func (k *Checker) below(max *bound, cmp int) bool {
	switch {
	case cmp < 0 || cmp == 0 && !max.exclusive:
		return true
	case k.words == nil:
		return false
	case max.exclusive:
		k.say("maximum %s, itself excluded, got a number not below it", max.text)
	default:
		k.say("maximum %s, got a larger number", max.text)
	}
	return true
}

// value is a number of a record.
type value struct {
	d     decimal
	plain bool
	text  []byte
	rat   *big.Rat
}

func (v *value) exact() *big.Rat {
	if v.rat == nil {
		v.rat, _ = new(big.Rat).SetString(string(v.text))
	}
	return v.rat
}

func (v *value) cmp(to *bound) int {
	if v.plain && to.isPlain {
		if x, y, ok := aligned(v.d, to.plain); ok {
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		}
	}
	return v.exact().Cmp(to.rat)
}

func (v *value) multipleOf(of *bound) bool {
	if v.plain && of.isPlain {
		if x, y, ok := aligned(v.d, of.plain); ok {
			return x%y == 0
		}
	}
	return new(big.Rat).Quo(v.exact(), of.rat).IsInt()
}

const mostDigits, mostExponent = 1000, 400

// WildNumber is what is wrong with a number that is not looked at further.
const WildNumber = "number has an exponent or digits out of all measure"

// measured reports whether exact arithmetic on the number is cheap.
func measured(num []byte) bool {
	if len(num) > mostDigits {
		return false
	}
	for i, c := range num {
		if c|0x20 == 'e' {
			x := text.Exponent(num[i+1:])
			return -mostExponent <= x && x <= mostExponent
		}
	}
	return true
}

// tame reports whether a schema's number is measured and a double, as the
// whole validator needs it.
func tame(num string) bool {
	if !measured([]byte(num)) {
		return false
	}
	_, ok := text.Float([]byte(num))
	return ok
}

// appendNumber appends a number's digits and exponent, the same ones however
// it is written.
func appendNumber(dst, num []byte) []byte {
	neg := num[0] == '-'
	if neg {
		num = num[1:]
	}
	exp, afterPoint := 0, false
	from := len(dst)
	for i, c := range num {
		if c|0x20 == 'e' {
			exp += text.Exponent(num[i+1:])
			break
		}
		if c == '.' {
			afterPoint = true
			continue
		}
		if afterPoint {
			exp--
		}
		if c != '0' || len(dst) > from {
			dst = append(dst, c)
		}
	}
	for len(dst) > from && dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
		exp++
	}
	if len(dst) == from {
		return append(dst, '0')
	}
	if neg {
		dst = append(dst, '-')
	}
	dst = append(dst, 'e')
	for range 8 {
		dst = append(dst, byte(exp))
		exp >>= 8
	}
	return dst
}

// whole is a schema's count, -1 if it is none.
func whole(n *Node) int {
	if !n.Is('0') || !tame(n.text) || strings.HasPrefix(n.text, "-") && n.text != "-0" {
		return -1
	}
	d := text.TakeApart([]byte(n.text))
	x, fits := d.Int64()
	switch {
	case !d.Whole():
		return -1
	case !fits:
		return math.MaxInt
	}
	return int(x)
}

var errCount = fmt.Errorf("is not a whole number from 0 on")
