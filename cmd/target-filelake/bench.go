package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"target-filelake/bench/contest"
	"target-filelake/bench/report"
	"target-filelake/bench/sweep"
	"target-filelake/lake/columns"
)

// BenchCmd finds out how loads are best set.
type BenchCmd struct {
	Run     BenchRunCmd     `cmd:"" default:"withargs" help:"Measure loads with one setting after another, and recommend one (the default)."`
	Compare BenchCompareCmd `cmd:"" help:"Tell what differs between two results."`

	// What runs start in processes of their own.
	Ask  BenchAskCmd  `cmd:"" hidden:""`
	Copy BenchCopyCmd `cmd:"" hidden:""`
}

// Help has what the flags of the default command do not show here.
func (BenchCmd) Help() string {
	return `Examples:
  some-tap > my.singer
  target-filelake bench --input my.singer --batch-mb 4,16,64 --compression zstd,snappy --out bench
  target-filelake bench --profile wide --reps 5 --out before
  target-filelake bench --profile wide --reps 5 --out after
  target-filelake bench compare before/results.json after/results.json

Flags are those of bench run.`
}

// BenchRunCmd measures.
type BenchRunCmd struct {
	Input       string   `help:"File with a tap's output, maybe compressed; none: a generated one, see --profile." placeholder:"FILE"`
	Profile     string   `help:"What to generate: nested (orders), narrow (4 columns), wide (100, half of them null), update-heavy (every other record an update), many-streams (100)." enum:"nested,narrow,wide,update-heavy,many-streams" default:"nested"`
	Records     int      `help:"Records to generate; 0: some 280 MB." default:"0" placeholder:"N"`
	BatchMB     []int    `name:"batch-mb" help:"Batch sizes to try, as maximum_batch_size_mb." default:"1,4,16,64,100,256" placeholder:"MB"`
	Compression []string `help:"Codecs to try." default:"zstd" placeholder:"CODEC"`
	Threads     []int    `help:"Threads to try; 0: all cores." default:"0" placeholder:"N"`
	Config      []string `help:"Configuration file of every load, for its other settings." short:"c" placeholder:"FILE" sep:"none"`
	Reps        int      `help:"Runs of each setting. Figures are medians; comparing two results wants five or more." default:"3" placeholder:"N"`
	Dir         string   `help:"Directory on the disk to measure, the current one if not said; lakes made in it are removed." placeholder:"DIR"`
	Out         string   `help:"Directory for results.json and report.html." placeholder:"DIR"`
	NoBaselines bool     `help:"Do not measure cat and DuckDB's COPY of read_json beside the loads."`
}

// Help is shown by --help.
func (*BenchRunCmd) Help() string { return BenchCmd{}.Help() }

// settings are the combinations to measure; all faults of the flags come together.
func (c *BenchRunCmd) settings() ([]sweep.Setting, error) {
	var errs []error
	atLeast := func(flag string, n, least int) {
		if n < least {
			errs = append(errs, fmt.Errorf("--%s: %d, want at least %d", flag, n, least))
		}
	}
	for _, mb := range c.BatchMB {
		atLeast("batch-mb", mb, 1)
	}
	threads := make([]int, len(c.Threads))
	for i, n := range c.Threads {
		atLeast("threads", n, 0)
		if threads[i] = n; n == 0 {
			threads[i] = runtime.GOMAXPROCS(0)
		}
	}
	for _, name := range c.Compression {
		if _, err := columns.ParseCodec(name); err != nil {
			errs = append(errs, fmt.Errorf("--%w", err))
		}
	}
	atLeast("reps", c.Reps, 1)
	atLeast("records", c.Records, 0)
	if err := errors.Join(errs...); err != nil {
		return nil, usageError{err}
	}
	return sweep.Grid(c.BatchMB, c.Compression, threads), nil
}

// Run measures, and says what it found. What an interrupted sweep has measured is
// said, too.
func (c *BenchRunCmd) Run(ctx context.Context, std *stdio) (err error) {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o777); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp(cmp.Or(c.Dir, "."), "target-filelake-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	path, name, err := c.input(ctx, dir, std.err)
	if err != nil {
		return err
	}
	show, stop := newBenchProgress(std.err)
	s := sweep.Sweep{
		Program: "target-filelake " + version, Target: self, Ask: []string{self, "bench", "ask"},
		Input: path, Name: name, Settings: settings, Config: c.Config, Reps: c.Reps, Dir: dir, Progress: show,
	}
	if !c.NoBaselines {
		s.Copy = []string{self, "bench", "copy"}
	}
	results, fault := s.Run(ctx)
	stop()
	if results == nil || len(results.Cases) == 0 {
		return fault
	}
	if fault != nil {
		fmt.Fprintln(std.err, "not all of it was measured; what was:")
	}
	return errors.Join(fault, results.Print(std.out), c.write(results, std.err))
}

// input is the file that every load reads, and its name in the results.
func (c *BenchRunCmd) input(ctx context.Context, dir string, errs io.Writer) (path, name string, err error) {
	if c.Input == "" {
		fmt.Fprintf(errs, "generating the input: %s\n", c.Profile)
		return c.generate(ctx, filepath.Join(dir, c.Profile+".singer"))
	}
	info, err := os.Stat(c.Input)
	if err != nil {
		return "", "", err
	}
	if !info.Mode().IsRegular() {
		return "", "", usageError{fmt.Errorf("--input %s: want a file, which can be read again and again: some-tap > stream.singer", c.Input)}
	}
	path, err = filepath.Abs(c.Input)
	return path, filepath.Base(path), err
}

func (c *BenchRunCmd) generate(ctx context.Context, path string) (_, name string, err error) {
	g, _ := sweep.Profile(c.Profile, c.Records)
	f, err := os.Create(path)
	if err != nil {
		return "", "", err
	}
	err = g.Run(untilSignal{f, ctx})
	return path, c.Profile, errors.Join(err, f.Close())
}

// write writes the files of --out.
func (c *BenchRunCmd) write(r *sweep.Results, errs io.Writer) error {
	if c.Out == "" {
		return nil
	}
	data, page := filepath.Join(c.Out, "results.json"), filepath.Join(c.Out, "report.html")
	if err := r.Write(data); err != nil {
		return err
	}
	f, err := os.Create(page)
	if err != nil {
		return err
	}
	if err := errors.Join(report.Write(f, r), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(errs, "wrote %s and %s\n", data, page)
	return nil
}

// BenchCompareCmd compares.
type BenchCompareCmd struct {
	Old string `arg:"" help:"results.json of the first."`
	New string `arg:"" help:"results.json of the second."`
}

// Run prints what differs.
func (c *BenchCompareCmd) Run(std *stdio) error {
	old, err := sweep.Read(c.Old)
	if err != nil {
		return err
	}
	next, err := sweep.Read(c.New)
	if err != nil {
		return err
	}
	return sweep.Compare(std.out, old, next)
}

// BenchAskCmd times questions to a lake.
type BenchAskCmd struct {
	Lake   string `arg:""`
	Stream string `arg:""`
}

// Run prints sweep.Answers.
func (c *BenchAskCmd) Run(ctx context.Context, std *stdio) error {
	a, err := sweep.Ask(ctx, c.Lake, c.Stream)
	if err != nil {
		return err
	}
	return json.NewEncoder(std.out).Encode(a)
}

// BenchCopyCmd is DuckDB doing what a load does.
type BenchCopyCmd struct {
	Args []string `arg:""`
}

// Run prints contest.Said.
func (c *BenchCopyCmd) Run(ctx context.Context, std *stdio) error {
	said, err := contest.CopyRecords(ctx, c.Args)
	if err != nil {
		return err
	}
	return json.NewEncoder(std.out).Encode(said)
}
