package contest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Settings are those that every measuring program has.
type Settings struct {
	Bin  string
	Only string
	Reps int
	Seed uint64
	Dir  string
	JSON string
}

// Measurement is a part of the report.
type Measurement struct {
	Name string
	Run  func(context.Context) error
}

// Count is a setting that counts something.
type Count struct {
	Name string
	Have int
}

// Flags are the settings on the command line.
func (s *Settings) Flags(f *flag.FlagSet, known []Measurement) {
	var names []string
	for _, m := range known {
		names = append(names, m.Name)
	}
	f.StringVar(&s.Bin, "bin", "bin/target-filelake", "the program measured")
	f.StringVar(&s.Only, "only", "", "these measurements, with commas between: "+strings.Join(names, ", "))
	f.IntVar(&s.Reps, "reps", 5, "repetitions")
	f.Uint64Var(&s.Seed, "seed", 1, "of everything drawn")
	f.StringVar(&s.Dir, "dir", "", "where to work; what measurements start from stays there for the next run of the same -bin")
	f.StringVar(&s.JSON, "json", "", "also write the figures there, an object a line")
}

// Check reports every fault at once.
func (s *Settings) Check(rest []string, known []Measurement, counts ...Count) error {
	var errs []error
	if len(rest) > 0 {
		errs = append(errs, fmt.Errorf("arguments %q: want none", rest))
	}
	for _, n := range append(counts, Count{"reps", s.Reps}) {
		if n.Have < 1 {
			errs = append(errs, fmt.Errorf("-%s: %d, want at least 1", n.Name, n.Have))
		}
	}
	for name := range strings.SplitSeq(s.Only, ",") {
		if name != "" && !slices.ContainsFunc(known, func(m Measurement) bool { return m.Name == name }) {
			errs = append(errs, fmt.Errorf("-only: no measurement %q", name))
		}
	}
	return errors.Join(errs...)
}

func (s *Settings) does(name string) bool {
	return s.Only == "" || slices.Contains(strings.Split(s.Only, ","), name)
}

// Session is one run of a measuring program.
type Session struct {
	Report
	Target string // the program measured
	Self   string // the measuring program
	Work   string // where measurements change files; a directory inside dir
	dir    string // what they start from
	common Settings
}

// errMissed is for a run that has told what it missed.
var errMissed = errors.New("wants were missed, see above")

// Main is a program that measures, or that is one of its own contenders.
func Main(name string, verbs map[string]Verb, measure func(ctx context.Context, args []string, out io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) > 1 && os.Args[1] == contendCommand {
		measure = func(ctx context.Context, args []string, out io.Writer) error {
			return contend(ctx, verbs, args[1:], out)
		}
	}
	if err := measure(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %s\n", name, err)
		os.Exit(1)
	}
}

// Open finds the programs, makes the directories and begins the report, with
// all settings in it.
func Open(name string, common Settings, settings any, out io.Writer) (*Session, error) {
	s := &Session{Report: Report{out: out}, common: common}
	if err := s.settle(name); err != nil {
		return nil, err
	}
	if err := s.open(common.JSON, header{settings, runtime.NumCPU()}); err != nil {
		return nil, errors.Join(err, s.clean())
	}
	return s, nil
}

func (s *Session) settle(name string) (err error) {
	if s.Self, err = os.Executable(); err != nil {
		return err
	}
	if s.Target, err = filepath.Abs(s.common.Bin); err != nil {
		return err
	}
	if s.dir = s.common.Dir; s.dir == "" {
		s.dir, err = os.MkdirTemp("", name+"-")
	} else if s.dir, err = filepath.Abs(s.dir); err == nil {
		err = os.MkdirAll(s.dir, 0o777)
	}
	if err != nil {
		return err
	}
	s.Work, err = os.MkdirTemp(s.dir, "work-")
	return err
}

// Close ends the report, and leaves what the next run can start from, if a
// directory was named.
func (s *Session) Close() error { return errors.Join(s.close(), s.clean()) }

func (s *Session) clean() error {
	if s.common.Dir == "" {
		return os.RemoveAll(s.dir)
	}
	return os.RemoveAll(s.Work)
}

// Run runs the measurements that the settings choose.
func (s *Session) Run(ctx context.Context, known []Measurement) error {
	for _, m := range known {
		if !s.common.does(m.Name) {
			continue
		}
		s.measure = m.Name
		if err := m.Run(ctx); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	if s.missed > 0 {
		return errMissed
	}
	return nil
}

// Once makes what measurements start from, unless it is there from another run.
func (s *Session) Once(name string, build func(path string) error) (string, error) {
	path := filepath.Join(s.dir, name)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	part := filepath.Join(s.Work, name)
	if err := build(part); err != nil {
		return "", fmt.Errorf("make %s: %w", name, err)
	}
	return path, os.Rename(part, path)
}

// Race has contenders take turns as often as the settings say.
func (s *Session) Race(ctx context.Context, contenders ...*Contender) error {
	return Race(ctx, s.common.Reps, contenders...)
}

// Ask runs a contender of this program once, for what it says.
func (s *Session) Ask(ctx context.Context, verb string, args ...string) (Said, error) {
	o, err := Run(ctx, s.Verb(verb, args...)...)
	if err != nil {
		return Said{}, err
	}
	return o.Said()
}

// Verb is how this program is started as a contender.
func (s *Session) Verb(verb string, args ...string) []string {
	return append([]string{s.Self, contendCommand, verb}, args...)
}

// Digest reads rows that a contender has left.
func (s *Session) Digest(kind, path string) func(context.Context, Outcome) (string, error) {
	return func(ctx context.Context, _ Outcome) (string, error) {
		said, err := s.Ask(ctx, "scan", kind, path, ScanAll)
		return said.Digest, err
	}
}

// Scan is DuckDB reading rows of a kind: ScanAll or ScanOne.
func (s *Session) Scan(name, kind, path, what string) *Contender {
	return &Contender{
		Name:    name,
		Process: Process{Argv: s.Verb("scan", kind, path, what)},
		Rows: func(_ context.Context, o Outcome) (string, error) {
			said, err := o.Said()
			return said.Digest, err
		},
	}
}
