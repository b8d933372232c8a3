package lake

import (
	"math/bits"
	"slices"
	"strings"

	"target-filelake/lake/columns"
)

// Positions is a set of rows of one data file: row i is in it if bit 7-i%8 of
// Set[i/8] is 1. DuckDB's bitstring_agg makes such bits.
type Positions struct {
	Path string
	Set  []byte
}

// Count is the number of rows in the set.
func (p Positions) Count() int64 {
	n := 0
	for _, b := range p.Set {
		n += bits.OnesCount8(b)
	}
	return int64(n)
}

// NewPositions is an empty set for the rows of a file.
func NewPositions(path string, rows int64) Positions {
	return Positions{path, make([]byte, (rows+7)/8)}
}

// AddRange puts the rows [from, to) into the set.
func (p Positions) AddRange(from, to int64) {
	for i := from; i < to; i++ {
		if i%8 == 0 && to-i >= 8 {
			p.Set[i/8] = 0xff
			i += 7
			continue
		}
		p.Set[i/8] |= 0x80 >> (i % 8)
	}
}

// Append adds the rows of o, of a file whose rows follow the first at of p's.
func (p Positions) Append(o Positions, at int64) {
	for i, set := range o.Set {
		for ; set != 0; set &^= 0x80 >> bits.LeadingZeros8(set) {
			row := at + int64(8*i+bits.LeadingZeros8(set))
			p.Set[row/8] |= 0x80 >> (row % 8)
		}
	}
}

// Union joins sets of rows, of which two may be of one file. Those of a may be
// added to.
func Union(a, b []Positions) []Positions {
	out := slices.Clone(a)
	for _, p := range b {
		i := slices.IndexFunc(out, func(o Positions) bool { return o.Path == p.Path })
		if i < 0 {
			out = append(out, p)
			continue
		}
		for at := range min(len(p.Set), len(out[i].Set)) {
			out[i].Set[at] |= p.Set[at]
		}
	}
	return out
}

// deletesSchema is a delete file's, with the field ids that Iceberg reserves
// for the columns of its position deletes.
var deletesSchema = &columns.Schema{ID: -1, Columns: []columns.Column{
	{ID: 2147483546, Name: "file_path", Property: "file_path", Kind: columns.String, Required: true},
	{ID: 2147483545, Name: "pos", Property: "pos", Kind: columns.Int64, Required: true},
}}

// DeletesSchema is what every delete file is written with.
func DeletesSchema() *columns.Schema { return deletesSchema }

// deletesGroup is the rows of one row group of a delete file.
const deletesGroup = 1 << 20

// WriteDeletes stages a delete file, sorted by file and row, makes it durable
// and describes it. dead has one set a file.
func (l *Lake) WriteDeletes(stream string, dead []Positions) (NewDeletes, error) {
	id, err := l.ids.next()
	if err != nil {
		return NewDeletes{}, err
	}
	st, err := l.stage(deletePath(l.Dir(stream), id), deletesSchema, nil, columns.Zstd)
	if err != nil {
		return NewDeletes{}, err
	}
	of := make(map[string]int64, len(dead))
	dead = slices.SortedFunc(slices.Values(dead), func(a, b Positions) int { return strings.Compare(a.Path, b.Path) })
	b := columns.NewBatch(deletesSchema)
	for _, p := range dead {
		of[p.Path] += p.Count()
		for i, set := range p.Set {
			for ; set != 0; set &^= 0x80 >> bits.LeadingZeros8(set) {
				b.Vectors[0].Bytes([]byte(p.Path), 0)
				b.Vectors[1].Int(int64(8*i+bits.LeadingZeros8(set)), 0)
				b.Rows++
			}
			if b.Rows < deletesGroup {
				continue
			}
			if err := st.append(b); err != nil {
				return NewDeletes{}, err
			}
		}
	}
	if err := st.append(b); err != nil {
		return NewDeletes{}, err
	}
	f, err := st.Close()
	return NewDeletes{DeleteFile{Path: f.Path, Rows: f.Rows, Bytes: f.Bytes, SHA256: f.SHA256}, of}, err
}

// append writes b as a row group, and empties it.
func (s *Stage) append(b *columns.Batch) error {
	if b.Rows == 0 {
		return nil
	}
	g := s.Begin()
	if err := g.Encode([]*columns.Batch{b}); err != nil {
		return err
	}
	b.Reset()
	return g.Commit()
}
