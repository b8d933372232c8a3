package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/sys/unix"

	"target-filelake/lake"
)

// ReplayCmd tries refused records again. It is a load whose tap is the files
// of rejects: what a load's settings say of records holds here too.
type ReplayCmd struct {
	LoadCmd `embed:""`
	Stream  string `arg:"" optional:"" help:"Replay this stream's rejects alone."`
}

// Help is what --help says behind the flags.
func (c *ReplayCmd) Help() string {
	return `Records in quarantine are checked again, under the newest SCHEMA of their stream and the settings of now.
Those that pass are loaded, in one commit that keeps the rest with their new reasons.
A row whose key is live in the lake already stays as it is, unless order_by says it is older.

  target-filelake show --rejects orders
  some-tap | target-filelake --on-invalid-record quarantine    # its SCHEMA is mended
  target-filelake replay orders`
}

// replayIdle are settings of a load that a replay takes, as they may stand in
// a configuration, and has no use for.
var replayIdle = []string{
	"input", "adopt", "dry-run", "json", "maximum-batch-size-mb", "batch-size-rows", "batch-max-age", "commit-at", "commit-tail",
	"default-target-schema", "table-prefix", "table-name",
	"state-merge", "on-invalid-record", "max-rejects", "max-line-mb", "summary", "metrics-file",
}

// hideIdle keeps them out of the replay's help.
func hideIdle(app *kong.Application) {
	for _, node := range app.Children {
		for _, f := range node.Flags {
			if node.Name == "replay" && slices.Contains(replayIdle, f.Name) {
				f.Hidden = true
			}
		}
	}
}

// replay is the rejects of a run that tries them again.
type replay struct {
	streams []string
	tables  map[string]*lake.Table // as the run begins
}

// of is the files of a stream that the run reads; none in a load.
func (r *replay) of(stream string) []lake.RejectFile {
	if r == nil || r.tables[stream] == nil {
		return nil
	}
	return r.tables[stream].Rejects
}

// Run replays rejects.
func (c *ReplayCmd) Run(ctx context.Context, std *stdio) error {
	if c.DryRun || c.JSON {
		return usageError{errors.New("--dry-run and --json go with load, not with replay")}
	}
	started := time.Now()
	std = c.watched(std, std)
	k, err := openKeeping(ctx, c.Lake, c.Pipeline, c.Wait, std)
	if err != nil {
		return err
	}
	err = c.replay(ctx, k, std, started)
	return errors.Join(err, k.close())
}

func (c *ReplayCmd) replay(ctx context.Context, k *keeping, std *stdio, started time.Time) error {
	r, err := c.find(k.lake.Manifest())
	if err != nil {
		return err
	}
	if len(r.streams) == 0 {
		_, err := fmt.Fprintln(std.out, "no rejects")
		return err
	}
	in, err := r.open(k.lake.FS())
	if err != nil {
		return err
	}
	cfg := c.once()
	ld := cfg.loader(k.root, k.lake, in, std, k.log, started)
	ld.replay, ld.closing = r, cfg.closing(started)
	err = ld.load(ctx)
	err = errors.Join(err, ld.finish(context.WithoutCancel(ctx), err), in.Close())
	cfg.tell(ctx, std, ld.closing, err)
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	return r.report(std.out, ld.run)
}

// once is the settings for one commit of everything, whatever passes.
func (c *ReplayCmd) once() *LoadCmd {
	cfg := c.LoadCmd
	cfg.OnInvalidRecord, cfg.MaxRejects = onInvalidQuarantine, 0
	cfg.BatchSizeRows, cfg.BatchMaxAge, cfg.CommitAt, cfg.CommitTail = 0, 0, "state", "all"
	cfg.MaxLineMB = 2 << 10 // a line that was taken once, and its reasons
	cfg.Adopt, cfg.Summary, cfg.MetricsFile = false, "", ""
	return &cfg
}

// find is the streams with rejects: the one asked for, or all of the pipeline.
func (c *ReplayCmd) find(m *lake.Manifest) (*replay, error) {
	if t := m.Tables[c.Stream]; c.Stream != "" && t == nil {
		return nil, usageError{fmt.Errorf("no stream %q in the lake; it has %q", c.Stream, m.Streams())}
	} else if t != nil && t.Owner != c.Pipeline {
		return nil, fmt.Errorf("%w: stream %q belongs to pipeline %q; replay it with --pipeline %s", lake.ErrFenced, c.Stream, t.Owner, shellQuote(t.Owner))
	}
	r := &replay{tables: map[string]*lake.Table{}}
	for _, stream := range m.Streams() {
		t := m.Tables[stream]
		if t.Owner == c.Pipeline && len(t.Rejects) > 0 && (c.Stream == "" || c.Stream == stream) {
			r.streams, r.tables[stream] = append(r.streams, stream), t
		}
	}
	return r, nil
}

// open checks the rejects and makes a tap of them: for each stream its SCHEMA,
// then its refused RECORDs in the order in which they came.
func (r *replay) open(fsys lake.FS) (*input, error) {
	var parts []io.Reader
	for _, stream := range r.streams {
		message, err := r.tables[stream].SchemaMessage()
		if err != nil {
			return nil, err
		}
		parts = append(parts, bytes.NewReader(message))
		for _, f := range r.tables[stream].Rejects {
			if err := lake.CheckRejects(fsys, f); err != nil {
				return nil, err
			}
			parts = append(parts, &lateFile{fs: fsys, name: f.Path})
		}
	}
	in := &input{r: io.MultiReader(parts...)}
	return in, unix.Pipe2(in.wake[:], unix.O_CLOEXEC|unix.O_NONBLOCK)
}

// report says what became of the rejects.
func (r *replay) report(w io.Writer, run *summary) error {
	var err error
	for _, stream := range r.streams {
		c := run.stream(stream)
		_, werr := fmt.Fprintf(w, "%s: %d rejected, %d loaded, %d of a key that came again, %d of a key that is live, %s%d still rejected\n",
			printable(stream), r.tables[stream].Rejected(), c.inserted+c.updated+c.deleted, c.repeated, c.lost, outdated(c), c.rejected)
		err = errors.Join(err, werr)
	}
	return err
}

// outdated words the rejects of a full table that a newer one has replaced.
func outdated(c *streamCount) string {
	if c.outdated == 0 {
		return ""
	}
	return fmt.Sprintf("%d of an older version, ", c.outdated)
}

// lateFile is a file of the lake that is open only while it is read.
type lateFile struct {
	fs   lake.FS
	name string
	file lake.File
}

func (f *lateFile) Read(p []byte) (n int, err error) {
	if f.file == nil {
		if f.file, err = f.fs.Open(f.name); err != nil {
			return 0, err
		}
	}
	if n, err = f.file.Read(p); err != nil {
		if cerr := f.file.Close(); cerr != nil {
			err = cerr
		}
	}
	return n, err
}
