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
	few     bool // recoveries from several wounds are killed at a point in one of them
}

// named kills a load at every point it passes, a compaction at every point of
// its own, and a recovery at every point of that, twice.
// seen are the points of a load, copied those of the compact command.
func (k killing) named(seen, copied points) error {
	t := newTap(300, 3)
	visits := seen.visits()
	side(k.workers, visits, func(v visit) { k.fail(k.at(t, v)) })
	aged, err := k.aged(t)
	if err != nil {
		return err
	}
	compactions := copied.visits()
	side(k.workers, compactions, func(v visit) { k.fail(k.compacting(aged, v)) })
	wounds := []string{
		"link/version/before#3", "link/version/after#3", "rename/sidecar/before#2",
		"compact/copy/after#2", "link/links/after#2",
	}
	all := []points{seen, copied}
	n := 0
	known := map[visit]bool{}
	for _, wound := range wounds {
		passed, visits, err := k.recoveries(t, wound, known)
		if err != nil {
			return err
		}
		all, n = append(all, passed), n+visits
	}
	for _, gap := range uncovered(all...) {
		k.fail(faulty("wrong", "a row of the matrix has no point: %s", gap))
	}
	k.say("layer 2: killed at %d failpoints of loads in %d passings, at %d of compactions in %d, and at %d of recoveries, each twice",
		len(seen), len(visits), len(copied), len(compactions), n)
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

// aged is a lake that has been compacted twice, and whose tables have files and
// superseded rows since.
func (k killing) aged(t *tap) (*session, error) {
	dir, err := k.fresh("aged")
	if err != nil {
		return nil, err
	}
	s := newSession(k.target, t, dir)
	for n, joins := range []bool{true, true, false} {
		res, err := s.run(fromStdout, options{to: t.whole((n + 1) * len(t.lines) / 3), joins: joins})
		if err == nil && res.code != 0 {
			err = fmt.Errorf("exit %d\n%s", res.code, res.stderr)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// copied is the points of the compact command in an aged lake.
func (k killing) copied(t *tap) (points, error) {
	s, err := k.aged(t)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(filepath.Dir(s.dir), "trace.txt")
	if res, err := s.compact(options{args: []string{"--full"}, rules: "*=trace:" + name}); err != nil || res.code != 0 {
		return nil, fmt.Errorf("exit %d: %w\n%s", res.code, err, res.stderr)
	}
	return readTrace(name)
}

// compacting kills a compaction of a copy of an aged lake at v, and lets the next
// load and compaction go on.
func (k killing) compacting(aged *session, v visit) error {
	dir, err := k.fresh("compacting")
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(dir))
	s, err := aged.fork(dir)
	if err != nil {
		return err
	}
	s.shows = true
	res, err := s.compact(options{args: []string{"--full"}, rules: v.rule("kill")})
	if err != nil {
		return err
	}
	if !res.signalled() {
		return k.unreached(v, res)
	}
	k.count(&k.kills)
	return k.finishBoth(s)
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
	other.shows = false
	return other.finish(fromSidecar)
}

// recoveries kills a load where wound says, and then each recovery from that
// at each of its points, two runs in a row; with few, not at those that are known.
func (k killing) recoveries(t *tap, wound string, known map[visit]bool) (points, int, error) {
	dir, err := k.fresh("wound")
	if err != nil {
		return nil, 0, err
	}
	s := newSession(k.target, t, dir)
	if res, err := s.run(fromStdout, options{rules: wound + "=kill", joins: true}); err != nil || !res.signalled() {
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
	visits := slices.DeleteFunc(passed.visits(), func(v visit) bool {
		again := known[v]
		known[v] = true
		return k.few && again || v.n > 1 && !strings.HasPrefix(v.point, "remove/")
	})
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
	copying
)

// random kills loads at any moment, about as often before, between and inside
// commits and as tables are compacted, until there were enough of each.
func (k killing) random(kills int, seed uint64) {
	t := newTap(900, seed)
	var jobs []uint64
	for i := range uint64(k.workers) {
		jobs = append(jobs, seed+i)
	}
	goal := goal{tally: k.tally, kills: kills}
	side(len(jobs), jobs, func(seed uint64) { k.fail(k.chain(t, goal, seed)) })
	k.say("layer 2: %d kills at random instants: %d before, %d between, %d inside commits, %d since a compaction began",
		k.when[before]+k.when[between]+k.when[inside]+k.when[copying], k.when[before], k.when[between], k.when[inside], k.when[copying])
	if !goal.reached() {
		k.fail(faulty("wrong", "kills before, between, inside commits, in compactions: %v, want %d and an eighth each", k.when, kills))
	}
}

// goal is as many kills at random instants as asked for, an eighth of them at
// least at each of the moments.
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
	if sum >= g.kills && 8*g.when[fewest] >= sum {
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
		s.shows = true
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
		case wanted == inside && !p.reach(&p.begun, commits), wanted == between && !p.reach(&p.ended, commits),
			wanted == copying && !p.reach(&p.copied, commits):
			return
		}
		if p.sleep(nap) {
			p.kill()
		}
	}}
	left := len(s.tap.lines) - s.state
	if wanted == copying { // which comes at the end of what the tap sends
		o.to, o.rest, o.joins = s.tap.whole(s.state+20+r.IntN(100)), 0, true
	} else if r.IntN(5) == 0 {
		o.to, o.torn = s.state+r.IntN(left+1), r.IntN(2) == 0
		if !slices.ContainsFunc(s.tap.lines[s.state:o.to], func(l line) bool { return l.state }) {
			o.torn = true // a whole input without a STATE says that none is owed
		}
	}
	res, err := s.run(from, o)
	if err != nil || !res.signalled() {
		return err
	}
	k.count(&k.kills)
	k.count(&k.when[moment(res)])
	return nil
}

// moment says when a run was killed, by the commits it began and ended, and the
// compactions, which come after them.
func moment(res outcome) int {
	switch {
	case res.copied > 0:
		return copying
	case res.begun == 0:
		return before
	case res.begun > res.ended:
		return inside
	default:
		return between
	}
}
