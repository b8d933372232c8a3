package draft4

import (
	"math/rand/v2"
	"testing"
)

// The short way of a simple pattern says what RE2 says.
func TestPatterns(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	f := func(expr string, short bool) {
		t.Helper()
		p, err := patternOf(expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.literal != nil || p.runs != nil; got != short {
			t.Errorf("%s: short %v, want %v", expr, got, short)
		}
		for range 20_000 {
			s := make([]byte, r.IntN(8))
			for i := range s {
				s[i] = "ab09-Aé\n@$"[r.IntN(11)]
			}
			if got, want := p.matches(s), p.re.Match(s); got != want {
				t.Fatalf("%s of %q: %v, want %v", expr, s, got, want)
			}
		}
	}
	f(`@`, true)
	f(``, false)
	f(`^b$`, true)
	f(`é`, true)
	f(`(?i)a`, false)
	f(`^$`, false)
	f(`^[0-9]{2}$`, true)
	f(`^[a-b]+-[0-9]*$`, true)
	f(`^\d{1,3}(-\d)?$`, false)
	f(`^a?b{0,2}0{2,}$`, true)
	f(`^a*a$`, false)
	f(`^a*b?a$`, false)
	f(`^[^a]+$`, false)
	f(`^(?i)a+$`, false)
	f(`^[aé]$`, false)
	f(`^.{1,4}$`, false)
	f(`^a|b$`, false)
	f(`^a{0}b$`, true)
	f(`(?m)^a$`, false)
}
