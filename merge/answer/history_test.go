package answer

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// checkHistory compares each key's history since a version with the model's.
func (p *past) checkHistory(from int) {
	p.Helper()
	all := []int{}
	keys := map[string]pastRow{}
	for v := from; v < len(p.versions); v++ {
		all = append(all, v)
		for name, r := range p.versions[v].rows {
			keys[name] = r
		}
	}
	line, err := NewTimeline(p.states(from, len(p.versions)-1))
	p.Must(err)
	if !line.Known() {
		return
	}
	for i, name := range slices.Sorted(maps.Keys(keys)) {
		if i%3 > 0 { // a DuckDB each
			continue
		}
		r := keys[name]
		if got, want := p.history(line, r.json), p.wantedHistory(from, name, p.widest(all...)); !slices.Equal(got, want) {
			p.Fatalf("history of %s since %d:\n got %q\nwant %q", r.json, from, got, want)
		}
	}
}

func (p *past) wantedHistory(from int, name string, kind columns.Kind) []string {
	var out []string
	text, before := "", ""
	lived := false
	for i, v := range p.versions[from:] {
		r, lives := v.rows[name]
		if before = text; lives {
			text = r.json + "," + r.cell.as(kind)
		}
		change := ""
		switch {
		case lives && !lived && i == 0:
			change = "present"
		case lives && !lived:
			change = "insert"
		case lives && text != before:
			change = "update"
		case lived && !lives:
			change = "delete"
		}
		if lived = lives; change != "" {
			out = append(out, fmt.Sprintf("[%q,%d,%s]", change, uint64(v.Version), text))
		}
	}
	return out
}

// history is the answer, each row as JSON of all but the time.
func (p *past) history(line *Timeline, key string) []string {
	p.Helper()
	var parts []any
	p.Must(json.Unmarshal([]byte("["+key+"]"), &parts))
	values := make([]*string, len(parts))
	for i, part := range parts {
		if text := fmt.Sprint(part); part != nil {
			values[i] = &text
		}
	}
	rows, err := History(context.Background(), p.Config(), line, values)
	p.Must(err)
	defer func() { p.Must(rows.Close()) }()
	var out []string
	dst := make([]any, len(rows.Columns()))
	for {
		ok, err := rows.Next(dst)
		p.Must(err)
		if !ok {
			return out
		}
		text := "[" + string(AppendJSON(nil, dst[0])) + "," + string(AppendJSON(nil, dst[1]))
		for _, v := range dst[3:] {
			text += "," + string(AppendJSON(nil, v))
		}
		out = append(out, text+"]")
	}
}

func TestHistoryOfTypedKeys(t *testing.T) {
	fx := newFixture(t)
	cols := []columns.Column{
		column(1, "u", columns.UUID), decimal(2, "d", 9, 2), column(3, "at", columns.Timestamp), column(4, "day", columns.Date),
		column(5, "b", columns.Boolean), column(6, "s", columns.Struct, column(7, "x", columns.Int64)), column(8, "j", columns.JSON), column(9, "n", columns.Int64),
	}
	tab := fx.Table("t", []string{"u", "d", "at", "day", "b", "s", "j", "n"}, append(cols, column(10, "v", columns.String))...)
	row := func(n, v string) string {
		return "'0123abcd-0000-0000-0000-000000000000'::UUID, 1.50, TIMESTAMPTZ '2024-01-01 00:00:00+00', DATE '2024-02-29', true, row(7), '{\"k\":1}', " + n + ", " + duck.Lit(v)
	}
	p := &past{fixture: fx}
	fx.load(tab, fx.Write(tab, row("1", "a"), row("2", "a")))
	p.versions = append(p.versions, pastVersion{State: lake.State{Version: 0, Table: clone(tab)}})
	fx.load(tab, fx.Write(tab, row("1", "b")))
	p.versions = append(p.versions, pastVersion{State: lake.State{Version: 1, Table: clone(tab)}})
	line, err := NewTimeline(p.states(0, 1))
	fx.Must(err)
	good := []string{"0123abcd-0000-0000-0000-000000000000", "1.5", "2024-01-01T05:30:00+05:30", "2024-02-29", "true", `{"x":7}`, `{"k":1}`, "1"}
	ask := func(key []string) ([]string, error) {
		var values []*string
		for i := range key {
			values = append(values, &key[i])
		}
		rows, err := History(context.Background(), fx.Config(), line, values)
		if err != nil {
			return nil, err
		}
		var out []string
		dst := make([]any, len(rows.Columns()))
		for {
			ok, err := rows.Next(dst)
			if err != nil || !ok {
				return out, errors.Join(err, rows.Close())
			}
			out = append(out, FormatText(dst[0])+" "+FormatText(dst[len(dst)-1]))
		}
	}
	got, err := ask(good)
	if want := []string{"present a", "update b"}; err != nil || !slices.Equal(got, want) {
		t.Fatalf("got %q %v, want %q", got, err, want)
	}
	f := func(column int, text, want string) {
		t.Helper()
		key := slices.Clone(good)
		key[column] = text
		if _, err := ask(key); !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), want) {
			t.Fatalf("got %v, want %s", err, want)
		}
	}
	f(0, "x", `u: "x" is no UUID`)
	f(1, "1.505", `d: "1.505" is no DECIMAL(9,2)`)
	f(1, "1e0", `d: "1e0" is no DECIMAL(9,2)`)
	f(2, "today", `at: "today" is no TIMESTAMP WITH TIME ZONE`)
	f(3, "2024-02-30", `day: "2024-02-30" is no DATE`)
	f(4, "maybe", `b: "maybe" is no BOOLEAN`)
	f(5, "[", `s: "[" is no STRUCT("x" BIGINT)`)
	f(6, "{", `j: "{" is no JSON`)
	f(7, "1.2", `n: "1.2" is no BIGINT`)
	f(7, "9223372036854775808", "is no BIGINT")
	if _, err := ask(good[1:]); !errors.Is(err, ErrKey) {
		t.Fatalf("a value short: %v", err)
	}
}

// TestHistoryStartsAnew holds that a stream loaded anew with other columns has
// only its own history.
func TestHistoryStartsAnew(t *testing.T) {
	fx := newFixture(t)
	first := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64), column(2, "a", columns.String))
	fx.load(first, fx.Write(first, "1, 'x'"))
	second := fx.Table("t", []string{"id"}, column(1, "id", columns.String), column(2, "b", columns.Int64))
	second.Dir = "anew"
	fx.load(second, fx.Write(second, "'1', 5"))
	p := &past{fixture: fx}
	for v, tab := range []*lake.Table{first, nil, second} {
		p.versions = append(p.versions, pastVersion{State: lake.State{Version: lake.Version(v), Table: tab}})
	}
	line, err := NewTimeline(p.states(0, 2))
	fx.Must(err)
	if line.Anew() != 2 {
		t.Fatalf("anew in version %d, want 2", line.Anew())
	}
	if got, want := p.history(line, `"1"`), []string{`["insert",2,"1",5]`}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	if line, err = NewTimeline(p.states(0, 1)); err != nil || line.Anew() != 0 {
		t.Fatalf("dropped: %v %d", err, line.Anew())
	}
	if got, want := p.history(line, "1"), []string{`["present",0,1,"x"]`, `["delete",1,1,"x"]`}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

// TestPastOfAppends holds that rows of one key that live side by side are told
// apart.
func TestPastOfAppends(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64), column(2, "v", columns.String))
	tab.Appends = true
	p := &past{fixture: fx}
	commit := func(v lake.Version) {
		p.versions = append(p.versions, pastVersion{State: lake.State{Version: v, Table: clone(tab)}})
	}
	add := func(rows ...string) { tab.Files = append(tab.Files, fx.Write(tab, rows...)) }
	add("1, 'a'", "1, 'b'", "2, 'b'")
	commit(0)
	add("1, 'a'")
	commit(1)
	tab.Files = tab.Files[1:]
	commit(2)
	line, err := NewTimeline(p.states(0, 2))
	fx.Must(err)
	want := []string{`["present",0,1,"a"]`, `["present",0,1,"b"]`, `["insert",1,1,"a"]`, `["delete",2,1,"a"]`, `["delete",2,1,"b"]`}
	if got := p.history(line, "1"); !slices.Equal(got, want) {
		t.Fatalf("history: got %q, want %q", got, want)
	}
	want = []string{`["delete",1,"b"]`, `["delete",2,"b"]`}
	if got, _ := p.changes(0, 2, false); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
		t.Fatalf("changes: got %q, want %q", got, want)
	}
}

func TestWithout(t *testing.T) {
	f := func(a, b []span, want ...span) {
		t.Helper()
		if got := without(a, b); !slices.Equal(got, want) {
			t.Fatalf("%v without %v: got %v, want %v", a, b, got, want)
		}
	}
	f([]span{{0, 5}}, nil, span{0, 5})
	f([]span{{0, 5}}, []span{{0, 5}})
	f([]span{{2, 5}}, []span{{0, 9}})
	f([]span{{0, 5}}, []span{{3, 9}}, span{0, 3})
	f([]span{{2, 5}}, []span{{0, 3}}, span{3, 5})
	f([]span{{0, 9}}, []span{{2, 3}, {5, 6}}, span{0, 2}, span{3, 5}, span{6, 9})
	f([]span{{0, 2}, {4, 6}}, []span{{1, 5}}, span{0, 1}, span{5, 6})
	f([]span{{0, 2}}, []span{{2, 4}}, span{0, 2})
}

// TestHistoryReadsWhatMayHoldTheKey spoils the data, but not the statistics, of
// a file whose keys are others.
func TestHistoryReadsWhatMayHoldTheKey(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64), column(2, "v", columns.String))
	fx.load(tab, fx.Write(tab, "1, 'a'", "2, 'a'"))
	fx.load(tab, fx.Write(tab, "8, 'b'", "9, 'b'"))
	fx.load(tab, fx.Write(tab, "2, 'c'"))
	name := fx.Abs(tab.Files[1].Path)
	data, err := os.ReadFile(name)
	fx.Must(err)
	clear(data[4 : len(data)-8-int(binary.LittleEndian.Uint32(data[len(data)-8:]))]) // all but the footer
	fx.Must(os.WriteFile(name, data, 0o644))
	p := &past{fixture: fx, versions: []pastVersion{{State: lake.State{Table: tab}}}}
	line, err := NewTimeline(p.states(0, 0))
	fx.Must(err)
	if got, want := p.history(line, "2"), []string{`["present",0,2,"c"]`}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	key := "8"
	if rows, err := History(context.Background(), fx.Config(), line, []*string{&key}); err == nil {
		t.Fatalf("read the spoilt file: %v", rows.Close())
	}
}
