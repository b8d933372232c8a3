package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"target-filelake/faults/disk"
)

// failing is layer 4: calls that fail, in the whole process.
type failing struct {
	*tally
	target
	dirs
	workers int
}

// exitDisk is the target's exit code of a disk that failed.
const (
	exitDisk = 74
)

// harmless are calls whose failure leaves something for the next run, and
// nothing for the user to do.
var harmless = []string{"remove/manifest", "remove/spill/", "close/version", "stat/views"}

// tolerated are calls whose failure keeps a table from being compacted or shown,
// not a load from ending well.
var tolerated = []string{"compact/copy", "/compacted", "/links", "/current"}

func among(what string, parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(what, p) })
}

// warned reports whether a run has said that it could not compact a table, or show it.
func (o outcome) warned() bool {
	return strings.Contains(o.stderr, "was not compacted") || strings.Contains(o.stderr, "current is not up to date")
}

// all does everything of this layer; seen are the points of a load, copied those
// of the compact command, whose lakes k makes.
func (f failing) all(k killing, seen, copied points, tries int) {
	f.injected(seen)
	f.passing()
	f.compactions(k, copied)
	f.starved()
	f.traced(tries)
	f.full()
	f.limited()
}

// injected has every call of lake.FS fail once, with EIO and with what else a
// full disk says, before it takes effect and after.
func (f failing) injected(seen points) {
	t := newTap(300, 4)
	jobs := seen.faults()
	n := f.errs
	side(f.workers, jobs, func(rule string) { f.fail(f.once(t, rule, options{rules: rule})) })
	f.say("layer 4: %d errors injected into calls of the lake's", f.errs-n)
}

// passing has merges fail in a way that passes: they are tried again, and all is
// loaded as if nothing had been; one that fails each time ends its load.
func (f failing) passing() {
	const before, after = "merge/query/before", "merge/query/after"
	t := newTap(300, 4)
	f.fail(f.passed(t, before+"#1=EAGAIN", 0))
	f.fail(f.passed(t, after+"#1=EAGAIN;"+before+"#2=EAGAIN;"+after+"#2=EAGAIN", 0))
	f.fail(f.passed(t, before+"#2+=EAGAIN", exitDisk))
}

func (f failing) passed(t *tap, rules string, code int) error {
	dir, err := f.fresh("passing")
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(dir))
	s := newSession(f.target, t, dir)
	res, err := s.run(fromStdout, options{rules: rules})
	if err != nil {
		return err
	}
	f.count(&f.errs)
	if res.code != code || !strings.Contains(res.stderr, "it is tried again") {
		return s.wrap(faulty("wrong", "exit %d of %s, want %d and another try\n%s", res.code, rules, code, res.stderr))
	}
	return s.finish(fromStdout)
}

// faults are rules that have each call fail, in every way in which it can.
func (p points) faults() []string {
	var jobs []string
	for _, v := range p.visits() {
		op, _, _ := strings.Cut(v.point, "/")
		if op == "commit" || v.n > 1 && strings.HasSuffix(v.point, "/after") {
			continue
		}
		jobs = append(jobs, v.rule("EIO"))
		if slices.Contains([]string{"create", "write", "mkdir", "link", "rename"}, op) && strings.HasSuffix(v.point, "/before") {
			jobs = append(jobs, v.rule("ENOSPC"))
		}
		if half, ok := strings.CutSuffix(v.point, "/before"); ok && op == "write" {
			jobs = append(jobs, visit{half + "/half", v.n}.rule("short"))
		}
	}
	return jobs
}

// once runs a load into a new lake that meets an error: it must end with the
// code of a bad disk, say nothing that is not so, and leave a lake that the
// next run completes.
func (f failing) once(t *tap, what string, o options) error {
	dir, err := f.fresh("error")
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(dir))
	s := newSession(f.target, t, dir)
	res, err := s.run(fromStdout, o)
	if err != nil {
		return err
	}
	if res.code == 0 {
		// Met nothing, or something that does not matter.
		if s.state != len(t.lines) {
			return s.wrap(faulty("lost", "exit 0 at line %d", s.state))
		}
		if res.warned() {
			f.count(&f.errs)
		} else if !among(what, harmless) && f.certain(what) {
			return s.wrap(faulty("wrong", "exit 0 in spite of %s\n%s", what, res.stderr))
		}
		return s.finish(fromStdout)
	}
	f.count(&f.errs)
	if among(what, tolerated) {
		return s.wrap(faulty("wrong", "exit %d of %s: the rows are safe\n%s", res.code, what, res.stderr))
	}
	if res.code != exitDisk {
		return s.wrap(faulty("wrong", "exit %d of %s, want %d\n%s", res.code, what, exitDisk, res.stderr))
	}
	return s.finish([]resume{fromStdout, fromSidecar}[len(what)%2])
}

// certain reports whether what is the first passing of a point that every load passes.
func (f failing) certain(what string) bool {
	return strings.Contains(what, "#1=") && !strings.HasPrefix(what, "strace")
}

// calls are system calls that reach files: how each fails, and how many of it
// a thread makes before it comes to the lake.
var calls = []struct {
	name string
	errs []string
	skip int
}{
	{"openat", []string{"EIO", "ENOSPC"}, 9}, {"pread64", []string{"EIO"}, 0}, {"read", []string{"EIO"}, 3},
	{"pwrite64", []string{"EIO", "ENOSPC"}, 0}, {"write", []string{"EIO", "ENOSPC"}, 0},
	{"fsync", []string{"EIO"}, 0}, {"linkat", []string{"EIO", "ENOSPC"}, 0}, {"renameat", []string{"EIO"}, 0},
	{"mkdirat", []string{"ENOSPC"}, 0}, {"ftruncate", []string{"EIO"}, 0}, {"flock", []string{"EIO"}, 0}, {"getdents64", []string{"EIO"}, 0},
}

// traced has system calls of the whole process fail, DuckDB's too, under strace.
func (f failing) traced(tries int) {
	if _, err := exec.LookPath("strace"); err != nil {
		f.absent("LAYER 4 under strace", "it needs strace")
		return
	}
	t := newTap(150, 6)
	r := rand.New(rand.NewPCG(6, 4))
	type job struct {
		call, errno string
		n           int
	}
	var jobs []job
	for _, c := range calls {
		for _, errno := range c.errs {
			for n := 1; n <= tries; n++ {
				jobs = append(jobs, job{c.name, errno, c.skip + n + r.IntN(2*n)})
			}
		}
	}
	n := f.errs
	side(f.workers, jobs, func(j job) { f.fail(f.strace(t, j.call, j.errno, j.n)) })
	f.say("layer 4: %d system calls failed in the lake's directory, of %d tries", f.errs-n, len(jobs))
}

// strace has call number n of one kind fail, in each thread. It counts if it
// reached the lake: a directory or a file of it is an argument.
func (f failing) strace(t *tap, call, errno string, n int) error {
	dir, err := f.fresh("strace")
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(dir))
	log := filepath.Join(filepath.Dir(dir), "strace.txt")
	s := newSession(f.target, t, dir)
	// A lake with a version in it first, so that there is something to lose.
	if _, err := s.run(fromStdout, options{to: len(t.lines) / 2}); err != nil {
		return err
	}
	args := []string{"strace", "-f", "-y", "-qq", "-o", log, "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", call, errno, n)}
	res, err := s.run(fromStdout, options{wrap: args})
	if err != nil {
		return err
	}
	line, err := injection(log)
	if err != nil {
		return err
	}
	if !strings.Contains(line, filepath.Dir(dir)) {
		return s.finish(fromStdout) // something else than the lake: all that is asked for is a whole lake
	}
	f.count(&f.errs)
	if res.code != exitDisk && res.code != 0 {
		return s.wrap(faulty("wrong", "exit %d of %s, want %d\n%s\n%s", res.code, errno, exitDisk, line, res.stderr))
	}
	return s.finish(fromStdout)
}

// injection is the line of strace's log with the call that failed; "" if none did.
func injection(log string) (string, error) {
	data, err := os.ReadFile(log)
	if err != nil {
		return "", err
	}
	for _, l := range strings.Split(string(data), "\n") {
		if strings.Contains(l, "(INJECTED)") {
			return l, nil
		}
	}
	return "", nil
}

// full fills disks: file systems of every size up to one that is large enough.
func (f failing) full() {
	if os.Getuid() != 0 {
		f.absent("LAYER 4 on full disks", "it needs root, to mount a tmpfs")
		return
	}
	t := newTap(300, 7)
	var sizes []int
	for kib := 16; kib <= 1100; kib += max(8, kib/8) {
		sizes = append(sizes, kib)
	}
	n := f.errs
	side(f.workers, sizes, func(kib int) { f.fail(f.tmpfs(t, kib)) })
	f.say("layer 4: %d full disks, of %d sizes", f.errs-n, len(sizes))
	if f.errs-n < len(sizes)/3 {
		f.fail(faulty("wrong", "only %d of %d small disks were full", f.errs-n, len(sizes)))
	}
}

// tmpfs loads into a disk of a size, and then, with room made, once more.
func (f failing) tmpfs(t *tap, kib int) (err error) {
	dir, err := os.MkdirTemp(f.root, "full-")
	if err != nil {
		return err
	}
	if err := disk.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dk", kib), "tmpfs", dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, disk.Unmount(dir), os.Remove(dir)) }()
	s := newSession(f.target, t, filepath.Join(dir, "lake"))
	res, err := s.run(fromStdout, options{})
	if err != nil {
		return err
	}
	if res.code != 0 {
		f.count(&f.errs)
	}
	if res.code != 0 && res.code != exitDisk {
		return s.wrap(faulty("wrong", "exit %d on a disk of %d KiB, want %d\n%s", res.code, kib, exitDisk, res.stderr))
	}
	if err := disk.Command("mount", "-o", "remount,size=64m", dir); err != nil {
		return err
	}
	return s.finish(fromStdout)
}

// limited lets no file grow past a limit: writes are short, then fail.
func (f failing) limited() {
	if _, err := exec.LookPath("prlimit"); err != nil {
		f.absent("LAYER 4 with limited files", "it needs prlimit")
		return
	}
	t := newTap(300, 8)
	n := f.errs
	limits := []int{1, 100, 500, 900, 1500, 2500, 4000, 6000, 9000, 14000, 20000, 100000, 300000}
	side(f.workers, limits, func(bytes int) {
		f.fail(f.once(t, fmt.Sprintf("a limit of %d bytes a file", bytes), options{wrap: []string{"prlimit", fmt.Sprintf("--fsize=%d", bytes)}}))
	})
	f.say("layer 4: %d loads with files cut short by a limit, of %d", f.errs-n, len(limits))
}
