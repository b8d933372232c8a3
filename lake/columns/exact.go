package columns

import (
	"encoding/binary"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// exactInts is how far from zero a double holds every integer.
const exactInts = 1 << 53

func beyondDouble(x int64) bool { return x > exactInts || x < -exactInts }

// BeyondDouble are the field ids of the batch's columns with an integer that a
// double might round: one beyond 2^53.
func (b *Batch) BeyondDouble() []int32 {
	var out []int32
	for i := range b.Vectors {
		if v := &b.Vectors[i]; v.Kind == Int64 && anyBeyond(v.Ints) {
			out = append(out, v.ID)
		}
	}
	return out
}

// anyBeyond looks at every integer that is decoded, so it does without a branch:
// shifted up, those in range are the numbers up to twice exactInts.
func anyBeyond(xs []int64) bool {
	var most uint64
	for _, x := range xs {
		most = max(most, uint64(x)+exactInts)
	}
	return most > 2*exactInts
}

// FileBeyondDouble are the field ids of the columns of a Parquet file that may
// hold a 64-bit integer beyond 2^53, by its footer's bounds. A column
// without bounds may.
func FileBeyondDouble(r io.ReaderAt, size int64) ([]int32, error) {
	meta, _, err := readMeta(r, size)
	if err != nil {
		return nil, err
	}
	var out []int32
	leaf := 0
	for i := range meta.Schema {
		e := &meta.Schema[i]
		if !e.Type.Valid {
			continue // a group
		}
		if e.Type.V == format.Int64 && chunksBeyond(meta.RowGroups, leaf) {
			out = append(out, e.FieldID)
		}
		leaf++
	}
	return out, nil
}

func chunksBeyond(groups []format.RowGroup, leaf int) bool {
	for i := range groups {
		if leaf >= len(groups[i].Columns) {
			return true
		}
		m := &groups[i].Columns[leaf].MetaData
		s := &m.Statistics
		switch {
		case len(s.MinValue) == 8 && len(s.MaxValue) == 8:
			if beyondDouble(int64(binary.LittleEndian.Uint64(s.MinValue))) || beyondDouble(int64(binary.LittleEndian.Uint64(s.MaxValue))) {
				return true
			}
		case s.NullCount != m.NumValues:
			return true
		}
	}
	return false
}
