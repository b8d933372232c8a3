package answer

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

func TestQueryRefuses(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64))
	fx.load(tab, fx.Write(tab, "1", "2"))
	file := fx.Abs(tab.Files[0].Path)
	whole, err := os.ReadFile(file)
	fx.Must(err)
	other := filepath.Join(fx.Root, "secret.csv")
	fx.Must(os.WriteFile(other, []byte("a,b\n1,2\n"), 0o644))
	fx.Must(os.WriteFile(filepath.Join(fx.Root, "planted.parquet"), whole, 0o644))

	f := func(query string) {
		t.Helper()
		rows, err := Query(context.Background(), fx.Config(), fx.Manifest, query)
		if err == nil {
			dst := make([]any, len(rows.Columns()))
			ok, next := rows.Next(dst)
			t.Fatalf("%s: ran: %v %v %v", query, ok, next, errors.Join(rows.Close()))
		}
	}
	f("")
	f("  -- nothing\n")
	f("SELECT 1; SELECT 2")
	f("SELECT * FROM t; DROP VIEW t")
	f("SELECT ?")
	f("SELECT $1")
	f("SELECT * FROM nothing")
	f("CREATE TABLE x AS SELECT 1")
	f("DROP VIEW t")
	f("SET threads = 1")
	f("SET VARIABLE lake = '/'")
	f("RESET enable_external_access")
	f("PRAGMA database_list")
	f("CALL pragma_version()")
	f("ATTACH '/tmp/x.db'")
	f("INSTALL httpfs")
	f("LOAD httpfs")
	f("USE temp")
	f("CHECKPOINT")
	f("EXPORT DATABASE '/tmp/x'")
	f("COPY (SELECT 1) TO " + duck.Lit(file))
	f("COPY (SELECT 1) TO " + duck.Lit(filepath.Join(fx.Root, "out.csv")))
	f("EXPLAIN COPY (SELECT 1) TO " + duck.Lit(file))
	f("EXPLAIN ANALYZE COPY (SELECT 1) TO " + duck.Lit(file))
	f("explain /* */ analyze COPY (SELECT 1) TO " + duck.Lit(file))
	f("EXPLAIN (FORMAT json) COPY (SELECT 1) TO " + duck.Lit(file))
	f("EXPLAIN (ANALYZE, FORMAT json) COPY (SELECT 1) TO " + duck.Lit(file))
	f("EXPLAIN EXPLAIN ANALYZE COPY (SELECT 1) TO " + duck.Lit(file))
	f("EXPLAIN ANALYZE SELECT 1; COPY (SELECT 1) TO " + duck.Lit(file))
	f("PREPARE p AS SELECT 1")
	f("SELECT * FROM read_csv(" + duck.Lit(other) + ")")
	f("SELECT * FROM " + duck.Lit(other))
	f("SELECT * FROM read_text('/etc/passwd')")
	f("SELECT * FROM read_blob(" + duck.Lit(other) + ")")
	f("SELECT * FROM read_parquet(" + duck.Lit(filepath.Join(fx.Root, "planted.parquet")) + ")")
	f("SELECT * FROM read_parquet(" + duck.Lit(fx.Root+"/*/*/*.parquet") + ")")
	f("SELECT * FROM parquet_metadata(" + duck.Lit(filepath.Join(fx.Root, "planted.parquet")) + ")")
	f("SELECT * FROM read_parquet('https://example.com/x.parquet')")
	f("SELECT * FROM query('COPY (SELECT 1) TO ''/tmp/x.csv''')")
	f("SELECT * FROM sniff_csv(" + duck.Lit(other) + ")")
	f("SELECT * FROM glob(" + duck.Lit(fx.Root+"/*") + ")")
	f("SELECT getenv('HOME')")
	f("SELECT * FROM enable_logging()")
	f("SELECT * FROM system.main.\"Enable_Logging\"()")
	f("SELECT * FROM query('FROM enable_log' || 'ging()')")
	f("EXPLAIN ANALYZE SELECT * FROM t, disable_logging()")
	f("SELECT (SELECT count(*) FROM enable_logging()) FROM t")
	f("SELECT * FROM truncate_duckdb_logs()")
	f("SELECT * FROM force_checkpoint()")
	f("SELECT * FROM enable_profiling(save_location = " + duck.Lit(filepath.Join(fx.Root, "profile.txt")) + ")")
	f("SELECT * FROM enable_logging(storage = 'file', storage_path = " + duck.Lit(filepath.Join(fx.Root, "logs")) + ")")

	now, err := os.ReadFile(file)
	fx.Must(err)
	if !slices.Equal(now, whole) {
		t.Fatal("a query changed a data file")
	}
	entries, err := os.ReadDir(fx.Root)
	fx.Must(err)
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{"_lake", "planted.parquet", "secret.csv", tab.Dir}; !slices.Equal(left, want) {
		t.Fatalf("the lake holds %q, want %q", left, want)
	}
}

// TestQuerySaysWhy tells statements that are not run from mistakes in them.
func TestQuerySaysWhy(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", nil, column(1, "id", columns.Int64))
	fx.load(tab, fx.Write(tab, "1"))
	f := func(query string, want error, text string) {
		t.Helper()
		_, err := Query(context.Background(), fx.Config(), fx.Manifest, query)
		other := ErrSQL
		if want == ErrSQL {
			other = ErrQuery
		}
		if !errors.Is(err, want) || errors.Is(err, other) || !strings.HasPrefix(err.Error(), text) {
			t.Fatalf("%s: got %v, want %s", query, err, text)
		}
	}
	f("SELECT * FROM nope", ErrSQL, "Catalog Error: Table with name nope does not exist!\nThe lake has \"t\".\n")
	f("SELECT * FROM tt", ErrSQL, "Catalog Error: Table with name tt does not exist!\nDid you mean \"t\"?")
	f("SELECT nope FROM t", ErrSQL, "Binder Error: Referenced column")
	f("SELECT nope(1)", ErrSQL, "Catalog Error: Scalar Function with name nope")
	f("selec 1", ErrSQL, "Parser Error: syntax error")
	f("EXPLAIN SELECT nope FROM t", ErrSQL, "Binder Error")
	f("", ErrQuery, "no statement; want one SELECT")
	f("SELECT 1; SELECT 2", ErrQuery, "more than one statement; want one SELECT at a time")
	f("SELECT $1", ErrQuery, "? and $1 have no values here")
	f("SELECT * FROM read_csv('/etc/passwd')", ErrQuery, `"/etc/passwd" is no stream of the lake, and a query opens nothing else`)
	f("SELECT * FROM enable_logging()", ErrQuery, "enable_logging changes the session")
	for _, query := range []string{"DROP VIEW t", "-- x\n/* y */ Drop VIEW t", "EXPLAIN DROP VIEW t"} {
		f(query, ErrQuery, "DROP is not answered: want one SELECT, or EXPLAIN, DESCRIBE, SUMMARIZE or SHOW")
	}
	f("DELETE FROM t", ErrQuery, "DELETE is not answered")
	f("INSERT INTO t VALUES (1)", ErrQuery, "INSERT is not answered")
	f("PRAGMA database_list", ErrQuery, "PRAGMA is not answered")
	f("COPY t TO 'x.csv'", ErrQuery, "COPY is not answered")
	fx.Manifest.Tables = nil
	f("SELECT * FROM t", ErrSQL, "Catalog Error: Table with name t does not exist!\nThe lake has no streams yet: nothing is committed.\n")
}

// TestQueryFailsInItsOwnWords leaves out where in our own SQL an error stands.
func TestQueryFailsInItsOwnWords(t *testing.T) {
	fx := newFixture(t)
	_, err := Query(context.Background(), fx.Config(), fx.Manifest, "SELECT CAST('x' AS INTEGER)")
	if err == nil || err.Error() != "Conversion Error: Could not convert string 'x' to INT32" {
		t.Errorf("got %v", err)
	}
}

func TestQueryAnswers(t *testing.T) {
	fx := newFixture(t)
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64))
	fx.load(tab, fx.Write(tab, "3", "1", "2"))
	other := fx.Table(`u "v"`, nil, column(1, "id", columns.Int64))
	fx.load(other, fx.Write(other, "7"))
	f := func(query string, want ...string) {
		t.Helper()
		if got := fx.answer(query); !slices.Equal(got, want) {
			t.Fatalf("%s: got %v, want %v", query, got, want)
		}
	}
	f("SELECT id FROM t ORDER BY id DESC", "[3]", "[2]", "[1]")
	f("SELECT id FROM t ORDER BY id LIMIT 1; -- the first", "[1]")
	f("/* all */ FROM t ORDER BY ALL;", "[1]", "[2]", "[3]")
	f(Sample(other), "[7]")
	f("WITH x AS (SELECT max(id) AS m FROM t) SELECT m, m FROM x", "[3,3]")
	f("VALUES (1, 'a'), (2, NULL)", `[1,"a"]`, `[2,null]`)
	f("SELECT column_name, column_type FROM (DESCRIBE t)", `["id","BIGINT"]`)
	f("SHOW TABLES", `["t"]`, `["u \"v\""]`)
	f("SELECT count(*) FROM duckdb_views() WHERE NOT internal", "[2]")
	f("SELECT count(*) FROM t, query('FROM \"U \"\"v\"\"\"')", "[3]")
	f("SELECT (SELECT count(*) FROM \"u \"\"V\"\"\"), (SELECT count(*) FROM main.T)", "[1,3]")
	f("SELECT table_name FROM information_schema.tables ORDER BY 1", `["t"]`, `["u \"v\""]`)
	f("SELECT * FROM t WHERE false")
	if plan := fx.answer("EXPLAIN SELECT id FROM t"); len(plan) != 1 || !strings.Contains(plan[0], "READ_PARQUET") {
		t.Fatalf("got %v, want a plan", plan)
	}
	if plan := fx.answer("-- how\nexplain (analyze, format json) SELECT id FROM t"); len(plan) != 1 || !strings.Contains(plan[0], "operator_timing") {
		t.Fatalf("got %v, want a measured plan", plan)
	}
}

func TestQueryColumns(t *testing.T) {
	fx := newFixture(t)
	rows, err := Query(context.Background(), fx.Config(), fx.Manifest,
		`SELECT 1 AS a, 2::DECIMAL(9,2) AS a, '{}'::JSON AS "it's ""q""", {'b': [DATE '2024-01-01']} AS s`)
	fx.Must(err)
	defer func() { fx.Must(rows.Close()) }()
	want := []Column{{"a", "INTEGER"}, {"a", "DECIMAL(9,2)"}, {`it's "q"`, "JSON"}, {"s", "STRUCT(b DATE[])"}}
	if got := rows.Columns(); !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestQueryValues(t *testing.T) {
	fx := newFixture(t)
	f := func(expr, text, json string) {
		t.Helper()
		rows, err := Query(context.Background(), fx.Config(), fx.Manifest, "SELECT "+expr)
		fx.Must(err)
		defer func() { fx.Must(rows.Close()) }()
		dst := make([]any, 1)
		if ok, err := rows.Next(dst); !ok || err != nil {
			t.Fatalf("%s: no row: %v", expr, err)
		}
		if got := FormatText(dst[0]); got != text {
			t.Fatalf("%s: text %s, want %s", expr, got, text)
		}
		if got := string(AppendJSON(nil, dst[0])); got != json {
			t.Fatalf("%s: JSON %s, want %s", expr, got, json)
		}
	}
	same := func(expr, want string) { t.Helper(); f(expr, want, want) }
	f("NULL", "NULL", "null")
	f("'NULL'", "NULL", `"NULL"`)
	same("true", "true")
	same("9223372036854775807", "9223372036854775807")
	same("(-128)::TINYINT", "-128")
	same("18446744073709551615::UBIGINT", "18446744073709551615")
	same("-170141183460469231731687303715884105727::HUGEINT", "-170141183460469231731687303715884105727")
	same("1.10::DECIMAL(38,8)", "1.10000000")
	same("0.5::DECIMAL(1,1)", "0.5")
	same("-0.5::DECIMAL(38,38)", "-0.50000000000000000000000000000000000000")
	same("99999999999999999999999999999999999999::DECIMAL(38,0)", "99999999999999999999999999999999999999")
	same("{'a': -0.5::DECIMAL(1,1), 'b': [9999999999999999999.999999999::DECIMAL(28,9)]}", `{"a":-0.5,"b":[9999999999999999999.999999999]}`)
	same("'-0.0'::DOUBLE", "-0.0")
	same("'-0.0'::FLOAT", "-0.0")
	same("0.0::DOUBLE", "0")
	same("0.1::FLOAT", "0.1")
	same("0.1::DOUBLE", "0.1")
	same("1e15::DOUBLE", "1000000000000000")
	same("1e300::DOUBLE", "1e+300")
	f("'nan'::DOUBLE", "NaN", `"NaN"`)
	f("'a\"é\n'", "a\"é\n", `"a\"é\n"`)
	f("DATE '2024-02-29'", "2024-02-29", `"2024-02-29"`)
	f("TIME '10:00:00.5'", "10:00:00.5", `"10:00:00.5"`)
	f("TIMESTAMPTZ '2024-02-29 10:00:00.000001+05:30'", "2024-02-29T04:30:00.000001Z", `"2024-02-29T04:30:00.000001Z"`)
	f("TIMESTAMP '2024-02-29 10:00:00'", "2024-02-29T10:00:00", `"2024-02-29T10:00:00"`)
	f("INTERVAL 1 DAY", "1 day", `"1 day"`)
	f("uuid '0123abcd-0000-0000-0000-000000000000'", "0123abcd-0000-0000-0000-000000000000", `"0123abcd-0000-0000-0000-000000000000"`)
	same(`'{"z": 1.50, "a": 12345678901234567890}'::JSON`, `{"z": 1.50, "a": 12345678901234567890}`)
	same(`{'z': 9007199254740993, 'a': ['{"k":1}'::JSON, NULL]}`, `{"z":9007199254740993,"a":[{"k":1},null]}`)
	same(`{'j': ['{"n": 12345678901234567890.12345678901234567890}'::JSON, NULL], 's': 'it''s "x" <'}`,
		`{"j":[{"n": 12345678901234567890.12345678901234567890},null],"s":"it's \"x\" <"}`)
	same(`{'a "b" <': [TIMESTAMP '2024-01-01 00:00:00', NULL], 'e': []::JSON[]}`, `{"a \"b\" <":["2024-01-01T00:00:00",null],"e":[]}`)
	same(`['1.10'::JSON, NULL]::JSON[2]`, `[1.10,null]`)
	f(`CASE WHEN random() < 0 THEN {'j': '1'::JSON} END`, "NULL", "null")
	same(`[{'t': TIMESTAMPTZ '2024-01-01 00:00:00+00'}, NULL]`, `[{"t":"2024-01-01T00:00:00Z"},null]`)
	same(`MAP {'a': 1, 'b': 2}`, `{"a":1,"b":2}`)
	same(`[1, 2]::INTEGER[2]`, `[1,2]`)
	f("'a'::ENUM('a', 'b')", "a", `"a"`)
	if got := FormatText(time.Date(2024, 1, 1, 1, 0, 0, 0, time.FixedZone("", 3600))); got != "2024-01-01T00:00:00Z" {
		t.Fatalf("got %s, want UTC", got)
	}
	if got := string(AppendJSON(nil, math.Inf(-1))); got != `"-Inf"` {
		t.Fatalf("got %s, want a string", got)
	}
}

func TestQueryCancelled(t *testing.T) {
	fx := newFixture(t)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	rows, err := Query(ctx, fx.Config(), fx.Manifest, "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE a.range * b.range = 7")
	if err == nil {
		t.Fatalf("ran to its end: %v", rows.Close())
	}
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 10*time.Second {
		t.Fatalf("after %s: %v, want the deadline", time.Since(began), err)
	}
}

// TestQueryOfABrokenTable has a query fail, with the file, where it touches a table
// whose file is gone, and no other query.
func TestQueryOfABrokenTable(t *testing.T) {
	fx := newFixture(t)
	whole, broken := fx.Table("whole", nil, column(1, "id", columns.Int64)), fx.Table("broken", nil, column(1, "id", columns.Int64))
	fx.load(whole, fx.Write(whole, "1"))
	fx.load(broken, fx.Write(broken, "1"))
	path := fx.Abs(broken.Files[0].Path)
	fx.Must(os.Remove(path))
	for query, want := range map[string]string{
		"SELECT 1":            "[1]",
		"SELECT * FROM whole": "[1]",
		"SHOW TABLES":         `["broken"] ["whole"]`,
		"SELECT column_type FROM (DESCRIBE broken)": `["BIGINT"]`,
	} {
		if got := strings.Join(fx.answer(query), " "); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{
		"SELECT * FROM broken", "SELECT count(*) FROM broken", "FROM query('FROM bro' || 'ken')", "SELECT * FROM whole, broken",
		"SELECT * FROM whole WHERE EXISTS (FROM broken)", "SELECT max(id) FROM (FROM whole UNION ALL FROM broken)", "EXPLAIN ANALYZE FROM broken",
	} {
		rows, err := Query(context.Background(), fx.Config(), fx.Manifest, query)
		if err == nil {
			_, err = rows.Next(make([]any, len(rows.Columns())))
			fx.Must(rows.Close())
		}
		var fault *lake.FileError
		if !errors.As(err, &fault) || fault.Stream != "broken" || fault.Path != broken.Files[0].Path || fault.Why != "is missing" {
			t.Errorf("%s: got %v, want the file named", query, err)
		}
	}
	// What is in the place of its file cannot be read past the table either.
	outside := filepath.Join(t.TempDir(), "outside.parquet")
	data, err := os.ReadFile(fx.Abs(whole.Files[0].Path))
	fx.Must(errors.Join(err, os.WriteFile(outside, data, 0o644), os.Symlink(outside, path)))
	if rows, err := Query(context.Background(), fx.Config(), fx.Manifest, "SELECT * FROM whole, read_parquet("+duck.Lit(path)+")"); err == nil {
		t.Errorf("a link is followed: %v", rows.Close())
	}
}
