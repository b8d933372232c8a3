package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"target-filelake/lake"
)

// session is a lake that goes through one fault after another until the tap's
// lines are all in it, and what it must hold.
type session struct {
	target  target
	tap     *tap
	dir     string
	have    content
	version lake.Version
	state   int   // line of the lake's STATE
	said    int   // line of the last STATE that came out of any run
	found   found // of the last look
	shows   bool  // current is asked for at the end
	joins   bool  // loads compact; else only who asks for it
	runs    int
	history string // what was done, for a report
}

func newSession(b target, t *tap, dir string) *session {
	return &session{target: b, tap: t, dir: dir, have: content{}}
}

// fork is the same lake in a copy.
func (s *session) fork(dir string) (*session, error) {
	if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	out := *s
	out.dir = dir
	return &out, nil
}

// resume says from where the tap goes on.
type resume func(*session) (int, error)

// fromStdout goes on from the last STATE that was said.
func fromStdout(s *session) (int, error) { return s.said, nil }

// fromSidecar goes on from the STATE in state.json, and fails if that is behind
// what was said or ahead of the lake.
func fromSidecar(s *session) (int, error) {
	n, err := sidecar(s.dir)
	if err == nil && n < s.said {
		err = faulty("lost", "state.json stands at line %d, line %d was said", n, s.said)
	}
	if err == nil && n > s.state {
		err = faulty("lost", "state.json stands at line %d, the lake at %d", n, s.state)
	}
	return n, err
}

// run runs the target once and holds the lake to what it must hold then.
func (s *session) run(from resume, o options) (outcome, error) {
	res, err := s.start(from, &o)
	if err != nil {
		return res, err
	}
	return res, s.settle(o, res)
}

// start runs the target once; the lake is not looked at.
func (s *session) start(from resume, o *options) (res outcome, err error) {
	s.runs++
	if o.command == "" {
		if o.from, err = from(s); err != nil {
			return res, s.wrap(err)
		}
		if o.to == 0 || o.to > len(s.tap.lines) {
			o.to = len(s.tap.lines)
		}
		s.history += fmt.Sprintf("\n  run %d: lines %d to %d", s.runs, o.from, o.to)
		if !s.joins && !o.joins {
			o.args = append(slices.Clip(o.args), "--compact", "never")
		}
	} else {
		s.history += fmt.Sprintf("\n  run %d: %s", s.runs, o.command)
	}
	s.history += fmt.Sprintf(", failpoints %q %q %q", o.rules, o.wrap, o.args)
	res, err = s.target.run(s.tap, s.dir, *o)
	if err == nil && res.timeout {
		err = faulty("wrong", "hangs")
	}
	s.history += fmt.Sprintf(": exit %d, said %d, version %d", res.code, res.said, res.committed)
	return res, s.wrap(err)
}

// settle compares the lake with what it must hold after a run.
func (s *session) settle(o options, res outcome) error {
	s.said = max(s.said, res.said)
	if res.said > 0 {
		s.said = res.said // a tap that went on from an earlier STATE is told of earlier ones again
	}
	var err error
	if s.found, err = inspect(s.tap, s.dir); err == nil {
		err = s.held(s.found, o, res)
	}
	return s.wrap(err)
}

// held checks what was promised of the lake that was found.
func (s *session) held(f found, o options, res outcome) error {
	if promised := max(int(s.version), res.committed); int(f.version) < promised {
		return faulty("lost", "version %d, where %d was committed", f.version, promised)
	}
	if o.command != "" && f.state != s.state {
		return faulty("wrong", "%s took the lake from line %d to %d", o.command, s.state, f.state)
	}
	if f.state < s.said {
		return faulty("lost", "the lake stands at line %d, line %d was said", f.state, s.said)
	}
	var first error
	for _, want := range s.possible(f, o) {
		err := s.same(f, want)
		if err == nil {
			s.have, s.version, s.state = want, f.version, f.state
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// possible is what the lake may hold: the lines up to its STATE and, if the tap
// ended after a later line, perhaps the keyed rows up to there.
func (s *session) possible(f found, o options) []content {
	if f.version == s.version || o.command != "" {
		return []content{s.have}
	}
	to := max(f.state, o.from)
	base := s.have.apply(s.tap, o.from, to, false)
	if o.torn || to >= o.to {
		return []content{base}
	}
	return []content{base, base.apply(s.tap, to, o.to, true)}
}

func (s *session) same(f found, want content) error {
	var errs []error
	for _, stream := range s.tap.streams {
		if err := compare(stream.name, f.rows[stream.name], want.digest(stream.name)); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// finish runs the tap to its end without a fault; the lake must then hold what
// a load that met none holds.
func (s *session) finish(from resume) error {
	var o options
	res, err := s.start(from, &o)
	if err != nil {
		return err
	}
	if err := s.settle(o, res); err != nil {
		return err
	}
	if res.code != 0 {
		return s.wrap(faulty("wrong", "exit %d of a run without a fault\n%s", res.code, res.stderr))
	}
	if o.from == o.to {
		s.said = o.to // nothing was left to say
	}
	return s.wrap(s.complete())
}

// complete compares the lake with one load of all lines.
func (s *session) complete() error {
	if s.state != len(s.tap.lines) || s.said != s.state {
		return faulty("lost", "at the end the lake stands at line %d, stdout at %d, want %d", s.state, s.said, len(s.tap.lines))
	}
	if n, err := sidecar(s.dir); err != nil || n != s.state {
		return errors.Join(err, faulty("lost", "at the end state.json stands at line %d, want %d", n, s.state))
	}
	all := content{}.apply(s.tap, 0, len(s.tap.lines), false)
	for _, stream := range s.tap.streams {
		if err := compare(stream.name, s.have.digest(stream.name), all.digest(stream.name)); err != nil {
			return err
		}
	}
	if err := leftovers(s.dir); err != nil {
		return err
	}
	if !s.shows {
		return nil
	}
	return s.shown(all)
}

// leftovers says which files stay that nothing names: the load that just ended
// ought to have swept them.
func leftovers(dir string) error {
	for _, pattern := range []string{"*/*/*/*.staged", "*/*/*.staged", "_lake/tmp/*", "_lake/log/.tmp-*", "*.tmp"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) > 0 {
			return errors.Join(err, faulty("wrong", "left behind: %q", names))
		}
	}
	return unnamed(dir)
}

// wrap tells what led to a fault.
func (s *session) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w\n  lake %s%s", err, s.dir, s.history)
}
