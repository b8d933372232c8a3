package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
)

// walkSteps is how many times a walk changes its SCHEMA.
const walkSteps = 20

// walkIDs are the keys: so many that rows of the first steps are there at the end.
const walkIDs = 150

// TestSchemaWalks changes a stream's SCHEMA at random, loads between the
// changes, and holds every row against a model through every way to read it.
// WALKS=N walks N times from fresh seeds; WALK_SEED=S repeats one walk.
// WALK_DIR keeps the lakes there, with what must be read, for other readers.
func TestSchemaWalks(t *testing.T) {
	t.Parallel()
	n := 5
	if s := os.Getenv("WALKS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	read := map[string]int{}
	for i := range n {
		seed := uint64(i + 1)
		if os.Getenv("WALKS") != "" {
			seed = rand.Uint64()
		}
		if s := os.Getenv("WALK_SEED"); s != "" {
			var err error
			if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		if !t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { walkSchemas(t, seed, read) }) {
			t.Fatalf("repeat it with WALK_SEED=%d go test -run TestSchemaWalks ./cmd/target-filelake", seed)
		}
	}
	for _, c := range conversions {
		if read[c] == 0 && os.Getenv("WALK_SEED") == "" {
			t.Errorf("no walk has read a value of %s", c)
		}
	}
}

// conversions are those that walks must have come by to prove anything.
var conversions = []string{
	"int double", "int decimal", "int string", "int json", "double string", "double json", "decimal decimal", "decimal string", "decimal json",
	"date timestamp", "date string", "date json", "timestamp string", "timestamp json", "time string", "uuid string",
	"boolean json", "string json", "struct struct", "struct json", "list list", "list json", "json json",
}

func walkSchemas(t *testing.T, seed uint64, read map[string]int) {
	dir := t.TempDir()
	if to := os.Getenv("WALK_DIR"); to != "" {
		dir = filepath.Join(to, fmt.Sprint(seed))
	}
	w := &walker{Rand: rand.New(rand.NewPCG(seed, 1))}
	m := &model{nextID: 1, rows: map[int]*modelRow{}, read: read}
	w.props = w.first()
	for step := 0; step < walkSteps; {
		var input strings.Builder
		for range 1 + w.IntN(3) { // SCHEMAs of one run
			w.say(&input, m)
			w.props = w.change(w.props, topNames, 1)
			step++
		}
		args := pick(w.Rand, [][]string{nil, {"--batch-size-rows", "3"}, {"--threads", "1"}})
		r := invoke(t, input.String(), append([]string{"--lake", dir}, args...)...)
		if r.code != 0 {
			t.Fatalf("step %d: exit %d\n%s\n%s", step, r.code, r.err, input.String())
		}
		e := m.expect()
		e.check(t, fmt.Sprintf("step %d, query", step), func(sql string) []string { return queryColumn(t, dir, sql) })
		if step%4 == 0 || step >= walkSteps {
			e.readViews(t, dir, step)
		}
		if t.Failed() {
			t.Fatalf("after\n%s", input.String())
		}
	}
	if os.Getenv("WALK_DIR") != "" {
		m.expect().keep(t, dir)
	}
}

// say writes a SCHEMA and some records, with STATEs between, and tells the model.
func (w *walker) say(out *strings.Builder, m *model) {
	all := append([]*property{{name: "id", kind: "integer"}}, w.props...)
	m.schema(all)
	fmt.Fprintf(out, `{"type":"SCHEMA","stream":"w","schema":{"type":"object","properties":{%s}},"key_properties":["id"]}`+"\n", propertiesJSON(all))
	for range w.IntN(16) {
		id := w.IntN(walkIDs)
		record := w.record(id)
		m.put(id, record, all)
		fmt.Fprintf(out, `{"type":"RECORD","stream":"w","record":%s}`+"\n", record.text)
		if w.IntN(5) == 0 {
			fmt.Fprintln(out, `{"type":"STATE","value":1}`)
		}
	}
	fmt.Fprintln(out, `{"type":"STATE","value":2}`)
}

// expected is what any reader must get.
type expected struct {
	SQL   string   `json:"sql"`
	Texts []string `json:"texts"` // name and type of each column, then the rows
}

func (m *model) expect() *expected {
	cols := m.columns
	if m.extra {
		cols = append(slices.Clip(cols), &modelColumn{id: -1, name: "_extra", kind: "json"})
	}
	e := &expected{}
	var exprs []string
	for _, c := range cols {
		e.Texts = append(e.Texts, c.name+" "+c.duckType())
		exprs = append(exprs, canonSQL(`"`+strings.ReplaceAll(c.name, `"`, `""`)+`"`, c, 0))
	}
	e.SQL = `SELECT text FROM (SELECT -1 - count(*) OVER () + row_number() OVER () AS n, column_name || ' ' || replace(column_type, '"', '') AS text ` +
		"FROM (DESCRIBE SELECT * FROM w) UNION ALL SELECT id, " + strings.Join(exprs, " || ' ' || ") + " FROM w) ORDER BY n"
	for id := range walkIDs {
		row := m.rows[id]
		if row == nil {
			continue
		}
		now := m.convertedFields(row.values, row.columns, m.columns)
		if row.extra != "" {
			now[-1] = row.extra
		}
		var parts []string
		for _, c := range cols {
			parts = append(parts, shown(now[c.id], c))
		}
		e.Texts = append(e.Texts, strings.Join(parts, " "))
	}
	return e
}

// check compares what read gives with what it must.
func (e *expected) check(t *testing.T, where string, read func(sql string) []string) {
	t.Helper()
	got := read(e.SQL)
	if len(got) != len(e.Texts) {
		t.Errorf("%s: %d columns and rows, want %d\n got %q\nwant %q", where, len(got), len(e.Texts), got, e.Texts)
		return
	}
	for i := range got {
		if got[i] != e.Texts[i] {
			t.Errorf("%s: %d of columns and rows\n got %s\nwant %s", where, i, got[i], e.Texts[i])
			return
		}
	}
}

func queryColumn(t *testing.T, dir, sql string) []string {
	t.Helper()
	var rows []struct{ Text string }
	if err := json.Unmarshal([]byte(query(t, dir, sql)), &rows); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range rows {
		out = append(out, r.Text)
	}
	return out
}

// readViews reads lake.duckdb and views.sql as people do, wherever they live.
func (e *expected) readViews(t *testing.T, dir string, step int) {
	t.Helper()
	for i, zone := range []string{"UTC", "Asia/Kolkata", "America/New_York"} {
		e.readIn(t, fmt.Sprintf("step %d, lake.duckdb in %s", step, zone), filepath.Join(dir, viewsDB)+"?access_mode=read_only", zone, "")
		if i == step%3 {
			text, err := os.ReadFile(filepath.Join(dir, viewsSQL))
			if err != nil {
				t.Fatal(err)
			}
			e.readIn(t, fmt.Sprintf("step %d, views.sql in %s", step, zone), "", zone, string(text))
		}
	}
}

func (e *expected) readIn(t *testing.T, where, path, zone, setup string) {
	t.Helper()
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("SET TimeZone = '" + zone + "';\n" + setup); err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	e.check(t, where, func(query string) []string {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatalf("%s: %v\n%s", where, err, query)
		}
		defer rows.Close()
		var out []string
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatalf("%s: %v", where, err)
			}
			out = append(out, s)
		}
		if err := rows.Err(); err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		return out
	})
}

// keep writes what other readers must get beside the lake.
func (e *expected) keep(t *testing.T, dir string) {
	t.Helper()
	data, err := json.Marshal(e)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "expected.json"), data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}
