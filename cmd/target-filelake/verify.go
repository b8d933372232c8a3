package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/audit"
	"target-filelake/merge"
	"target-filelake/merge/duck"
)

// VerifyCmd checks everything.
type VerifyCmd struct {
	LakeFlag   `embed:""`
	MemoryFlag `embed:""`
	Stream     string `arg:"" optional:"" help:"Check the files and rows of this stream only."`
	JSON       bool   `name:"json" help:"Print the answer as one JSON object."`
}

// Help is shown by --help.
func (*VerifyCmd) Help() string {
	return `Checks the newest version, and what older ones need: every root manifest, its checksum and that it follows the one before; every table manifest; size and SHA-256 of every file; rows and columns of every Parquet file; that superseded rows are there and counted once; that every key has one live row; and that rows in = live + superseded.

It takes no lock, changes nothing, and may run while loads do. Exit code 0: all is well; 1: something is not, and is named with what to do.

  target-filelake verify --lake ./lake
  target-filelake verify --lake ./lake orders --json`
}

// verified is the answer.
type verified struct {
	Version  lake.Version     `json:"version"`
	Versions int              `json:"versions"` // checked
	Streams  []verifiedStream `json:"streams"`
	Retired  int              `json:"retired_files"`
	Bytes    int64            `json:"bytes"` // hashed
	Seconds  float64          `json:"seconds"`
	Faults   []audit.Fault    `json:"faults"`
}

// verifiedStream is one stream's line.
type verifiedStream struct {
	Stream     string   `json:"stream"`
	Key        []string `json:"key"`
	Files      int      `json:"files"`
	Bytes      int64    `json:"bytes"`
	Live       int64    `json:"live"`
	Pending    int64    `json:"pending"`
	Superseded int64    `json:"superseded"`
	Rejected   int64    `json:"rejected"`
	Faults     int      `json:"faults"`
}

// verifier is one run.
type verifier struct {
	out     verified
	root    string
	memory  int // DuckDB's, in MiB
	disk    lake.Disk
	stderr  io.Writer
	started time.Time
	files   *audit.Files
	db      *merge.DB
	total   int64 // bytes to hash
	doing   atomic.Pointer[string]
}

// Run checks, and prints what it found.
func (c *VerifyCmd) Run(ctx context.Context, std *stdio) (err error) {
	root, disk, err := openLake(c.Lake)
	if err != nil {
		return err
	}
	v := &verifier{root: root, memory: c.megabytes(), disk: disk, stderr: std.err, started: time.Now()}
	v.out.Streams, v.out.Faults = []verifiedStream{}, []audit.Fault{}
	v.files = audit.NewFiles(disk, runtime.GOMAXPROCS(0), func(f audit.Fault) { v.out.Faults = append(v.out.Faults, f) })
	if err := errors.Join(v.run(ctx, c.Stream), disk.Close()); err != nil {
		return fmt.Errorf("verify: %w", atLake(root, err))
	}
	v.out.Bytes, v.out.Seconds = v.files.Bytes.Load(), time.Since(v.started).Seconds()
	if c.JSON {
		e := json.NewEncoder(std.out)
		e.SetIndent("", "  ")
		err = e.Encode(v.out)
	} else {
		err = v.print(std.out)
	}
	if n := len(v.out.Faults); err == nil && n > 0 {
		return verdict{fmt.Errorf("verify: %d faults in %s", n, root)}
	}
	return err
}

func (v *verifier) run(ctx context.Context, only string) error {
	v.out.Versions = audit.Chain(v.disk, v.fault)
	m, err := lake.Newest(v.disk)
	if err != nil {
		if len(v.out.Faults) > 0 {
			return nil // that is why, and it is named
		}
		return err
	}
	if only != "" && m.Tables[only] == nil {
		return usageError{fmt.Errorf("no stream %q in %s; it has %q", only, v.root, m.Streams())}
	}
	v.out.Version = m.Version
	temp, err := os.MkdirTemp("", "target-filelake-verify-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	v.db, err = merge.Open(ctx, duck.Config{Root: v.root, Threads: runtime.GOMAXPROCS(0), MemoryMB: v.memory, TempDir: temp})
	if err != nil {
		return err
	}
	err = v.version(ctx, m, only)
	return errors.Join(err, v.db.Close())
}

// version checks the tables, and what only older versions name.
func (v *verifier) version(ctx context.Context, m *lake.Manifest, only string) error {
	retired := m.RetiredNow()
	if only != "" {
		retired = slices.DeleteFunc(retired, func(r lake.Retired) bool { return r.Stream != only })
	}
	v.out.Retired = len(retired)
	for stream, t := range m.Tables {
		if only == "" || stream == only {
			for _, f := range t.Named() {
				v.total += f.Bytes
			}
		}
	}
	for i := range retired {
		v.total += retired[i].Bytes
	}
	v.says("manifests")
	defer v.progress()()
	for _, stream := range m.Streams() {
		if only == "" || stream == only {
			if err := v.table(ctx, m.Tables[stream]); err != nil {
				return fmt.Errorf("stream %q: %w", stream, err)
			}
		}
	}
	v.says("files of older versions")
	return v.files.Retired(ctx, retired)
}

func (v *verifier) table(ctx context.Context, t *lake.Table) error {
	before := len(v.out.Faults)
	v.says("files of " + printable(t.Stream))
	if err := v.files.Table(ctx, t); err != nil {
		return err
	}
	// DuckDB may stumble over damaged files, or read them wrong.
	if len(v.out.Faults) == before {
		if err := v.rows(ctx, t); err != nil {
			return err
		}
	}
	named := t.Named()
	line := verifiedStream{
		Stream: t.Stream, Key: t.Key, Files: len(named), Live: t.Rows(), Pending: t.Unsuperseded() - t.Rows(),
		Superseded: t.Superseded, Rejected: t.Rejected(), Faults: len(v.out.Faults) - before,
	}
	for _, f := range named {
		line.Bytes += f.Bytes
	}
	v.out.Streams = append(v.out.Streams, line)
	return nil
}

// rows checks positions and keys, of what is live and of each generation that
// is pending.
func (v *verifier) rows(ctx context.Context, t *lake.Table) error {
	tables := []*lake.Table{t}
	for i := range t.Pending {
		tables = append(tables, t.PendingOf(t.Pending[i].Version))
	}
	v.says("rows of " + printable(t.Stream))
	for _, t := range tables {
		found, err := v.db.Prove(ctx, t)
		if err != nil {
			return err
		}
		for _, b := range found {
			v.fault(audit.Fault{Stream: t.Stream, File: b.File, What: b.What, Remedy: "roll back to a version before it (rollback), or drop the stream (reset) and load it again"})
		}
	}
	return nil
}

func (v *verifier) fault(f audit.Fault) { v.out.Faults = append(v.out.Faults, f) }

// progressEvery is how often a long run says how far it is.
const progressEvery = 3 * time.Second

// progress says on stderr how far the hashing is, until it is stopped.
func (v *verifier) progress() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				fmt.Fprintf(v.stderr, "verify: %s; %s of %s read, %.0f s\n", *v.doing.Load(), size(v.files.Bytes.Load()), size(v.total), time.Since(v.started).Seconds())
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (v *verifier) says(doing string) { v.doing.Store(&doing) }

func (v *verifier) print(w io.Writer) error {
	if len(v.out.Streams) > 0 {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(t, "stream\tlive\tsuperseded\tpending\trejected\tfiles\tbytes\tfaults\t")
		for i := range v.out.Streams {
			s := &v.out.Streams[i]
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%d\t\n", printable(s.Stream), s.Live, s.Superseded, s.Pending, s.Rejected, s.Files, size(s.Bytes), s.Faults)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	for _, f := range v.out.Faults {
		fmt.Fprintf(w, "fault: %s\n", printable(f.String()))
	}
	_, err := fmt.Fprintf(w, "version %d: %d versions, %d retired files, %s in %.1f s: %d faults\n",
		uint64(v.out.Version), v.out.Versions, v.out.Retired, size(v.out.Bytes), v.out.Seconds, len(v.out.Faults))
	return err
}
