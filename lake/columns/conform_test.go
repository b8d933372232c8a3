package columns

import (
	"bytes"
	"errors"
	"testing"
)

func TestConforms(t *testing.T) {
	file := func(s *Schema) *bytes.Reader {
		var b bytes.Buffer
		w, err := NewFileWriter(&b, s, Zstd)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return bytes.NewReader(b.Bytes())
	}
	schema := func(cols ...Column) *Schema { return &Schema{Columns: cols} }
	id := Column{ID: 1, Name: "id", Kind: Int64}
	list := func(of Kind) Column {
		return Column{ID: 2, Name: "l", Kind: List, Fields: []Column{{ID: 3, Name: ListElement, Kind: of}}}
	}
	amount := func(p, s int) Column { return Column{ID: 4, Name: "amount", Kind: Decimal, Precision: p, Scale: s} }
	f := func(written, read *Schema, same bool) {
		t.Helper()
		r := file(written)
		rows, err := Conforms(r, r.Size(), read)
		if rows != 0 || same != (err == nil) || err != nil && !errors.Is(err, ErrSchemaDiffers) {
			t.Errorf("%d rows, %v, want the same: %v", rows, err, same)
		}
	}
	all := schema(id, list(String), amount(9, 2))
	f(all, all, true)
	f(schema(id).WithExtra(), schema(id).WithExtra(), true)
	f(schema(id), schema(id).WithExtra(), false)
	f(schema(id), schema(Column{ID: 2, Name: "id", Kind: Int64}), false)
	f(schema(id), schema(Column{ID: 1, Name: "ID", Kind: Int64}), false)
	f(schema(id), schema(Column{ID: 1, Name: "id", Kind: Timestamp}), false) // of the same physical type
	f(schema(list(Int64)), schema(list(Double)), false)
	f(schema(list(String)), schema(list(JSON)), true) // JSON is text in Parquet
	f(schema(amount(9, 2)), schema(amount(9, 3)), false)
	f(schema(amount(9, 2)), schema(amount(8, 2)), false)
	r := bytes.NewReader([]byte("not Parquet at all"))
	if _, err := Conforms(r, r.Size(), all); !errors.Is(err, ErrNotParquet) {
		t.Errorf("other bytes: %v", err)
	}
}
