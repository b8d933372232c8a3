package main

import (
	"context"
	"errors"
	"fmt"

	"target-filelake/lake"
)

// ResetCmd drops a stream.
type ResetCmd struct {
	LakeFlag `embed:""`
	WaitFlag `embed:""`
	Yes      bool   `help:"Do it; without this only say what would go." short:"y"`
	Stream   string `arg:"" help:"The stream to drop."`
}

// Help is shown by --help.
func (*ResetCmd) Help() string {
	return `In a new version the lake has no such stream: its rows and rejects are gone, and its name, its key and its pipeline are free for the next load. The files stay until a vacuum, so a rollback brings the stream back.

STATE stays as it is. If it holds a bookmark of the stream, the tap sends only newer rows: take the bookmark out of the STATE that the tap starts with.

  target-filelake reset --lake ./lake orders          # say what would go
  target-filelake reset --lake ./lake orders --yes`
}

// Run commits a version without the stream.
func (c *ResetCmd) Run(ctx context.Context, std *stdio) (err error) {
	root, m, err := readLake(c.Lake)
	if err != nil {
		return err
	}
	t := m.Tables[c.Stream]
	if t == nil {
		return usageError{fmt.Errorf("no stream %q in %s; it has %q", c.Stream, root, m.Streams())}
	}
	if !c.Yes {
		_, files, bytes := totals(t)
		fmt.Fprintf(std.out, "would drop stream %s of pipeline %s, key %s: %d rows, %d rejected records, %d files, %s\n",
			printable(c.Stream), printable(t.Owner), keyText(t), t.Rows(), t.Rejected(), files, size(bytes))
		return usageError{errors.New("nothing is changed; with --yes it is done")}
	}
	k, err := openKeeping(ctx, c.Lake, t.Owner, c.Wait, std)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.close()) }()
	next, err := k.lake.Reset(c.Stream)
	if errors.Is(err, lake.ErrNoStream) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	// settle looks where the stream would go now, which names alike may have changed.
	if err := errors.Join(k.lake.HideCurrent(t.Dir), k.settle(ctx)); err != nil {
		return fmt.Errorf("the reset is committed as version %d, but: %w", next.Version, err)
	}
	fmt.Fprintf(std.err, "stream %s is gone in version %d: %d rows\n", printable(c.Stream), uint64(next.Version), t.Rows())
	if k.lake.State() != nil {
		fmt.Fprintf(std.err, "the STATE of pipeline %s stays: take the stream's bookmark out of what the tap starts with, or it sends only newer rows\n", printable(t.Owner))
	}
	fmt.Fprintf(std.err, "to undo this: target-filelake rollback --pipeline %s %d, until a vacuum takes that version\n",
		shellQuote(t.Owner), uint64(next.Version-1))
	return nil
}
