package laketest

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"

	"target-filelake/lake/columns"
)

// Pick is one of some.
func Pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// AppendNumber puts unscaled x, or a null, into a leaf of integers or decimals.
func AppendNumber(v *columns.Vector, x *big.Int) {
	if x == nil {
		v.Null(0, 0)
		return
	}
	hi := new(big.Int).Rsh(x, 64).Int64()
	lo := new(big.Int).And(x, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	if v.Kind == columns.Int64 {
		v.Int(int64(lo), 0)
		return
	}
	v.Decimal(hi, lo, 0)
}

// RandomNumber has up to digits of them; now and then it is the first or last there is.
func RandomNumber(r *rand.Rand, digits int) *big.Int {
	most := new(big.Int).Sub(tenTo(digits), big.NewInt(1))
	switch r.IntN(8) {
	case 0:
		return most
	case 1:
		return most.Neg(most)
	}
	x, _ := new(big.Int).SetString("1"+strings.Repeat("0", r.IntN(digits)), 10)
	x.Mul(x, big.NewInt(r.Int64N(19)-9)).Add(x, big.NewInt(r.Int64N(1000)-500))
	return x.Rem(x, tenTo(digits))
}

// DecimalText is unscaled x with its point.
func DecimalText(x *big.Int, scale int) string {
	return new(big.Rat).SetFrac(x, tenTo(scale)).FloatString(scale)
}

func tenTo(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
