package text

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// randomDecimal writes a number of up to 45 digits, its point anywhere.
func randomDecimal(r *rand.Rand) string {
	var s strings.Builder
	if r.IntN(2) == 0 {
		s.WriteByte('-')
	}
	whole := r.IntN(25)
	if whole == 0 {
		s.WriteByte('0')
	}
	for i := range whole {
		s.WriteByte(byte('0' + r.IntN(10)))
		if i == 0 && s.String()[s.Len()-1] == '0' {
			break
		}
	}
	if n := r.IntN(25); n > 0 && r.IntN(3) > 0 {
		s.WriteByte('.')
		for range n {
			s.WriteByte("0000123456789"[r.IntN(13)])
		}
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(&s, "%c%s%d", "eE"[r.IntN(2)], []string{"", "+", "-"}[r.IntN(3)], r.IntN(30))
	}
	return s.String()
}

// whole128 is the value of 128 bits in two's complement.
func whole128(hi int64, lo uint64) *big.Int {
	x := new(big.Int).Lsh(big.NewInt(hi), 64)
	return x.Add(x, new(big.Int).SetUint64(lo))
}

// Decimals are what exact arithmetic says, and refused where it has no room.
func TestDecimals(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	taken, plain := 0, 0
	for range 200_000 {
		number := randomDecimal(r)
		precision := 1 + r.IntN(38)
		scale := r.IntN(precision + 1)
		exact, _ := new(big.Rat).SetString(number)
		exact.Mul(exact, new(big.Rat).SetInt(power(scale)))
		want := exact.IsInt() && new(big.Int).Abs(exact.Num()).Cmp(power(precision)) < 0
		hi, lo, fits := TakeApart([]byte(number)).Scaled(precision, scale)
		if fits != want || fits && whole128(hi, lo).Cmp(exact.Num()) != 0 {
			t.Fatalf("%s as decimal(%d,%d): got %v %t, want %v %t", number, precision, scale, whole128(hi, lo), fits, exact, want)
		}
		x, end := PlainDecimal([]byte(number+"\n"), 0, scale)
		if end >= 0 && (end != len(number) || !exact.IsInt() || exact.Num().Cmp(big.NewInt(x)) != 0) {
			t.Fatalf("%s times 10^%d: got %d, want %v", number, scale, x, exact)
		}
		if fits {
			taken++
		}
		if end >= 0 {
			plain++
		}
	}
	if taken < 20_000 || plain < 20_000 {
		t.Errorf("%d taken, %d plain: the cases prove little", taken, plain)
	}
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

func TestPowerOfTen(t *testing.T) {
	f := func(number string, n int, ok bool) {
		t.Helper()
		if got, is := TakeApart([]byte(number)).PowerOfTen(); is != ok || ok && got != n {
			t.Errorf("%s: got %d %t, want %d %t", number, got, is, n, ok)
		}
	}
	f("0.01", -2, true)
	f("1e-2", -2, true)
	f("10E-05", -4, true)
	f("1", 0, true)
	f("100.0", 2, true)
	f("0.02", 0, false)
	f("0.11", 0, false)
	f("0", 0, false)
	f("-0.1", 0, false)
}
