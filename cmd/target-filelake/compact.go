package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/compaction"
	"target-filelake/merge/duck"
)

// CompactCmd writes tables anew.
type CompactCmd struct {
	LakeFlag    `embed:""`
	WaitFlag    `embed:""`
	Pipeline    string     `help:"The pipeline whose streams are compacted." default:"default" placeholder:"NAME"`
	Stream      string     `arg:"" optional:"" help:"Compact this stream only."`
	Full        bool       `help:"Write every file anew, into one order of keys, also those that are as a compaction left them."`
	DryRun      bool       `help:"Write nothing, say what would be written anew."`
	JSON        bool       `name:"json" help:"Print the answer as JSON."`
	Compression string     `help:"Codec of data files: zstd, snappy, lz4, gzip, none." default:"zstd" placeholder:"CODEC"`
	Memory      memorySize `help:"Memory to keep to, with unit; what does not fit is spilled into the lake's directory." default:"1GiB" placeholder:"SIZE"`
	Threads     int        `help:"Threads to use; 0: all cores." default:"0" placeholder:"N"`
}

// Help is shown by --help.
func (*CompactCmd) Help() string {
	return `Joins small files, takes superseded rows out, sorts by key, and divides files by the stream's partition_by. No row changes, readers go on reading, and the old files stay for older versions until a vacuum takes them. Loads do what pays for itself; this does all there is to do. Afterwards STREAM/current is a directory of plain Parquet files with the stream's rows, for any reader.

  target-filelake compact --lake ./lake
  target-filelake compact --lake ./lake orders --full
  target-filelake compact --lake ./lake --dry-run`
}

// compactedStream is one stream's line of the answer.
type compactedStream struct {
	Stream      string       `json:"stream"`
	Version     lake.Version `json:"version,omitempty"` // absent: nothing was to be done
	FilesBefore int          `json:"files_before"`
	FilesAfter  int          `json:"files_after"`
	Rewritten   int          `json:"rewritten"` // files written anew, or to be
	Rows        int64        `json:"rows"`      // in them
	BytesBefore int64        `json:"bytes_before"`
	BytesAfter  int64        `json:"bytes_after"`
	Seconds     float64      `json:"seconds"`
}

// Run compacts.
func (c *CompactCmd) Run(ctx context.Context, std *stdio) (err error) {
	codec, err := columns.ParseCodec(c.Compression)
	if err != nil {
		return usageError{err}
	}
	if c.Threads == 0 {
		c.Threads = runtime.GOMAXPROCS(0)
	}
	k, err := openKeeping(ctx, c.Lake, c.Pipeline, c.Wait, std)
	if err != nil {
		return err
	}
	db := &database{lake: k.lake, lent: std.merges, config: duck.Config{Root: k.root, Threads: c.Threads, MemoryMB: int(c.Memory * compactShare / 100 >> 20)}}
	w := &compactions{lake: k.lake, pipeline: c.Pipeline, duckdb: db, codec: codec, workers: c.Threads, log: k.log, touched: map[string]bool{}}
	out, err := c.compact(ctx, k, w)
	if err != nil && !c.DryRun {
		_, serr := k.lake.Sweep()
		err = errors.Join(err, serr)
	}
	if err = errors.Join(err, db.close(), k.close()); err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	return c.print(std.out, out)
}

// compactPasses bounds how often a table is looked at again.
const compactPasses = 4

// compactShare is DuckDB's of the memory setting, in percent: nothing else runs.
const compactShare = 60

func (c *CompactCmd) compact(ctx context.Context, k *keeping, w *compactions) ([]compactedStream, error) {
	streams, err := c.streams(k.lake.Manifest())
	if err != nil {
		return nil, err
	}
	when := compaction.Asked
	if c.Full {
		when = compaction.Full
	}
	out := []compactedStream{}
	for _, stream := range streams {
		line, err := c.stream(ctx, k.lake, w, stream, when)
		if err != nil {
			return out, err
		}
		out = append(out, line)
	}
	if c.DryRun {
		return out, nil
	}
	return out, errors.Join(w.publish(streams), k.settle(ctx))
}

// streams are the one asked for, or all of the pipeline.
func (c *CompactCmd) streams(m *lake.Manifest) ([]string, error) {
	if c.Stream == "" {
		var out []string
		for _, stream := range m.Streams() {
			if m.Tables[stream].Owner == c.Pipeline {
				out = append(out, stream)
			}
		}
		return out, nil
	}
	t := m.Tables[c.Stream]
	if t == nil {
		return nil, usageError{fmt.Errorf("no stream %q in the lake; it has %q", c.Stream, m.Streams())}
	}
	if t.Owner != c.Pipeline {
		return nil, fmt.Errorf("%w: stream %q belongs to pipeline %q; compact it with --pipeline %s", lake.ErrFenced, c.Stream, t.Owner, shellQuote(t.Owner))
	}
	return []string{c.Stream}, nil
}

func (c *CompactCmd) stream(ctx context.Context, l *lake.Lake, w *compactions, stream string, when compaction.When) (compactedStream, error) {
	before := l.Manifest().Tables[stream]
	line := compactedStream{Stream: stream}
	_, line.FilesBefore, line.BytesBefore = totals(before)
	if c.DryRun {
		jobs, _, err := w.plan(before, when)
		for _, j := range jobs {
			line.Rewritten += len(j.Files)
			for i := range j.Files {
				line.Rows += j.Files[i].Live()
			}
		}
		line.FilesAfter, line.BytesAfter = line.FilesBefore, line.BytesBefore
		return line, err
	}
	// Rows that have found their partition are joined to others of it in the next pass.
	var err error
	for pass, more := 0, true; more && pass < compactPasses && err == nil; pass++ {
		var done prepared
		if done, err = w.prepare(ctx, stream, when); err == nil && done.Gone > 0 {
			line.Version, err = w.commit([]prepared{done})
		}
		line.Rewritten, line.Rows, line.Seconds = line.Rewritten+done.Gone, line.Rows+done.Rows, line.Seconds+done.took.Seconds()
		more = done.Gone > 0 && when == compaction.Asked
	}
	_, line.FilesAfter, line.BytesAfter = totals(l.Manifest().Tables[stream])
	return line, err
}

func (c *CompactCmd) print(w io.Writer, lines []compactedStream) error {
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(lines)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "stream\tfiles\tafter\twritten anew\trows\tbytes\tafter\tseconds\t")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%s\t%s\t%.1f\t\n", printable(l.Stream), l.FilesBefore, l.FilesAfter, l.Rewritten, l.Rows,
			size(l.BytesBefore), size(l.BytesAfter), l.Seconds)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if c.DryRun {
		_, err := fmt.Fprintln(w, "nothing is written: --dry-run")
		return err
	}
	return nil
}
