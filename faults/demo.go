package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"time"
)

// demoKills is how often the load of the demo is killed.
const demoKills = 20

// demo kills one load 20 times and tells what is there after each.
func demo(out io.Writer, b target, root string, seed uint64) error {
	b.batch = 100
	t := newTap(25_000, seed)
	s := newSession(b, t, filepath.Join(root, "lake"))
	r := rand.New(rand.NewPCG(seed, 6))
	fmt.Fprintf(out, "A tap sends %d lines: two streams that are updated, two that are appended to, a new column on the way.\n", len(t.lines))
	fmt.Fprintf(out, "target-filelake loads them into %s, and is killed with SIGKILL %d times.\n\n", s.dir, demoKills)
	for kills := 0; kills < demoKills; {
		from := s.said
		res, err := s.run(fromStdout, options{rest: 20 * time.Millisecond, meddle: func(p *process) {
			p.reach([]*atomic.Int64{&p.begun, &p.ended}[r.IntN(2)], int64(r.IntN(4)))
			p.sleep(time.Duration(r.Int64N(int64(20 * time.Millisecond))))
			p.kill()
		}})
		if err != nil {
			return err
		}
		if !res.signalled() {
			return fmt.Errorf("the load ended after %d kills, exit %d\n%s", kills, res.code, res.stderr)
		}
		kills++
		where := [...]string{
			before: "before its first commit", between: "between two commits", inside: "in the middle of a commit", copying: "as it compacts",
		}[moment(res)]
		fmt.Fprintf(out, "kill %2d, %-26s sent from line %4d  STATE out: line %4d  lake: version %2d, %5d rows, whole\n",
			kills, where+",", from, s.said, s.version, rowsIn(s.have))
	}
	if err := s.finish(fromStdout); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe last run was left alone. Every row was compared with a load that nobody disturbed:\n")
	fmt.Fprintf(out, "%d rows in %d streams, %d kills: 0 lost, 0 doubled\n", rowsIn(s.have), len(s.have), demoKills)
	return nil
}

func rowsIn(c content) int {
	n := 0
	for _, rows := range c {
		n += len(rows)
	}
	return n
}
