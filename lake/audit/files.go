package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// Files is a check of the files of one version.
type Files struct {
	FS      lake.FS
	Workers int          // files read at once
	Bytes   atomic.Int64 // hashed so far, for who shows progress
	fault   func(Fault)
}

// NewFiles begins a check. fault is called from one goroutine at a time.
func NewFiles(fsys lake.FS, workers int, fault func(Fault)) *Files {
	var mu sync.Mutex
	return &Files{FS: fsys, Workers: workers, fault: func(f Fault) {
		mu.Lock()
		defer mu.Unlock()
		fault(f)
	}}
}

// file is one file, and what it must be.
type file struct {
	lake.Named
	stream  string
	rows    int64
	schema  *columns.Schema // nil: not Parquet, or of a schema that is not known
	retired lake.Version    // the first version without it; 0: the newest names it
}

const (
	remedyLive = "put the file of a copy of the lake in its place, roll back to a version before it (rollback), " +
		"or drop the stream (reset) and load it again"
	remedyLink    = "no load goes on until it is gone"
	remedyRetired = "nothing that is live needs it; only versions before %d do, which cannot be gone back to without it"
)

func (f *file) remedy(err error) string {
	switch {
	case errors.Is(err, lake.ErrLink):
		return remedyLink
	case f.retired > 0:
		return fmt.Sprintf(remedyRetired, uint64(f.retired))
	}
	return remedyLive
}

// Table checks every file of a table: size, SHA-256, and of Parquet files the
// rows and the schema.
func (c *Files) Table(ctx context.Context, t *lake.Table) error {
	var all []file
	for _, g := range append([]lake.Generation{{Files: t.Files, Deletes: t.Deletes}}, t.Pending...) {
		for _, f := range g.Files {
			all = append(all, file{lake.Named{Path: f.Path, Bytes: f.Bytes, SHA256: f.SHA256}, t.Stream, f.Rows, t.Schemas[f.Schema], 0})
		}
		for _, f := range g.Deletes {
			all = append(all, file{lake.Named{Path: f.Path, Bytes: f.Bytes, SHA256: f.SHA256}, t.Stream, f.Rows, lake.DeletesSchema(), 0})
		}
	}
	for _, f := range t.Rejects {
		all = append(all, file{lake.Named{Path: f.Path, Bytes: f.Bytes, SHA256: f.SHA256}, t.Stream, 0, nil, 0})
	}
	if t.RowsIn-t.Superseded != t.Unsuperseded() {
		c.fault(Fault{Stream: t.Stream, Remedy: remedyLive, What: fmt.Sprintf("%d rows came in and %d of them were superseded, but %d are there",
			t.RowsIn, t.Superseded, t.Unsuperseded())})
	}
	return c.each(ctx, all)
}

// Retired checks files that only older versions name: size and SHA-256.
func (c *Files) Retired(ctx context.Context, retired []lake.Retired) error {
	all := make([]file, len(retired))
	for i, r := range retired {
		all[i] = file{r.Named, r.Stream, 0, nil, r.Version}
	}
	return c.each(ctx, all)
}

// each checks files side by side.
func (c *Files) each(ctx context.Context, all []file) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(c.Workers, len(all)) {
		wg.Go(func() {
			buf := make([]byte, 1<<20)
			for ctx.Err() == nil {
				i := next.Add(1) - 1
				if i >= int64(len(all)) {
					return
				}
				f := &all[i]
				if err := c.check(ctx, f, buf); err != nil && ctx.Err() == nil && !c.gone(f, err) {
					c.fault(Fault{Stream: f.stream, File: f.Path, What: what(err), Remedy: unlessDenied(err, f.remedy(err))})
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// what words a fault of a file that is named beside it.
func what(err error) string {
	if e, ok := errors.AsType[*lake.FileError](err); ok {
		return e.Why
	}
	return err.Error()
}

// gone reports whether a vacuum took the file since we began, as it may.
func (c *Files) gone(f *file, err error) bool {
	return f.retired > 0 && errors.Is(err, fs.ErrNotExist) && vacuumed(c.FS, f.retired-1)
}

func (c *Files) check(ctx context.Context, f *file, buf []byte) (err error) {
	if err := lake.CheckFile(c.FS, f.stream, f.Named); err != nil {
		return err
	}
	r, err := c.FS.Open(f.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	sum := sha256.New()
	if _, err := io.CopyBuffer(sum, &counted{ctx, r, &c.Bytes}, buf); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("its bytes have changed: SHA-256 %s, want %s", got, f.SHA256)
	}
	if f.schema == nil {
		return nil
	}
	rows, err := columns.Conforms(r, f.Bytes, f.schema)
	if err == nil && rows != f.rows {
		err = fmt.Errorf("has %d rows, the manifest says %d", rows, f.rows)
	}
	return err
}

// counted adds what is read to a total, and ends when ctx does.
type counted struct {
	ctx   context.Context
	r     io.Reader
	total *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.total.Add(int64(n))
	return n, err
}
