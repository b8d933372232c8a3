package merge

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/answer"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

// TestPositionsAsMap loads random rows and compares every live row with a Go map.
func TestPositionsAsMap(t *testing.T) {
	f := func(seed uint64, key []columns.Column, values func(*rand.Rand) string) {
		t.Helper()
		for _, c := range []Conflict{Update, Ignore, Fill} {
			fx := newFixture(t)
			fx.conflict = c
			o := oracle{fixture: fx, rand: rand.New(rand.NewPCG(seed, 7)), key: key, values: values, rows: map[string]stored{}}
			o.run()
		}
	}
	ints := func(r *rand.Rand) string {
		return laketest.Pick(r, fmt.Sprint(r.IntN(60)), fmt.Sprint(r.Int64()-1<<62), "NULL")
	}
	str := func(r *rand.Rand) string {
		return duck.Lit(laketest.Pick(r, "", "it's", `"q"`, "a\nb;", "$$", "-- x", "é", strings.Repeat("k", r.IntN(40))))
	}
	f(1, []columns.Column{column(1, "id", columns.Int64)}, ints)
	f(2, []columns.Column{column(1, `we"ird; '$$`, columns.String)}, str)
	f(3, []columns.Column{column(1, "k1", columns.String), column(2, "k0", columns.Int64)}, func(r *rand.Rand) string {
		return laketest.Pick(r, str(r), "NULL") + ", " + ints(r)
	})
	f(4, []columns.Column{column(1, "d", columns.Double)}, func(r *rand.Rand) string {
		return laketest.Pick(r, "0.0", "1e300", fmt.Sprint(r.IntN(20), ".5"), "NULL")
	})
	f(5, []columns.Column{column(1, "t", columns.Timestamp), column(2, "day", columns.Date), column(3, "b", columns.Boolean)},
		func(r *rand.Rand) string {
			return fmt.Sprintf("TIMESTAMPTZ '2024-01-01 00:00:0%d+00', %s, %s", r.IntN(9), laketest.Pick(r, "DATE '2024-02-29'", "NULL"), laketest.Pick(r, "true", "false"))
		})
	f(6, []columns.Column{column(1, "u", columns.UUID), column(2, "at", columns.Time)}, func(r *rand.Rand) string {
		return fmt.Sprintf("'00000000-0000-0000-0000-0000000000%02d'::UUID, %s", r.IntN(40), laketest.Pick(r, "TIME '10:00:00.000001'", "NULL"))
	})
	f(7, []columns.Column{column(1, "s", columns.Struct, column(2, "a", columns.Int64), column(3, "b", columns.String)), column(4, "j", columns.JSON)},
		func(r *rand.Rand) string {
			return fmt.Sprintf("{'a': %s, 'b': %s}, %s", ints(r), str(r), laketest.Pick(r, `'{"x":1}'`, "'null'", "NULL"))
		})
}

// stored is the row of a key that stays: the number it bears and the kind its column
// had then.
type stored struct {
	serial int
	kind   columns.Kind
}

type oracle struct {
	*fixture
	rand   *rand.Rand
	key    []columns.Column
	values func(*rand.Rand) string
	rows   map[string]stored // by the key's SQL
	live   map[string]stored // rows before the batch
	serial int
}

// run loads batches while the value column widens and another one appears.
func (o *oracle) run() {
	o.Helper()
	var props []string
	for i := range o.key {
		props = append(props, o.key[i].Property)
	}
	tab := o.Table(`it's "t"`, props, append(slices.Clone(o.key), column(10, "v", columns.Int64))...)
	for n := range 9 {
		switch n {
		case 3:
			evolve(tab, append(slices.Clone(o.key), column(10, "v", columns.Double), column(11, "n", columns.JSON))...)
		case 6:
			evolve(tab, append(slices.Clone(o.key), column(10, "v", columns.String), column(11, "n", columns.JSON))...)
		}
		before := len(o.rows)
		o.live = maps.Clone(o.rows)
		var staged []Staged
		in, cut := 0, 0
		for range 1 + o.rand.IntN(3) {
			s := o.batch(tab)
			in, cut = in+int(s.Keep), cut+int(s.File.Rows-s.Keep)
			staged = append(staged, s)
		}
		r := o.load(tab, staged...)
		if fresh := len(o.rows) - before; int(r.Within+r.Lake+r.Live)+fresh != in || int(r.Cut) != cut || r.Lake > 0 && o.conflict != Update || r.Live > 0 && o.conflict == Update {
			o.Fatalf("batch %d: %+v, want %d rows in, %d new keys, %d cut", n, r, in, fresh, cut)
		}
		if n%3 != 1 {
			o.compare(tab)
		}
	}
}

// batch stages some rows, a few of them after the cut.
func (o *oracle) batch(t *lake.Table) Staged {
	o.Helper()
	kind := duck.ByID(t.Schema().Columns, 10).Kind
	var rows []string
	keep := 1 + o.rand.IntN(120)
	for i := range keep + o.rand.IntN(5) {
		key := o.values(o.rand)
		o.serial++
		row := key + ", " + valueSQL(o.serial, kind)
		if kind != columns.Int64 {
			row += ", '{\"n\":" + fmt.Sprint(o.serial) + "}'"
		}
		rows = append(rows, row)
		if i < keep {
			o.put(key, stored{o.serial, kind})
		}
	}
	s := o.stage(t, rows...)
	s.Keep = int64(keep)
	return s
}

// put is what a row of the batch does to the map.
func (o *oracle) put(key string, s stored) {
	_, live := o.live[key]
	_, known := o.rows[key]
	if o.conflict == Update || o.conflict == Ignore && !known || o.conflict == Fill && !live {
		o.rows[key] = s
	}
}

func valueSQL(serial int, kind columns.Kind) string {
	switch kind {
	case columns.Double:
		return fmt.Sprintf("%d.5", serial)
	case columns.String:
		return fmt.Sprintf("'s%d'", serial)
	}
	return fmt.Sprint(serial)
}

// shown is the value as text in the type its column has now.
func shown(s stored, now columns.Kind) string {
	switch {
	case s.kind == columns.String:
		return fmt.Sprintf("s%d", s.serial)
	case s.kind == columns.Double:
		return fmt.Sprintf("%d.5", s.serial)
	case now == columns.Double:
		return fmt.Sprintf("%d.0", s.serial)
	}
	return fmt.Sprint(s.serial)
}

func (o *oracle) compare(t *lake.Table) {
	o.Helper()
	now := duck.ByID(t.Schema().Columns, 10).Kind
	var values, whole []string
	for k, s := range o.rows {
		note := `null`
		if s.kind != columns.Int64 {
			note = fmt.Sprintf(`{"n":%d}`, s.serial)
		}
		if now == columns.Int64 {
			note = ""
		}
		values = append(values, "("+k+", "+duck.Lit(shown(s, now))+", "+duck.Lit(note)+")")
	}
	keys := strings.Join(duck.Names(o.key), ", ")
	note := "''"
	if now != columns.Int64 {
		note = "coalesce(n::VARCHAR, 'null')"
	}
	casts := make([]string, len(o.key))
	for i := range o.key {
		casts[i] = fmt.Sprintf("CAST(c%d AS %s)", i, duck.TypeOf(&o.key[i]))
	}
	want := "SELECT row(" + strings.Join(casts, ", ") + ", v, n)::VARCHAR FROM (VALUES " + strings.Join(values, ", ") +
		") w(" + params(len(o.key)) + ", v, n) ORDER BY 1"
	got := "SELECT row(" + keys + ", v::VARCHAR, " + note + ")::VARCHAR FROM " + duck.Ident(t.Name) + " ORDER BY 1"
	conn := o.views()
	whole = texts(o.TB, conn, got)
	if wanted := texts(o.TB, conn, want); !slices.Equal(whole, wanted) {
		o.Fatalf("views: got %d rows %v\nwant %d rows %v", len(whole), whole, len(wanted), wanted)
	}
	if asked := o.answer(got); len(asked) != len(whole) {
		o.Fatalf("query: got %d rows, want %d", len(asked), len(whole))
	} else {
		for i, row := range asked {
			if want := string(append(answer.AppendJSON([]byte("["), whole[i]), ']')); row != want {
				o.Fatalf("query: got %s, want %s", row, want)
			}
		}
	}
}

func params(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("c%d", i)
	}
	return strings.Join(out, ", ")
}
