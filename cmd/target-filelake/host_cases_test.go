package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// snapshot is every file below the directories, with its mode and a hash.
func snapshot(t testing.TB, dirs ...string) string {
	t.Helper()
	var b strings.Builder
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s %s", path, info.Mode())
			if e.Type().IsRegular() {
				data, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				fmt.Fprintf(&b, " %x", sha256.Sum256(data))
			}
			b.WriteByte('\n')
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// reseal changes a root manifest, and gives it the checksum that fits.
func reseal(from, to string) func([]byte) []byte {
	return func(data []byte) []byte {
		body, _, _ := bytes.Cut(data, []byte("\n"))
		body = append(bytes.Replace(body, []byte(from), []byte(to), 1), '\n')
		sum := sha256.Sum256(body)
		return append(body, `{"sha256":"`+hex.EncodeToString(sum[:])+`"}`+"\n"...)
	}
}

// TestSpoiltLakeCases holds the numbered cases of what others have done to a lake:
// which commands notice, by what exit code and message.
func TestSpoiltLakeCases(t *testing.T) {
	uncompacted(t)
	more := singer(schemaT, schemaA, rowT("1", "9"), rowA("9"), stateOf("9"))
	f := func(number string, harm func(dir string), says string, commands ...string) {
		t.Helper()
		dir := keptLake(t)
		harm(dir)
		for _, c := range commands {
			input, args := "", strings.Fields(c)
			if args[0] == "load" {
				input = more
			}
			if args[0] == "query" {
				args = append(args, "SELECT * FROM t")
			}
			r := invoke(t, input, append(args, "--lake", dir)...)
			if r.code == 0 || !strings.Contains(r.out+r.err, says) || strings.Contains(r.out+r.err, "panic") {
				t.Errorf("case %s: %s: exit %d, want %q in\n%.1500s", number, c, r.code, says, r.out+r.err)
			}
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	away := func(pattern string) func(string) { // what it names moves elsewhere, a symbolic link stays
		return func(dir string) {
			name, other := oneFile(t, dir, pattern), filepath.Join(t.TempDir(), "elsewhere")
			must(os.Rename(name, other))
			must(os.Symlink(other, name))
		}
	}
	change := func(pattern string, how func([]byte) []byte) func(string) {
		return func(dir string) { spoil(t, oneFile(t, dir, pattern), how) }
	}
	f("90", away("t"), "t: a symbolic link inside the lake", "load", "query", "verify", "compact", "changes t --from 1", "history t 1")
	f("90", away("t/batches/*/*.parquet"), "t/batches", "load", "query", "verify", "compact", "changes t --from 0", "history t 1")
	f("90", away("_lake"), "_lake", "load", "query", "verify", "compact")
	f("90", away("_lake/log/*3.json"), "3.json", "load", "query", "verify", "compact")
	f("92", change("t/batches/*/*.parquet", cut), "t/batches", "load", "query", "verify", "compact")
	f("92", change("t/batches/*/*.parquet", flip), "its bytes have changed", "verify")
	f("92", change("t/batches/*/*.parquet", flip), "t/batches", "compact --full")
	f("93", change("_lake/log/*3.json", reseal(`"format":1`, `"format":2`)), "format 2; this program reads up to 1", "load", "query", "show", "verify", "compact")
	f("93", func(dir string) { must(os.Remove(oneFile(t, dir, "_lake/log/*2.json"))) }, "2 is missing", "load", "query", "show", "compact")
	f("93", func(dir string) { must(os.Remove(oneFile(t, dir, "_lake/log/*2.json"))) }, "00000000000000000002.json", "verify")

	planted := func(number string) {
		t.Helper()
		dir := keptLake(t)
		want := query(t, dir, "SELECT * FROM t ORDER BY id")
		name := oneFile(t, dir, "t/batches/*/*.parquet")
		data, err := os.ReadFile(name)
		must(err)
		for _, p := range []string{filepath.Dir(name) + "/planted.parquet", dir + "/t/planted.parquet", dir + "/planted.parquet"} {
			must(os.WriteFile(p, data, 0o644))
		}
		wantQuery(t, dir, "SELECT * FROM t ORDER BY id", want)
		verify(t, dir)
	}
	planted("92")
}

// TestModes loads with several umasks, and into a directory that all may write to.
func TestModes(t *testing.T) {
	f := func(number string, mask int) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "lake")
		old := syscall.Umask(mask)
		defer syscall.Umask(old)
		load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			info, ierr := e.Info()
			want := fs.FileMode(0o666 &^ mask)
			if e.IsDir() {
				want = fs.FileMode(0o777 &^ mask)
			}
			private := strings.Contains(path, "/_lake/tmp") // spill is nobody else's
			if err == nil && ierr == nil && e.Type()&fs.ModeSymlink == 0 && info.Mode().Perm() != want && !private {
				t.Errorf("case %s: umask %o: %s has %s, want %s", number, mask, path, info.Mode(), want)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	f("91", 0o077)
	f("91", 0o027)
	f("91", 0o002)
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	wantMessage(t, load(t, dir, singer(schemaA), 0), "everybody may write to the lake's directory")
}

// TestCanary has a credential in configuration, environment and rows, and every
// command say what it says without it.
func TestCanary(t *testing.T) {
	const canary = "c4n4ry"
	t.Setenv("SECRET", canary)
	t.Setenv("TARGET_FILELAKE_PASSWORD", canary)
	t.Setenv("TARGET_FILELAKE_STREAM_MAP_CONFIG", `{"hash_seed": "`+canary+`"}`)
	dir := t.TempDir()
	f := func(number string, code int, input string, args ...string) {
		t.Helper()
		if r := invoke(t, input, args...); r.code != code || strings.Contains(r.out+r.err, canary) {
			t.Errorf("case %s: %v: exit %d, want %d; it says\n%s", number, args, r.code, code, r.out+r.err)
		}
	}
	good := file(t, "good.yaml", "pipeline: default\nstream_map_config: {key: \"${SECRET}\", plain: "+canary+"}\n")
	bad := file(t, "bad.yaml", "password: "+canary+"\nthreads: "+"${SECRET}"+"\nstream_map_config: {key: "+canary+"}\n")
	rows := singer(schemaT, schemaA, rowT("1", canary), rowA("1"), stateOf("1"))
	faulty := rows + singer(`{'type':'RECORD','stream':'t','record':{'id':'`+canary+`','v':'x'}}`)
	f("94", 0, rows, "--lake", dir, "--config", good)
	f("94", 0, rows, "--lake", dir, "--config", good, "--log-level", "debug", "--log-format", "json")
	f("94", exitBadInput, faulty, "--lake", dir, "--config", good)
	f("94", exitBadInput, rows+`{"type":"RECORD","stream":"t","record":{"id":2,"v":"`+canary, "--lake", dir, "--config", good)
	f("94", 0, faulty+singer(stateOf("2")), "--lake", dir, "--config", good, "--on-invalid-record", "quarantine")
	f("94", 0, rows, "--lake", dir, "--config", good, "--dry-run")
	f("94", exitUsage, rows, "--lake", dir, "--config", bad)
	f("94", 0, "", "check", "--lake", dir, "--config", good)
	f("94", exitUsage, "", "check", "--lake", dir, "--config", bad)
	for _, c := range []string{"show", "show t", "show --rejects t", "log", "verify", "compact", "replay t", "vacuum", "changes a --from 1", "history t 99", "rollback 1", "reset --yes a", "query --explain SELECT/**/1"} {
		f("94", 0, "", append(strings.Fields(c), "--lake", dir)...)
	}
	f("94", exitOther, "", "query", "--lake", dir, "DROP VIEW t")
	f("94", 0, "", "init", filepath.Join(t.TempDir(), "x.yaml"))
	f("94", 0, "", "--about")
	f("94", 0, "", "--version")
}

// TestExpansion has variables stand for values in configuration, and nowhere else.
func TestExpansion(t *testing.T) {
	t.Setenv("VAR", "expanded")
	f := func(number, config, want string, args ...string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(schemaT, rowT("1", "${VAR}"), stateOf("1")), 0, append(args, "--config", file(t, "c.yaml", config))...)
		if got := shownOf(t, dir).Pipeline; got != want {
			t.Errorf("case %s: pipeline %q, want %q", number, got, want)
		}
		wantQuery(t, dir, "SELECT v FROM t", `[{"v":"${VAR}"}]`)
	}
	f("95", "pipeline: a-${VAR}\n", "a-expanded")
	f("95", "pipeline: a-$${VAR}\n", "a-${VAR}")
	f("95", "max_depth: 512\n", "${VAR}", "--pipeline", "${VAR}")
	if r := invoke(t, "", "check", "--lake", t.TempDir(), "--config", file(t, "c.yaml", "\"${VAR}\": x\n")); r.code != exitUsage || strings.Contains(r.err, "expanded") {
		t.Errorf("case 95: a key: exit %d\n%s", r.code, r.err)
	}
}

// TestHostileEnvironment sets what AWS's tools, DuckDB's shell and libc read.
func TestHostileEnvironment(t *testing.T) {
	// Nothing that DuckDB could load heeds http_proxy, and no secret may be kept in secret_directory.
	const settings = "SELECT name, value FROM duckdb_settings() WHERE name NOT IN ('temp_directory', 'allowed_paths', 'allowed_directories', 'http_proxy', 'secret_directory') ORDER BY name"
	f := func(number string) {
		t.Helper()
		home, temp, dir := t.TempDir(), t.TempDir(), inside(t)
		load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
		before := query(t, dir, settings)
		if err := os.WriteFile(filepath.Join(home, ".duckdbrc"), []byte("CREATE TABLE t(x INT);\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, kv := range []string{"AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=y", "AWS_REGION=z", "AWS_ENDPOINT_URL=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1",
			"DUCKDB_MEMORY_LIMIT=1MB", "DUCKDB_THREADS=1", "DUCKDB_EXTENSION_DIRECTORY=" + home, "DUCKDB_HOME=" + home, "duckdb_access_mode=read_only",
			"TMPDIR=" + temp, "HOME=" + home, "XDG_CONFIG_HOME=" + home, "TZ=Asia/Kathmandu", "LC_ALL=tr_TR.UTF-8", "PGHOST=127.0.0.1"} {
			name, value, _ := strings.Cut(kv, "=")
			t.Setenv(name, value)
		}
		snap := snapshot(t, home, temp)
		load(t, dir, singer(schemaT, rowT("1", "b"), stateOf("2")), 0)
		wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"b"}]`)
		if after := query(t, dir, settings); after != before {
			t.Errorf("case %s: settings\n%s\nwant\n%s", number, after, before)
		}
		verify(t, dir)
		if after := snapshot(t, home, temp); after != snap {
			t.Errorf("case %s: left\n%s\nwant\n%s", number, after, snap)
		}
	}
	f("96")
}

// attempts are statements that would reach or change more than a query may;
// @ stands for a directory beside the lake with secret.csv, # for the lake.
var attempts = []string{
	"SELECT * FROM read_csv('@/secret.csv')", "SELECT * FROM '@/secret.csv'", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('@/secret.csv')",
	"SELECT * FROM read_text('#/state.json')", "SELECT * FROM read_json('#/_lake/log/00000000000000000001.json')", "SELECT * FROM glob('#/**')", "SELECT * FROM glob('@/*')",
	"SELECT * FROM read_parquet('#/t/batches/*/*.parquet')", "SELECT * FROM read_parquet('#/planted.parquet')", "SELECT * FROM parquet_metadata('#/planted.parquet')",
	"SELECT * FROM read_parquet('#/t/../planted.parquet')", "SELECT * FROM read_csv('/proc/self/environ')", "SELECT * FROM read_csv('/dev/stdin')", "SELECT * FROM sniff_csv('@/secret.csv')",
	"SELECT * FROM read_csv('http://127.0.0.1:1/x')", "SELECT * FROM 's3://bucket/x.parquet'", "SELECT getenv('HOME')", "SELECT * FROM t WHERE v IN (SELECT content FROM read_text('@/secret.csv'))",
	"ATTACH '@/x.db'", "ATTACH '#/lake.duckdb' AS l", "ATTACH ':memory:' AS m", "DETACH memory", "USE temp", "INSTALL httpfs", "FORCE INSTALL httpfs FROM community", "LOAD httpfs", "LOAD '@/x.duckdb_extension'",
	"COPY t TO '@/out.csv'", "COPY (SELECT 1) TO '#/_lake/log/00000000000000000002.json'", "COPY t TO '#/t/out.parquet'", "COPY t FROM '@/secret.csv'", "EXPORT DATABASE '@/out'", "IMPORT DATABASE '@'",
	"EXPLAIN ANALYZE COPY (SELECT 1) TO '@/out.csv'", "/* */ EXPLAIN COPY (SELECT 1) TO '@/out.csv'",
	"SET threads = 1", "SET lock_configuration = false", "SET enable_external_access = true", "SET allowed_paths = ['/etc/passwd']", "RESET allowed_directories", "SET VARIABLE x = 1", "SET temp_directory = '@'",
	"PRAGMA database_list", "PRAGMA enable_profiling", "PRAGMA profiling_output = '@/out'", "CALL pragma_version()", "SELECT * FROM enable_logging(storage = 'file', storage_path = '@/out')", "SELECT * FROM enable_profiling(save_location = '@/out')", "SELECT * FROM force_checkpoint()",
	"SELECT 1; SELECT 2", "SELECT 1; COPY (SELECT 1) TO '@/out.csv'", "SELECT 1) TO '@/out.csv' (FORMAT csv); --", "SELECT 1)) TO '@/out.csv'; SELECT ((1", "FROM query('COPY (SELECT 1) TO ''@/out.csv''')", "FROM query('SELECT 1; SELECT 2')",
	"CREATE TABLE x AS SELECT 1", "CREATE OR REPLACE VIEW t AS SELECT 1", "CREATE SECRET (TYPE s3, KEY_ID 'x', SECRET 'y')", "CREATE MACRO f() AS 1", "DROP VIEW t", "ALTER VIEW t RENAME TO u", "INSERT INTO t VALUES (1)", "UPDATE t SET v = 'x'", "DELETE FROM t", "TRUNCATE t", "MERGE INTO t USING t AS s ON true WHEN MATCHED THEN DELETE",
	"CHECKPOINT", "VACUUM", "ANALYZE", "BEGIN", "COMMIT", "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p", "LOAD json", "UPDATE EXTENSIONS", "SELECT ?", "",
}

// TestQueryIsLocked tries all of them, each as Parquet and as one of the other
// formats in turn: nothing is printed, nothing is written.
func TestQueryIsLocked(t *testing.T) {
	beside, home, temp, dir := t.TempDir(), t.TempDir(), t.TempDir(), inside(t)
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	data, err := os.ReadFile(oneFile(t, dir, "t/batches/*/*.parquet"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "planted.parquet"), data, 0o644)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(beside, "secret.csv"), []byte("a,b\nhush,2\n"), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temp)
	t.Setenv("HOME", home)
	t.Chdir(t.TempDir())
	before := snapshot(t, dir, beside, home, temp, ".")
	f := func(number, format, sql string) {
		t.Helper()
		sql = strings.NewReplacer("@", beside, "#", dir).Replace(sql)
		if r := invoke(t, "", "query", "--lake", dir, "--format", format, "--", sql); r.code == 0 || r.out != "" || strings.Contains(r.err, "hush") {
			t.Errorf("case %s: %s: %s: exit %d\n%s%s", number, format, sql, r.code, r.out, r.err)
		}
	}
	formats := []string{"table", "csv", "tsv", "json", "jsonl", "markdown"}
	for i, sql := range attempts {
		f("97", formats[i%len(formats)], sql)
		f("97", "parquet", sql)
	}
	if after := snapshot(t, dir, beside, home, temp, "."); after != before {
		t.Errorf("case 97: left\n%s\nwant\n%s", after, before)
	}
}

// TestOverMemoryCases has DuckDB want more than it may have, in the program itself.
func TestOverMemoryCases(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	f := func(number, format, sql string) {
		t.Helper()
		c := startProgram(t, "query", "--lake", dir, "--memory", "256MiB", "--format", format, sql)
		watch := watchMemory(c.Process.Pid)
		r := c.end(t, exitOther)
		if !strings.Contains(r.err, "Out of Memory") || !strings.Contains(r.err, "raise --memory") || r.out != "" {
			t.Errorf("case %s: %d bytes on stdout, and\n%s", number, len(r.out), r.err)
		}
		if peak := watch(); peak > 500 {
			t.Errorf("case %s: took %d MiB", number, peak)
		}
	}
	for _, format := range []string{"table", "csv", "jsonl", "parquet"} {
		f("98", format, "SELECT list(repeat('x', 1000000) || range) FROM range(2000)")
	}
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"a"}]`)
	verify(t, dir)
}

// claim is a call that holds a numbered case.
var claim = regexp.MustCompile(`(?m)(?:^|\t|= )(?:\w+)\("(\d+b?)"[,)]`)

// TestCasesAreAll counts the numbers that tests of the program, or of what comes
// in, claim to hold.
func TestCasesAreAll(t *testing.T) {
	var want []string
	for n := 1; n <= 98; n++ {
		want = append(want, fmt.Sprint(n))
		if n == 26 || n == 61 || n == 82 {
			want = append(want, fmt.Sprintf("%db", n))
		}
	}
	held := map[string]int{}
	for _, name := range []string{"numbered_test.go", "framing_cases_test.go", "names_cases_test.go", "host_cases_test.go", "../../ingest/cases_test.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range claim.FindAllSubmatch(text, -1) {
			held[string(m[1])]++
		}
	}
	missing := slices.DeleteFunc(slices.Clone(want), func(n string) bool { return held[n] > 0 })
	if len(missing) > 0 {
		t.Errorf("bad inputs without a test: %v", missing)
	}
	t.Logf("bad inputs %d/%d", len(want)-len(missing), len(want))
}
