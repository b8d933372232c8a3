package main

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// tally counts what was done to the target and what came of it. It may be used
// by several goroutines at once.
type tally struct {
	mu     sync.Mutex
	out    io.Writer
	kills  int
	cuts   int
	errs   int
	when   [4]int // kills before, between and inside commits, and in compactions
	found  map[string]int
	broken []error
	loud   []string // what did not run, and why
}

func newTally(out io.Writer) *tally { return &tally{out: out, found: map[string]int{}} }

// fail notes a promise that did not hold, or a fault of the test's own.
func (t *tally) fail(err error) {
	if err == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	kind := "wrong"
	if f := new(fault); errors.As(err, &f) {
		kind = f.kind
	}
	t.found[kind]++
	t.broken = append(t.broken, err)
	if len(t.broken) <= 20 {
		fmt.Fprintf(t.out, "\nFAULT %v\n\n", err)
	}
}

// count adds one to a counter of t.
func (t *tally) count(n *int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*n++
}

func (t *tally) say(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, format+"\n", args...)
}

// absent says, so that nobody overlooks it, that a layer did not run.
func (t *tally) absent(layer, why string) {
	t.say("\n  !!! %s DID NOT RUN: %s !!!\n", layer, why)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.loud = append(t.loud, layer)
}

// line is the sum of all.
func (t *tally) line(planted, caught int) string {
	return fmt.Sprintf("faults: %d kills, %d cuts, %d errors, %d lost, %d doubled, %d torn · planted bugs %d/%d caught",
		t.kills, t.cuts, t.errs, t.found["lost"], t.found["doubled"], t.found["torn"], caught, planted)
}

// side runs the jobs on n goroutines.
func side[T any](n int, jobs []T, do func(T)) {
	work := make(chan T)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for j := range work {
				do(j)
			}
		})
	}
	for _, j := range jobs {
		work <- j
	}
	close(work)
	wg.Wait()
}
