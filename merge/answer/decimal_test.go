package answer

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

// numbers are rows of one column of numbers.
func numbers(s *columns.Schema, of []*big.Int) *columns.Batch {
	b := columns.NewBatch(s)
	for _, x := range of {
		laketest.AppendNumber(&b.Vectors[0], x)
		b.Extra().Null(0, 0)
		b.Rows++
	}
	return b
}

// TestDecimalsByDuckDB reads every precision as we write it, whole and by
// ranges that spare row groups.
func TestDecimalsByDuckDB(t *testing.T) {
	fx := newFixture(t)
	f := func(precision, scale int) {
		t.Helper()
		r := rand.New(rand.NewPCG(uint64(precision), uint64(scale)))
		name := fmt.Sprintf("d%d_%d", precision, scale)
		tab := fx.Table(name, nil, decimal(1, "x", precision, scale))
		var all []*big.Int
		for range 300 {
			all = append(all, laketest.RandomNumber(r, precision))
		}
		slices.SortFunc(all, (*big.Int).Cmp)
		s := tab.Schema()
		fx.load(tab, fx.WriteBatches(tab, numbers(s, all[:100]), numbers(s, append(all[100:200:200], nil)), numbers(s, all[200:])))
		var want []string
		for _, x := range all {
			want = append(want, "["+laketest.DecimalText(x, scale)+"]")
		}
		if got := fx.answer("SELECT x FROM " + name + " ORDER BY x NULLS LAST"); !slices.Equal(got, append(want, "[null]")) {
			t.Fatalf("%s: got %v\nwant %v", name, got, want)
		}
		for range 3 {
			i, j := r.IntN(len(all)), r.IntN(len(all))
			lo, hi := min(i, j), max(i, j)
			count := 0
			for _, x := range all {
				if x.Cmp(all[lo]) >= 0 && x.Cmp(all[hi]) <= 0 {
					count++
				}
			}
			query := fmt.Sprintf("SELECT count(*) FROM %s WHERE x BETWEEN '%s'::%s AND '%s'::%s", name,
				laketest.DecimalText(all[lo], scale), duck.TypeOf(&s.Columns[0]), laketest.DecimalText(all[hi], scale), duck.TypeOf(&s.Columns[0]))
			if got := fx.answer(query); got[0] != fmt.Sprintf("[%d]", count) {
				t.Fatalf("%s: got %s, want %d", query, got, count)
			}
		}
	}
	for precision := 1; precision <= columns.MaxPrecision; precision++ {
		f(precision, precision*(precision%5)/4)
	}
	f(38, 0)
	f(9, 9)
}

// TestDecimalsWiden walks a column through its types and reads what each file
// was written with.
func TestDecimalsWiden(t *testing.T) {
	f := func(kinds ...columns.Column) {
		t.Helper()
		fx := newFixture(t)
		r := rand.New(rand.NewPCG(uint64(len(kinds)), 3))
		tab := fx.Table("t", nil)
		tab.Schemas = nil
		e := columns.Evolver{NextID: 1}
		var cur *columns.Schema
		var texts []string
		for _, k := range kinds {
			var err error
			cur, err = e.Evolve(cur, []columns.Column{k})
			fx.Must(err)
			evolve(tab, cur.Columns...)
			now := cur.Columns[0]
			var whole, scale int
			switch {
			case now.Kind == columns.Decimal:
				whole, scale = now.Precision, now.Scale
			case now.Kind == columns.Int64:
				whole = 18
			default:
				whole = 0
			}
			if whole > 0 {
				var batch []*big.Int
				for range 50 {
					x := laketest.RandomNumber(r, whole)
					if now.Kind == columns.Int64 && r.IntN(4) == 0 {
						x = big.NewInt(laketest.Pick[int64](r, math.MinInt64, math.MaxInt64, 1<<53+1))
					}
					batch, texts = append(batch, x), append(texts, laketest.DecimalText(x, scale))
				}
				fx.load(tab, fx.WriteBatches(tab, numbers(tab.Schema(), batch)))
			}
			fx.readBack(tab, now, texts)
		}
	}
	to := func(k columns.Kind) columns.Column { return columns.Column{Property: "x", Kind: k} }
	dec := func(p, s int) columns.Column {
		return columns.Column{Property: "x", Kind: columns.Decimal, Precision: p, Scale: s}
	}
	f(to(columns.Int64), dec(38, 0), to(columns.String))
	f(to(columns.Int64), dec(38, 0), dec(38, 38)) // no 76 digits: text
	f(to(columns.Int64), dec(9, 2), dec(20, 10), to(columns.String), to(columns.JSON))
	f(dec(2, 2), dec(9, 9), dec(18, 18), dec(38, 38), to(columns.String))
	f(dec(38, 38), to(columns.JSON))
	f(dec(38, 19), to(columns.Double))
	f(dec(4, 0), dec(12, 3), dec(30, 3), to(columns.JSON))
}

// readBack compares the table's one column with numbers, given with the digits
// they were stored with.
func (f *fixture) readBack(t *lake.Table, now columns.Column, stored []string) {
	f.Helper()
	var want []string
	for _, s := range stored {
		switch now.Kind {
		case columns.Decimal:
			x, _ := new(big.Rat).SetString(s)
			s = x.FloatString(now.Scale)
		case columns.String:
			s = `"` + s + `"`
		}
		want = append(want, "["+s+"]")
	}
	slices.Sort(want)
	got := f.answer("SELECT x FROM t")
	slices.Sort(got)
	if !slices.Equal(got, want) {
		f.Fatalf("as %s: got %v\nwant %v", duck.TypeOf(&now), got, want)
	}
	seen := texts(f.TB, f.views(), "SELECT x::VARCHAR FROM t")
	for i := range seen {
		seen[i] = wholeNumber(seen[i])
	}
	for i := range want {
		want[i] = strings.Trim(want[i], `["]`)
	}
	slices.Sort(seen)
	slices.Sort(want)
	if !slices.Equal(seen, want) {
		f.Fatalf("views, as %s: got %v\nwant %v", duck.TypeOf(&now), seen, want)
	}
}

// TestNestedDecimalsWiden has them in structs and lists, which json_object and
// to_json would round.
func TestNestedDecimalsWiden(t *testing.T) {
	const long = "-1234567890123456789.0123456789012345678"
	shape := func(d columns.Column, kind columns.Kind) columns.Column {
		list := column(3, "l", columns.List, d)
		list.Fields[0].ID, list.Fields[0].Name = 4, "element"
		d.ID, d.Name, d.Property = 2, "d", `it's "d" <`
		if kind == columns.JSON {
			return column(1, "c", columns.JSON)
		}
		return column(1, "c", columns.Struct, d, list, column(5, "j", columns.JSON))
	}
	f := func(from columns.Column, value string, to columns.Column, want string) {
		t.Helper()
		fx := newFixture(t)
		tab := fx.Table("t", nil, from)
		fx.load(tab, fx.Write(tab, value, "NULL"))
		evolve(tab, to)
		if got := fx.answer("SELECT c FROM t ORDER BY ALL"); got[0] != want || got[1] != "[null]" {
			t.Fatalf("got %v, want %s", got, want)
		}
	}
	wide := shape(decimal(0, "d", 38, 19), columns.Struct)
	value := "{'d': " + long + ", 'l': [" + long + ", NULL], 'j': '{\"n\":" + long + "}'}"
	f(wide, value, shape(columns.Column{}, columns.JSON), `[{"it's \"d\" <":`+long+`,"l":[`+long+`,null],"j":{"n":`+long+`}}]`)
	f(wide, "{'d': NULL, 'l': [], 'j': NULL}", shape(columns.Column{}, columns.JSON), `[{"it's \"d\" <":null,"l":[],"j":null}]`)
	f(wide, "{'d': 1, 'l': NULL, 'j': 'null'}", shape(columns.Column{}, columns.JSON), `[{"it's \"d\" <":1.0000000000000000000,"l":null,"j":null}]`)
	f(shape(decimal(0, "d", 2, 2), columns.Struct), "{'d': -0.5, 'l': [0.25], 'j': '0'}", shape(columns.Column{}, columns.JSON),
		`[{"it's \"d\" <":-0.50,"l":[0.25],"j":0}]`)
	text := shape(column(0, "d", columns.String), columns.Struct)
	f(shape(decimal(0, "d", 3, 3), columns.Struct), "{'d': -0.5, 'l': [0.25, NULL], 'j': '0'}", text, `[{"d":"-0.500","l":["0.250",null],"j":0}]`)
	inner := shape(column(0, "d", columns.JSON), columns.Struct)
	f(wide, value, inner, `[{"d":`+long+`,"l":[`+long+`,null],"j":{"n":`+long+`}}]`)
	f(shape(column(0, "d", columns.Int64), columns.Struct), "{'d': 9223372036854775807, 'l': [7], 'j': '0'}",
		shape(decimal(0, "d", 38, 2), columns.Struct), `[{"d":9223372036854775807.00,"l":[7.00],"j":0}]`)
	f(shape(decimal(0, "d", 38, 0), columns.Struct), "{'d': 99999999999999999999999999999999999999, 'l': [1], 'j': '0'}",
		text, `[{"d":"99999999999999999999999999999999999999","l":["1"],"j":0}]`)
}
