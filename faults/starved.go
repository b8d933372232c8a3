package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"target-filelake/faults/disk"
)

// compactions has every call of the compact command fail: it must say so and
// change nothing.
func (f failing) compactions(k killing, copied points) {
	aged, err := k.aged(newTap(300, 3))
	if err != nil {
		f.fail(err)
		return
	}
	n := f.errs
	side(f.workers, copied.faults(), func(rule string) { f.fail(f.compaction(aged, rule)) })
	f.say("layer 4: %d errors injected into calls of compactions", f.errs-n)
}

func (f failing) compaction(aged *session, rule string) error {
	dir, err := f.fresh("compaction")
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(dir))
	s, err := aged.fork(dir)
	if err != nil {
		return err
	}
	res, err := s.compact(options{args: []string{"--full"}, rules: rule})
	if err != nil {
		return err
	}
	switch {
	case res.code == exitDisk:
		f.count(&f.errs)
	case res.code != 0:
		return s.wrap(faulty("wrong", "exit %d of %s, want %d\n%s", res.code, rule, exitDisk, res.stderr))
	case f.certain(rule) && !among(rule, harmless):
		return s.wrap(faulty("wrong", "compact: exit 0 in spite of %s\n%s", rule, res.stderr))
	}
	return s.finish(fromStdout)
}

// starved gives compacted files of one stream a disk of their own, which is full
// or does not work: its rows must be loaded all the same.
func (f failing) starved() {
	if os.Getuid() != 0 {
		f.absent("LAYER 4 of compactions without room", "it needs root, to mount a tmpfs")
		return
	}
	n := f.errs
	f.fail(f.hungry("full", fullDir))
	if why := disk.CannotCut(); why != "" {
		f.absent("LAYER 4 of compactions on a dead disk", why)
	} else {
		f.fail(f.hungry("dead", f.deadDir))
	}
	if _, err := exec.LookPath("strace"); err != nil {
		f.absent("LAYER 4 of compactions under strace", "it needs strace")
	} else {
		f.fail(f.struck())
	}
	f.say("layer 4: %d compactions that could not write", f.errs-n)
}

// fullDir mounts a disk that has room for names alone.
func fullDir(dir string) error {
	if err := disk.Command("mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", dir); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "filler"), make([]byte, 4096), 0o600)
}

// deadDir mounts one of which the power is gone.
func (f failing) deadDir(dir string) error {
	root, err := f.fresh("dead")
	if err != nil {
		return err
	}
	m, err := disk.New("ext4", filepath.Dir(root), disk.Smallest["ext4"])
	if err != nil {
		return err
	}
	err = disk.Command("mount", "--bind", m.Dir, dir)
	return errors.Join(err, m.Cut(), disk.Command("umount", "-l", m.Dir))
}

// victim is the stream whose compactions fail.
const victim = "accounts"

// hungry compacts, by itself and after a load, where mount is all the room there
// is for it.
func (f failing) hungry(what string, mount func(dir string) error) (err error) {
	s, err := f.uncompacted(what)
	if err != nil {
		return err
	}
	table := filepath.Join(s.dir, victim, "table")
	if err := errors.Join(os.Mkdir(table, 0o700), mount(table)); err != nil {
		return err
	}
	mounted := true
	defer func() {
		if mounted {
			err = errors.Join(err, disk.Unmount(table))
		}
	}()
	version := s.version
	res, err := s.compact(options{})
	if err == nil && (res.code != exitDisk || s.version != version) {
		err = s.wrap(faulty("wrong", "compact on a %s disk: exit %d, version %d, want %d, %d\n%s", what, res.code, s.version, exitDisk, version, res.stderr))
	}
	if err != nil {
		return err
	}
	f.count(&f.errs)
	if err := f.loadedAllTheSame(s, options{to: s.tap.whole(len(s.tap.lines) * 2 / 3)}); err != nil {
		return err
	}
	if err := disk.Unmount(table); err != nil {
		return err
	}
	mounted = false
	return f.recovers(s)
}

// uncompacted is a lake with a third of a tap's lines.
func (f failing) uncompacted(what string) (*session, error) {
	dir, err := f.fresh(what)
	if err != nil {
		return nil, err
	}
	s := newSession(f.target, newTap(300, 9), dir)
	_, err = s.run(fromStdout, options{to: s.tap.whole(len(s.tap.lines) / 3)})
	s.joins = true
	return s, err
}

// loadedAllTheSame wants a load of which one table cannot be compacted to end
// well, and to say so; the other tables are compacted.
func (f failing) loadedAllTheSame(s *session, o options) error {
	res, err := s.run(fromStdout, o)
	if err != nil {
		return err
	}
	f.count(&f.errs)
	if res.code != 0 || o.wrap == nil && !strings.Contains(res.stderr, "was not compacted") || s.said < s.state {
		return s.wrap(faulty("wrong", "exit %d, said %d, the lake stands at %d\n%s", res.code, s.said, s.state, res.stderr))
	}
	m, err := newest(s.dir)
	if err != nil {
		return err
	}
	for _, file := range m.Tables[victim].Files {
		if m.Tables[victim].IsCompacted(&file) {
			return s.wrap(faulty("wrong", "adopted: %s", file.Path))
		}
	}
	names, err := filepath.Glob(filepath.Join(s.dir, victim, "table", "*.parquet*"))
	if err != nil || len(names) > 0 {
		return s.wrap(errors.Join(err, faulty("wrong", "left behind: %q", names)))
	}
	return nil
}

// recovers wants the next run to compact what the last could not.
func (f failing) recovers(s *session) error {
	var o options
	res, err := s.start(fromStdout, &o)
	if err == nil {
		err = s.settle(o, res)
	}
	if err == nil && (res.code != 0 || !strings.Contains(res.stderr, "msg=compacted stream="+victim)) {
		err = s.wrap(faulty("wrong", "exit %d, and %s is not compacted\n%s", res.code, victim, res.stderr))
	}
	if err != nil {
		return err
	}
	return errors.Join(s.wrap(s.complete()), os.RemoveAll(filepath.Dir(s.dir)))
}

// struck has DuckDB's first write of a compacted file fail, under a strace that
// comes as the file is begun; one thread, as no other file is to be begun meanwhile.
func (f failing) struck() error {
	s, err := f.uncompacted("struck")
	if err != nil {
		return err
	}
	ready, log := s.dir+"-ready", s.dir+"-strace.txt"
	o := options{rules: "compact/copy/before#1=pause:" + ready, wrap: []string{}, args: []string{"--threads", "1"}, to: s.tap.whole(len(s.tap.lines) * 2 / 3)}
	var struck error
	o.meddle = func(p *process) {
		if p.paused(ready) {
			struck = strike(p, log, func() error { return os.Remove(ready) })
		}
	}
	if err := f.loadedAllTheSame(s, o); err != nil || struck != nil {
		return errors.Join(err, struck)
	}
	if line, err := injection(log); err != nil || !strings.Contains(line, "/"+victim+"/table/") {
		return s.wrap(errors.Join(err, faulty("wrong", "another call failed: %q", line)))
	}
	return f.recovers(s)
}

// strike has the process's next write after release fail.
func strike(p *process, log string, release func() error) error {
	c := exec.Command("strace", "-f", "-y", "-o", log, "-e", "trace=write", "-e", "inject=write:error=EIO:when=1", "-p", fmt.Sprint(p.Process.Pid))
	said, err := c.StderrPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	_, err = said.Read(make([]byte, 1)) // it says that it is attached
	err = errors.Join(err, release())
	// strace counts by thread: it goes before other threads write.
	for line := ""; line == "" && err == nil && p.sleep(100*time.Microsecond); {
		line, err = injection(log)
	}
	err = errors.Join(err, c.Process.Signal(os.Interrupt))
	_ = c.Wait() // it ends by the signal
	return err
}
