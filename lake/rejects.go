package lake

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// RejectFile is a file of refused records, one JSON object a line.
type RejectFile struct {
	Path    string `json:"path"`
	Records int64  `json:"records"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
	// Version is that of the load's commit that named the records, of the newest
	// of several; 0: the tap of the table's owner has sent none of them.
	Version Version `json:"version"`
}

// Rejected counts the refused records that wait for a replay.
func (t *Table) Rejected() int64 {
	var n int64
	for i := range t.Rejects {
		n += t.Rejects[i].Records
	}
	return n
}

// RejectStage is a file of refused records being written.
type RejectStage struct {
	staged
	records int64
}

// StageRejects starts a file of a stream's refused records.
func (l *Lake) StageRejects(stream string) (*RejectStage, error) {
	id, err := l.ids.next()
	if err != nil {
		return nil, err
	}
	file, err := l.create(rejectPath(l.Dir(stream), id))
	return &RejectStage{staged: file}, err
}

// Append writes whole lines, one for each of some records.
func (s *RejectStage) Append(lines []byte, records int64) error {
	if _, err := s.Write(lines); err != nil {
		return fmt.Errorf("stage %s: %w", s.name, err)
	}
	s.records += records
	return nil
}

// Close makes the file durable under its name.
func (s *RejectStage) Close() (RejectFile, error) {
	hash, err := s.publish(nil)
	return RejectFile{Path: s.name, Records: s.records, Bytes: s.size, SHA256: hash}, err
}

// CutRejects makes a file of the first records of f, which take that many
// bytes. f itself stays, for a sweep: no commit names it.
func (l *Lake) CutRejects(stream string, f RejectFile, records, bytes int64) (RejectFile, error) {
	from, err := l.fs.Open(f.Path)
	if err != nil {
		return RejectFile{}, fmt.Errorf("cut %s: %w", f.Path, err)
	}
	st, err := l.StageRejects(stream)
	if err != nil {
		return RejectFile{}, errors.Join(err, from.Close())
	}
	_, err = io.CopyN(&st.staged, from, bytes)
	if err = errors.Join(err, from.Close()); err != nil {
		return RejectFile{}, errors.Join(fmt.Errorf("cut %s: %w", f.Path, err), st.Abandon())
	}
	st.records = records
	return st.Close()
}

// CheckRejects reads a whole file of refused records and holds it against the
// size and hash it was committed with.
func CheckRejects(fsys FS, f RejectFile) error {
	file, err := fsys.Open(f.Path)
	if err != nil {
		return fmt.Errorf("check rejects: %w", err)
	}
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("check %s: %w", f.Path, err)
	}
	if n != f.Bytes || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%w: %s is not what was committed", ErrCorrupt, f.Path)
	}
	return nil
}

// Packer makes SCHEMA messages small enough to stand in every manifest of
// their tables. It is for one goroutine at a time.
type Packer struct{ w *flate.Writer } // of 1 MB: too much for one a message

// Pack compresses a message: 3 kB become some 600 bytes.
func (p *Packer) Pack(message []byte) []byte {
	var b bytes.Buffer
	var err error
	if p.w == nil {
		p.w, err = flate.NewWriter(&b, flate.DefaultCompression)
	} else {
		p.w.Reset(&b)
	}
	if err == nil {
		_, err = p.w.Write(message)
	}
	if err == nil {
		err = p.w.Close()
	}
	if err != nil {
		panic("BUG: compressing into memory: " + err.Error())
	}
	return b.Bytes()
}

// SchemaMessage is the stream's newest SCHEMA as a Packer was given it; nil if
// the table has none.
func (t *Table) SchemaMessage() ([]byte, error) {
	if t.Message == nil {
		return nil, nil
	}
	message, err := io.ReadAll(flate.NewReader(bytes.NewReader(t.Message)))
	if err != nil {
		return nil, fmt.Errorf("%w: table %q: its SCHEMA: %w", ErrCorrupt, t.Stream, err)
	}
	return message, nil
}
