package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"target-filelake/faults/disk"
)

// bug is one that somebody could put in; the layers that can see it must.
type bug struct {
	name  string
	rules string // of the real program; "": only the disk in memory can tell
	pause string // where to cut the power
}

// bugs have the names of the cases of TestPlantedBugs and TestCompactionsBite in
// package lake, where all of them are planted. A journal writes every name with
// the first sync of anything, so the kernel cannot show what some of them lose.
var bugs = []bug{
	{"no sync of data files", "sync/data=skip;sync/deletes=skip", "stdout/state/after"},
	{"no sync of the root manifest", "sync/manifest=skip", "create/sidecar/before"},
	{"no sync of the log", "syncdir/log=skip", "create/sidecar/before"},
	{"no sync of data directories", "", ""},
	{"STATE before the sync of the log", "syncdir/log=late;sync/sidecar=late;syncdir/lake-dir=late", "stdout/state/after"},
	{"rename for link", "link=rename", ""},
	{"reload without the sync of the log", "", ""},
	{"no sync of compacted files", "sync/compacted=skip", "symlink/current/before"},
	{"no sync of a partition's directory", "", ""},
	{"no sync of a directory of links", "", ""},
	{"no sync after the link is removed", "", ""},
}

// planting puts every bug in, and counts those that are noticed.
type planting struct {
	*tally
	target
	root string
}

// run returns how many bugs every layer noticed that can.
func (p planting) run() (caught int, err error) {
	inMemory, err := p.inMemory()
	if err != nil {
		return 0, err
	}
	for _, b := range bugs {
		seen := []string{}
		if inMemory[b.name] {
			seen = append(seen, "the disk in memory")
		}
		real, err := p.noticed(b)
		if err != nil {
			return caught, fmt.Errorf("planted %s: %w", b.name, err)
		}
		seen = append(seen, real...)
		if inMemory[b.name] && !slices.Contains(real, "") {
			caught++
			p.say("planted: %-36s caught by %s", b.name, strings.Join(seen, ", "))
			continue
		}
		p.fail(faulty("wrong", "planted bug not noticed by every layer: %s (by %q)", b.name, seen))
	}
	return caught, nil
}

// inMemory runs the tests of package lake that plant the bugs there.
func (p planting) inMemory() (map[string]bool, error) {
	out, err := exec.Command("go", "test", "-count=1", "-v", "-run", "^(TestPlantedBugs|TestCompactionsBite)$", "./lake").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("planted bugs in package lake: %w\n%s", err, out)
	}
	caught := map[string]bool{}
	for _, b := range bugs {
		for _, test := range []string{"TestPlantedBugs", "TestCompactionsBite"} {
			caught[b.name] = caught[b.name] || strings.Contains(string(out), "--- PASS: "+test+"/"+strings.ReplaceAll(b.name, " ", "_")+" ")
		}
	}
	return caught, nil
}

// noticed is what noticed a bug in the real program; "" where something ought
// to have and did not.
func (p planting) noticed(b bug) ([]string, error) {
	switch {
	case b.rules == "":
		return nil, nil
	case b.pause == "":
		return p.race(b)
	case disk.CannotCut() != "":
		return nil, nil // said already
	}
	var out []string
	for _, kind := range []string{"ext4", "xfs"} {
		lost, err := p.power(b, kind)
		if err != nil {
			return out, err
		}
		if lost {
			out = append(out, "power cuts of "+kind)
		}
	}
	if len(out) == 0 {
		out = append(out, "")
	}
	return out, nil
}

// power cuts the power of a target that has the bug, up to three times.
func (p planting) power(b bug, kind string) (lost bool, err error) {
	root, err := os.MkdirTemp(p.root, "planted-")
	if err != nil {
		return false, err
	}
	c := cutting{tally: newTally(p.out), target: p.target, root: root}
	if c.Image, err = disk.New(kind, root, disk.Smallest[kind]); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, disk.Unmount(c.Dir)) }()
	for n := 1; n <= 3 && !lost; n++ {
		s := newSession(p.target, newTap(300, uint64(n)), filepath.Join(c.Dir, fmt.Sprint("lake", n)))
		s.joins = true
		ready := filepath.Join(root, "ready")
		err := c.once(s, fromStdout, options{rest: time.Millisecond}, visit{b.pause, n}, b.rules)
		if os.Remove(ready); err != nil && !errors.As(err, new(*fault)) {
			return false, err
		}
		lost = err != nil
	}
	return lost, nil
}

// race has two pipelines commit the same version, one while the other waits
// just before its link; the bug lets the second take the first one's away.
func (p planting) race(b bug) ([]string, error) {
	healthy, err := p.lost("")
	if err == nil && healthy {
		err = errors.New("two pipelines lose a commit without the bug")
	}
	if err != nil {
		return nil, err
	}
	lost, err := p.lost(b.rules)
	if err != nil || !lost {
		return []string{""}, err
	}
	return []string{"two processes"}, nil
}

// lost reports whether a pipeline's acknowledged commit is gone after another's.
func (p planting) lost(rules string) (bool, error) {
	root, err := os.MkdirTemp(p.root, "race-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(root)
	first := newSession(p.target, newTap(300, 1), filepath.Join(root, "lake"))
	second := newSession(p.target, newTap(300, 2).renamed("_b"), first.dir)
	ready := filepath.Join(root, "ready")
	var won error
	o := options{to: 40, rules: rules + ";link/version/before#1=pause:" + ready, args: []string{"--pipeline", "b"}, meddle: func(pr *process) {
		if pr.paused(ready) {
			var o options
			_, won = first.start(fromStdout, &o)
			won = errors.Join(won, os.Remove(ready))
		}
	}}
	if _, err := second.start(fromStdout, &o); err != nil || won != nil {
		return false, errors.Join(err, won)
	}
	f, err := inspect(first.tap, first.dir)
	if err != nil {
		return errors.As(err, new(*fault)), nil
	}
	return f.state < len(first.tap.lines), nil
}
