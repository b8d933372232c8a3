package report

import (
	"strings"
	"testing"
)

func TestScale(t *testing.T) {
	f := func(least, most float64, word func(float64) string, want string) {
		t.Helper()
		s := newScale(least, most, word)
		var got []string
		for _, tick := range s.ticks {
			got = append(got, tick.Label)
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("newScale(%v, %v): %s, want %s", least, most, g, want)
		}
		if s.min > least || s.max < most || s.ticks[0].Value != s.min || s.ticks[len(s.ticks)-1].Value != s.max {
			t.Errorf("newScale(%v, %v) is from %v to %v", least, most, s.min, s.max)
		}
	}
	f(7, 7, countTick, "0 2 4 6 8")
	f(60_000, 97_000, countTick, "0 20k 40k 60k 80k 100k")
	f(900_000, 2_400_000, countTick, "0 500k 1M 1.5M 2M 2.5M")
	f(1, 2, countTick, "0 0.5 1 1.5 2")
	f(0.2, 0.31, timeTick, "0 100 ms 200 ms 300 ms 400 ms")
	f(0.6, 1.2, timeTick, "0 250 ms 500 ms 750 ms 1 s 1.25 s")
	f(2, 100, countTick, "2 5 10 20 50 100")
	f(0.004, 0.7, timeTick, "2 ms 5 ms 10 ms 20 ms 50 ms 100 ms 200 ms 500 ms 1 s")
	f(0.004, 7, timeTick, "1 ms 10 ms 100 ms 1 s 10 s")
	f(0.0004, 0.02, timeTick, "0.2 ms 0.5 ms 1 ms 2 ms 5 ms 10 ms 20 ms")
}
