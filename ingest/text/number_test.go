package text

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
)

// randomNumber writes a number of any size and form.
func randomNumber(r *rand.Rand) string {
	s := strconv.FormatInt(int64(r.Uint64())>>r.IntN(64), 10)
	if r.IntN(2) == 0 {
		s += fmt.Sprintf(".%d", r.IntN(1e6))
	}
	if r.IntN(4) == 0 {
		s += fmt.Sprintf("%c%d", "eE"[r.IntN(2)], r.IntN(400)-310)
	}
	return s
}

// Every number that the fast path reads is what the standard library reads.
func TestNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 200_000 {
		number := randomNumber(r)
		want, err := strconv.ParseFloat(number, 64)
		got, end := PlainFloat([]byte(number+"\n"), 0)
		if end < 0 {
			var ok bool
			if got, ok = Float([]byte(number)); ok != (err == nil) {
				t.Fatalf("%s: fits %v, want error %v", number, ok, err)
			}
		}
		if err == nil && got != want {
			t.Fatalf("%s = %v, want %v", number, got, want)
		}
	}
}
