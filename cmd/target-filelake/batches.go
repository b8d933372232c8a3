package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"target-filelake/ingest"
	"target-filelake/merge/answer"
	"target-filelake/merge/duck"
)

// batchFiles opens the files that BATCH messages name, and nothing outside a
// directory.
type batchFiles struct {
	root   string // "": none may be opened
	duckdb duck.Config
}

// open is the records of one file as a Singer stream.
func (b batchFiles) open(ctx context.Context, m *ingest.BatchMessage, address string) (io.ReadCloser, error) {
	if b.root == "" {
		return nil, errors.New("BATCH files are read from the directory that batch_root names; none is set")
	}
	f, name, err := b.file(address)
	if err != nil {
		return nil, err
	}
	switch {
	case m.Format == "parquet":
		return b.parquet(ctx, f, name, m.Stream)
	case m.Format != "jsonl":
		err = fmt.Errorf("encoding format %q, want jsonl or parquet", m.Format)
	case m.Compression == "gzip":
		z, zerr := gzip.NewReader(f)
		if zerr == nil {
			return batchFile{ingest.Records(gunzip{z, printable(address)}, m.Stream), f}, nil
		}
		err = unpacking(printable(address), zerr)
	case m.Compression == "" || m.Compression == "none":
		return batchFile{ingest.Records(f, m.Stream), f}, nil
	default:
		err = fmt.Errorf("encoding compression %q, want gzip or none", m.Compression)
	}
	return nil, errors.Join(err, f.Close())
}

// file opens what an address names, inside the root, and gives its real path.
func (b batchFiles) file(address string) (*os.File, string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" && u.Scheme != "file" || u.Host != "" && u.Host != "localhost" {
		return nil, "", errors.New("not the address of a local file")
	}
	real, err := filepath.EvalSymlinks(b.root)
	if err != nil {
		return nil, "", fmt.Errorf("batch_root: %w", err)
	}
	rel, err := filepath.Rel(b.root, filepath.Clean(u.Path))
	if err != nil || !filepath.IsAbs(u.Path) || !filepath.IsLocal(rel) {
		return nil, "", fmt.Errorf("outside batch_root %s", b.root)
	}
	dir, err := os.OpenRoot(real)
	if err != nil {
		return nil, "", fmt.Errorf("batch_root: %w", err)
	}
	f, err := dir.Open(rel) // follows no link out of the root
	return f, filepath.Join(real, rel), errors.Join(err, dir.Close())
}

// parquet reads a file through DuckDB, which may open no other.
func (b batchFiles) parquet(ctx context.Context, f *os.File, name, stream string) (io.ReadCloser, error) {
	if err := f.Close(); err != nil {
		return nil, err
	}
	rows, err := answer.ReadParquet(ctx, b.duckdb, name)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { // ends when all is written, or the reader closes
		err := errors.Join(printJSONL(w, rows), rows.Close())
		w.CloseWithError(err)
		done <- err
	}()
	return parquetFile{batchFile{ingest.Records(r, stream), r}, done}, nil
}

// batchFile is a file being read.
type batchFile struct {
	io.Reader
	io.Closer
}

// parquetFile waits for what feeds it.
type parquetFile struct {
	batchFile
	done <-chan error
}

func (p parquetFile) Close() error {
	err := p.batchFile.Close()
	if fed := <-p.done; fed != nil && !errors.Is(fed, io.ErrClosedPipe) {
		err = errors.Join(err, fed)
	}
	return err
}

// whileWanted is a file that nobody need read to its end: what is packed in it may
// go on for hours without a record.
type whileWanted struct {
	io.Reader
	wanted func() bool
}

func (w whileWanted) Read(p []byte) (int, error) {
	if !w.wanted() {
		return 0, errStopped
	}
	return w.Reader.Read(p)
}

// batchFault names the file that a fault is in.
func batchFault(line int64, address string, err error) error {
	if is[interrupted](err) {
		return err
	}
	at := fmt.Sprintf("line %d: BATCH file %s", line, printable(strings.TrimSpace(address)))
	if is[*ingest.LineError](err) || is[*ingest.RecordError](err) || is[inputError](err) {
		return fmt.Errorf("%s: %w", at, err)
	}
	hint := ""
	if duck.OutOfMemory(err) {
		hint = "; raise --memory, or have the tap write smaller row groups"
	}
	return inputError{fmt.Errorf("%s: %v%s", at, err, hint)} // a file of the tap's, not the disk of the lake's
}
