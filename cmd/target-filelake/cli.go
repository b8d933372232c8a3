package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"target-filelake/merge"
)

// version is set by the linker in releases.
var version = "0.1.0-dev"

// stdio is where a command reads and writes. out carries STATE and answers,
// nothing else.
type stdio struct {
	in  *os.File
	out io.Writer
	err io.Writer

	merges *merge.DB // of a process that runs many loads into a lake, and publishes no views; nil: a load has its own
}

// CLI is the command line.
type CLI struct {
	Version versionFlag `help:"Print the version and exit."`
	About   aboutFlag   `help:"Print name, version, capabilities and settings as JSON, and exit."`

	Load  LoadCmd  `cmd:"" default:"withargs" help:"Load a Singer tap from stdin (the default command)."`
	Query QueryCmd `cmd:"" help:"Answer one SELECT over the lake."`
	Show  ShowCmd  `cmd:"" help:"Show the lake's streams, or one of them."`

	Changes ChangesCmd `cmd:"" help:"Tell which rows of a stream changed between two versions."`
	History HistoryCmd `cmd:"" help:"Tell what the versions did to one row."`

	Check    CheckCmd    `cmd:"" help:"Test whether a directory can hold a lake: write, sync, link, lock, space."`
	Log      LogCmd      `cmd:"" help:"List the versions: when, whose, rows, STATE."`
	Verify   VerifyCmd   `cmd:"" help:"Check everything: manifests, hashes, rows, keys. Changes nothing."`
	Rollback RollbackCmd `cmd:"" help:"Take a pipeline's streams and STATE back to an older version."`
	Reset    ResetCmd    `cmd:"" help:"Drop a stream, so that it may be loaded anew, with any key."`
	Compact  CompactCmd  `cmd:"" help:"Join small files, take superseded rows out, sort and partition."`
	Vacuum   VacuumCmd   `cmd:"" help:"Remove old versions, and the files that only they name."`

	Replay ReplayCmd `cmd:"" help:"Try refused records again."`

	Gen   GenCmd   `cmd:"" help:"Write a seeded sample tap's output to stdout."`
	Bench BenchCmd `cmd:"" help:"Find the settings that load a stream best."`
}

const description = `Load a Singer tap into a Parquet lake on local disk, with keyed upserts and atomic STATE:

  some-tap | target-filelake --lake ./lake
  target-filelake query --lake ./lake "SELECT count(*) FROM orders"`

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, in *os.File, out, errs io.Writer) int {
	return runOn(ctx, args, &stdio{in: in, out: out, err: errs})
}

func runOn(ctx context.Context, args []string, std *stdio) int {
	err := dispatch(ctx, args, std)
	if err != nil && ctx.Err() != nil {
		err = signalled(ctx, err)
	}
	if err != nil && !errors.Is(err, errDone) {
		fmt.Fprintf(std.err, "target-filelake: %s\n", err)
	}
	if errors.Is(err, errDone) {
		return exitOK
	}
	return exitCode(err)
}

// errDone ends a run whose answer is already printed.
var errDone = errors.New("done")

func dispatch(ctx context.Context, args []string, std *stdio) (err error) {
	defer func() { // kong calls its exit function deep inside
		if r := recover(); r != nil {
			if _, ok := r.(exited); !ok {
				panic(r)
			}
			err = errDone
		}
	}()
	var cli CLI
	parser, err := kong.New(&cli, kong.Name("target-filelake"), kong.Description(description),
		kong.Writers(std.out, std.err), kong.Exit(func(int) { panic(exited{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.ValueFormatter(withDefault), kong.Resolvers(environment{os.LookupEnv}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(std))
	if err != nil {
		return fmt.Errorf("BUG: %w", err)
	}
	hideIdle(parser.Model)
	k, err := parser.Parse(args)
	if err != nil {
		return usageError{err}
	}
	return k.Run()
}

type exited struct{}

// withDefault ends a flag's help with its default.
func withDefault(v *kong.Value) string {
	help := kong.DefaultHelpValueFormatter(v)
	if v.Default != "" && v.Enum == "" {
		help += " Default: " + v.Default + "."
	}
	return help
}

type versionFlag bool

func (versionFlag) BeforeReset(app *kong.Kong) error {
	_, err := fmt.Fprintln(app.Stdout, "target-filelake", version)
	app.Exit(0)
	return err
}

type aboutFlag bool

func (aboutFlag) BeforeReset(app *kong.Kong) error {
	e := json.NewEncoder(app.Stdout)
	e.SetIndent("", "  ")
	err := e.Encode(about(app.Model))
	app.Exit(0)
	return err
}

// setting describes one configuration key.
type setting struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Default     string `json:"default"`
	Choices     string `json:"choices,omitempty"`
}

func about(app *kong.Application) any {
	var settings []setting
	for _, node := range app.Children {
		for _, f := range node.Flags {
			if loadFlags(app)[configKey(f)] == f {
				settings = append(settings, setting{configKey(f), f.Help, f.Default, f.Enum})
			}
		}
	}
	build, _ := debug.ReadBuildInfo()
	return struct {
		Name         string    `json:"name"`
		Description  string    `json:"description"`
		Version      string    `json:"version"`
		Go           string    `json:"go"`
		Capabilities []string  `json:"capabilities"`
		Settings     []setting `json:"settings"`
	}{"target-filelake", "Singer target for a Parquet lake on local disk, with keyed upserts and atomic STATE",
		version, build.GoVersion, []string{"about"}, settings}
}
