package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"target-filelake/lake"
)

// RollbackCmd takes a pipeline back to an older version.
type RollbackCmd struct {
	LakeFlag `embed:""`
	WaitFlag `embed:""`
	Pipeline string       `help:"The pipeline whose streams and STATE go back." default:"default" placeholder:"NAME"`
	To       lake.Version `arg:"" name:"version" help:"The version to go back to, as the log command shows them."`
}

// Help is shown by --help.
func (*RollbackCmd) Help() string {
	return `The streams and the STATE of one pipeline become what they were in VERSION; streams of other pipelines stay as they are. It is a new version that names the old files, so it takes moments, and a rollback to the version before undoes it.

The older STATE is printed: start the tap with it, and it sends again what came after.

  target-filelake log --lake ./lake
  target-filelake rollback --lake ./lake 41 > state.json`
}

// Run commits the rollback, and says the older STATE.
func (c *RollbackCmd) Run(ctx context.Context, std *stdio) (err error) {
	k, err := openKeeping(ctx, c.Lake, c.Pipeline, c.Wait, std)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.close()) }()
	before := k.lake.Manifest()
	if _, known := before.Pipelines[c.Pipeline]; !known {
		return usageError{fmt.Errorf("no pipeline %q in %s; it has %q", c.Pipeline, k.root, slices.Sorted(maps.Keys(before.Pipelines)))}
	}
	m, err := k.lake.Rollback(c.To)
	if is[*lake.GoneError](err) {
		return usageError{fmt.Errorf("%w; target-filelake log lists them", err)}
	}
	if errors.Is(err, lake.ErrUnchanged) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if err := k.settle(ctx); err != nil {
		return fmt.Errorf("the rollback is committed as version %d, but: %w", m.Version, err)
	}
	c.explain(std.err, before, m)
	if s := k.lake.State(); s != nil {
		if _, err := fmt.Fprintln(std.out, *s); err != nil {
			return fmt.Errorf("write STATE to stdout: %w", err)
		}
	}
	return nil
}

func (c *RollbackCmd) explain(w io.Writer, before, m *lake.Manifest) {
	fmt.Fprintf(w, "pipeline %s is as it was in version %d; this is version %d\n", printable(c.Pipeline), uint64(c.To), uint64(m.Version))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "stream\trows before\trows now\t")
	for i := range m.Changes {
		stream := m.Changes[i].Stream
		fmt.Fprintf(t, "%s\t%s\t%s\t\n", printable(stream), rowsText(before.Tables[stream]), rowsText(m.Tables[stream]))
	}
	_ = t.Flush() // stderr: there is nowhere left to say that this failed
	if m.Pipelines[c.Pipeline].State == nil {
		fmt.Fprintln(w, "it had no STATE then: start the tap without one, and it sends everything again")
	} else {
		fmt.Fprintln(w, "its STATE of then is on stdout and in the sidecar: start the tap with it, and it sends again what came after")
	}
	fmt.Fprintf(w, "to undo this: target-filelake rollback --pipeline %s %d, until a vacuum takes that version\n",
		shellQuote(c.Pipeline), uint64(before.Version))
}

func rowsText(t *lake.Table) string {
	if t == nil {
		return "(no stream)"
	}
	return fmt.Sprint(t.Rows())
}
