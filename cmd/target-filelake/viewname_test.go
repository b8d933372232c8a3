package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

func TestViewNames(t *testing.T) {
	plain := NameFlags{DefaultTargetSchema: "main", TableName: "{stream}"}
	f := func(n NameFlags, stream, schema, name string) {
		t.Helper()
		if got, err := n.view(stream); err != nil || got != (lake.View{Schema: schema, Name: name}) {
			t.Errorf("%+v, stream %q: got %q, %v", n, stream, got, err)
		}
	}
	f(plain, "orders", "", "orders")
	f(plain, "public-orders", "", "public-orders")
	f(NameFlags{DefaultTargetSchema: "", TableName: "{stream}"}, "orders", "", "orders")
	f(NameFlags{DefaultTargetSchema: "MAIN", TableName: "{stream}"}, "orders", "", "orders")
	f(NameFlags{DefaultTargetSchema: "sales", TablePrefix: "raw_", TableName: "{stream}"}, "orders", "sales", "raw_orders")
	f(NameFlags{DefaultTargetSchema: "{schema}", TableName: "{table}"}, "public-orders", "public", "orders")
	f(NameFlags{DefaultTargetSchema: "{schema}", TableName: "{table}"}, "shop-public-orders", "public", "orders")
	f(NameFlags{DefaultTargetSchema: "{schema}", TableName: "{table}"}, "main-orders", "", "orders")
	f(NameFlags{DefaultTargetSchema: "s_{schema}", TablePrefix: "{schema}.", TableName: "{table}/{stream}"}, "p-o", "s_p", "p.o/p-o")
	f(NameFlags{DefaultTargetSchema: "main", TableName: "{table}"}, "orders", "", "orders") // as the SDK has it
	f(NameFlags{DefaultTargetSchema: "main", TableName: "{table}"}, "a-b-c-d", "", "d")
	f(NameFlags{DefaultTargetSchema: "main", TableName: "}x{ {stream}"}, "{table}", "", "}x{ {table}")

	bad := func(n NameFlags, stream string, wants ...string) {
		t.Helper()
		_, err := n.view(stream)
		for _, want := range append(wants, "stream "+`"`+stream+`"`) {
			if err == nil || !strings.Contains(err.Error(), want) || !is[usageError](err) {
				t.Errorf("%+v, stream %q: %v, want %s", n, stream, err, want)
			}
		}
	}
	bySchema := NameFlags{DefaultTargetSchema: "{schema}", TableName: "{table}"}
	bad(bySchema, "orders", `default_target_schema: "{schema}": the stream's name has no {schema}`, `streams: {"orders": {default_target_schema: NAME}}`)
	bad(bySchema, "a-b-c-d", "has no {schema}")
	bad(bySchema, "-orders", "has no {schema}")
	bad(bySchema, "public-", "table_name: \"{table}\": the stream's name has no {table}")
	bad(bySchema, "-", "has no {schema}", "has no {table}")
	bad(bySchema, "temp-orders", `default_target_schema: {schema}: "temp" cannot hold views`)
	bad(NameFlags{DefaultTargetSchema: "main", TablePrefix: "{schema}_", TableName: "{table}"}, "orders", `table_prefix: "{schema}_": the stream's name has no {schema}`)
}

func TestNameFaults(t *testing.T) {
	f := func(want []string, args ...string) {
		t.Helper()
		r := load(t, t.TempDir(), singer(schemaT), exitUsage, args...)
		for _, w := range want {
			if !strings.Contains(r.err, w) {
				t.Errorf("%q: %s\nwant %s", args, r.err, w)
			}
		}
	}
	f([]string{`default_target_schema: "Temp" cannot hold views: DuckDB has a database of that name; take another name`, "threads: -1", `table_name: "{tabel}": there is no {tabel}`},
		"--default-target-schema", "Temp", "--table-name", "{tabel}", "--threads=-1")
	f([]string{`"information_schema" cannot hold views`}, "--default-target-schema", "information_schema")
	f([]string{`"lake" cannot hold views: lake.duckdb has that name`}, "--default-target-schema", "lake")
	f([]string{"table_name: empty, want a name such as {stream}"}, "--table-name", "")
	f([]string{"table_prefix: \"\\x00\" is not text"}, "--streams", `{"t": {"table_prefix": "\u0000"}}`)
	f([]string{`streams: t: default_target_schema: "system" cannot hold views`}, "--streams", `{"t": {"schema": "system"}}`)
	f([]string{"streams: t: schema and default_target_schema are the same setting"}, "--streams", `{"t": {"schema": "a", "default_target_schema": "b"}}`)
	f([]string{`streams: t: table_name: "{x}": there is no {x}`}, "--streams", `{"t": {"table_name": "{x}"}}`)
	f([]string{`stream "t": default_target_schema: "{schema}": the stream's name has no {schema}`}, "--default-target-schema", "{schema}")
}

// as is a line of the stream t as one of another stream, its quotes as they are.
func as(stream, line string) string {
	return strings.Replace(strings.TrimSpace(singer(line)), `"stream":"t"`, `"stream":`+inJSON(stream), 1)
}

func inJSON(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return string(data)
}

// loadNamed loads a row into each stream; its value is the stream's name.
func loadNamed(t *testing.T, dir string, streams []string, args ...string) result {
	t.Helper()
	var lines []string
	for _, s := range streams {
		lines = append(lines, as(s, schemaT), strings.Replace(as(s, rowT("1", "V")), `"V"`, inJSON(s), 1))
	}
	return load(t, dir, strings.Join(lines, "\n")+"\n"+singer(stateOf("1")), 0, args...)
}

// wantViews compares the views of lake.duckdb with pairs of view and stream, and
// reads each through both doors.
func wantViews(t *testing.T, dir string, pairs ...string) {
	t.Helper()
	db, err := sql.Open("duckdb", filepath.Join(dir, viewsDB)+"?access_mode=read_only")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var views int
	if err := db.QueryRow("SELECT count(*) FROM duckdb_views() WHERE NOT internal").Scan(&views); err != nil || views != len(pairs)/2 {
		t.Errorf("%d views, %v, want %d", views, err, len(pairs)/2)
	}
	for pair := range slices.Chunk(pairs, 2) {
		var got string
		if err := db.QueryRow("SELECT v FROM " + pair[0]).Scan(&got); err != nil || got != pair[1] {
			t.Errorf("lake.duckdb: %s: %q, %v, want %q", pair[0], got, err, pair[1])
		}
		wantQuery(t, dir, "SELECT v FROM "+pair[0], `[{"v":`+inJSON(pair[1])+`}]`)
	}
}

func TestViewsInSchemas(t *testing.T) {
	dir := t.TempDir()
	r := loadNamed(t, dir, []string{"orders", "shop-orders", "crm-Orders", "items"}, "--table-prefix", "raw_", "--streams",
		`{"*-*": {"schema": "{schema}", "table_name": "{table}", "table_prefix": ""}, "items": {"default_target_schema": "shop"}}`)
	wantViews(t, dir, "raw_orders", "orders", "shop.orders", "shop-orders", "crm.Orders", "crm-Orders", "shop.raw_items", "items")
	if want := `'SELECT "id", "v" FROM "crm"."Orders" LIMIT 5'`; !strings.Contains(r.err, want) {
		t.Errorf("the hint lacks %s:\n%s", want, r.err)
	}
	if _, err := os.Stat(filepath.Join(dir, "shop-orders")); err != nil {
		t.Errorf("the directory is not the stream's: %v", err)
	}
	show := invoke(t, "", "show", "--lake", dir).out
	for _, want := range []string{"table", "raw_orders", "shop.orders", "crm.Orders"} {
		if !strings.Contains(show, want) {
			t.Errorf("show lacks %s:\n%s", want, show)
		}
	}
	if one := invoke(t, "", "show", "--lake", dir, "shop-orders").out; !strings.HasPrefix(one, "shop-orders: table shop.orders, 1 rows") {
		t.Errorf("show: %s", one)
	}
	if r := invoke(t, "", "changes", "--lake", dir, "shop-orders", "--from", "0"); r.code != 0 {
		t.Errorf("changes by the stream's name: %s", r.err)
	}
	dry := load(t, dir, as("shop-items", schemaT), 0, "--adopt", "--dry-run", "--default-target-schema", "{schema}", "--table-name", "{table}").out
	if !strings.Contains(dry, "its table is shop.items\n") {
		t.Errorf("dry run: %s", dry)
	}
}

func TestHostileNames(t *testing.T) {
	dir := t.TempDir()
	const odd, prefix = "it's; \"odd\" -- $$ /*", "$$';\"\n"
	schema := duck.Ident(odd + "\n")
	loadNamed(t, dir, []string{odd, odd + "-x"}, "--default-target-schema", odd+"\n", "--table-prefix", prefix)
	wantViews(t, dir, schema+"."+duck.Ident(prefix+odd), odd, schema+"."+duck.Ident(prefix+odd+"-x"), odd+"-x")
	if text, err := os.ReadFile(filepath.Join(dir, viewsSQL)); err != nil {
		t.Fatal(err)
	} else if db, err := sql.Open("duckdb", ""); err != nil {
		t.Fatal(err)
	} else if _, err = db.Exec(string(text)); errors.Join(err, db.Close()) != nil {
		t.Errorf("views.sql: %v", err)
	}
}

// TestViewsClash has streams that come to one name.
func TestViewsClash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	names := []string{"--table-name", "{table}"}
	r := loadNamed(t, dir, []string{"a-orders", "b-Orders", "c-orders"}, names...)
	want := []string{"orders", "a-orders", "Orders_2", "b-Orders", "orders_3", "c-orders"}
	wantViews(t, dir, want...)
	if want := `another stream's view has the name; set table_name for one of them" stream=b-Orders name=Orders is=Orders_2`; !strings.Contains(r.err, want) {
		t.Errorf("%s\nwant %s", r.err, want)
	}
	if again := loadNamed(t, dir, []string{"c-orders", "b-Orders"}, names...); strings.Contains(again.err, "another") {
		t.Errorf("told again: %s", again.err)
	}
	wantViews(t, dir, want...)
	if r := invoke(t, "", "reset", "--lake", dir, "--yes", "a-orders"); r.code != 0 {
		t.Fatal(r.err)
	}
	loadNamed(t, dir, []string{"c-orders", "a-orders"}, names...) // nobody takes the name that was a-orders'
	wantViews(t, dir, want...)
	loadNamed(t, dir, []string{"b-Orders"}, "--default-target-schema", "{schema}", "--table-name", "{table}")
	wantViews(t, dir, "orders", "a-orders", "b.Orders", "b-Orders", "orders_3", "c-orders")
}

// TestViewsRenamed changes the settings of a lake.
func TestViewsRenamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	loadNamed(t, dir, []string{"a", "b"})
	wantViews(t, dir, "a", "a", "b", "b")
	r := load(t, dir, as("a", schemaT), 0, "--default-target-schema", "sales", "--table-prefix", "raw_") // a SCHEMA is enough
	if want := `"view has another name" stream=a was=a is=sales.raw_a`; !strings.Contains(r.err, want) {
		t.Errorf("%s\nwant %s", r.err, want)
	}
	wantViews(t, dir, "sales.raw_a", "a", "b", "b")
	loadNamed(t, dir, []string{"a", "b"}, "--streams", `{"a": {"table_name": "b"}, "b": {"table_name": "a"}}`) // they swap
	wantViews(t, dir, "b", "a", "a", "b")
	bad := as("a", rowT("'x'", "bad"))
	load(t, dir, as("a", schemaT)+"\n"+bad+"\n"+singer(stateOf("2")), 0, "--on-invalid-record", "quarantine", "--table-prefix", "x_")
	wantViews(t, dir, "x_a", "a", "a", "b")
	if r := invoke(t, "", "replay", "--lake", dir, "a"); r.code != 0 {
		t.Fatal(r.err)
	}
	if r := invoke(t, "", "compact", "--lake", dir); r.code != 0 {
		t.Fatal(r.err)
	}
	wantViews(t, dir, "x_a", "a", "a", "b")
	if r := invoke(t, "", "rollback", "--lake", dir, "1"); r.code != 0 { // of rows, not of names
		t.Fatal(r.err)
	}
	wantViews(t, dir, "x_a", "a", "a", "b")
}

// TestViewsOfIdleTap has a tap that goes on, and says nothing: what it has sent is in
// lake.duckdb all the same, soon after it was committed.
func TestViewsOfIdleTap(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := startProgram(t, "--lake", dir, "--batch-size-rows", "1")
	shown := func(version string, within time.Duration) {
		t.Helper()
		for deadline := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
			note, err := os.ReadFile(filepath.Join(dir, viewsTag))
			if err == nil && strings.Contains(string(note), `"version":`+version+",") {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("version %s is not in lake.duckdb after %s: %s, %v\n%s", version, within, note, err, c.errs.String())
			}
		}
	}
	c.write(t, singer(schemaA, rowA("1"), stateOf("1")))
	shown("1", viewsFirst+10*time.Second)
	c.write(t, singer(rowA("2"), stateOf("2")))
	shown("2", viewsEvery+10*time.Second)
	c.end(t, 0)
}
