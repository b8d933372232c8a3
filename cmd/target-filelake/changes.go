package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"target-filelake/lake"
	"target-filelake/merge/answer"
	"target-filelake/merge/duck"
)

// ChangesCmd tells what became of a stream's rows between two versions.
type ChangesCmd struct {
	LakeFlag `embed:""`
	Stream   string `arg:"" help:"The stream."`
	From     moment `help:"What changed since this version, which is not part of the answer: a version, time, date or age as of query --at; 0 is the empty lake." required:"" placeholder:"VERSION|TIME"`
	To       moment `help:"Up to this version, the newest if not given." placeholder:"VERSION|TIME"`
	Each     bool   `help:"Version by version; without, a row that changed many times has changed once, and one that came and went has not."`
	AnswerFlag
	MemoryFlag
}

// Help is what --help says about the command.
func (ChangesCmd) Help() string {
	return `Each row of the answer has _change: insert, delete, or update_before and
right after it update_after. _version is the version that made the change, NULL
where several may have. Then come the table's columns. Only files that the two
versions do not share, and files with rows that died in between, are read.

Examples:

  target-filelake changes orders --from 41
  target-filelake changes orders --from 2h --format jsonl
  target-filelake changes orders --from 2026-11-21 --to 2026-11-22 --each --format csv`
}

// Run prints the changes, and to stderr the versions they lie between.
func (c *ChangesCmd) Run(ctx context.Context, std *stdio) error {
	root, disk, err := openLake(c.Lake)
	if err != nil {
		return err
	}
	return errors.Join(atLake(root, c.run(ctx, std, root, disk)), disk.Close())
}

func (c *ChangesCmd) run(ctx context.Context, std *stdio, root string, fsys lake.FS) error {
	from, err := c.From.read(fsys)
	if err != nil {
		return err
	}
	to, err := c.To.read(fsys)
	if err != nil {
		return err
	}
	if from.Version > to.Version {
		return usageError{fmt.Errorf("--from is version %d, after --to, version %d", uint64(from.Version), uint64(to.Version))}
	}
	states, err := c.states(fsys, from.Version, to.Version)
	if err != nil {
		return err
	}
	feed, err := answer.NewFeed(states, c.Each)
	if err != nil {
		return c.fault(err)
	}
	if !feed.Known() {
		return usageError{fmt.Errorf("no stream %q in version %d or %d, which has %q", c.Stream, uint64(from.Version), uint64(to.Version), to.Streams())}
	}
	fmt.Fprintf(std.err, "changes of %s from version %d to version %d\n", printable(c.Stream), uint64(from.Version), uint64(to.Version))
	err = c.answer(root, c.MemoryFlag, std.out, func(config duck.Config) (*answer.Rows, error) { return answer.Changes(ctx, config, feed) })
	return c.fault(toldWhy(root, stillThere(fsys, from.Version, err)))
}

// states are the versions to compare. One by one they must all be there.
func (c *ChangesCmd) states(fsys lake.FS, from, to lake.Version) (iter.Seq2[lake.State, error], error) {
	if c.Each && from == 0 && to > 0 {
		if _, err := lake.At(fsys, 1); err != nil {
			return nil, gone(fmt.Errorf("--from 0 --each: %w", err))
		}
	}
	return lake.States(fsys, c.Stream, from, to), nil
}

func (c *ChangesCmd) fault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, answer.ErrAnew):
		return usageError{err}
	}
	return gone(err)
}

// stillThere is err, or that version v, which was read meanwhile, is gone.
func stillThere(fsys lake.FS, v lake.Version, err error) error {
	if err == nil {
		return nil
	}
	if _, gone := lake.At(fsys, v); is[*lake.GoneError](gone) {
		return fmt.Errorf("%w (while it was read)", gone)
	}
	return err
}
