package answer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

// TestChangesAsMaps takes a table through loads, schema changes, hard deletes,
// compactions, rollbacks and being dropped, and compares the changes between
// every two versions, each version's, and the history of each key, with those of
// Go maps.
func TestChangesAsMaps(t *testing.T) {
	f := func(seed uint64, key []columns.Column, values func(*rand.Rand) (sql, json string)) {
		t.Helper()
		p := newPast(t, seed, key, values)
		for v := range p.versions {
			for to := v; to < len(p.versions); to++ {
				p.checkNet(v, to)
			}
		}
		p.checkEach()
		if len(key) > 0 {
			p.checkHistory(0)
			p.checkHistory(5)
		}
	}
	f(1, idKey, idValues)
	f(2, oddKey, oddValues)
	f(3, nil, nil)
}

var (
	idKey  = []columns.Column{column(1, "id", columns.Int64)}
	oddKey = []columns.Column{column(1, `we"ird; '$$`, columns.String), column(2, "_change", columns.Int64)}
)

func idValues(r *rand.Rand) (sql, json string) {
	if r.IntN(25) == 0 {
		return "NULL", "null"
	}
	id := strconv.Itoa(r.IntN(25))
	return id, id
}

func oddValues(r *rand.Rand) (sql, json string) {
	s := laketest.Pick(r, "", "it's", `"q"`, "a\nb;", "$$", "-- x")
	id, text := idValues(r)
	return duck.Lit(s) + ", " + id, string(AppendJSON(nil, s)) + "," + text
}

// cell is a value of column v, as it stands in its file.
type cell struct {
	kind columns.Kind
	n    float64
	text string
	note string // JSON of column n
}

// sql is the cell as the values of columns v and, where it is there, n.
func (c cell) sql() string {
	switch c.kind {
	case columns.Int64:
		return strconv.Itoa(int(c.n))
	case columns.Double:
		return fmt.Sprintf("%v, %s", c.n, noteSQL(c.note))
	}
	return duck.Lit(c.text) + ", " + noteSQL(c.note)
}

func noteSQL(note string) string {
	if note == "null" {
		return "NULL"
	}
	return duck.Lit(note)
}

// as is the cell under a schema of that kind, as JSON of the columns.
func (c cell) as(kind columns.Kind) string {
	switch {
	case kind == columns.Int64:
		return strconv.Itoa(int(c.n))
	case kind == columns.Double:
		return strconv.FormatFloat(c.n, 'f', -1, 64) + "," + c.note
	}
	return string(AppendJSON(nil, c.stored(kind).text)) + "," + c.note
}

// stored is the cell as compaction writes it.
func (c cell) stored(kind columns.Kind) cell {
	switch {
	case kind == columns.String && c.kind == columns.Int64:
		c.text = strconv.Itoa(int(c.n))
	case kind == columns.String && c.kind == columns.Double:
		c.text = strconv.FormatFloat(c.n, 'f', 1, 64)
	}
	c.kind = kind
	return c
}

// pastRow is a live row of the model.
type pastRow struct {
	sql, json string // of its key; of a keyless row, ""
	cell      cell
	path      string
	pos       int64
	version   lake.Version // that wrote it
}

// pastVersion is a version of the table and of the model.
type pastVersion struct {
	lake.State
	rows   map[string]pastRow // by key, or by a number
	kind   columns.Kind       // of column v
	simple bool               // it only loaded and deleted
}

// past is a table's life.
type past struct {
	*fixture
	rand     *rand.Rand
	key      []columns.Column
	values   func(*rand.Rand) (sql, json string)
	table    *lake.Table
	rows     map[string]pastRow
	serial   int
	versions []pastVersion
}

const pastVersions = 11

func newPast(t *testing.T, seed uint64, key []columns.Column, values func(*rand.Rand) (sql, json string)) *past {
	p := &past{fixture: newFixture(t), rand: rand.New(rand.NewPCG(seed, 11)), key: key, values: values}
	p.commit(0, false)
	p.create()
	for v := lake.Version(1); v < pastVersions; v++ {
		p.live(v)
	}
	return p
}

// kinds are those column v widens to, in order.
var kinds = []columns.Kind{columns.Int64, columns.Double, columns.String}

func (p *past) columns(kind columns.Kind) []columns.Column {
	cols := append(slices.Clone(p.key), column(10, "v", kind))
	if kind != columns.Int64 {
		cols = append(cols, column(11, "n", columns.JSON))
	}
	return cols
}

func (p *past) create() {
	var props []string
	for i := range p.key {
		props = append(props, p.key[i].Property)
	}
	p.table = p.fixture.Table(`it's "t"`, props, p.columns(columns.Int64)...)
	p.rows = map[string]pastRow{}
}

func (p *past) kind() columns.Kind { return duck.ByID(p.table.Schema().Columns, 10).Kind }

// live makes version v.
func (p *past) live(v lake.Version) {
	simple := false
	switch dice := p.rand.IntN(20); {
	case v > 2 && dice == 0:
		p.create()
		p.Manifest.Tables = map[string]*lake.Table{}
		p.table.Files = nil
		p.versions = append(p.versions, pastVersion{State: lake.State{Version: v}, rows: map[string]pastRow{}, kind: columns.Int64})
		return
	case v > 2 && dice < 3:
		old := p.versions[1+p.rand.IntN(len(p.versions)-1)]
		if old.Table != nil {
			p.rollback(v, old)
		}
	case v > 2 && dice < 6:
		p.compact()
	case v > 2 && dice < 7: // of other streams alone
		p.versions = append(p.versions, p.versions[len(p.versions)-1])
		return
	case v > 3 && dice < 10 && p.kind() != columns.String:
		evolve(p.table, p.columns(kinds[slices.Index(kinds, p.kind())+1])...)
		fallthrough
	default:
		simple = true
		p.upsert(v)
		p.kill(v)
	}
	p.commit(v, simple)
}

// rollback makes an old version the table again.
func (p *past) rollback(v lake.Version, old pastVersion) {
	back := lake.Compare(p.table, old.Table).New
	p.table, p.rows = clone(old.Table), cloneRows(old.rows)
	for name, r := range p.rows {
		if slices.ContainsFunc(back, func(f lake.DataFile) bool { return f.Path == r.path }) {
			r.version = v
			p.rows[name] = r
		}
	}
}

func (p *past) commit(v lake.Version, simple bool) {
	s := pastVersion{State: lake.State{Version: v}, rows: cloneRows(p.rows), kind: columns.Int64, simple: simple}
	if p.table != nil {
		s.Table, s.kind = clone(p.table), p.kind()
	}
	p.versions = append(p.versions, s)
}

func clone(t *lake.Table) *lake.Table {
	c := *t
	c.Schemas, c.Files, c.Deletes = slices.Clone(t.Schemas), slices.Clone(t.Files), slices.Clone(t.Deletes)
	return &c
}

func cloneRows(rows map[string]pastRow) map[string]pastRow {
	out := map[string]pastRow{}
	for k, r := range rows {
		out[k] = r
	}
	return out
}

// upsert loads a batch in which keys repeat and some rows come as they are.
func (p *past) upsert(v lake.Version) {
	var rows []pastRow
	var sql []string
	for i := range 1 + p.rand.IntN(30) {
		p.serial++
		kind := p.kind()
		c := cell{kind: kind, n: float64(p.serial), text: fmt.Sprint("s", p.serial), note: "null"}
		if kind != columns.Int64 {
			c.n += 0.5
			c.note = fmt.Sprintf(`{"n":%d}`, p.serial)
		}
		r := pastRow{cell: c, pos: int64(i), version: v}
		row := ""
		if len(p.key) > 0 {
			r.sql, r.json = p.values(p.rand)
			if old, ok := p.rows[r.sql]; ok && p.rand.IntN(3) == 0 {
				r.cell = old.cell.stored(kind)
			}
			row = r.sql + ", "
		} else if p.rand.IntN(2) == 0 {
			r.cell = cell{kind: kind, n: 7, text: "7", note: "null"} // rows that are equal
		}
		rows, sql = append(rows, r), append(sql, row+r.cell.sql())
	}
	s := p.Write(p.table, sql...)
	p.load(p.table, s)
	for _, r := range rows {
		r.path = s.Path
		name := r.sql
		if len(p.key) == 0 {
			name = fmt.Sprint(r.path, r.pos)
		}
		p.rows[name] = r
	}
}

// kill deletes some rows by their positions.
func (p *past) kill(v lake.Version) {
	for name, r := range p.rows {
		if p.rand.IntN(8) > 0 {
			continue
		}
		dead := lake.NewPositions(r.path, r.pos+1)
		dead.AddRange(r.pos, r.pos+1)
		p.WriteDeletes(p.table, []lake.Positions{dead})
		delete(p.rows, name)
	}
}

// compact writes the live rows to one file, or most of them, and the delete
// files anew.
func (p *past) compact() {
	if len(p.rows) == 0 {
		return
	}
	keep := map[string]bool{}
	if p.rand.IntN(2) == 0 && len(p.table.Files) > 1 {
		keep[p.table.Files[0].Path] = true
	}
	var sql, names []string
	for name, r := range p.rows {
		if keep[r.path] {
			continue
		}
		r.cell = r.cell.stored(p.kind())
		row := r.cell.sql()
		if r.sql != "" {
			row = r.sql + ", " + row
		}
		r.pos = int64(len(sql))
		p.rows[name] = r
		sql, names = append(sql, row), append(names, name)
	}
	s := p.Write(p.table, sql...)
	for _, name := range names {
		r := p.rows[name]
		r.path = s.Path
		p.rows[name] = r
	}
	files := p.table.Files
	p.table.Files, p.table.Deletes = []lake.DataFile{s}, nil
	for _, file := range files {
		if keep[file.Path] {
			file.Superseded = 0
			p.table.Files = append(p.table.Files, file)
			p.WriteDeletes(p.table, []lake.Positions{p.deadIn(file)})
		}
	}
}

func (p *past) deadIn(file lake.DataFile) lake.Positions {
	dead := lake.NewPositions(file.Path, file.Rows)
	dead.AddRange(0, file.Rows)
	for _, r := range p.rows {
		if r.path == file.Path {
			dead.Set[r.pos/8] &^= 0x80 >> (r.pos % 8)
		}
	}
	return dead
}

// states are the versions that changed the table, as a lake gives them.
func (p *past) states(from, to int) iter.Seq2[lake.State, error] {
	return func(yield func(lake.State, error) bool) {
		for v := from; v <= to; v++ {
			s := p.versions[v].State
			if v > from && s.Version != lake.Version(v) {
				continue
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}

// changes is the answer, each row as JSON of its change and its columns apart
// from its version.
func (p *past) changes(from, to int, each bool) (lines, versions []string) {
	p.Helper()
	feed, err := NewFeed(p.states(from, to), each)
	p.Must(err)
	if !feed.Known() {
		return nil, nil
	}
	rows, err := Changes(context.Background(), p.Config(), feed)
	p.Must(err)
	defer func() { p.Must(rows.Close()) }()
	dst := make([]any, len(rows.Columns()))
	for {
		ok, err := rows.Next(dst)
		p.Must(err)
		if !ok {
			return lines, versions
		}
		line := "[" + string(AppendJSON(nil, dst[0]))
		for _, v := range dst[2:] {
			line += "," + string(AppendJSON(nil, v))
		}
		lines, versions = append(lines, line+"]"), append(versions, FormatText(dst[1]))
	}
}

// wanted is the difference of two versions of the model, by line with the
// version that wrote the row.
func (p *past) wanted(from, to int, kind columns.Kind) map[string]lake.Version {
	out := map[string]lake.Version{}
	a, b := p.versions[from].rows, p.versions[to].rows
	text := func(r pastRow) string { return strings.TrimPrefix(r.json+","+r.cell.as(kind), ",") }
	for name, r := range a {
		now, lives := b[name]
		switch {
		case !lives:
			out[`["delete",`+text(r)+"]"] = 0
		case text(r) != text(now):
			out[`["update_before",`+text(r)+"]"] = now.version
			out[`["update_after",`+text(now)+"]"] = now.version
		}
	}
	for name, r := range b {
		if _, was := a[name]; !was {
			out[`["insert",`+text(r)+"]"] = r.version
		}
	}
	return out
}

// widest is the kind of column v that the changes are shown in.
func (p *past) widest(versions ...int) columns.Kind {
	kind := columns.Int64
	for _, v := range versions {
		if s := p.versions[v]; s.Table != nil && slices.Index(kinds, s.kind) > slices.Index(kinds, kind) {
			kind = s.kind
		}
	}
	return kind
}

func (p *past) checkNet(from, to int) {
	p.Helper()
	lines, versions := p.changes(from, to, false)
	p.checkPairs(lines)
	if len(p.key) == 0 {
		p.checkBag(from, to, lines)
		return
	}
	want := p.wanted(from, to, p.widest(from, to))
	if !slices.Equal(slices.Sorted(slices.Values(lines)), sortedKeys(want)) {
		p.Fatalf("changes from %d to %d:\n got %q\nwant %q", from, to, slices.Sorted(slices.Values(lines)), sortedKeys(want))
	}
	simple, changed := true, map[lake.Version]bool{}
	for _, v := range p.versions[from+1 : to+1] {
		simple = simple && v.simple
		changed[v.Version] = changed[v.Version] || v.Version > lake.Version(from)
	}
	delete(changed, p.versions[from].Version)
	for i, line := range lines {
		made := want[line]
		if len(changed) == 1 {
			for made = range changed {
			}
		} else if versions[i] == "NULL" && !(simple && made > 0) {
			continue
		}
		if versions[i] != fmt.Sprint(uint64(made)) {
			p.Fatalf("changes from %d to %d: version %s of %s, want %d", from, to, versions[i], line, made)
		}
	}
}

func sortedKeys(m map[string]lake.Version) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// checkPairs holds that a row before stands right before the row after.
func (p *past) checkPairs(lines []string) {
	p.Helper()
	for i, line := range lines {
		before := strings.HasPrefix(line, `["update_before"`)
		after := i+1 < len(lines) && strings.HasPrefix(lines[i+1], `["update_after"`)
		if before != after {
			p.Fatalf("pairs are apart: %q", lines)
		}
	}
}

// checkBag compares the changes of a keyless table, whose rows may be equal.
func (p *past) checkBag(from, to int, lines []string) {
	p.Helper()
	count := map[string]int{}
	kind := p.widest(from, to)
	for _, r := range p.versions[from].rows {
		count[r.cell.as(kind)]--
	}
	for _, r := range p.versions[to].rows {
		count[r.cell.as(kind)]++
	}
	var want []string
	for text, n := range count {
		change := "insert"
		if n < 0 {
			change, n = "delete", -n
		}
		want = append(want, slices.Repeat([]string{`["` + change + `",` + text + "]"}, n)...)
	}
	slices.Sort(want)
	if got := slices.Sorted(slices.Values(lines)); !slices.Equal(got, want) {
		p.Fatalf("changes from %d to %d:\n got %q\nwant %q", from, to, got, want)
	}
}

// checkEach compares what each version changed.
func (p *past) checkEach() {
	p.Helper()
	all := make([]int, len(p.versions))
	for i := range all {
		all[i] = i
	}
	lines, versions := p.changes(0, len(all)-1, true)
	byVersion := map[string][]string{}
	for i, line := range lines {
		byVersion[versions[i]] = append(byVersion[versions[i]], line)
	}
	if !slices.IsSortedFunc(versions, func(a, b string) int { x, _ := strconv.Atoi(a); y, _ := strconv.Atoi(b); return x - y }) {
		p.Fatalf("versions out of order: %v", versions)
	}
	if len(p.key) == 0 {
		return
	}
	for v := 1; v < len(all); v++ {
		got := slices.Sorted(slices.Values(byVersion[fmt.Sprint(v)]))
		if want := sortedKeys(p.wanted(v-1, v, p.widest(all...))); !slices.Equal(got, want) {
			p.Fatalf("changes of version %d:\n got %q\nwant %q", v, got, want)
		}
	}
}

func TestChangesRefuse(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64), column(2, "a", columns.String))
	fx.load(tab, fx.Write(tab, "1, 'x'"))
	other := &lake.Table{Stream: "t", Schemas: []*columns.Schema{{Version: 4, Columns: []columns.Column{column(1, "other", columns.String)}}}}
	states := func(tables ...*lake.Table) iter.Seq2[lake.State, error] {
		return func(yield func(lake.State, error) bool) {
			for i, t := range tables {
				if !yield(lake.State{Version: lake.Version(i), Table: t}, nil) {
					return
				}
			}
		}
	}
	f := func(each bool, want string, tables ...*lake.Table) {
		t.Helper()
		if _, err := NewFeed(states(tables...), each); !errors.Is(err, ErrAnew) || !strings.Contains(err.Error(), want) {
			t.Fatalf("got %v, want %s", err, want)
		}
	}
	f(false, `stream "t" got its columns anew in version 4; ask for changes from version 3 on, or up to it`, tab, nil, other)
	f(true, "from version 3", tab, other, other)

	broken := errors.New("broken")
	_, err := NewFeed(func(yield func(lake.State, error) bool) { yield(lake.State{}, broken) }, true)
	if !errors.Is(err, broken) {
		t.Fatalf("got %v, want the error of the states", err)
	}

	// A delete file that names what its version has not.
	before := clone(tab)
	dead := lake.NewPositions("elsewhere.parquet", 1)
	dead.AddRange(0, 1)
	fx.WriteDeletes(tab, []lake.Positions{dead})
	feed, err := NewFeed(states(before, tab), false)
	fx.Must(err)
	if _, err := Changes(context.Background(), fx.Config(), feed); !errors.Is(err, lake.ErrCorrupt) {
		t.Fatalf("got %v, want it corrupt", err)
	}
}

// TestChangesOpenWhatChanged removes every file that the answer may not need.
func TestChangesOpenWhatChanged(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64), column(2, "v", columns.String))
	fx.load(tab, fx.Write(tab, "1, 'a'", "2, 'a'"))
	fx.load(tab, fx.Write(tab, "3, 'a'", "4, 'a'"))
	fx.load(tab, fx.Write(tab, "3, 'b'"))
	before := clone(tab)
	fx.load(tab, fx.Write(tab, "4, 'b'", "5, 'b'"))
	fx.Must(os.Remove(fx.Abs(tab.Files[0].Path)))
	fx.Must(os.Remove(fx.Abs(tab.Files[2].Path)))
	fx.Must(os.Remove(fx.Abs(tab.Deletes[0].Path)))
	p := &past{fixture: fx, versions: []pastVersion{{State: lake.State{Version: 0, Table: before}}, {State: lake.State{Version: 1, Table: tab}}}}
	got, _ := p.changes(0, 1, false)
	want := []string{`["update_before",4,"a"]`, `["update_after",4,"b"]`, `["insert",5,"b"]`}
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}
