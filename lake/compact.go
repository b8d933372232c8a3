package lake

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"target-filelake/lake/columns"
)

// Compact says that a Change writes rows anew: its Files hold the live rows of
// those in Gone, and no others.
type Compact struct {
	Gone []string // paths of data files of the table
	// Deletes are that the Change's delete files are all of the table's, and name
	// every superseded row of the files that stay and of the new ones. Without, the
	// files that go have no superseded rows, and the table's delete files stay.
	Deletes bool
}

// drop takes out of t what a compaction has written anew.
func (t *Table) drop(c *Compact) {
	t.Files = slices.DeleteFunc(slices.Clone(t.Files), func(f DataFile) bool { return slices.Contains(c.Gone, f.Path) })
	if c.Deletes {
		t.Deletes = afresh(t.Files, nil)
	}
}

// supersede adds delete files to a table's, and their rows to those superseded
// in files, which it changes.
func supersede(files []DataFile, deletes []DeleteFile, more []NewDeletes) []DeleteFile {
	deletes = slices.Clone(deletes)
	for i := range more {
		deletes = append(deletes, more[i].DeleteFile)
		for j := range files {
			files[j].Superseded += more[i].Of[files[j].Path]
		}
	}
	return deletes
}

// afresh makes delete files all that there are for files, which it changes.
func afresh(files []DataFile, all []NewDeletes) []DeleteFile {
	for i := range files {
		files[i].Superseded = 0
	}
	return supersede(files, nil, all)
}

// CompactedFile is a new name for a file of a stream's compacted rows, in the
// directory of a partition ("": of none), whose directories are durable. Without
// its staged suffix it is where Adopt puts the file.
func (l *Lake) CompactedFile(stream, partition string) (string, error) {
	id, err := l.ids.next()
	if err != nil {
		return "", err
	}
	name := compactedPath(l.Dir(stream), partition, id)
	return name, l.ensure(path.Dir(name))
}

// Staged is the name under which somebody else writes the file that will be name.
func Staged(name string) string { return name + stagedSuffix }

// StageCompacted starts a file of a stream's compacted rows of any partition.
func (l *Lake) StageCompacted(stream string, s *columns.Schema, c columns.Codec) (*Stage, error) {
	name, err := l.CompactedFile(stream, "")
	if err != nil {
		return nil, err
	}
	return l.stage(name, s, nil, c)
}

// ErrNotWhole says that a file that was to be adopted is not what it should be.
var ErrNotWhole = errors.New("lake: not the file that was to be written")

// Adopt makes a Parquet file that somebody else has written under Staged(name)
// durable under name, if it is whole, of schema s, and has that many rows. keys
// are the field ids of the columns whose ranges it is to tell.
func (l *Lake) Adopt(name string, s *columns.Schema, rows int64, keys []int32) (NewFile, error) {
	out := NewFile{DataFile: DataFile{Path: name, Rows: rows}, Schema: s}
	f, err := l.fs.Open(Staged(name))
	if err != nil {
		return out, fmt.Errorf("adopt %s: %w", name, err)
	}
	err = out.inspect(f, keys)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = move(l.fs, l.fs.Rename, Staged(name), name)
	}
	if err != nil {
		return out, fmt.Errorf("adopt %s: %w", name, err)
	}
	return out, nil
}

// Discard removes what was written for a compacted file that is not adopted.
func (l *Lake) Discard(name string) error {
	if err := l.fs.Remove(Staged(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// inspect fills in what the manifest says of the file f.
func (n *NewFile) inspect(f File, keys []int32) error {
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	rows, err := columns.Conforms(f, size, n.Schema)
	if err == nil && rows != n.Rows {
		err = fmt.Errorf("%d rows, want %d", rows, n.Rows)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotWhole, err)
	}
	n.Bytes, n.SHA256 = size, hex.EncodeToString(sum.Sum(nil))
	n.Keys, err = columns.FileRanges(f, size, n.Schema, keys)
	return err
}

// Check compares a file with the manifest: its size and its SHA-256. An error
// that wraps ErrCorrupt says that the file is not what was committed.
func (l *Lake) Check(f *DataFile) error {
	r, err := l.fs.Open(f.Path)
	if err != nil {
		return fmt.Errorf("check %s: %w", f.Path, err)
	}
	sum := sha256.New()
	n, err := io.Copy(sum, r)
	if err = errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("check %s: %w", f.Path, err)
	}
	if n != f.Bytes || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("check %s: %w: its bytes are not those that were committed; run target-filelake verify", f.Path, ErrCorrupt)
	}
	return nil
}

// Compact commits changes that write rows anew.
func (l *Lake) Compact(changes []Change) (*Manifest, error) {
	return l.Commit(Commit{For: OpCompact, Changes: changes})
}

// IsCompacted reports whether a compaction has written the file.
func (t *Table) IsCompacted(f *DataFile) bool {
	return strings.HasPrefix(f.Path, path.Join(t.Dir, tableDir)+"/")
}
