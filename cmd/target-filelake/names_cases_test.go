package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"target-filelake/merge/duck"
)

// inside is a lake in a directory that holds nothing else, also when t ends.
func inside(t *testing.T) string {
	t.Helper()
	around := t.TempDir()
	t.Cleanup(func() {
		entries, err := os.ReadDir(around)
		if err != nil || len(entries) > 1 || len(entries) == 1 && entries[0].Name() != "lake" {
			t.Errorf("%v, %v beside the lake", entries, err)
		}
	})
	return filepath.Join(around, "lake")
}

// shownOf is what show --json prints.
func shownOf(t *testing.T, dir string) shownLake {
	t.Helper()
	var out shownLake
	r := invoke(t, "", "show", "--lake", dir, "--json")
	if err := json.Unmarshal([]byte(r.out), &out); err != nil {
		t.Fatalf("exit %d, %v\n%s", r.code, err, r.err)
	}
	return out
}

// TestStreamNameCases holds the numbered cases of streams' names: each goes there
// and back through load, query, show, lake.duckdb, compact and verify.
func TestStreamNameCases(t *testing.T) {
	t.Parallel()
	f := func(number, view string, streams ...string) result {
		t.Helper()
		dir := inside(t)
		r := loadNamed(t, dir, streams)
		loadNamed(t, dir, streams)
		if c := invoke(t, "", "compact", "--lake", dir); c.code != 0 {
			t.Errorf("case %s: compact: %s", number, c.err)
		}
		last := streams[len(streams)-1]
		pairs := []string{duck.Ident(view), last}
		for _, s := range streams[:len(streams)-1] {
			pairs = append(pairs, duck.Ident(s), s)
		}
		wantViews(t, dir, pairs...)
		verify(t, dir)
		var shown []string
		for _, s := range shownOf(t, dir).Streams {
			shown = append(shown, s.Stream)
			if s.Rows != 1 || strings.ContainsAny(s.Directory, `/\:"`) || strings.HasPrefix(s.Directory, ".") || len(s.Directory) > 120 {
				t.Errorf("case %s: %q has %d rows in %q", number, s.Stream, s.Rows, s.Directory)
			}
		}
		if !slices.Equal(shown, slices.Sorted(slices.Values(streams))) {
			t.Errorf("case %s: shown %q", number, shown)
		}
		if one := invoke(t, "", "show", "--lake", dir, "--", last); one.code != 0 || strings.ContainsAny(one.out, "\x1b\x00") {
			t.Errorf("case %s: show: exit %d, %q", number, one.code, one.out+one.err)
		}
		return r
	}
	refuses := func(number, stream, says string) {
		t.Helper()
		dir := inside(t)
		r := load(t, dir, singer(schemaA, rowA("1"), stateOf("1"))+as(stream, schemaT)+"\n"+singer(stateOf("2")), exitBadInput)
		wantMessage(t, r, "line 4: SCHEMA", says)
		if got := held(t, dir); got != "1" || r.out != "1\n" {
			t.Errorf("case %s: holds %q, stdout %q", number, got, r.out)
		}
	}
	f("77", "$(id)", "../../etc/passwd", "/abs", "..", `..\..\x`, "a/../../b", "C:/x", "~", "-rf", "*", "?", "$(id)")
	refuses("78", "a\x00b", `"a\x00b"`)
	refuses("78", "a\nb", `"a\nb"`)
	f("79", `"; DROP TABLE t; --`, `'; DROP TABLE t; --`, `"; DROP TABLE t; --`)
	r := f("80", "users_2", "Users", "users")
	wantMessage(t, r, "stream=users name=users is=users_2")
	r = f("81", "cafe\u0301", "caf\u00e9", "cafe\u0301")
	wantMessage(t, r, "looks the same", `caf\\u00e9`, `cafe\\u0301`)
	f("82", "aux", "CON", "nul.txt", "com1", "lpt9.x", "trailing.", "a ", "aux")
	f("82b", "information_schema", "_lake", "state.json", "lake.duckdb", ".", "lake.duckdb.wal", "views.sql", "state-x.json", "main", "system", "information_schema")
	long := strings.Repeat("n", 299)
	f("83", long+"b", long+"a", long+"b")
	f("83", strings.Repeat("é", 150), strings.Repeat("é", 150))
	refuses("84", "", "empty stream name")
	r = f("88", "a\x1b[2J\u202e", "a\x1b[2J\u202e")
	if strings.Contains(r.err, "\x1b") {
		t.Errorf("case 88: %q", r.err)
	}
}

// TestColumnNameCases has properties of odd names come back under columns of their own.
func TestColumnNameCases(t *testing.T) {
	t.Parallel()
	f := func(number string, properties, columns []string) {
		t.Helper()
		dir := inside(t)
		schema, record := map[string]any{}, map[string]any{}
		for i, p := range properties {
			schema[p], record[p] = map[string]any{"type": "integer"}, i
		}
		line := func(v any) string { return inJSONOf(t, v) + "\n" }
		input := line(map[string]any{"type": "SCHEMA", "stream": "s", "key_properties": properties[:1], "schema": map[string]any{"properties": schema}}) +
			line(map[string]any{"type": "RECORD", "stream": "s", "record": record}) + singer(stateOf("1"))
		load(t, dir, input, 0)
		load(t, dir, input, 0)
		for i, c := range columns {
			wantQuery(t, dir, "SELECT "+duck.Ident(c)+" AS v FROM s", `[{"v":`+inJSONOf(t, i)+`}]`)
		}
		verify(t, dir)
		db, err := sql.Open("duckdb", filepath.Join(dir, viewsDB)+"?access_mode=read_only")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for i, c := range columns {
			var got int
			if err := db.QueryRow("SELECT " + duck.Ident(c) + " FROM s").Scan(&got); err != nil || got != i {
				t.Errorf("case %s: lake.duckdb: %q: %d, %v, want %d", number, c, got, err, i)
			}
		}
	}
	same := func(number string, names ...string) { t.Helper(); f(number, names, names) }
	same("77", "../../etc/passwd", "..")
	same("79", `"; DROP TABLE s; --`, `'`)
	f("85", []string{"A", "a"}, []string{"A", "a_2"})
	f("86", []string{"x", ""}, []string{"x", "_2"})
	f("87", []string{"_extra", "_sdc_x"}, []string{"_extra_2", "_sdc_x"})
	f("87", []string{"file_row_number", "filename"}, []string{"file_row_number_2", "filename_2"})
	same("88", "a\x1b[2J", "b\u202e")
}

func inJSONOf(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// TestOtherNameCases has pipelines and values of partitions named in the same ways.
func TestOtherNameCases(t *testing.T) {
	t.Parallel()
	pipeline := func(number, name string) {
		t.Helper()
		dir := inside(t)
		for _, v := range []string{"1", "2"} {
			load(t, dir, singer(schemaA, rowA(v), stateOf(v)), 0, "--pipeline", name)
		}
		if got := held(t, dir); got != "1 2" {
			t.Errorf("case %s: pipeline %q: holds %q", number, name, got)
		}
		s := shownOf(t, dir)
		if s.Pipeline != name || string(s.States[name]) != "2" {
			t.Errorf("case %s: pipeline %q: shown as %q, %s", number, name, s.Pipeline, s.States[name])
		}
		verify(t, dir)
	}
	partition := func(number string, values ...string) {
		t.Helper()
		dir := inside(t)
		lines := []string{singer(schemaT)}
		for i, v := range values {
			lines = append(lines, inJSONOf(t, map[string]any{"type": "RECORD", "stream": "t", "record": map[string]any{"id": i, "v": v}})+"\n")
		}
		load(t, dir, strings.Join(lines, "")+singer(stateOf("1")), 0, "--streams", `{"t": {"partition_by": ["v"]}}`)
		if r := invoke(t, "", "compact", "--lake", dir); r.code != 0 {
			t.Errorf("case %s: %s", number, r.err)
		}
		for i, v := range values {
			wantQuery(t, dir, "SELECT id FROM t WHERE v = "+duck.Lit(v), `[{"id":`+inJSONOf(t, i)+`}]`)
		}
		verify(t, dir)
		for _, name := range lakeFiles(t, dir) {
			if rel, err := filepath.Rel(filepath.Join(dir, "t"), name); err != nil || strings.HasPrefix(rel, "..") {
				t.Errorf("case %s: %s, %v", number, rel, err)
			}
		}
	}
	for _, name := range []string{"../../etc/passwd", "/abs", "..", "."} {
		pipeline("77", name)
	}
	pipeline("79", `'; DROP TABLE a; --"`)
	pipeline("80", "Default")
	pipeline("82", "CON")
	pipeline("82b", "state.json")
	pipeline("83", strings.Repeat("p", 300))
	pipeline("88", "a\x1b[2J")
	partition("77", "../../etc/passwd", "/abs", "..", ".", "a/b", "", "__HIVE_DEFAULT_PARTITION__", `a\b`, "%2F", "a=b")
	partition("79", `"; DROP TABLE t; --`, `'; --`)
	partition("80", "Users", "users")
	partition("81", "caf\u00e9", "cafe\u0301")
	partition("82", "CON", "x.", " ")
	partition("83", strings.Repeat("v", 299)+"a", strings.Repeat("v", 299)+"b")
	partition("88", "a\x1b[2J", "a\nb")
}
