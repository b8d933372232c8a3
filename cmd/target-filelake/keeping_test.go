package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// keep runs a command on a lake and wants exit code want.
func keep(t testing.TB, want int, dir string, args ...string) result {
	t.Helper()
	r := invoke(t, "", append([]string{args[0], "--lake", dir}, args[1:]...)...)
	if r.code != want {
		t.Fatalf("%q: exit %d, want %d\n%s%s", args, r.code, want, r.out, r.err)
	}
	return r
}

func TestRollbackCommand(t *testing.T) {
	uncompacted(t)
	dir := keptLake(t)
	load(t, dir, singer(strings.ReplaceAll(schemaA, "'a'", "'b'"), strings.ReplaceAll(rowA("5"), "'a'", "'b'"), stateOf("'other'")), 0, "--pipeline", "other")
	r := keep(t, 0, dir, "rollback", "2")
	if r.out != "2\n" || !strings.Contains(r.err, "this is version 5") {
		t.Errorf("stdout %q\n%s", r.out, r.err)
	}
	wantState(t, dir, "state.json", "2")
	wantState(t, dir, "state-other.json", `"other"`)
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"22"},{"id":2,"v":"2"}]`)
	wantQuery(t, dir, "SELECT count(*) AS n FROM a", `[{"n":2}]`)
	wantQuery(t, dir, "SELECT count(*) AS n FROM b", `[{"n":1}]`)
	verify(t, dir)

	// The tap goes on from there, keyed and appended rows as if nothing had been.
	load(t, dir, singer(schemaT, schemaA, rowT("1", "z"), rowA("8"), stateOf("8")), 0)
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"z"},{"id":2,"v":"2"}]`)
	wantQuery(t, dir, "SELECT list(n ORDER BY n) AS n FROM a", `[{"n":[1,2,8]}]`)

	if r := keep(t, 0, dir, "rollback", "3"); r.out != "3\n" { // forward, too
		t.Errorf("stdout %q", r.out)
	}
	wantQuery(t, dir, "SELECT list(n ORDER BY n) AS n FROM a", `[{"n":[1,2,3]}]`)
	if r := keep(t, exitUsage, dir, "rollback", "3"); !strings.Contains(r.err, "nothing to take back") {
		t.Error(r.err)
	}
	keep(t, exitUsage, dir, "rollback", "99")
	keep(t, exitUsage, dir, "rollback", "2", "--pipeline", "nobody")
	keep(t, exitUsage, t.TempDir(), "rollback", "1")

	// To before the first load: no STATE, so no sidecar either.
	if r := keep(t, 0, dir, "rollback", "0"); r.out != "" || !strings.Contains(r.err, "it had no STATE then") {
		t.Errorf("stdout %q\n%s", r.out, r.err)
	}
	if _, err := os.Stat(filepath.Join(dir, "state.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a sidecar is left: %v", err)
	}
	wantQuery(t, dir, "SELECT count(*) AS n FROM b", `[{"n":1}]`)
	verify(t, dir)
}

// TestSidecarGoesWithItsState has a rollback die before it removed the sidecar.
func TestSidecarGoesWithItsState(t *testing.T) {
	dir := keptLake(t)
	keep(t, 0, dir, "rollback", "0")
	if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte("3"), 0o644); err != nil {
		t.Fatal(err)
	}
	load(t, dir, "", 0)
	if _, err := os.Stat(filepath.Join(dir, "state.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a STATE that the lake does not have: %v", err)
	}
}

func TestResetCommand(t *testing.T) {
	uncompacted(t)
	dir := keptLake(t)
	otherKey := strings.ReplaceAll(schemaT, `'key_properties':['id']`, `'key_properties':['v']`)
	r := load(t, dir, singer(otherKey), exitBadInput)
	if !strings.Contains(r.err, "drop it first: target-filelake reset --lake "+dir+" t\n") {
		t.Error(r.err)
	}
	if r := keep(t, exitUsage, dir, "reset", "t"); !strings.Contains(r.out, "would drop stream t of pipeline default, key id: 2 rows") {
		t.Errorf("%s%s", r.out, r.err)
	}
	wantQuery(t, dir, "SELECT count(*) AS n FROM t", `[{"n":2}]`)
	keep(t, exitUsage, dir, "reset", "nothing", "--yes")
	if r := keep(t, 0, dir, "reset", "t", "--yes"); !strings.Contains(r.err, "bookmark") {
		t.Error(r.err)
	}
	verify(t, dir)
	wantState(t, dir, "state.json", "3")
	load(t, dir, singer(otherKey, rowT("9", "k"), rowT("8", "k"), stateOf("4")), 0, "--adopt")
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":8,"v":"k"}]`)
	verify(t, dir)
	keep(t, 0, dir, "rollback", "3")
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"33"},{"id":2,"v":"3"}]`)
	verify(t, dir)
}

// oldLake has versions of days ago, the last of them two, with files that only
// older ones name.
func oldLake(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	at := time.Now().Add(-96 * time.Hour)
	l, err := lake.Open(disk, lake.Options{Pipeline: "default", Rand: rand.Reader, Clock: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	id := columns.Column{ID: 1, Name: "id", Property: "id", Kind: columns.Int64}
	f := &forger{t, l, &columns.Schema{Columns: []columns.Column{id}}}
	for day := range int64(3) {
		file := f.stage(day, day+10)
		if _, err := l.Commit(lake.Commit{Changes: []lake.Change{{
			Stream: "forged", Dir: l.Dir("forged"), Key: []string{"id"}, NextID: 2, Schema: f.s, Files: []lake.NewFile{file}, Replace: day == 1,
		}}}); err != nil {
			t.Fatal(err)
		}
		at = at.Add(24 * time.Hour)
	}
	return dir
}

func TestVacuumCommand(t *testing.T) {
	dir := oldLake(t)
	verify(t, dir)
	if r := keep(t, 0, dir, "vacuum", "--dry-run"); !strings.Contains(r.out, "would remove 1 versions, 1 files") {
		t.Error(r.out)
	}
	if r := keep(t, 0, dir, "vacuum", "--retention", "never"); !strings.Contains(r.out, "removed 0 versions") {
		t.Error(r.out)
	}
	keep(t, exitUsage, dir, "vacuum", "--retention", "10m")
	var out vacuumed
	if err := json.Unmarshal([]byte(keep(t, 0, dir, "vacuum", "--json").out), &out); err != nil || out.Versions != 1 || out.Files != 1 || out.Oldest != 2 {
		t.Errorf("%+v, %v", out, err)
	}
	if n := len(lakeFiles(t, dir)); n != 2 {
		t.Errorf("%d files, want 2", n)
	}
	wantQuery(t, dir, "SELECT list(id ORDER BY id) AS ids FROM forged", `[{"ids":[1,2,11,12]}]`)
	verify(t, dir)
	if r := keep(t, exitUsage, dir, "rollback", "1"); !strings.Contains(r.err, "version 1 is not in the lake: it has versions 2") {
		t.Error(r.err)
	}
}

// TestLoadsVacuum has a load remove what is old at its end.
func TestLoadsVacuum(t *testing.T) {
	uncompacted(t)
	row := `{'type':'RECORD','stream':'forged','record':{'id':5}}`
	schema := `{'type':'SCHEMA','stream':'forged','schema':{'type':'object','properties':{'id':{'type':'integer'}}},'key_properties':['id']}`
	f := func(files int, oldest string, args ...string) {
		t.Helper()
		dir := oldLake(t)
		load(t, dir, singer(schema, row, stateOf("1")), 0, args...)
		if n := len(lakeFiles(t, dir)); n != files {
			t.Errorf("%q: %d files, want %d", args, n, files)
		}
		if name := filepath.Base(oneFile(t, dir, "_lake/log/*.json")); name != oldest {
			t.Errorf("%q: oldest %s, want %s", args, name, oldest)
		}
		verify(t, dir)
	}
	f(3, "00000000000000000003.json") // what was the newest when it began stays
	f(4, "00000000000000000001.json", "--retention", "7d")
	f(4, "00000000000000000001.json", "--retention", "never")
}

// TestLongLoadsAreTidied has the committer of a load that has run for a while remove
// old versions and give its DuckDB up, and one that has just begun do neither.
func TestLongLoadsAreTidied(t *testing.T) {
	dir := t.TempDir()
	ageLake(t, dir, 5)
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	l, err := lake.Open(disk, lake.Options{Pipeline: "default", Holder: "a test", Clock: time.Now, Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	began := time.Now()
	config := duck.Config{Root: dir, Threads: 1, MemoryMB: 256}
	c := &committer{vacuumed: began, loader: &loader{
		cfg: &LoadCmd{Retention: retention(time.Hour)}, lake: l, log: slog.New(slog.DiscardHandler), duckdb: &database{lake: l, config: config},
	}}
	if err := c.duckdb.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.duckdb.close(); err != nil {
			t.Error(err)
		}
	}()
	f := func(after time.Duration, oldest lake.Version, asked bool) {
		t.Helper()
		if err := c.tidy(began.Add(after)); err != nil {
			t.Fatal(err)
		}
		if first, _, err := lake.Range(disk); err != nil || first != oldest || (c.duckdb.DB != nil) != asked {
			t.Errorf("after %s: versions from %d, want %d; the same DuckDB: %v, want %v; %v", after, first, oldest, c.duckdb.DB != nil, asked, err)
		}
	}
	f(9*time.Minute, 1, true)
	f(11*time.Minute, 4, false)
}

func TestKeepersTakeTheLock(t *testing.T) {
	uncompacted(t)
	dir := keptLake(t)
	c := startProgram(t, "--lake", dir, "--batch-size-rows", "1")
	if _, err := c.in.Write([]byte(singer(schemaT, rowT("7", "x"), stateOf("7")))); err != nil {
		t.Fatal(err)
	}
	awaitVersion(t, dir, 4)
	for _, args := range [][]string{{"rollback", "1"}, {"reset", "t", "--yes"}, {"vacuum"}} {
		if r := keep(t, exitLocked, dir, args...); !strings.Contains(r.err, "pid ") {
			t.Errorf("%q: %s", args, r.err)
		}
	}
	keep(t, 0, dir, "log")
	keep(t, 0, dir, "verify")
	keep(t, 0, dir, "check")
	c.in.Close()
	if err := c.Wait(); err != nil {
		t.Errorf("%v\n%s", err, c.errs.String())
	}
}

func TestLogCommand(t *testing.T) {
	uncompacted(t)
	dir := keptLake(t)
	long := `{'bookmarks':{'t':'` + strings.Repeat("é", 50) + `'}}`
	load(t, dir, singer(schemaT, rowT("1", "x"), stateOf(long)), 0)
	r := keep(t, 0, dir, "log")
	for _, want := range []string{
		"version 4  ", "version 1  ", "pipeline default  load\n", "    t  +3 rows, 3 superseded, 2 live, 2 files, ",
		"    t  +1 rows, 1 superseded, 2 live, 2 files, ", "    a  +1 rows, 0 superseded, 1 live, 1 files, ", "STATE 3\n", "é…\n",
	} {
		if !strings.Contains(r.out, want) {
			t.Errorf("no %q in\n%s", want, r.out)
		}
	}
	if r := keep(t, 0, dir, "log", "--state", "-n", "1"); strings.Count(r.out, "version") != 1 || !strings.Contains(r.out, singer(long)) {
		t.Error(r.out)
	}
	if r := keep(t, 0, dir, "log", "a", "--limit", "0"); strings.Count(r.out, "version") != 3 || strings.Contains(r.out, " t ") {
		t.Error(r.out)
	}
	lines := strings.Split(strings.TrimSpace(keep(t, 0, dir, "log", "--json").out), "\n")
	var l logged
	if err := json.Unmarshal([]byte(lines[3]), &l); err != nil || len(lines) != 4 || l.Version != 1 || *l.State != "1" || len(l.Changes) != 2 {
		t.Errorf("%d lines, %+v, %v", len(lines), l, err)
	}
	if r := keep(t, 0, t.TempDir(), "log"); !strings.Contains(r.out, "nothing committed yet") {
		t.Error(r.out)
	}
}

func TestCheckCommand(t *testing.T) {
	uncompacted(t)
	dir := filepath.Join(t.TempDir(), "new", "lake")
	for _, args := range [][]string{{"check", "--lake", dir}, {"load", "--test-connection", "--lake", dir}} {
		if r := invoke(t, "", args...); r.code != 0 || !strings.Contains(r.out, "is fit for a lake") {
			t.Errorf("%q: exit %d, %s%s", args, r.code, r.out, r.err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "--lake", file}, {"--test-connection", "--lake", file}} {
		if r := invoke(t, "", args...); r.code != 1 || r.out != "" {
			t.Errorf("%q: exit %d, %s%s", args, r.code, r.out, r.err)
		}
	}
	kept := keptLake(t)
	files := len(lakeFiles(t, kept))
	keep(t, 0, kept, "check")
	if n := len(lakeFiles(t, kept)); n != files {
		t.Errorf("%d files, want %d", n, files)
	}
	verify(t, kept)
	if err := os.Remove(oneFile(t, kept, "t/batches/*/*.parquet")); err != nil {
		t.Fatal(err)
	}
	keep(t, 1, kept, "check")
}

// TestCurrentAfterADeadReset has the next run of the pipeline, and no other, take away
// what a reset that died before it did so has left.
func TestCurrentAfterADeadReset(t *testing.T) {
	dir := keptLake(t)
	keep(t, 0, dir, "reset", "t", "--yes")
	link := filepath.Join(dir, "t", "current")
	if err := os.Symlink("links/x", link); err != nil {
		t.Fatal(err)
	}
	load(t, dir, "", 0, "--pipeline", "other")
	if _, err := os.Lstat(link); err != nil {
		t.Fatalf("another pipeline's run: %v", err)
	}
	load(t, dir, "", 0)
	if _, err := os.Lstat(link); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the pipeline's next run: %v", err)
	}
}

func TestSymbolicLinksAreRefused(t *testing.T) {
	uncompacted(t)
	f := func(at string, want int) {
		t.Helper()
		dir := keptLake(t)
		link := filepath.Join(dir, at)
		err := os.Rename(link, link+".moved")
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		if err := errors.Join(err, os.Symlink(filepath.Base(link)+".moved", link)); err != nil {
			t.Fatal(err)
		}
		r := load(t, dir, "", want)
		if want != 0 && !strings.Contains(r.err, "symbolic link") {
			t.Errorf("%s: %s", at, r.err)
		}
	}
	f("t", exitDisk)
	f("t/batches", exitDisk)
	f("_lake/log", exitDisk)
	f("notes", exitDisk)
	f("current", exitDisk)
	f("t/current", 0)
}

// TestLinksOutOfTheLakeAreNamed has every command say which name is a link, and not
// only that something leads out of the lake.
func TestLinksOutOfTheLakeAreNamed(t *testing.T) {
	uncompacted(t)
	f := func(at string, commands ...string) {
		t.Helper()
		dir, away := keptLake(t), filepath.Join(t.TempDir(), "away")
		link := filepath.Join(dir, at)
		if err := errors.Join(os.Rename(link, away), os.Symlink(away, link)); err != nil {
			t.Fatal(err)
		}
		for _, c := range commands {
			args, want := append(strings.Fields(c), "--lake", dir), exitDisk
			switch args[0] {
			case "query":
				args = append(args, "SELECT * FROM t")
			case "verify":
				want = exitOther
			}
			r := invoke(t, "", args...)
			if says := at + ": a symbolic link inside the lake"; r.code != want || !strings.Contains(strings.Replace(r.out+r.err, "open ", "", 1), says) {
				t.Errorf("%s is a link: %s: exit %d\n%s%swant %s", at, c, r.code, r.out, r.err, says)
			}
		}
	}
	f("t", "load", "query", "verify", "changes t --from 0", "history t 1")
	f("t/batches", "load", "query", "verify", "changes t --from 0", "history t 1")
	f("_lake/log", "load", "query", "show")
	f("_lake/tables", "load", "query", "show")
	f("_lake/locks", "load")
	f("_lake", "load", "query", "show")
}

// TestStrangersInPlaceOfCurrent has what stands where a stream's link is to be told, and
// a link to elsewhere replaced.
func TestStrangersInPlaceOfCurrent(t *testing.T) {
	f := func(put func(name string) error, says string) {
		t.Helper()
		dir := t.TempDir()
		stream := singer(schemaT, rowT("1", "a"), stateOf("1"))
		load(t, dir, stream, 0, "--compact", "never")
		name := filepath.Join(dir, "t", "current")
		if err := put(name); err != nil {
			t.Fatal(err)
		}
		r := load(t, dir, stream, 0)
		if !strings.Contains(r.err, says) {
			t.Errorf("%swant %s", r.err, says)
		}
		target, err := os.Readlink(name)
		if says == "" && (err != nil || !strings.HasPrefix(target, "links/")) {
			t.Errorf("current: %q, %v", target, err)
		}
		verify(t, dir)
	}
	const stranger = `error="publish t/current: what has this name is no link to the stream's plain files; move it away"`
	f(func(name string) error { return os.WriteFile(name, nil, 0o666) }, stranger)
	f(func(name string) error { return os.Mkdir(name, 0o777) }, stranger)
	f(func(name string) error { return os.Symlink("/nonesuch", name) }, "")
	f(func(name string) error { return os.Symlink(os.TempDir(), name) }, "")
}
