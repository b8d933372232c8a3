package text

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// Every day is counted as the standard library counts it.
func TestCalendar(t *testing.T) {
	for at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 10_000; at = at.AddDate(0, 0, 1) {
		days, why := Date([]byte(at.Format(time.DateOnly)))
		if want := at.Unix() / 86400; why != "" || days != want {
			t.Fatalf("%s = %d %s, want %d", at, days, why, want)
		}
	}
}

// A plain timestamp is what Timestamp makes of it, or none.
func TestPlainTimestamp(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	plain := 0
	for range 300_000 {
		s := fmt.Appendf(nil, `"%04d-%02d-%02dT%02d:%02d:%02d`, r.IntN(10000)*r.IntN(5)/4, r.IntN(14), r.IntN(33), r.IntN(26), r.IntN(62), r.IntN(62))
		if n := r.IntN(9); n > 0 {
			s = fmt.Appendf(s, ".%0*d", n, r.IntN(10))
		}
		s = append(s, []string{"Z", "Z", "+00:00", "", "z", "-00:00", "+01:00", "."}[r.IntN(8)]...)
		if r.IntN(3) == 0 { // a byte that may not stand there
			s[1+r.IntN(len(s)-1)] = "09-:T. tZ/\xaf\xff\x00\"\\"[r.IntN(15)]
		}
		s = append(s, "\"\n"...)
		got, end := PlainTimestamp(s, 0)
		if end < 0 {
			continue
		}
		plain++
		want, cut, why := Timestamp(s[1 : end-1])
		if got != want || cut || why != "" {
			t.Fatalf("%q: %d, want %d %t %s", s, got, want, cut, why)
		}
	}
	if plain < 20_000 {
		t.Fatalf("%d were plain", plain)
	}
	for _, s := range []string{`"2026-11-26T09:36:51Z"`, `"2026-11-26T09:36:51.123Z"`, `"2026-11-26T09:36:51.123456+00:00"`, `"0001-01-01T00:00:00.1Z"`, `"9999-12-31T23:59:59.99999Z"`} {
		if _, end := PlainTimestamp([]byte(s+"\n"), 0); end != len(s) {
			t.Errorf("%s is not plain", s)
		}
	}
}

// BenchmarkTimes parses what most taps write.
func BenchmarkTimes(b *testing.B) {
	s := []byte(`"2026-11-26T09:36:51.042771Z"` + "\n")
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			if _, end := PlainTimestamp(s, 0); end < 0 {
				b.Fatal(end)
			}
		}
	})
	b.Run("any", func(b *testing.B) {
		for b.Loop() {
			if _, _, why := Timestamp(s[1 : len(s)-2]); why != "" {
				b.Fatal(why)
			}
		}
	})
}
