package lake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"
)

// Format is the version of the manifests this program writes, and the newest it reads.
const Format = 1

// ErrCorrupt marks bytes on disk that are not what a commit wrote.
var ErrCorrupt = errors.New("lake: corrupt")

// root is the body of a root manifest.
type root struct {
	Format    int                 `json:"format"`
	Version   Version             `json:"version"`
	Committed time.Time           `json:"committed"`
	Pipeline  string              `json:"pipeline"`
	Operation Operation           `json:"operation"`
	Previous  string              `json:"previous"` // digest of the version before; "" in the first
	Changes   []StreamChange      `json:"changes,omitempty"`
	Pipelines map[string]Pipeline `json:"pipelines"`
	Tables    map[string]tableRef `json:"tables"`
	Retired   *tableRef           `json:"retired,omitempty"`
}

// seal is the line after the body.
type seal struct {
	SHA256 string `json:"sha256"`
}

// encode renders m as a root manifest, and sets m's digest.
func (m *Manifest) encode() ([]byte, error) {
	r := root{
		Format: Format, Version: m.Version, Committed: m.Committed, Pipeline: m.Pipeline, Operation: m.Operation,
		Previous: m.previous, Changes: m.Changes, Pipelines: m.Pipelines, Tables: m.refs,
	}
	if m.retiredRef.File != "" {
		r.Retired = &m.retiredRef
	}
	body, err := encodeLine(r)
	if err != nil {
		return nil, err
	}
	m.digest = digest(body)
	last, err := encodeLine(seal{m.digest})
	return append(body, last...), err
}

// encodeLine renders v as one line of JSON, its strings as they are.
func encodeLine(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// decodeRoot reads what encode wrote; the tables come without their contents.
func decodeRoot(data []byte, v Version) (*Manifest, error) {
	end := bytes.IndexByte(data, '\n') + 1
	var last seal
	if err := json.Unmarshal(data[end:], &last); err != nil || last.SHA256 != digest(data[:end]) {
		return nil, fmt.Errorf("%w: checksum of manifest %s", ErrCorrupt, v)
	}
	var r root
	if err := json.Unmarshal(data[:end], &r); err != nil {
		return nil, fmt.Errorf("%w: manifest %s: %w", ErrCorrupt, v, err)
	}
	if r.Format > Format {
		return nil, fmt.Errorf("lake: manifest %s has format %d; this program reads up to %d: use a newer one", v, r.Format, Format)
	}
	if r.Version != v {
		return nil, fmt.Errorf("%w: manifest %s says it is version %d", ErrCorrupt, v, r.Version)
	}
	m := &Manifest{
		Version: v, Committed: r.Committed, Pipeline: r.Pipeline, Operation: r.Operation, Changes: r.Changes,
		Pipelines: r.Pipelines, Tables: map[string]*Table{}, refs: r.Tables, digest: last.SHA256, previous: r.Previous,
	}
	if r.Retired != nil {
		m.retiredRef = *r.Retired
	}
	if m.Pipelines == nil {
		m.Pipelines = map[string]Pipeline{}
	}
	if m.refs == nil {
		m.refs = map[string]tableRef{}
	}
	return m, nil
}

// encodeTables renders the tables that have no ref yet, one a line, then the
// retired files if they have none, and gives them their refs in the file name.
func (m *Manifest) encodeTables(name string) ([]byte, error) {
	var out []byte
	for _, stream := range m.Streams() {
		if _, ok := m.refs[stream]; ok {
			continue
		}
		line, err := encodeLine(m.Tables[stream])
		if err != nil {
			return nil, err
		}
		m.refs[stream] = tableRef{name, int64(len(out)), int64(len(line)), digest(line)}
		out = append(out, line...)
	}
	if len(m.Retired) == 0 || m.retiredRef.File != "" {
		return out, nil
	}
	line, err := encodeLine(m.Retired)
	m.retiredRef = tableRef{name, int64(len(out)), int64(len(line)), digest(line)}
	return append(out, line...), err
}

// readTable reads one table's manifest and checks what an index relies on.
func readTable(r io.ReaderAt, stream string, ref tableRef) (*Table, error) {
	t := new(Table)
	if err := ref.read(r, t); err != nil {
		return nil, fmt.Errorf("table %q: %w", stream, err)
	}
	return t, t.check(stream)
}

// read reads the line ref names, of the open file r, into v.
func (ref tableRef) read(r io.ReaderAt, v any) error {
	if ref.Bytes < 0 || ref.Bytes > 1<<32 {
		return fmt.Errorf("%w: %d bytes of manifest", ErrCorrupt, ref.Bytes)
	}
	line := make([]byte, ref.Bytes)
	if n, err := r.ReadAt(line, ref.Offset); n < len(line) {
		return fmt.Errorf("%w: %s: %w", ErrCorrupt, ref.File, err)
	}
	if digest(line) != ref.SHA256 {
		return fmt.Errorf("%w: checksum of a line of %s", ErrCorrupt, ref.File)
	}
	if err := json.Unmarshal(line, v); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrCorrupt, ref.File, err)
	}
	return nil
}

func (t *Table) check(stream string) error {
	if t.Stream != stream || len(t.Schemas) == 0 {
		return fmt.Errorf("%w: table %q is named %q and has %d schemas", ErrCorrupt, stream, t.Stream, len(t.Schemas))
	}
	for i, s := range t.Schemas {
		if s == nil || s.ID != i {
			return fmt.Errorf("%w: table %q: schema %d is not in its place", ErrCorrupt, stream, i)
		}
	}
	for _, f := range t.DataFiles() {
		if f.Schema < 0 || f.Schema >= len(t.Schemas) || f.Rows < 0 {
			return fmt.Errorf("%w: table %q: file %s", ErrCorrupt, stream, f.Path)
		}
	}
	for _, f := range t.Named() {
		if !fs.ValidPath(f.Path) { // it would lead out of the lake
			return fmt.Errorf("%w: table %q: file %q", ErrCorrupt, stream, f.Path)
		}
	}
	for _, f := range t.Rejects {
		if f.Records < 0 || f.Bytes < 0 || path.Dir(path.Dir(f.Path)) != rejectsDir {
			return fmt.Errorf("%w: table %q: rejects %s", ErrCorrupt, stream, f.Path)
		}
	}
	return nil
}
