package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"

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

	log    *slog.Logger // of a load; nil: text, on err
	failed *slog.Logger // tells why a run has failed, where that is not to be text

	merges *merge.DB // of a process that runs many loads into a lake, and publishes no views; nil: a load has its own
}

// CLI is the command line.
type CLI struct {
	Version versionFlag `help:"Print the version and exit."`
	About   bool        `help:"Print name, version, capabilities and settings, and exit; --format json as JSON."`

	Load  LoadCmd  `cmd:"" default:"withargs" help:"Load a Singer tap from stdin (the default command)."`
	Query QueryCmd `cmd:"" help:"Answer one SELECT over the lake."`
	Show  ShowCmd  `cmd:"" help:"Show the lake's streams, or one of them."`

	Changes ChangesCmd `cmd:"" help:"Tell which rows of a stream changed between two versions."`
	History HistoryCmd `cmd:"" help:"Tell what the versions did to one row."`

	Init     InitCmd     `cmd:"" help:"Write a configuration file to start from, with every setting explained."`
	Check    CheckCmd    `cmd:"" help:"Test whether a directory can hold a lake, and print the settings of a load and where each comes from."`
	Log      LogCmd      `cmd:"" help:"List the versions: when, whose, rows, STATE."`
	Verify   VerifyCmd   `cmd:"" help:"Check everything: manifests, hashes, rows, keys. Changes nothing."`
	Rollback RollbackCmd `cmd:"" help:"Take a pipeline's streams and STATE back to an older version."`
	Reset    ResetCmd    `cmd:"" help:"Drop a stream, so that it may be loaded anew, with any key."`
	Compact  CompactCmd  `cmd:"" help:"Join small files, take superseded rows out, sort and partition."`
	Vacuum   VacuumCmd   `cmd:"" help:"Remove old versions, and the files that only they name."`

	Replay ReplayCmd `cmd:"" help:"Try refused records again."`

	Gen   GenCmd   `cmd:"" help:"Write a seeded sample tap's output to stdout."`
	Bench BenchCmd `cmd:"" help:"Find the settings that load a stream best."`

	Completion kongcompletion.Completion `cmd:"" help:"Print how to have a shell complete commands and flags: bash, zsh or fish."`
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
		std.fail(err)
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
	conf := &configured{sources: map[string]string{}, values: map[string]string{}}
	parser, err := kong.New(&cli, kong.Name("target-filelake"), kong.Description(description),
		kong.Writers(std.out, std.err), kong.Exit(func(int) { panic(exited{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.ValueFormatter(withDefault), kong.Resolvers(environment{os.LookupEnv, conf}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(std, conf))
	if err != nil {
		return fmt.Errorf("BUG: %w", err)
	}
	hideIdle(parser.Model)
	kongcompletion.Register(parser) // does its work and exits if a shell asks
	k, err := parser.Parse(spelled(parser.Model, args))
	if err == nil && cli.About {
		return aboutOf(parser.Model).write(std.out, cli.Load.Format)
	}
	if err = errors.Join(conf.err(), commandFault(parser.Model, args, err)); err != nil {
		return usageError{err}
	}
	warnOfEnv(conf, parser.Model, os.Environ())
	return k.Run()
}

type exited struct{}

// commandFault words a first word that is no command: without one it is an argument
// of load, which has none.
func commandFault(app *kong.Application, args []string, err error) error {
	if err == nil {
		return nil
	}
	word, unexpected := strings.CutPrefix(err.Error(), "unexpected argument ")
	var names []string
	for _, c := range app.Children {
		names = append(names, c.Name)
	}
	if !unexpected || slices.ContainsFunc(args, func(a string) bool { return slices.Contains(names, a) }) {
		return err
	}
	return fmt.Errorf("%q is no command; %s", word, suggestion(word, names))
}

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
