package merge

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

// TestDecimalKeysAsMap upserts random rows while the key widens, and compares
// with a Go map.
func TestDecimalKeysAsMap(t *testing.T) {
	f := func(seed uint64, types ...columns.Column) {
		t.Helper()
		fx := newFixture(t)
		m := decimalKeys{fixture: fx, rand: rand.New(rand.NewPCG(seed, 11)), rows: map[string]int{}}
		m.tab = fx.Table("t", []string{"id"})
		m.tab.Schemas = nil
		e := columns.Evolver{NextID: 1, Key: []string{"id"}}
		var cur *columns.Schema
		for _, k := range types {
			var err error
			k.Property = "id"
			cur, err = e.Evolve(cur, []columns.Column{k, {Property: "v", Kind: columns.Int64}})
			fx.Must(err)
			evolve(m.tab, cur.Columns...)
			for range 3 {
				m.load()
				m.compare()
			}
		}
	}
	integer := columns.Column{Kind: columns.Int64}
	dec := func(p, s int) columns.Column {
		return columns.Column{Kind: columns.Decimal, Precision: p, Scale: s}
	}
	f(1, integer, dec(38, 0))
	f(2, integer, dec(9, 2), dec(20, 10))
	f(3, dec(5, 0), dec(18, 4), dec(38, 4))
	f(4, dec(38, 0))
	f(5, dec(38, 38))
	f(6, dec(9, 9), dec(12, 9))
}

type decimalKeys struct {
	*fixture
	rand *rand.Rand
	tab  *lake.Table
	rows map[string]int // serial by key, in lowest terms
	next int
}

// load stages two files, with keys close to each other or from end to end.
func (m *decimalKeys) load() {
	m.Helper()
	before, in := len(m.rows), 0
	base := m.key()
	close := m.rand.IntN(2) == 0
	var staged []Staged
	for range 2 {
		b := columns.NewBatch(m.tab.Schema())
		for range 1 + m.rand.IntN(150) {
			x := m.key()
			if close {
				x = new(big.Int).Add(base, big.NewInt(m.rand.Int64N(9)-4))
				x = m.clamp(x)
			}
			if m.rand.IntN(200) == 0 {
				x = nil
			}
			m.next++
			laketest.AppendNumber(&b.Vectors[0], x)
			b.Vectors[1].Int(int64(m.next), 0)
			b.Extra().Null(0, 0)
			b.Rows++
			m.rows[m.canonical(x)] = m.next
			in++
		}
		staged = append(staged, whole(m.tab, m.WriteBatches(m.tab, b)))
	}
	r := m.fixture.load(m.tab, staged...)
	if fresh := len(m.rows) - before; int(r.Within+r.Lake)+fresh != in {
		m.Fatalf("%+v, want %d rows in, %d new keys", r, in, fresh)
	}
}

func (m *decimalKeys) column() *columns.Column { return &m.tab.Schema().Columns[0] }

// key is often one of few integers, which every type of the key holds.
func (m *decimalKeys) key() *big.Int {
	c := m.column()
	if c.Kind == columns.Int64 {
		return big.NewInt(laketest.Pick[int64](m.rand, math.MinInt64, math.MaxInt64, m.rand.Int64N(40)-20, m.rand.Int64()>>m.rand.IntN(64)))
	}
	if m.rand.IntN(2) == 0 {
		return laketest.RandomNumber(m.rand, c.Precision)
	}
	x := big.NewInt(laketest.Pick[int64](m.rand, math.MinInt64, math.MaxInt64, m.rand.Int64N(40)-20))
	return m.clamp(x.Mul(x, tenTo(c.Scale)))
}

// clamp keeps x within the type of the key.
func (m *decimalKeys) clamp(x *big.Int) *big.Int {
	text, ok := narrowed(laketest.DecimalText(x, m.column().Scale), m.column())
	n, isNumber := new(big.Rat).SetString(text)
	if !ok || !isNumber {
		m.Fatalf("narrowed(%s) = %s", x, text)
	}
	n.Mul(n, new(big.Rat).SetInt(tenTo(m.column().Scale)))
	return n.Num()
}

func (m *decimalKeys) canonical(x *big.Int) string {
	if x == nil {
		return "null"
	}
	return new(big.Rat).SetFrac(x, tenTo(m.column().Scale)).RatString()
}

func (m *decimalKeys) compare() {
	m.Helper()
	got := map[string]int{}
	rows := m.answer("SELECT id, v FROM t")
	for _, row := range rows {
		var pair [2]json.Number
		m.Must(json.Unmarshal([]byte(row), &pair))
		key := "null"
		if pair[0] != "" {
			x, _ := new(big.Rat).SetString(string(pair[0]))
			key = x.RatString()
		}
		v, err := pair[1].Int64()
		m.Must(err)
		got[key] = int(v)
	}
	if len(rows) != len(m.rows) {
		m.Fatalf("%d rows, want %d", len(rows), len(m.rows))
	}
	for k, v := range m.rows {
		if got[k] != v {
			m.Fatalf("key %s: got %d, want %d", k, got[k], v)
		}
	}
}

func TestNarrowed(t *testing.T) {
	f := func(text string, c columns.Column, want string) {
		t.Helper()
		if got, ok := narrowed(text, &c); !ok || got != want {
			t.Fatalf("narrowed(%s, %s) = %s, %v, want %s", text, duck.TypeOf(&c), got, ok, want)
		}
	}
	integer := column(1, "x", columns.Int64)
	f("7", integer, "7")
	f("7.99", integer, "7")
	f("-7.01", integer, "-8")
	f("-.5", integer, "-1")
	f(".5", integer, "0")
	f("9223372036854775807.5", integer, "9223372036854775807")
	f("99999999999999999999999999999999999999", integer, "9223372036854775807")
	f("-99999999999999999999999999999999999999", integer, "-9223372036854775808")
	f("1.239", decimal(1, "x", 3, 2), "1.23")
	f("-1.239", decimal(1, "x", 3, 2), "-1.24")
	f("10", decimal(1, "x", 3, 2), "9.99")
	f("-10", decimal(1, "x", 3, 2), "-9.99")
	f(".1", decimal(1, "x", 38, 38), "0.10000000000000000000000000000000000000")
	if got, ok := narrowed("nan", &integer); ok {
		t.Fatalf("narrowed(nan) = %s", got)
	}
}
