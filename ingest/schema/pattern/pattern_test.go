package pattern

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// A table says what RE2 says.
func TestMatch(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	f := func(expr string, short bool) {
		t.Helper()
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.literal != nil || p.table != nil; got != short {
			t.Errorf("%s: short %v, want %v", expr, got, short)
		}
		matches := 0
		for range 20_000 {
			s := make([]byte, r.IntN(8))
			for i := range s {
				s[i] = "ab09-Aé\n@$"[r.IntN(11)]
			}
			got, want := p.Match(s), p.re.Match(s)
			if got != want {
				t.Fatalf("%s of %q: %v, want %v", expr, s, got, want)
			}
			if got {
				matches++
			}
		}
		if matches == 0 {
			t.Errorf("%s: no case matches", expr)
		}
	}
	f(`@`, true)
	f(``, true)
	f(`^b$`, true)
	f(`é`, true)
	f(`(?i)a`, true)
	f(`^$`, true)
	f(`$^`, true)
	f(`a|^$|b$`, true)
	f(`^[0-9]{2}$`, true)
	f(`^[a-b]+-[0-9]*$`, true)
	f(`^\d{1,3}(-\d)?$`, true)
	f(`^a?b{0,2}0{2,}$`, true)
	f(`^a*a$`, true)
	f(`^a*b?a$`, true)
	f(`^[^a]+$`, true)
	f(`^(?i)a+$`, true)
	f(`^(?i)[a9]+$`, true)
	f(`^[aé]$`, true)
	f(`^.{1,4}$`, true)
	f(`^(?s).{1,4}$`, true)
	f(`^a|b$`, true)
	f(`^a{0}b$`, true)
	f(`^[^@]+@[^@]+$`, true)
	f(`(ab|09|-A)(a|b)?@`, true)
	f(`^(a|ab)(0|b9)?`, true)
	f(`^\p{L}+$`, true)
	f(`[^\x00-\x7f]a`, true)
	f(`(a|$)(^|b)`, true)
	f(`(?m)^a$`, false)
	f(`\ba`, false)
	f(`a.{12}b|.`, true)
}

// What would take a large table, or long to make, is left to regexp.
func TestBounds(t *testing.T) {
	began := time.Now()
	f := func(expr string) {
		t.Helper()
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		if p.table != nil {
			t.Errorf("%s: %d entries", expr, len(p.table.next))
		}
		if s := []byte(strings.Repeat("xay", 50)); p.Match(s) != p.re.Match(s) {
			t.Errorf("%s: no match", expr)
		}
	}
	f(`a.{14}b`)
	f(`(x+x+)+y.{40}z`)
	f(`(a?){30}(a{30}.){30}`)
	f(`^(.{1,30}y){30}$`)
	f(`[\p{L}\p{N}]{300}x`)
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}

// FuzzMatch holds a table against regexp.
func FuzzMatch(f *testing.F) {
	f.Add(`^(a|b)*?c$`, "abc")
	f.Add(`(?i)ſ|K`, "sſkK")
	f.Add(`^$|\x{10FFFF}`, "\U0010ffff")
	f.Add(`[^a-z]{2,}$`, "\xff\xfe")
	f.Fuzz(func(t *testing.T, expr, s string) {
		p, err := Compile(expr)
		if err != nil {
			return
		}
		if got, want := p.Match([]byte(s)), p.re.MatchString(s); got != want {
			t.Fatalf("%q of %q: %v, want %v", expr, s, got, want)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	bench := func(expr, s string) {
		p, err := Compile(expr)
		if err != nil {
			b.Fatal(err)
		}
		text := []byte(s)
		b.Run(expr+"/here", func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				if !p.Match(text) {
					b.Fatal("no match")
				}
			}
		})
		b.Run(expr+"/regexp", func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				p.re.Match(text)
			}
		})
	}
	bench(`^[^@]+@[^@]+$`, "c79978@a.example")
	bench(`^S-[0-9]+$`, "S-8606")
	bench(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, "123e4567-e89b-12d3-a456-426614174000")
	bench(`@`, "c79978@a.example")
}
