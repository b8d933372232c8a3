package lake

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"path"

	"target-filelake/lake/columns"
)

// Stage is a data or delete file being written. It has a name no reader looks for until
// Close has made it whole and durable; until a commit names it, it does not
// exist for anybody.
type Stage struct {
	l    *Lake
	name string
	file File
	sum  hash.Hash
	size int64
	buf  *bufio.Writer
	pq   *columns.FileWriter
	s    *columns.Schema
}

// stageBuffer is large enough that a row group goes to the disk in few calls.
const stageBuffer = 256 << 10

// Stage starts a data file of a stream's batch.
func (l *Lake) Stage(stream string, s *columns.Schema, c columns.Codec) (*Stage, error) {
	id, err := l.ids.next()
	if err != nil {
		return nil, err
	}
	return l.stage(batchPath(l.Dir(stream), id, l.clock()), s, c)
}

// stage starts the file that will become name.
func (l *Lake) stage(name string, s *columns.Schema, c columns.Codec) (*Stage, error) {
	if err := l.ensure(path.Dir(name)); err != nil {
		return nil, fmt.Errorf("stage %s: %w", name, err)
	}
	file, err := l.fs.Create(name + stagedSuffix)
	if err != nil {
		return nil, fmt.Errorf("stage %s: %w", name, err)
	}
	st := &Stage{l: l, name: name, file: file, sum: sha256.New(), s: s}
	st.buf = bufio.NewWriterSize(st, stageBuffer)
	if st.pq, err = columns.NewFileWriter(st.buf, s, c); err != nil {
		return nil, errors.Join(fmt.Errorf("stage %s: %w", name, err), st.Abandon())
	}
	return st, nil
}

// Write hashes what goes to the disk. It is for the file writer, not for callers.
func (s *Stage) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	s.sum.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// Begin starts the next row group; see columns.FileWriter.Begin.
func (s *Stage) Begin() *columns.RowGroup { return s.pq.Begin() }

// Close makes the file durable under its name. All row groups are committed.
func (s *Stage) Close() (NewFile, error) {
	rows, err := s.pq.Close()
	if err == nil {
		err = s.buf.Flush()
	}
	if err == nil {
		err = s.file.Sync()
	}
	if err = errors.Join(err, s.file.Close()); err == nil {
		err = move(s.l.fs, s.l.fs.Rename, s.name+stagedSuffix, s.name)
	}
	if err != nil {
		return NewFile{}, fmt.Errorf("stage %s: %w", s.name, err)
	}
	f := DataFile{Path: s.name, Rows: rows, Bytes: s.size, SHA256: hex.EncodeToString(s.sum.Sum(nil))}
	return NewFile{f, s.s}, nil
}

// Abandon drops the file.
func (s *Stage) Abandon() error {
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
