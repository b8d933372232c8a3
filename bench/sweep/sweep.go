package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"target-filelake/bench/contest"
)

// Sweep is what to measure.
type Sweep struct {
	Program   string   // for the results: name and version
	Target    string   // path of the program
	Ask       []string // what runs Ask in a process of its own, but for the lake and the stream; it prints Answers as JSON
	Copy      []string // what runs contest.CopyRecords so, but for its arguments; none: no baselines
	Input     string   // path of a Singer stream, maybe compressed
	Name      string   // of the input, for the results
	Settings  []Setting
	Config    []string // configuration files of every load
	Reps      int
	Dir       string // an existing directory in which lakes are made, and removed
	Progress  func(done, of int, what string)
	results   *Results
	answered  int64 // rows of the asked stream, which every run leaves alike
	rowType   string
	began     time.Time
	baselines []baseline
}

// Run measures. If ctx ends early, the results are of the runs that had ended
// by then, beside the context's cause; cases without a run are left out.
func (s *Sweep) Run(ctx context.Context) (*Results, error) {
	s.began = time.Now()
	info, err := os.Stat(s.Input)
	if err != nil {
		return nil, err
	}
	s.results = &Results{
		Format: format, Program: s.Program, Began: s.began.UTC().Truncate(time.Second), Machine: thisMachine(),
		Input: Input{Name: s.Name, Bytes: info.Size()}, Reps: s.Reps,
	}
	for _, setting := range s.Settings {
		s.results.Cases = append(s.results.Cases, Case{Setting: setting})
	}
	err = s.rounds(ctx)
	if ctx.Err() != nil { // what it broke off says so too
		err = context.Cause(ctx)
	}
	s.results.end(time.Since(s.began), s.baselines)
	return s.results, err
}

// end drops cases that never ran.
func (r *Results) end(took time.Duration, baselines []baseline) {
	r.Seconds = took.Seconds()
	var ran []Case
	for _, c := range r.Cases {
		if len(c.Runs) > 0 {
			ran = append(ran, c)
		}
	}
	r.Cases = ran
	for _, b := range baselines {
		if len(b.Runs) > 0 || b.Error != "" {
			r.Baselines = append(r.Baselines, b.Baseline)
		}
	}
}

func (s *Sweep) rounds(ctx context.Context) error {
	done, of := 0, s.Reps*(len(s.Settings)+s.others())
	step := func(what string, do func() error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.Progress(done, of, what)
		done++
		return do()
	}
	for range s.Reps {
		for i := range s.results.Cases {
			c := &s.results.Cases[i]
			if err := step(c.Setting.String(), func() error { return s.load(ctx, c) }); err != nil {
				return fmt.Errorf("%s: %w", c.Setting, err)
			}
		}
		if s.baselines == nil {
			s.makeBaselines()
		}
		for i := range s.baselines {
			if err := step(s.baselines[i].Name, func() error { return s.baselines[i].run(ctx) }); err != nil {
				return err
			}
		}
	}
	s.Progress(of, of, "")
	return nil
}

// load measures one load, and the questions to what it leaves.
func (s *Sweep) load(ctx context.Context, c *Case) error {
	root := filepath.Join(s.Dir, "lake")
	defer os.RemoveAll(root)
	argv := []string{
		s.Target, "load", "--lake", root, "--input", s.Input, "--compression", c.Compression,
		"--maximum-batch-size-mb", fmt.Sprint(c.BatchMB), "--threads", fmt.Sprint(c.Threads),
	}
	for _, path := range s.Config {
		argv = append(argv, "--config", path)
	}
	o, err := contest.Process{Argv: argv, Await: "msg=committed"}.Run(ctx)
	if err != nil {
		return err
	}
	r := Run{Wall: o.Wall, CPU: o.CPU, Peak: o.Peak, First: o.Seen}
	if r.Commits, err = contest.Commits(o); err != nil {
		return err
	}
	if err := s.measureLake(root, o, &r); err != nil {
		return err
	}
	if err := s.ask(ctx, root, &r); err != nil {
		return err
	}
	c.Runs = append(c.Runs, r)
	return nil
}

// measureLake fills in what the lake holds; the first load tells what the input is.
func (s *Sweep) measureLake(root string, o contest.Outcome, r *Run) error {
	m, err := newest(root)
	if err != nil {
		return err
	}
	in := &s.results.Input
	most := int64(-1)
	in.Streams = len(m.Tables)
	for name, t := range m.Tables {
		files, bytes := contest.Live(t)
		r.Files, r.Out = r.Files+files, r.Out+bytes
		if n := t.Rows(); n > most || n == most && name < in.Stream {
			most, in.Stream = n, name
		}
	}
	if len(m.Tables) == 0 {
		return errors.New("the input has no stream")
	}
	in.Records, in.States, err = contest.Loaded(o)
	return err
}

// ask asks DuckDB about the largest stream.
func (s *Sweep) ask(ctx context.Context, root string, r *Run) error {
	var a Answers
	argv := append(append([]string{}, s.Ask...), root, s.results.Input.Stream)
	asks := contest.Process{Argv: argv}
	if err := asks.Answer(ctx, &a); err != nil {
		return err
	}
	if s.rowType != "" && a.Rows != s.answered {
		return fmt.Errorf("stream %s has %d rows, and had %d with another setting", s.results.Input.Stream, a.Rows, s.answered)
	}
	s.answered, s.rowType = a.Rows, a.Type
	r.Scan, r.Lookup, r.Sum = a.Scan, a.Lookup, a.Sum
	return nil
}
