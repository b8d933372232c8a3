package contest

import (
	"context"
	"errors"
	"testing"
)

func TestRace(t *testing.T) {
	f := func(reps int, ok bool, script string, digests ...string) {
		t.Helper()
		turns := ""
		var contenders []*Contender
		for i, d := range digests {
			name := string(rune('a' + i))
			contenders = append(contenders, &Contender{
				Name:    name,
				Reset:   func() error { turns += name; return nil },
				Process: Process{Argv: []string{"sh", "-c", script}},
				Rows:    func(context.Context, Outcome) (string, error) { return d, nil },
			})
		}
		if err := Race(context.Background(), reps, contenders...); (err == nil) != ok {
			t.Fatalf("%q: error %v", digests, err)
		}
		if !ok {
			return
		}
		for i, c := range contenders {
			if len(c.Runs) != reps || len(c.Wall()) != reps || turns[i] != c.Name[0] || turns[len(digests)+i] != c.Name[0] {
				t.Errorf("%s ran %d times, turns %s", c.Name, len(c.Runs), turns)
			}
		}
	}
	f(2, true, "exit 0", "x", "x", "x")
	f(2, true, "exit 0", "", "x", "") // who has no rows is not asked
	f(2, false, "exit 0", "x", "y")
	f(2, false, "exit 0", "", "x", "y")
	f(1, false, "exit 1", "x")
}

func TestEach(t *testing.T) {
	c := Contender{Name: "c", Runs: []Outcome{{Wall: 1, Peak: 1 << 20, Files: 3}, {Wall: 3, Peak: 2 << 20, Files: 4}}}
	if got := Median(append(append(c.Wall(), c.Peak()...), c.Files()...)); got != 2.5 {
		t.Errorf("median %v, want 2.5", got)
	}
	broken := errors.New("broken")
	if _, err := c.Each(func(Outcome) (float64, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}
