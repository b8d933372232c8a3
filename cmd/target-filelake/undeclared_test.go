package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// goneT is a soft delete of stream t, declared by no SCHEMA of its own.
func goneT(id int, at string) string {
	return fmt.Sprintf(`{'type':'RECORD','stream':'t','record':{'id':%d,'_sdc_deleted_at':%s}}`, id, at)
}

// declaringT is schemaT with the time of deletion declared.
func declaringT(as string) string {
	return strings.Replace(schemaT, `'properties':{`, `'properties':{'_sdc_deleted_at':`+as+`,`, 1)
}

// The column comes with the first record that has it, in the middle of a run
// or in a later one, and stays with its id and name.
func TestUndeclaredDeletions(t *testing.T) {
	t.Parallel()
	const rows = "SELECT string_agg(id || ':' || coalesce(strftime(_sdc_deleted_at AT TIME ZONE 'UTC', '%d %H:%M'), '-'), ' ' ORDER BY id) AS r, min(typeof(_sdc_deleted_at)) AS t FROM t"
	const timestamp, day1 = "TIMESTAMP WITH TIME ZONE", `'2026-11-01T01:30:00+01:00'`
	f := func(want, typ string, args []string, runs ...string) {
		t.Helper()
		dir := t.TempDir()
		for _, in := range runs {
			load(t, dir, singer(in, stateOf("1")), 0, args...)
		}
		wantQuery(t, dir, rows, fmt.Sprintf(`[{"r":"%s","t":"%s"}]`, want, typ))
	}
	lines := func(l ...string) string { return strings.Join(l, "\n") }
	const declared, text = `{'type':['string','null'],'format':'date-time'}`, `{'type':['string','null']}`
	meta, small := []string{"--add-record-metadata"}, []string{"--batch-size-rows", "1"}

	middle := lines(schemaT, rowT("1", "a"), goneT(2, day1), rowT("3", "a"))
	f("1:- 2:01 00:30 3:-", timestamp, nil, middle)
	f("1:- 2:01 00:30 3:- 4:-", timestamp, nil, middle, lines(schemaT, rowT("4", "a")))
	f("1:- 2:01 00:30 3:-", timestamp, nil, lines(schemaT, rowT("1", "a")), lines(schemaT, goneT(2, day1), rowT("3", "a")))
	f("1:- 2:01 00:30", timestamp, small, lines(schemaT, rowT("1", "a"), stateOf("1"), goneT(2, day1), stateOf("2")))
	f("1:01 00:30 2:-", timestamp, nil, lines(schemaT, rowT("1", "a"), rowT("2", "a")), lines(schemaT, goneT(1, day1)))
	f("1:- 2:-", timestamp, nil, lines(schemaT, rowT("1", "a"), goneT(2, "null")))

	// Declared later, in the same run or another one, as the same or something else.
	f("1:- 2:01 00:30 3:02 00:00", timestamp, nil, middle, lines(declaringT(declared), goneT(3, `'2026-11-02'`)))
	f("1:- 2:01 00:30 3:02 00:00", timestamp, nil, lines(middle, declaringT(declared), goneT(3, `'2026-11-02'`)))
	f("1:- 2:01 00:30 3:02 00:00", timestamp, nil, lines(middle, declaringT(`{'type':'string','format':'date'}`), goneT(3, `'2026-11-02'`)))
	f("1:- 2:01 00:30 3:02 00:00 4:03 00:00", timestamp, nil, lines(middle, declaringT(declared), goneT(3, `'2026-11-02'`), schemaT, goneT(4, `'2026-11-03'`)))
	for _, in := range [][]string{{middle, lines(declaringT(text), goneT(3, `'soon'`))}, {lines(middle, declaringT(text), goneT(3, `'soon'`))}} {
		dir := t.TempDir()
		for _, run := range in {
			load(t, dir, singer(run, stateOf("1")), 0)
		}
		wantQuery(t, dir, "SELECT string_agg(_sdc_deleted_at, ' ' ORDER BY id) AS r FROM t", `[{"r":"2026-11-01T00:30:00Z soon"}]`)
	}

	// The metadata's column, and hard_delete's, is the same.
	f("1:- 2:01 00:30 3:-", timestamp, meta, middle)
	dir := t.TempDir()
	load(t, dir, singer(middle, stateOf("1")), 0)
	load(t, dir, singer(schemaT, goneT(1, `'2026-11-02'`), stateOf("1")), 0, meta...)
	load(t, dir, singer(schemaT, goneT(3, `'2026-11-02'`), stateOf("1")), 0)
	wantQuery(t, dir, rows, `[{"r":"1:02 00:00 2:01 00:30 3:02 00:00","t":"`+timestamp+`"}]`)
	load(t, dir, singer(schemaT, goneT(2, `'2026-11-02'`), rowT("3", "b"), stateOf("1")), 0, "--hard-delete")
	wantQuery(t, dir, rows, `[{"r":"1:02 00:00 3:-","t":"`+timestamp+`"}]`)
	wantQuery(t, dir, "SELECT count(*) AS n FROM (DESCRIBE t) WHERE column_name ILIKE '_sdc_deleted%'", `[{"n":1}]`)
	load(t, dir, singer(declaringT(declared), goneT(1, `'2026-11-02'`), stateOf("1")), 0, "--hard-delete")
	wantQuery(t, dir, rows, `[{"r":"3:-","t":"`+timestamp+`"}]`)

	// Beside undeclared properties and a column that looks like it.
	alike := strings.Replace(schemaT, `'properties':{`, `'properties':{'_SDC_Deleted_At':{'type':'integer'},`, 1)
	dir = t.TempDir()
	load(t, dir, singer(alike, `{'type':'RECORD','stream':'t','record':{'id':1,'new':1,'_SDC_Deleted_At':7}}`, goneT(2, day1), stateOf("1")), 0)
	load(t, dir, singer(schemaT, goneT(3, day1), `{'type':'RECORD','stream':'t','record':{'id':4,'new':2}}`, stateOf("1")), 0)
	wantQuery(t, dir, "SELECT * EXCLUDE (v) FROM t ORDER BY id", `[{"_SDC_Deleted_At_2":7,"id":1,"_sdc_deleted_at":null,"_extra":{"new":1}},`+
		`{"_SDC_Deleted_At_2":null,"id":2,"_sdc_deleted_at":"2026-11-01T00:30:00Z","_extra":null},`+
		`{"_SDC_Deleted_At_2":null,"id":3,"_sdc_deleted_at":"2026-11-01T00:30:00Z","_extra":null},`+
		`{"_SDC_Deleted_At_2":null,"id":4,"_sdc_deleted_at":null,"_extra":{"new":2}}]`)
}

// TestDeletionsAreTimes refuses what is none, and brings the column to no
// stream that does not send it.
func TestDeletionsAreTimes(t *testing.T) {
	for _, bad := range []string{`'soon'`, `7`, `{}`} {
		r := load(t, t.TempDir(), singer(schemaT, goneT(1, bad), stateOf("1")), exitBadInput)
		if !strings.Contains(r.err, `line 2, stream "t", /_sdc_deleted_at: `) || strings.Contains(r.err, "required") {
			t.Errorf("%s: %s", bad, r.err)
		}
	}
	columns := func(want string, args []string, lines ...string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(append(lines, stateOf("1"))...), 0, args...)
		wantQuery(t, dir, "SELECT string_agg(column_name, ' ') AS c FROM (DESCRIBE t)", `[{"c":"`+want+`"}]`)
	}
	columns("id v", nil, schemaT, rowT("1", "a"))
	columns("id v", []string{"--on-invalid-record", "quarantine"}, schemaT, rowT("1", "a"), goneT(2, "7"), rowT("3", "a"))
	columns("id v _sdc_deleted_at", nil, schemaT, rowT("1", "a"), goneT(2, "null"))
	columns("id v _sdc_deleted_at", []string{"--unknown-fields", "fail"}, schemaT, goneT(2, "null"))
	columns("id v _sdc_deleted_at", []string{"--unknown-fields", "ignore"}, schemaT, goneT(2, "null"))
	columns("id v _sdc_deleted_at", []string{"--invalid-dates", "null"}, schemaT, goneT(2, "'soon'"))
	columns("id v", []string{"--streams", `{"t":{"exclude":["_sdc_deleted_at"]}}`}, schemaT, goneT(2, "'2026-11-22'"))
}

// TestDeletionsThroughViews reads them as a user's own DuckDB does, and holds
// every file against its schema.
func TestDeletionsThroughViews(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), goneT(2, `'2026-11-01T00:30:00Z'`), stateOf("1")), 0)
	load(t, dir, singer(schemaT, rowT("3", "a"), stateOf("2")), 0)
	if r := invoke(t, "", "verify", "--lake", dir); r.code != 0 {
		t.Fatalf("verify: exit %d\n%s%s", r.code, r.out, r.err)
	}
	db, err := sql.Open("duckdb", filepath.Join(dir, viewsDB)+"?access_mode=read_only")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got string
	if err := db.QueryRow("SELECT string_agg(id, ' ' ORDER BY id) FROM t WHERE _sdc_deleted_at IS NULL").Scan(&got); err != nil {
		t.Fatal(err)
	}
	if got != "1 3" {
		t.Errorf("rows that are not deleted: %s", got)
	}
}
