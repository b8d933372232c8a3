// Command scale measures merges and compaction in tables of millions of rows,
// beside what DuckDB would do instead.
//
// Contenders are whole processes: target-filelake, and DuckDB in this program
// started again, with all threads and much memory. They take turns within one
// run, each repetition starts from the same files, which are put back and
// synced outside the time that is taken, and what contenders leave must be the
// same rows. Input is seeded. A figure is the median of the repetitions.
//
//	scale [-only NAME,…] [-rows N] [-updates N] [-reps N] [-dir DIR] [-json FILE]
//
//	upsert     random keys into a table: a load, a rewrite, a table of DuckDB's own
//	clustered  keys of 1 % of the range into a table compacted after a shuffled load
//	scan       all columns after ten batches, and once they are compacted
//	growth     the merge in tables of several sizes
//	churn      a hundred loads of 1 %: bytes written, files, scans
//
// The wants hold for the default sizes; it exits 1 if one is missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// settings are what is measured, and how often.
type settings struct {
	Bin       string
	Only      string
	Rows      int
	Updates   int
	Reps      int
	Sizes     string // of growth
	ChurnRows int
	Commits   int // of churn
	Seed      uint64
	Dir       string
	JSON      string
}

// measurement is a part of the report.
type measurement struct {
	name string
	run  func(*session, context.Context) error
}

// measurements are in the order of the report.
var measurements = []measurement{
	{"upsert", (*session).upsert},
	{"clustered", (*session).clustered},
	{"scan", (*session).scan},
	{"growth", (*session).growth},
	{"churn", (*session).churn},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run := measure
	if len(os.Args) > 1 && os.Args[1] == contendCommand {
		run = contend
	}
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func parse(args []string) (settings, error) {
	var s settings
	f := flag.NewFlagSet("scale", flag.ExitOnError)
	f.StringVar(&s.Bin, "bin", "bin/target-filelake", "the program measured")
	f.StringVar(&s.Only, "only", "", "these measurements, with commas between: upsert, clustered, scan, growth, churn")
	f.IntVar(&s.Rows, "rows", 20_000_000, "of the table")
	f.IntVar(&s.Updates, "updates", 200_000, "of a batch")
	f.IntVar(&s.Reps, "reps", 5, "repetitions")
	f.StringVar(&s.Sizes, "sizes", "2000000,20000000", "rows of the tables of growth")
	f.IntVar(&s.ChurnRows, "churn-rows", 2_000_000, "of the table of churn")
	f.IntVar(&s.Commits, "commits", 100, "of churn")
	f.Uint64Var(&s.Seed, "seed", 1, "of everything drawn")
	f.StringVar(&s.Dir, "dir", "", "where to work; the tables to start from stay there for the next run of the same -bin")
	f.StringVar(&s.JSON, "json", "", "also write the figures there, an object a line")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	return s, s.check(f.Args())
}

// check reports every fault at once.
func (s settings) check(rest []string) error {
	var errs []error
	if len(rest) > 0 {
		errs = append(errs, fmt.Errorf("arguments %q: want none", rest))
	}
	for _, n := range []struct {
		name string
		have int
	}{{"rows", s.Rows}, {"updates", s.Updates}, {"reps", s.Reps}, {"churn-rows", s.ChurnRows}, {"commits", s.Commits}} {
		if n.have < 1 {
			errs = append(errs, fmt.Errorf("-%s: %d, want at least 1", n.name, n.have))
		}
	}
	for name := range strings.SplitSeq(s.Only, ",") {
		if name != "" && !slices.ContainsFunc(measurements, func(m measurement) bool { return m.name == name }) {
			errs = append(errs, fmt.Errorf("-only: no measurement %q", name))
		}
	}
	_, err := s.sizes()
	return errors.Join(append(errs, err)...)
}

func (s settings) sizes() ([]int, error) {
	var out []int
	for text := range strings.SplitSeq(s.Sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-sizes: %q, want a number of rows", text)
		}
		out = append(out, n)
	}
	return out, nil
}

func (s settings) does(name string) bool {
	return s.Only == "" || slices.Contains(strings.Split(s.Only, ","), name)
}

// session is one run of the program.
type session struct {
	settings
	*report
	self string // this program
	dir  string // what measurements start from
	work string // what they change; a directory inside dir
}

// errMissed is for a run that has told what it missed.
var errMissed = errors.New("wants were missed, see above")

func measure(ctx context.Context, args []string, out io.Writer) (err error) {
	c, err := parse(args)
	if err != nil {
		return err
	}
	s := &session{settings: c, report: &report{out: out}}
	if err := s.settle(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.clean()) }()
	if err := s.open(c.JSON, header{c, runtime.NumCPU()}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.run(ctx)
}

func (s *session) run(ctx context.Context) error {
	for _, m := range measurements {
		if !s.does(m.name) {
			continue
		}
		s.measure = m.name
		if err := m.run(s, ctx); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	if s.missed > 0 {
		return errMissed
	}
	return nil
}

// settle finds the programs and makes the directories.
func (s *session) settle() (err error) {
	if s.self, err = os.Executable(); err != nil {
		return err
	}
	if s.Bin, err = filepath.Abs(s.Bin); err != nil {
		return err
	}
	if s.dir = s.Dir; s.dir == "" {
		s.dir, err = os.MkdirTemp("", "scale-")
	} else if s.dir, err = filepath.Abs(s.dir); err == nil {
		err = os.MkdirAll(s.dir, 0o777)
	}
	if err != nil {
		return err
	}
	s.work, err = os.MkdirTemp(s.dir, "work-")
	return err
}

// clean leaves what the next run can start from, if a directory was named.
func (s *session) clean() error {
	if s.Dir == "" {
		return os.RemoveAll(s.dir)
	}
	return os.RemoveAll(s.work)
}
