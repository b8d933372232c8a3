package lake

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"path"
	"sync"

	"target-filelake/lake/columns"
)

// staged is a file being written. It has a name no reader looks for until
// publish has made it whole and durable; until a commit names it, it does not
// exist for anybody.
type staged struct {
	l    *Lake
	name string
	file File
	sum  hash.Hash
	size int64
}

// Stage is a data or delete file being written.
type Stage struct {
	staged
	buf *bufio.Writer
	pq  *columns.FileWriter
	s   *columns.Schema
}

// stageBuffer is large enough that a row group goes to the disk in few calls.
const stageBuffer = 256 << 10

// stageBuffers outlive stages: of many streams there are thousands, one after another.
var stageBuffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, stageBuffer) }}

// giveBack ends the use of the buffer.
func (s *Stage) giveBack() {
	s.buf.Reset(nil)
	stageBuffers.Put(s.buf)
	s.buf = nil
}

// Stage starts a data file of a stream's batch. keys are the field ids of the
// columns whose ranges it is to tell.
func (l *Lake) Stage(stream string, s *columns.Schema, keys []int32, c columns.Codec) (*Stage, error) {
	id, err := l.ids.next()
	if err != nil {
		return nil, err
	}
	return l.stage(batchPath(l.Dir(stream), id, l.clock()), s, keys, c)
}

// create starts the file that will become name.
func (l *Lake) create(name string) (staged, error) {
	if err := l.ensure(path.Dir(name)); err != nil {
		return staged{}, fmt.Errorf("stage %s: %w", name, err)
	}
	file, err := l.fs.Create(name + stagedSuffix)
	if err != nil {
		return staged{}, fmt.Errorf("stage %s: %w", name, err)
	}
	return staged{l: l, name: name, file: file, sum: sha256.New()}, nil
}

// stage starts the Parquet file that will become name.
func (l *Lake) stage(name string, s *columns.Schema, keys []int32, c columns.Codec) (*Stage, error) {
	file, err := l.create(name)
	if err != nil {
		return nil, err
	}
	st := &Stage{staged: file, s: s}
	st.buf = stageBuffers.Get().(*bufio.Writer)
	st.buf.Reset(st)
	if st.pq, err = columns.NewFileWriter(st.buf, s, c); err != nil {
		return nil, errors.Join(fmt.Errorf("stage %s: %w", name, err), st.Abandon())
	}
	st.pq.Track(keys)
	return st, nil
}

// Write hashes what goes to the disk. It is for the file writer, not for callers.
func (s *staged) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	s.sum.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// Begin starts the next row group; see columns.FileWriter.Begin.
func (s *Stage) Begin() *columns.RowGroup { return s.pq.Begin() }

// Copy appends the row groups of a file of the lake; see columns.FileWriter.Copy.
func (s *Stage) Copy(f *DataFile) error {
	r, err := s.l.fs.Open(f.Path)
	if err != nil {
		return fmt.Errorf("join %s: %w", f.Path, err)
	}
	err = errors.Join(s.pq.Copy(r, f.Bytes), r.Close())
	if err != nil {
		return fmt.Errorf("join %s: %w", f.Path, err)
	}
	return nil
}

// Close makes the file durable under its name. All row groups are committed.
func (s *Stage) Close() (NewFile, error) {
	rows, err := s.pq.Close()
	if err == nil {
		err = s.buf.Flush()
	}
	s.giveBack()
	hash, err := s.publish(err)
	rises := s.pq.Rises()
	return NewFile{DataFile{Path: s.name, Rows: rows, Bytes: s.size, SHA256: hash, Keys: s.pq.Ranges(), Sorted: rises}, s.s, rises}, err
}

// publish makes the file durable under its name, unless writing it failed
// with err, and returns its SHA-256.
func (s *staged) publish(err error) (string, error) {
	if err == nil {
		err = s.file.Sync()
	}
	if err = errors.Join(err, s.file.Close()); err == nil {
		err = move(s.l.fs, s.l.fs.Rename, s.name+stagedSuffix, s.name)
	}
	if err != nil {
		return "", fmt.Errorf("stage %s: %w", s.name, err)
	}
	return hex.EncodeToString(s.sum.Sum(nil)), nil
}

// Abandon drops the file.
func (s *staged) Abandon() error {
	return errors.Join(s.file.Close(), s.l.fs.Remove(s.name+stagedSuffix))
}

// Temp makes a private directory for what DuckDB spills, relative to the lake.
// A crash leaves it for the next Open of the pipeline to sweep.
func (l *Lake) Temp() (string, error) {
	id, err := l.ids.next()
	if err != nil {
		return "", err
	}
	dir := path.Join(tempDir, id)
	if err := l.fs.Mkdir(dir); err != nil {
		return "", fmt.Errorf("make a temporary directory: %w", err)
	}
	return dir, nil
}
