package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/lake/failpoint"
)

// dryReport is what a load of the same input would do.
type dryReport struct {
	Lake     string       `json:"lake"`
	Version  uint64       `json:"version"` // that stays the newest; 0: none
	Pipeline string       `json:"pipeline"`
	Records  int64        `json:"records"`
	States   int64        `json:"states"`
	Commits  int          `json:"commits"`
	Streams  []dryStream  `json:"streams"`
	Rejects  []rejectKind `json:"rejects"`
	Notes    []string     `json:"notes"`
	Fault    string       `json:"fault,omitempty"` // why a load would not end well
}

// dryStream is what it would do to one table.
type dryStream struct {
	Stream     string      `json:"stream"`
	New        bool        `json:"new"` // the lake does not have it
	Key        []string    `json:"key"`
	Method     string      `json:"load_method"`
	Table      string      `json:"table"` // schema and name of its view
	Partitions string      `json:"partitions"`
	Rows       int64       `json:"rows"` // that came and are right
	Committed  int64       `json:"committed"`
	Rejected   int64       `json:"rejected"`
	Files      int         `json:"files"`
	Bytes      int64       `json:"bytes"`
	Columns    []dryColumn `json:"columns"`
	Changes    []typeStep  `json:"changes"` // of the lake's schema
}

type dryColumn struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Property string `json:"property"`
}

// dryRun is the pipeline without its end: files are encoded into nothing, and
// batches counted instead of committed.
type dryRun struct {
	*loader
	commits int
	sealed  map[string]*dryStream
}

// dryRun reads and checks everything, writes nothing, and reports on stdout.
// Refused records do not end it, whatever on_invalid_record says: the first
// one comes back as the fault that would end a load.
func (c *LoadCmd) dryRun(ctx context.Context, std *stdio) error {
	started := time.Now()
	log := std.logger()
	root, err := lakeRoot(c.Lake)
	if err != nil {
		return err
	}
	fsys, dir, err := openDry(root)
	if err != nil {
		return atLake(root, err)
	}
	in, err := openInput(ctx, c.Input, std.in)
	if err != nil {
		return errors.Join(err, dir.Close())
	}
	l, err := lake.Open(fsys, lake.Options{Pipeline: c.Pipeline, Holder: holder(), Clock: failpoint.Now, Rand: rand.Reader})
	if err != nil {
		return errors.Join(atLake(root, toldWhy(root, err)), in.Close(), dir.Close())
	}
	lenient := *c
	if lenient.OnInvalidRecord = "quarantine"; c.OnInvalidRecord == "fail" {
		lenient.MaxRejects = 0
	}
	d := dryRun{loader: lenient.loader(root, l, in, std, log, started), sealed: map[string]*dryStream{}}
	err = d.pipeline(ctx, d.count)
	if first := d.run.rejects.first; first != nil && c.OnInvalidRecord == "fail" {
		err = errors.Join(err, fmt.Errorf("a load would end at the first of the refused records: %w", first))
	}
	err = errors.Join(err, c.report(std.out, d.report(err)))
	return errors.Join(err, l.Close(), in.Close(), dir.Close())
}

// count stands for the committer.
func (d *dryRun) count(ctx context.Context, batches <-chan sealed) error {
	for b := range batches {
		some := b.state != nil
		for i := range b.streams {
			n, err := d.countStream(ctx, &b.streams[i])
			if err != nil {
				return err
			}
			some = some || n > 0
		}
		if some {
			d.commits++
		}
	}
	return nil
}

// countStream returns how many records of the stream the commit would take.
func (d *dryRun) countStream(ctx context.Context, s *sealedStream) (int64, error) {
	to := d.sealed[s.stream]
	if to == nil {
		to = &dryStream{}
		d.sealed[s.stream] = to
	}
	staged, err := awaitFiles(ctx, *s)
	n := s.keepRejects.records
	to.Rejected += n
	for _, f := range staged {
		n += f.Keep
		to.Committed += f.Keep
		to.Files++
		to.Bytes += f.File.Bytes
	}
	return n, err
}

// undeclaredIn says where the undeclared properties of a stream would be.
func (d *dryRun) undeclaredIn(stream string) string {
	switch to := d.sealed[stream]; {
	case to == nil || to.Files == 0:
		return ""
	case d.run.ignored:
		return leftOut
	}
	return inExtra
}

func (d *dryRun) report(fault error) *dryReport {
	m := d.lake.Manifest()
	r := &dryReport{
		Lake: d.root, Version: uint64(m.Version), Pipeline: d.cfg.Pipeline, Records: d.run.records, States: d.run.states,
		Commits: d.commits, Streams: []dryStream{}, Rejects: d.run.rejects.sorted(), Notes: append([]string{}, noteLines(&d.run.notes, d.undeclaredIn)...),
	}
	if fault != nil {
		r.Fault = fault.Error()
	}
	for _, o := range d.seq.order {
		r.Streams = append(r.Streams, d.stream(m, o))
	}
	return r
}

func (d *dryRun) stream(m *lake.Manifest, o *openBatch) dryStream {
	s := dryStream{}
	if counted := d.sealed[o.stream]; counted != nil {
		s = *counted
	}
	s.Stream, s.Key, s.Rows = o.stream, append([]string{}, o.key...), d.run.in[o.stream]
	s.Method = o.name()
	s.Partitions = partitionWords(o.partitionBy)
	s.Table = o.view.String()
	var before *columns.Schema
	if t := m.Tables[o.stream]; t != nil {
		before = t.Schema()
		if t.Wants(o.view) {
			s.Table = t.View().String()
		}
	}
	s.New = before == nil
	s.Changes = typeSteps(before.Changes(o.schema))
	for i := range o.schema.Columns {
		c := &o.schema.Columns[i]
		s.Columns = append(s.Columns, dryColumn{c.Name, typeText(c), c.Property})
	}
	return s
}

func (c *LoadCmd) report(w io.Writer, r *dryReport) error {
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	_, err := io.WriteString(w, r.text())
	return err
}

func (r *dryReport) text() string {
	var b strings.Builder
	for i := range r.Streams {
		r.Streams[i].write(&b)
	}
	for _, x := range r.Rejects {
		fmt.Fprintln(&b, x.line())
	}
	for _, n := range r.Notes {
		fmt.Fprintln(&b, n)
	}
	fmt.Fprintf(&b, "dry run of pipeline %s on version %d of %s: %d records, %d STATEs, %d commits; nothing was written\n",
		printable(r.Pipeline), r.Version, r.Lake, r.Records, r.States, r.Commits)
	return b.String()
}

func (s *dryStream) write(b *strings.Builder) {
	key := "no key"
	if len(s.Key) > 0 {
		key = "key " + printable(strings.Join(s.Key, ", "))
	}
	fmt.Fprintf(b, "stream %s: %d rows, %d to be committed in %d files of %s, %d rejected; %s; %s; %s\n",
		printable(s.Stream), s.Rows, s.Committed, s.Files, size(s.Bytes), s.Rejected, s.Method, key, s.Partitions)
	if s.Table != s.Stream {
		fmt.Fprintf(b, "its table is %s\n", printable(s.Table))
	}
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  column\ttype\tproperty")
	for _, c := range s.Columns {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", printable(c.Name), c.Type, printable(c.Property))
	}
	_ = t.Flush() // a strings.Builder takes all
	switch {
	case s.New:
		fmt.Fprintln(b, "the lake does not have the stream: its table is new")
	case len(s.Changes) == 0:
		fmt.Fprintln(b, "the table's schema stays as it is")
	default:
		fmt.Fprintf(b, "the table's schema changes:\n%s", diffText(s.Changes))
	}
}
