package lake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	Previous  string              `json:"previous"` // digest of the version before; "" in the first
	Pipelines map[string]Pipeline `json:"pipelines"`
	Tables    map[string]tableRef `json:"tables"`
}

// seal is the line after the body.
type seal struct {
	SHA256 string `json:"sha256"`
}

// encode renders m as the root manifest that follows the one with digest
// previous, and sets m's own digest.
func (m *Manifest) encode(previous string) ([]byte, error) {
	body, err := encodeLine(root{Format, m.Version, m.Committed, m.Pipeline, previous, m.Pipelines, m.refs})
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
func decodeRoot(data []byte, v Version) (*Manifest, string, error) {
	end := bytes.IndexByte(data, '\n') + 1
	var last seal
	if err := json.Unmarshal(data[end:], &last); err != nil || last.SHA256 != digest(data[:end]) {
		return nil, "", fmt.Errorf("%w: checksum of manifest %s", ErrCorrupt, v)
	}
	var r root
	if err := json.Unmarshal(data[:end], &r); err != nil {
		return nil, "", fmt.Errorf("%w: manifest %s: %w", ErrCorrupt, v, err)
	}
	if r.Format > Format {
		return nil, "", fmt.Errorf("lake: manifest %s has format %d; this program reads up to %d: use a newer one", v, r.Format, Format)
	}
	if r.Version != v {
		return nil, "", fmt.Errorf("%w: manifest %s says it is version %d", ErrCorrupt, v, r.Version)
	}
	m := &Manifest{
		Version: v, Committed: r.Committed, Pipeline: r.Pipeline, Pipelines: r.Pipelines,
		Tables: map[string]*Table{}, refs: r.Tables, digest: last.SHA256,
	}
	if m.Pipelines == nil {
		m.Pipelines = map[string]Pipeline{}
	}
	if m.refs == nil {
		m.refs = map[string]tableRef{}
	}
	return m, r.Previous, nil
}

// encodeTables renders the tables that have no ref yet, one a line, and gives
// them their refs in the file name.
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
	return out, nil
}

// readTable reads one table's manifest and checks what an index relies on.
func readTable(r io.ReaderAt, stream string, ref tableRef) (*Table, error) {
	if ref.Bytes < 0 || ref.Bytes > 1<<32 {
		return nil, fmt.Errorf("%w: table %q: %d bytes of manifest", ErrCorrupt, stream, ref.Bytes)
	}
	line := make([]byte, ref.Bytes)
	if n, err := r.ReadAt(line, ref.Offset); n < len(line) {
		return nil, fmt.Errorf("%w: table %q: %w", ErrCorrupt, stream, err)
	}
	if digest(line) != ref.SHA256 {
		return nil, fmt.Errorf("%w: checksum of table %q in %s", ErrCorrupt, stream, ref.File)
	}
	t := new(Table)
	if err := json.Unmarshal(line, t); err != nil {
		return nil, fmt.Errorf("%w: table %q: %w", ErrCorrupt, stream, err)
	}
	return t, t.check(stream)
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
	for _, f := range t.dataFiles() {
		if f.Schema < 0 || f.Schema >= len(t.Schemas) || f.Rows < 0 {
			return fmt.Errorf("%w: table %q: file %s", ErrCorrupt, stream, f.Path)
		}
	}
	for _, f := range t.Rejects {
		if f.Records < 0 || f.Bytes < 0 || path.Dir(path.Dir(f.Path)) != rejectsDir {
			return fmt.Errorf("%w: table %q: rejects %s", ErrCorrupt, stream, f.Path)
		}
	}
	return nil
}
