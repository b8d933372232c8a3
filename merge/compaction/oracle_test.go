package compaction

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

// TestRowsAsMap loads and compacts at random, and compares every live row with a
// Go map and every file with what the manifest says of it.
func TestRowsAsMap(t *testing.T) {
	f := func(seed uint64, key []columns.Column, bucket string, values func(*rand.Rand) string) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			o := oracle{rand: rand.New(rand.NewPCG(seed, 7)), key: key, values: values, rows: map[string]row{}, files: map[string]bool{}, generations: map[int64]int64{}}
			o.specs = [][]string{nil, nil, {duck.Ident(odd + "p")}, {"month(at)"}, {"truncate(2, " + duck.Ident(odd+"p") + ")", "year(at)"}}
			if bucket != "" {
				o.specs = append(o.specs, []string{"bucket(3, " + duck.Ident(bucket) + ")", duck.Ident(odd + "p")})
			}
			o.fixture = newFixture(t, o.properties(), o.columns(0)...)
			o.sizes = sizes{target: pick(o.rand, int64(16<<10), 128<<10, 1<<20), group: 64, sorted: pick(o.rand, int64(0), 40)}
			o.run()
		})
	}
	ints := func(r *rand.Rand) string {
		return pick(r, fmt.Sprint(r.IntN(300)), fmt.Sprint(r.IntN(300)), fmt.Sprint(r.Int64()-1<<62), "NULL")
	}
	str := func(r *rand.Rand) string {
		return duck.Lit(pick(r, "", "it's", `"q"`, "a\nb;", "$$", "-- x", "é", strings.Repeat("k", r.IntN(60)), fmt.Sprint("é", r.IntN(99))))
	}
	f(1, []columns.Column{column(1, "id", columns.Int64)}, "id", ints)
	f(2, []columns.Column{column(1, odd, columns.String)}, odd, str)
	f(3, []columns.Column{column(1, odd, columns.String), column(2, "k0", columns.Int64)}, odd, func(r *rand.Rand) string {
		return pick(r, str(r), "NULL") + ", " + ints(r)
	})
	f(4, []columns.Column{column(1, "d", columns.Double)}, "", func(r *rand.Rand) string {
		return pick(r, "0.0", "1e300", "-1e-300", fmt.Sprint(r.IntN(200)-100, ".5"), "NULL")
	})
	f(5, []columns.Column{column(1, "t", columns.Timestamp), column(2, "day", columns.Date), column(3, "b", columns.Boolean)}, "day",
		func(r *rand.Rand) string {
			return fmt.Sprintf("TIMESTAMPTZ '1969-12-31 23:59:%02d+00', %s, %s", r.IntN(60), pick(r, "DATE '2024-02-29'", "NULL"), pick(r, "true", "false"))
		})
	f(6, []columns.Column{column(1, "u", columns.UUID), column(2, "at time", columns.Time)}, "u", func(r *rand.Rand) string {
		return fmt.Sprintf("'%02x000000-0000-0000-0000-0000000000%02d'::UUID, %s", r.IntN(256), r.IntN(3), pick(r, "TIME '10:00:00.000001'", "NULL"))
	})
	f(7, []columns.Column{column(1, "s", columns.Struct, column(2, "a", columns.Int64), column(3, "b", columns.String)), column(4, "j", columns.JSON)}, "",
		func(r *rand.Rand) string {
			return fmt.Sprintf("{'a': %s, 'b': %s}, %s", ints(r), str(r), pick(r, `'{"x":1}'`, "'null'", "NULL"))
		})
	f(8, []columns.Column{decimal(1, "dec", 5, 3), decimal(2, "wide", 38, 0)}, "wide", func(r *rand.Rand) string {
		return fmt.Sprintf("%s, %d00000000000000000000000000", pick(r, "-0.001", "99.999", "NULL", fmt.Sprint(r.IntN(9), ".5")), r.IntN(20)-10)
	})
}

// row is what stays of a key.
type row struct {
	serial int64
	born   int    // era that it came in
	era    int    // that v is as stored in
	v      string // text of the value in that era's type
}

type oracle struct {
	*fixture
	rand        *rand.Rand
	key         []columns.Column
	specs       [][]string
	values      func(*rand.Rand) string
	rows        map[string]row // by the key's SQL
	files       map[string]bool
	generations map[int64]int64 // by serial
	serial      int64
	era         int
}

// columns are the table's in an era: v widens, the struct gains a field, the list
// becomes JSON, and there is a column with a name of DuckDB's own.
func (o *oracle) columns(era int) []columns.Column {
	s := column(20, odd+"s", columns.Struct, column(21, "a", columns.Int64), column(22, odd, columns.String))
	l := column(30, "l", columns.List, column(31, "element", columns.Struct, column(32, odd, columns.UUID), column(33, "j", columns.JSON)))
	v := column(10, "v", []columns.Kind{columns.Int64, columns.Double, columns.String}[era])
	if era > 0 {
		s.Fields = append(s.Fields, decimal(23, "d", 9, 2))
	}
	if era > 1 {
		l = column(30, "l", columns.JSON)
	}
	out := append(slices.Clone(o.key), v, s, l, column(40, odd+"p", columns.String), column(50, "at", columns.Timestamp))
	if era > 1 {
		out = append(out, column(60, "rowid", columns.Int64))
	}
	return out
}

// exprs are the columns that are not the key's, as the serial of a row, its v and
// the era it was born in make them.
func (o *oracle) exprs() []string {
	name := duck.Ident(odd)
	s := "'a': serial, " + duck.Lit(odd) + ": 's' || serial"
	uuid := "('00000000-0000-0000-0000-' || lpad(serial::VARCHAR, 12, '0'))"
	l := "CASE serial % 5 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE [struct_pack(" + name + " := " + uuid + "::UUID, j := '{\"n\":' || serial || '}'), NULL] END"
	if o.era > 0 {
		s += ", 'd': CASE WHEN born > 0 THEN CAST(serial AS DECIMAL(9,2)) END"
	}
	if o.era > 1 {
		l = "CASE WHEN born > 1 THEN '[' || serial || ']' WHEN serial % 5 = 0 THEN NULL WHEN serial % 5 = 1 THEN '[]' ELSE '[{' || " +
			duck.Lit(`"it's; \"odd\"\n-- $$ /*":"`) + " || " + uuid + " || '\",\"j\":{\"n\":' || serial || '}},null]' END"
	}
	out := []string{"v", "CASE WHEN serial % 7 > 0 THEN {" + s + "} END", l,
		"CASE serial % 4 WHEN 0 THEN NULL WHEN 1 THEN 'it''s / \"x\"=%' WHEN 2 THEN '' ELSE 'é' || serial % 3 END", "make_timestamp(1700000000000000 + serial % 3 * 2678400000000 + serial)"}
	if o.era > 1 {
		out = append(out, "CASE WHEN born > 1 THEN serial * 2 END")
	}
	return out
}

func (o *oracle) properties() []string {
	var out []string
	for i := range o.key {
		out = append(out, o.key[i].Property)
	}
	return out
}

func (o *oracle) run() {
	o.Helper()
	o.load(o.batch(100))
	for n := range 4 {
		if n == 1 || n == 2 {
			o.era++
			laketest.Evolve(o.table, o.columns(o.era)...)
		}
		o.table.PartitionBy = pick(o.rand, o.specs...)
		var files []lake.DataFile
		for range pick(o.rand, 1, 1, 3) {
			files = append(files, o.batch(1+o.rand.IntN(120)))
		}
		for range pick(o.rand, 0, 0, 0, 0, 0, 0, 17) {
			files = append(files, o.batch(1))
		}
		o.load(files...)
		for range o.rand.IntN(3) {
			o.compactOnce(When(o.rand.IntN(4)))
		}
		o.compactSome()
	}
	for _, when := range []When{Crowded, Ended, Asked, Asked, Full} {
		o.compactOnce(when)
	}
	for pass := 0; o.sizes.sorted > 0 && pass < 4; pass++ { // files of few rows are joined
		o.compactOnce(Asked)
	}
	if jobs := o.plan(Asked); len(jobs) > 0 {
		o.Fatalf("still asks for %s", show(jobs))
	}
}

// compactSome joins or writes anew files that nobody would.
func (o *oracle) compactSome() {
	o.Helper()
	groups := Policy{When: Asked, Spec: o.spec()}.groups(o.now())
	files := slices.Clone(groups[o.rand.IntN(len(groups))])
	o.rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	j := Job{Files: files[:1+o.rand.IntN(min(4, len(files)))], Copy: o.rand.IntN(4) > 0}
	if j.Copy {
		j.Files = slices.DeleteFunc(j.Files, func(f lake.DataFile) bool { return f.Schema != files[0].Schema || f.Partition != "" })
	}
	if len(j.Files) > 0 {
		o.do([]Job{j}, Asked)
	}
}

// compactOnce does what there is to do.
func (o *oracle) compactOnce(when When) {
	o.Helper()
	if jobs := o.plan(when); len(jobs) > 0 || when == Full {
		o.do(jobs, when)
	}
}

// do compacts, and holds that no row changes.
func (o *oracle) do(jobs []Job, when When) {
	o.Helper()
	before := o.now()
	r := o.compact(jobs)
	if when == Full { // which casts for good
		for k, s := range o.rows {
			s.v, s.era = s.shown(o.era), o.era
			o.rows[k] = s
		}
	}
	after := o.now()
	if after.RowsIn != before.RowsIn || after.Superseded != before.Superseded || after.Rows() != before.Rows() {
		o.Fatalf("%d: %d rows in, %d superseded, %d live; before %d, %d and %d", when,
			after.RowsIn, after.Superseded, after.Rows(), before.RowsIn, before.Superseded, before.Rows())
	}
	if want := len(before.Files) - r.Gone + r.Files; len(after.Files) != want {
		o.Fatalf("%d: %d files, want %d: %+v", when, len(after.Files), want, r)
	}
	n, err := o.lake.Sweep()
	o.Must(err)
	if n != 0 {
		o.Fatalf("%d: %d files that nothing names", when, n)
	}
	o.check()
}

// batch is a file of some rows, new ones and others in place of old ones.
func (o *oracle) batch(n int) lake.DataFile {
	o.Helper()
	generation := pick(o.rand, int64(0), 0, 0, 3)
	values := map[string]row{}
	for range n {
		key := o.values(o.rand)
		if len(o.rows) > 0 && o.rand.IntN(3) == 0 { // one that is there
			known := slices.Sorted(maps.Keys(o.rows))
			key = known[o.rand.IntN(len(known))]
		}
		o.serial++
		values[key] = row{o.serial, o.era, o.era, []string{fmt.Sprint(o.serial), fmt.Sprint(o.serial, ".5"), fmt.Sprint("s", o.serial)}[o.era]}
		o.generations[o.serial] = generation
	}
	maps.Copy(o.rows, values)
	cols := o.columns(o.era)
	exprs := o.exprs()
	var names []string
	for i := range cols {
		x := fmt.Sprint("k", i)
		if i >= len(o.key) {
			x = exprs[i-len(o.key)]
		}
		names = append(names, "CAST("+x+" AS "+duck.StoredType(&cols[i])+") AS "+duck.Ident(cols[i].Name))
	}
	file := o.fresh(int64(len(values)), "SELECT "+strings.Join(names, ", ")+" FROM "+o.from(values))
	file.Generation = generation
	return file
}

// from is rows as SQL: k0 …, serial, born and v as text.
func (o *oracle) from(rows map[string]row) string {
	var values, names []string
	for k, s := range rows {
		values = append(values, fmt.Sprintf("(%s, %d, %d, '%s')", k, s.serial, s.born, s.shown(o.era)))
	}
	for i := range o.key {
		names = append(names, fmt.Sprint("k", i))
	}
	return "(VALUES " + strings.Join(values, ", ") + ") w(" + strings.Join(names, ", ") + ", serial, born, v)"
}

// shown is v in the type of a later era.
func (s row) shown(era int) string {
	if s.era == 0 && era == 1 {
		return s.v + ".0"
	}
	return s.v
}

// check compares the table with the map, and its new files with the manifest.
func (o *oracle) check() {
	o.Helper()
	t := o.now()
	o.Exec(duck.CreateView(t, duck.Under(o.Root), duck.Lit(o.Root)))
	cols := t.Schema().Columns
	exprs := o.exprs()
	want := make([]string, len(cols))
	for i := range cols {
		if want[i] = fmt.Sprint("CAST(k", i, " AS ", duck.TypeOf(&cols[i]), ")"); i >= len(o.key) {
			want[i] = "CAST(" + exprs[i-len(o.key)] + " AS " + duck.TypeOf(&cols[i]) + ")"
		}
	}
	o.same("SELECT row("+strings.Join(duck.Names(cols), ", ")+")::VARCHAR FROM "+duck.Ident(t.Name), "SELECT row("+strings.Join(want, ", ")+")::VARCHAR FROM "+o.from(o.rows))
	o.prove()
	fresh := 0
	for i := range t.Files {
		if f := &t.Files[i]; !o.files[f.Path] {
			o.files[f.Path] = true
			if fresh++; fresh > 8 { // there may be hundreds, of as many partitions
				continue
			}
			o.checkFile(t, f)
			o.checkGeneration(t, f)
		}
	}
}

func (o *oracle) checkGeneration(t *lake.Table, f *lake.DataFile) {
	o.Helper()
	s := t.Schemas[f.Schema]
	rows, err := o.Writer.Query("SELECT (epoch_us(\"at\") - 1700000000000000) % 2678400000000 FROM (" + duck.SelectFiles(s, s.Columns, []string{duck.Lit(o.Abs(f.Path))}, false) + ")")
	o.Must(err)
	defer rows.Close()
	for rows.Next() {
		var serial int64
		o.Must(rows.Scan(&serial))
		if o.generations[serial] != f.Generation {
			o.Fatalf("%s of generation %d holds a row of %d", f.Path, f.Generation, o.generations[serial])
		}
	}
	o.Must(rows.Err())
}
