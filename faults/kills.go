package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// killing is layer 2: SIGKILL, at every failpoint and at any moment.
type killing struct {
	*tally
	target
	dirs
	workers int
}

// named kills a load at every point it passes, and a recovery at every point
// of its own, twice.
// seen are the points of a load.
func (k killing) named(seen points) error {
	t := newTap(300, 3)
	visits := seen.visits()
	side(k.workers, visits, func(v visit) { k.fail(k.at(t, v)) })
	wounds := []string{"link/version/before#3", "link/version/after#3", "rename/sidecar/before#2"}
	all := []points{seen}
	n := 0
	for _, wound := range wounds {
		passed, visits, err := k.recoveries(t, wound)
		if err != nil {
			return err
		}
		all, n = append(all, passed), n+visits
	}
	for _, gap := range uncovered(all...) {
		k.fail(faulty("wrong", "a row of the matrix has no point: %s", gap))
	}
	k.say("layer 2: killed at %d failpoints in %d passings, and at %d of recoveries, each twice", len(seen), len(visits), n)
	return nil
}

// traced is the points of a load into a new lake.
func (k killing) traced(t *tap) (points, error) {
	dir, err := k.fresh("trace")
	if err != nil {
		return nil, err
	}
	s := newSession(k.target, t, dir)
	return s.trace(fromStdout, filepath.Join(filepath.Dir(dir), "trace.txt"))
}

// at kills a load at v, and lets one copy of the lake be finished from the
// STATE on stdout and another from the sidecar's.
func (k killing) at(t *tap, v visit) error {
	dir, err := k.fresh("named")
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(dir))
	s := newSession(k.target, t, dir)
	res, err := s.run(fromStdout, options{rules: v.rule("kill")})
	if err != nil {
		return err
	}
	if !res.signalled() {
		return k.unreached(v, res)
	}
	k.count(&k.kills)
	return k.finishBoth(s)
}

// unreached is for points whose count depends on how the tap's bytes arrive:
// the first passing is always there.
func (k killing) unreached(v visit, res outcome) error {
	if v.n == 1 {
		return faulty("wrong", "%s was not reached, exit %d\n%s", v.point, res.code, res.stderr)
	}
	return nil
}

// finishBoth ends the load from the STATE on stdout and, where another stands
// in the sidecar, in a copy of the lake from that.
func (k killing) finishBoth(s *session) error {
	if n, err := fromSidecar(s); err != nil || n == s.said {
		return errors.Join(err, s.finish(fromStdout))
	}
	other, err := s.fork(s.dir + "-sidecar")
	if err != nil {
		return err
	}
	if err := s.finish(fromStdout); err != nil {
		return err
	}
	return other.finish(fromSidecar)
}

// recoveries kills a load where wound says, and then each recovery from that
// at each of its points, two runs in a row.
func (k killing) recoveries(t *tap, wound string) (points, int, error) {
	dir, err := k.fresh("wound")
	if err != nil {
		return nil, 0, err
	}
	s := newSession(k.target, t, dir)
	if res, err := s.run(fromStdout, options{rules: wound + "=kill"}); err != nil || !res.signalled() {
		return nil, 0, fmt.Errorf("wound %s: exit %d: %w", wound, res.code, err)
	}
	k.count(&k.kills)
	healed, err := s.fork(dir + "-traced")
	if err != nil {
		return nil, 0, err
	}
	name := filepath.Join(filepath.Dir(dir), "trace.txt")
	if _, err := healed.trace(fromStdout, name); err != nil {
		return nil, 0, err
	}
	passed, err := recovery(name)
	if err != nil {
		return nil, 0, err
	}
	visits := slices.DeleteFunc(passed.visits(), func(v visit) bool { return v.n > 1 && !strings.HasPrefix(v.point, "remove/") })
	side(k.workers, visits, func(v visit) { k.fail(k.twice(s, v)) })
	return passed, len(visits), os.RemoveAll(filepath.Dir(dir))
}

// twice kills two recoveries of a copy of the wounded lake at v.
func (k killing) twice(wounded *session, v visit) error {
	dir, err := k.fresh("twice")
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(dir))
	s, err := wounded.fork(dir)
	if err != nil {
		return err
	}
	for range 2 {
		res, err := s.run(fromStdout, options{rules: v.rule("kill")})
		if err != nil {
			return err
		}
		if res.signalled() { // else an earlier one had removed what stood there
			k.count(&k.kills)
		}
	}
	return k.finishBoth(s)
}

// moments of a kill.
const (
	before = iota
	between
	inside
)

// random kills loads at any moment, about as often before, between and inside
// commits, until there were enough of each.
func (k killing) random(kills int, seed uint64) {
	t := newTap(900, seed)
	var jobs []uint64
	for i := range uint64(k.workers) {
		jobs = append(jobs, seed+i)
	}
	goal := goal{tally: k.tally, kills: kills}
	side(len(jobs), jobs, func(seed uint64) { k.fail(k.chain(t, goal, seed)) })
	k.say("layer 2: %d kills at random instants: %d before, %d between, %d inside commits",
		k.when[before]+k.when[between]+k.when[inside], k.when[before], k.when[between], k.when[inside])
	if !goal.reached() {
		k.fail(faulty("wrong", "kills before, between, inside commits: %v, want %d and a fifth each", k.when, kills))
	}
}

// goal is as many kills at random instants as asked for, a fifth of them at
// least before, between and inside commits each.
type goal struct {
	*tally
	kills int
}

func (g goal) reached() bool { return g.missing() < 0 }

// missing is the moment of which there are fewest kills; negative if there are enough.
func (g goal) missing() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	fewest, sum := before, 0
	for moment, n := range g.when {
		sum += n
		if n < g.when[fewest] {
			fewest = moment
		}
	}
	if sum >= g.kills && 5*g.when[fewest] >= sum {
		return -1
	}
	return fewest
}

// chain kills and goes on, lake after lake, until the goal is reached.
func (k killing) chain(t *tap, g goal, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 2))
	for !g.reached() {
		dir, err := k.fresh("random")
		if err != nil {
			return err
		}
		s := newSession(k.target, t, dir)
		from := []resume{fromStdout, fromSidecar}[r.IntN(2)]
		for s.state < len(t.lines) && !g.reached() {
			if err := k.once(s, from, g.missing(), r); err != nil {
				return err
			}
		}
		if err := s.finish(from); err != nil {
			return err
		}
		if err := os.RemoveAll(filepath.Dir(dir)); err != nil {
			return err
		}
	}
	return nil
}

// once runs the target and kills it at a moment like the wanted one; every fifth time
// the tap dies as well, between two lines or within one.
func (k killing) once(s *session, from resume, wanted int, r *rand.Rand) error {
	commits := int64(1 + r.IntN(3))
	nap := time.Duration(r.Int64N(int64(25 * time.Millisecond)))
	if wanted == between {
		nap /= 10 // the next commit is near
	}
	o := options{rest: 15 * time.Millisecond, meddle: func(p *process) {
		switch {
		case wanted == inside && !p.reach(&p.begun, commits), wanted == between && !p.reach(&p.ended, commits):
			return
		}
		if p.sleep(nap) {
			p.kill()
		}
	}}
	if r.IntN(5) == 0 {
		left := len(s.tap.lines) - s.state
		o.to, o.torn = s.state+r.IntN(left+1), r.IntN(2) == 0
	}
	res, err := s.run(from, o)
	if err != nil || !res.signalled() {
		return err
	}
	k.count(&k.kills)
	k.count(&k.when[moment(res)])
	return nil
}

// moment says when a run was killed, by the commits it began and ended.
func moment(res outcome) int {
	switch {
	case res.begun == 0:
		return before
	case res.begun > res.ended:
		return inside
	default:
		return between
	}
}
