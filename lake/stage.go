package lake

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
)

// Stage is a data file being written. It has a name no reader looks for until
// Close has made it whole and durable; until a commit names it, it does not
// exist for anybody.
type Stage struct {
	l    *Lake
	name string
	file File
	sum  hash.Hash
	size int64
	buf  *bufio.Writer
	pq   *FileWriter
	s    *Schema
}

// stageBuffer is large enough that a row group goes to the disk in few calls.
const stageBuffer = 256 << 10

// Stage starts a data file of a stream's batch.
func (l *Lake) Stage(stream string, s *Schema, c Codec) (*Stage, error) {
	id, err := l.ids.next()
	if err != nil {
		return nil, err
	}
	name := batchPath(l.Dir(stream), id, l.clock())
	file, err := l.create(name)
	if err != nil {
		return nil, err
	}
	st := &Stage{l: l, name: name, file: file, sum: sha256.New(), s: s}
	st.buf = bufio.NewWriterSize(st, stageBuffer)
	if st.pq, err = NewFileWriter(st.buf, s, c); err != nil {
		return nil, errors.Join(fmt.Errorf("stage %s: %w", name, err), st.Abandon())
	}
	return st, nil
}

// create makes name's directory and the file that will become name.
func (l *Lake) create(name string) (File, error) {
	if err := l.ensure(path.Dir(name)); err != nil {
		return nil, fmt.Errorf("stage %s: %w", name, err)
	}
	file, err := l.fs.Create(name + stagedSuffix)
	if err != nil {
		return nil, fmt.Errorf("stage %s: %w", name, err)
	}
	return file, nil
}

// Write hashes what goes to the disk. It is for the file writer, not for callers.
func (s *Stage) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	s.sum.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// Begin starts the next row group; see FileWriter.Begin.
func (s *Stage) Begin() *RowGroup { return s.pq.Begin() }

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

// Deletes is a delete file that DuckDB is to write.
type Deletes struct {
	l    *Lake
	name string
}

// StageDeletes makes an empty file for a stream's next deletes. It is made
// here so that its mode follows the umask and its name is nobody else's.
func (l *Lake) StageDeletes(stream string) (*Deletes, error) {
	id, err := l.ids.next()
	if err != nil {
		return nil, err
	}
	name := deletePath(l.Dir(stream), id)
	file, err := l.create(name)
	if err != nil {
		return nil, err
	}
	return &Deletes{l, name}, file.Close()
}

// Name is the file to write over, relative to the lake.
func (d *Deletes) Name() string { return d.name + stagedSuffix }

// Adopt checks what was written, as nobody else will have: that it is a whole
// Parquet file of rows rows; and makes it durable under its name.
func (d *Deletes) Adopt(rows int64) (DeleteFile, error) {
	f, err := d.adopt(rows)
	if err != nil {
		return f, fmt.Errorf("adopt %s: %w", d.name, err)
	}
	return f, nil
}

func (d *Deletes) adopt(rows int64) (DeleteFile, error) {
	file, err := d.l.fs.Open(d.Name())
	if err != nil {
		return DeleteFile{}, err
	}
	f, err := inspect(file)
	if err == nil && f.Rows != rows {
		err = fmt.Errorf("%w: %d rows, want %d", ErrCorrupt, f.Rows, rows)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return DeleteFile{}, err
	}
	f.Path = d.name
	return f, move(d.l.fs, d.l.fs.Rename, d.Name(), d.name)
}

// inspect reads a Parquet file through: its rows, size and hash.
func inspect(f File) (DeleteFile, error) {
	info, err := f.Stat()
	if err != nil {
		return DeleteFile{}, err
	}
	rows, err := ReadFooter(f, info.Size())
	if err != nil {
		return DeleteFile{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, io.NewSectionReader(f, 0, info.Size()))
	return DeleteFile{Rows: rows, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

// Discard drops the file.
func (d *Deletes) Discard() error { return d.l.fs.Remove(d.Name()) }

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
