// Command faults kills, starves and unplugs target-filelake, and compares every
// lake that is left with what it must hold. It runs from the top of the source
// tree, builds the program with the tag failpoints, and ends with one line:
//
//	faults: K kills, P cuts, E errors, 0 lost, 0 doubled, 0 torn · planted bugs 7/7 caught
//
// A kill is SIGKILL of the program, at a failpoint or at any moment. A cut is
// the power of an ext4 or xfs, taken by the kernel. An error is a call that
// failed in the lake's directory. The tap sends the same lines each time and
// its STATE counts them, so what a lake must hold is known at every STATE. Lost
// is a row, a version or a STATE that was acknowledged and is not there; torn
// is a file, a row or a manifest that no commit ever made.
//
//	faults [-kills N] [-cuts N] [-tries N] [-few] [-seed N] [-only LAYER]
//	faults -demo
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// settings are how much is done.
type settings struct {
	kills, cuts, tries, workers int
	seed                        uint64
	only                        string
	few, demo                   bool
}

func main() {
	var s settings
	flag.IntVar(&s.kills, "kills", 300, "kills at random instants, besides one at each failpoint")
	flag.IntVar(&s.cuts, "cuts", 300, "power cuts")
	flag.IntVar(&s.tries, "tries", 3, "of each system call that is made to fail")
	flag.IntVar(&s.workers, "workers", 4, "loads at a time")
	flag.Uint64Var(&s.seed, "seed", 1, "of everything drawn")
	flag.BoolVar(&s.few, "few", false, "a point that recoveries from several wounds pass: a kill there in one of them")
	flag.StringVar(&s.only, "only", "", "one layer: kills, cuts, errors or planted")
	flag.BoolVar(&s.demo, "demo", false, "kill one load 20 times, in words")
	flag.Parse()
	if err := s.run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

// errFound is for a run that has told what it found.
var errFound = errors.New("promises were broken, see above")

func (s settings) run(out io.Writer) (err error) {
	began := time.Now()
	root, err := os.MkdirTemp("", "faults-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(root)) }()
	binary := filepath.Join(root, "target-filelake")
	build := exec.Command("go", "build", "-tags", "failpoints", "-o", binary, "./cmd/target-filelake")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, said)
	}
	b := target{binary, 60}
	if s.demo {
		return demo(out, b, root, s.seed)
	}
	t := newTally(out)
	caught, err := s.layers(t, b, root)
	if err != nil {
		return err
	}
	for _, layer := range t.loud {
		t.say("!!! %s DID NOT RUN", layer)
	}
	t.say("%s\nin %.0f s, seed %d", t.line(len(bugs), caught), time.Since(began).Seconds(), s.seed)
	if len(t.broken) > 0 || s.does("planted") && caught < len(bugs) {
		return errFound
	}
	return nil
}

// layers are those beyond the disk in memory, which the tests of package lake are.
func (s settings) layers(t *tally, b target, root string) (caught int, err error) {
	fast, err := os.MkdirTemp(memory(root), "faults-") // what a kill leaves does not depend on the disk
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fast)) }()
	k := killing{t, b, dirs{fast}, s.workers, s.few}
	seen, err := k.traced(newTap(300, 3))
	if err != nil {
		return 0, err
	}
	copied, err := k.copied(newTap(300, 3))
	if err != nil {
		return 0, err
	}
	if s.does("kills") {
		if err := k.named(seen, copied); err != nil {
			return 0, err
		}
		k.random(s.kills, s.seed)
	}
	if s.does("cuts") {
		powerCuts(t, b, root, s.cuts, s.seed, seen, copied)
	}
	if s.does("errors") {
		failing{t, b, dirs{fast}, s.workers}.all(k, seen, copied, s.tries)
	}
	if !s.does("planted") {
		return 0, nil
	}
	return planting{t, b, root}.run()
}

// does reports whether a layer is to run.
func (s settings) does(layer string) bool { return s.only == "" || s.only == layer }

// memory is a directory in memory if there is one, else root.
func memory(root string) string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return root
}
