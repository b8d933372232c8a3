package columns

import (
	"strconv"
	"strings"
	"testing"
)

func lateSchema() *Schema {
	return &Schema{Columns: []Column{{ID: 1, Name: "id", Property: "id", Kind: Int64}}}
}

// lateBatch has a row for each of values: -1 has no DeletedName, 0 a null one.
func lateBatch(s *Schema, values ...int64) *Batch {
	b := NewBatch(s)
	for i, x := range values {
		b.Vectors[0].Int(int64(i), 0)
		b.Extra().Null(0, 0)
		v := &b.Vectors[1]
		switch native := b.Late() == nil; {
		case native && x <= 0:
			v.Null(0, 0)
		case native:
			v.Int(x, 0)
		case x >= 0:
			if b.BeginLate(); x == 0 {
				v.Null(0, 0)
			} else {
				v.Int(x, 0)
			}
		}
		b.Rows++
	}
	return b
}

func TestLateCostsNothingUntilItComes(t *testing.T) {
	b := lateBatch(lateSchema(), -1, -1)
	if v := b.Late(); b.HasLate() || v.Def != nil || v.Ints != nil {
		t.Fatalf("rows without the property have %+v", *v)
	}
	if b := NewBatch(lateSchema().WithDeleted()); b.Late() != nil {
		t.Fatal("a batch whose schema has the column has a late one")
	}
}

func TestLateComesAndGoesWithItsRow(t *testing.T) {
	f := func(drop int, want bool, values ...int64) {
		t.Helper()
		b := lateBatch(lateSchema(), values...)
		b.Truncate(len(values) - drop)
		if got := b.HasLate(); got != want {
			t.Errorf("HasLate() of %v without the last %d = %t", values, drop, got)
		}
		b.Reset()
		if b.HasLate() || len(b.Late().Def) > 0 {
			t.Errorf("%v: something is left after Reset", values)
		}
	}
	f(0, false, -1, -1)
	f(0, true, -1, 5, -1)
	f(1, true, -1, 5, -1)
	f(2, false, -1, 5, -1)
	f(0, true, -1, 0)
	f(1, false, -1, 0)
	f(1, true, 5, 5)
}

// TestLateInFiles writes batches of both schemas into files of all four.
func TestLateInFiles(t *testing.T) {
	s := lateSchema()
	f := func(s *Schema, names, want string, segments ...*Batch) {
		t.Helper()
		file := openFile(t, writeFile(t, s, Zstd, segments))
		var have, values []string
		for _, c := range file.Root().Columns() {
			have = append(have, c.Name())
		}
		if got := strings.Join(have, " "); got != names {
			t.Fatalf("columns %q, want %q", got, names)
		}
		if !s.HasDeleted() {
			return
		}
		for _, g := range file.RowGroups() {
			v, ints := readVectors(t, s, g)[1], 0
			for _, def := range v.Def {
				if def == 0 {
					values = append(values, "-")
					continue
				}
				values, ints = append(values, strconv.FormatInt(v.Ints[ints], 10)), ints+1
			}
		}
		if got := strings.Join(values, " "); got != want {
			t.Errorf("values %q, want %q", got, want)
		}
	}
	with := s.WithDeleted()
	f(s, "id", "", lateBatch(s, -1, 7))
	f(s.WithExtra(), "id _extra", "", lateBatch(s, -1, 7))
	f(with, "id _sdc_deleted_at", "- 7 - - - -", lateBatch(s, -1, 7, -1), lateBatch(s, -1), lateBatch(s, 0, -1))
	f(with.WithExtra(), "id _sdc_deleted_at _extra", "8 - 7", lateBatch(with, 8), lateBatch(s, -1, 7))
	f(s.WithExtra().WithDeleted(), "id _sdc_deleted_at _extra", "- 7", lateBatch(s.WithExtra(), -1, 7))

	join := func(want string, into, from *Batch) {
		t.Helper()
		into.AppendRows(from, 0, from.Rows)
		f(with, "id _sdc_deleted_at", want, into)
	}
	join("- 7 - 8", lateBatch(s, -1, 7, -1), lateBatch(s, 8))
	join("- - 8", lateBatch(s, -1), lateBatch(s, -1, 8))
	join("- - 8", lateBatch(with, -1), lateBatch(s, -1, 8))
	join("- - 8 -", lateBatch(s, -1), lateBatch(with, -1, 8, -1))
	join("6 - -", lateBatch(with, 6), lateBatch(s, -1, -1))
	join("6 - -", lateBatch(s, 6), lateBatch(s, -1, -1))
}

func TestEvolveKeepsDeleted(t *testing.T) {
	e := &Evolver{NextID: 1}
	f := func(have *Schema, want, becomes string) *Schema {
		t.Helper()
		next := evolve(t, e, have, want)
		if got := written(next.Columns); got != becomes {
			t.Fatalf("got  %s\nwant %s", got, becomes)
		}
		return next
	}
	const late = "2147480001:_sdc_deleted_at "
	s := f(nil, "a int64", "1:a int64").WithExtra().WithDeleted()
	if s.WithDeleted() != s || !s.HasExtra() {
		t.Fatalf("WithDeleted made %s", written(s.Columns))
	}
	const extra = ", 2147480000:_extra json"
	s = f(s, "a int64, b string", "1:a int64, "+late+"timestamp, 2:b string"+extra)
	s = f(s, "_sdc_deleted_at timestamp, c string", "1:a int64, "+late+"timestamp, 2:b string, 3:c string"+extra)
	s = f(s, "_sdc_deleted_at int64", "1:a int64, "+late+"string, 2:b string, 3:c string"+extra)
	f(s, "_SDC_deleted_at string", "1:a int64, "+late+"string, 2:b string, 3:c string, 4:_SDC_deleted_at=_SDC_deleted_at_2 string"+extra)

	e = &Evolver{NextID: 1}
	f(nil, "_sdc_deleted_at date, _SDC_DELETED_AT string, s struct(_sdc_deleted_at date)",
		late+"date, 1:_SDC_DELETED_AT=_SDC_DELETED_AT_2 string, 2:s struct(3:_sdc_deleted_at date)")
}
