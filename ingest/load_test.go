package ingest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strings"
	"testing"

	"target-filelake/lake/columns"
)

// loaded is what a whole input decodes to, its blocks in order.
type loaded struct {
	rows  []string // `stream {json of the row}` in the order of RECORDs
	marks []string // `value@records before it`
	notes Notes
	err   error
}

// load runs an input through Reader, Compile, Bind and Decode, evolving tables
// as the pipeline does.
func load(t testing.TB, input string, o Options, l Limits) loaded {
	t.Helper()
	var out loaded
	r := NewReader(strings.NewReader(input), l, nil)
	plans, tables := Plans{}, map[string]*columns.Schema{}
	evolvers := map[string]*columns.Evolver{}
	var d Decoder
	records := 0
	for {
		b, err := r.Next()
		if err != nil {
			if err != io.EOF {
				out.err = err
			}
			return out
		}
		dec := d.Decode(b, plans)
		then := b.Then
		for i := range b.buf.data[b.from:b.to] {
			b.buf.data[b.from+i] = '#' // what was decoded must not lean on the block
		}
		b.Release()
		rows := make([]string, dec.Records)
		for _, c := range dec.Chunks {
			checkBatch(t, c.Batch)
			for row, ord := range c.Ords {
				rows[ord] = c.Plan.Stream() + " " + rowJSON(c.Batch, row)
			}
			c.Plan.Recycle(c.Batch)
		}
		out.rows = append(out.rows, rows...)
		for _, m := range dec.Marks {
			out.marks = append(out.marks, fmt.Sprintf("%s@%d", m.State, records+int(m.Ord)))
		}
		records += dec.Records
		out.notes.Add(&dec.Notes)
		if dec.Err != nil {
			out.err = dec.Err
			return out
		}
		if then == nil || then.Schema == nil {
			continue
		}
		m := then.Schema
		s, err := Compile(m, o)
		if err != nil {
			out.err = err
			return out
		}
		if evolvers[m.Stream] == nil {
			evolvers[m.Stream] = &columns.Evolver{NextID: 1, Key: m.Key}
		}
		table, err := evolvers[m.Stream].Evolve(tables[m.Stream], s.Columns())
		if err != nil {
			out.err = err
			return out
		}
		tables[m.Stream] = table
		next := Plans{m.Stream: Bind(m, s, table, o)}
		for name, p := range plans {
			if name != m.Stream {
				next[name] = p
			}
		}
		plans = next
	}
}

// checkBatch checks that every vector has entries for exactly the batch's rows.
func checkBatch(t testing.TB, b *columns.Batch) {
	t.Helper()
	b.EndLate()
	for _, v := range b.Vectors {
		values, starts := 0, 0
		for i, d := range v.Def {
			if d > v.MaxDef {
				t.Fatalf("%v: level %d above %d", v.Path, d, v.MaxDef)
			}
			if d == v.MaxDef {
				values++
			}
			if v.MaxRep == 0 || v.Rep[i] == 0 {
				starts++
			}
		}
		have := len(v.Ints) + len(v.Floats) + len(v.Bools) + len(v.Ends)
		if v.Kind == columns.UUID || v.Kind == columns.Decimal && v.Precision > 18 {
			have = len(v.Data) / 16
		}
		if starts != b.Rows || values != have || v.MaxRep > 0 && len(v.Starts) != b.Rows {
			t.Fatalf("%v: %d rows, %d values in a batch of %d rows holding %d", v.Path, starts, values, b.Rows, have)
		}
	}
}

// rowJSON puts a row together again from its levels: the columns as an object,
// nulls left out at the top.
func rowJSON(b *columns.Batch, row int) string {
	b.EndLate()
	c := &cursor{batch: b, row: row}
	var parts []string
	cols := b.Schema.WithDeleted().WithExtra().Columns
	for i := range cols {
		if v := c.column(&cols[i], 1, 0); v != "null" {
			parts = append(parts, fmt.Sprintf("%s:%s", quoteJSON(cols[i].Name), v))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func quoteJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// cursor reads one row; its vectors in the order of columns.
type cursor struct {
	batch *columns.Batch
	row   int
	leaf  int
}

// entries are the indexes of the row's entries in the leaf's vector.
func (c *cursor) entries(v *columns.Vector) (from, to int) {
	if v.MaxRep == 0 {
		return c.row, c.row + 1
	}
	to = len(v.Def)
	if c.row+1 < len(v.Starts) {
		to = int(v.Starts[c.row+1])
	}
	return int(v.Starts[c.row]), to
}

func (c *cursor) column(col *columns.Column, def, rep byte) string {
	spans := [][2]int{}
	first := c.leaf
	n := col.LeafCount()
	for k := first; k < first+n; k++ {
		f, t := c.entries(&c.batch.Vectors[k])
		spans = append(spans, [2]int{f, t})
	}
	s := c.value(col, first, spans, def, rep)
	c.leaf = first + n
	return s
}

// value renders the entries in spans (one for each leaf of col) as one value.
func (c *cursor) value(col *columns.Column, leaf int, spans [][2]int, def, rep byte) string {
	v := &c.batch.Vectors[leaf]
	at := spans[0][0]
	if v.Def[at] < def {
		return "null"
	}
	switch col.Kind {
	case columns.Struct:
		var parts []string
		k := 0
		for i := range col.Fields {
			n := col.Fields[i].LeafCount()
			parts = append(parts, quoteJSON(col.Fields[i].Name)+":"+c.value(&col.Fields[i], leaf+k, spans[k:k+n], def+1, rep))
			k += n
		}
		return "{" + strings.Join(parts, ",") + "}"
	case columns.List:
		if v.Def[at] == def {
			return "[]"
		}
		return c.elements(col, leaf, spans, def, rep)
	}
	return scalarJSON(v, at)
}

func (c *cursor) elements(col *columns.Column, leaf int, spans [][2]int, def, rep byte) string {
	var parts []string
	pos := make([]int, len(spans))
	for k := range spans {
		pos[k] = spans[k][0]
	}
	for pos[0] < spans[0][1] {
		sub := make([][2]int, len(spans))
		for k := range spans {
			v := &c.batch.Vectors[leaf+k]
			end := pos[k] + 1
			for end < spans[k][1] && v.Rep[end] > rep+1 {
				end++
			}
			sub[k] = [2]int{pos[k], end}
			pos[k] = end
		}
		parts = append(parts, c.value(&col.Fields[0], leaf, sub, def+2, rep+1))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func scalarJSON(v *columns.Vector, entry int) string {
	n := 0
	for _, d := range v.Def[:entry] {
		if d == v.MaxDef {
			n++
		}
	}
	switch v.Kind {
	case columns.Boolean:
		return fmt.Sprint(v.Bools[n])
	case columns.Double:
		b, _ := json.Marshal(v.Floats[n])
		return string(b)
	case columns.String:
		return quoteJSON(string(v.Value(n)))
	case columns.JSON:
		return string(v.Value(n))
	case columns.UUID:
		return fmt.Sprintf(`"%x"`, v.Value(n))
	case columns.Decimal:
		if v.Precision > 18 {
			return decimalText(v.Value(n), v.Scale)
		}
		return decimalText(binary.BigEndian.AppendUint64(nil, uint64(v.Ints[n])), v.Scale)
	}
	return fmt.Sprint(v.Ints[n])
}

// decimalText writes a decimal's two's complement with its point.
func decimalText(twos []byte, scale int) string {
	x := new(big.Int).SetBytes(twos)
	if twos[0]&0x80 != 0 {
		x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(8*len(twos))))
	}
	r := new(big.Rat).SetFrac(x, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
	return r.FloatString(scale)
}

func schemaOf(props string) string {
	return `{"type":"SCHEMA","stream":"s","key_properties":[],"schema":{"type":"object","properties":{` + props + "}}}\n"
}

func recordOf(record string) string {
	return `{"type":"RECORD","stream":"s","record":` + record + "}\n"
}

// cell loads one value of a property v with the given schema: its column as
// JSON, or the refusal.
func cell(t testing.TB, schema, value string) string {
	t.Helper()
	out := load(t, schemaOf(`"v":`+schema)+recordOf(`{"v":`+value+`}`), Options{}, Limits{})
	if out.err != nil {
		return out.err.Error()
	}
	row := strings.TrimPrefix(out.rows[0], "s ")
	if row == "{}" {
		return "null"
	}
	return strings.TrimSuffix(strings.TrimPrefix(row, `{"v":`), "}")
}
