package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"target-filelake/bench"
)

// dryRunOf runs load --dry-run and wants exit code want and nothing written.
func dryRunOf(t *testing.T, dir, input string, want int, args ...string) (dryReport, result) {
	t.Helper()
	before := listing(t, dir)
	r := load(t, dir, input, want, append([]string{"--dry-run", "--json"}, args...)...)
	if after := listing(t, dir); !slices.Equal(before, after) {
		t.Fatalf("written:\n got %q\nwant %q", after, before)
	}
	var report dryReport
	if r.out == "" {
		return report, r
	}
	if err := json.Unmarshal([]byte(r.out), &report); err != nil {
		t.Fatalf("%v in %s", err, r.out)
	}
	return report, r
}

// listing is everything at and below dir, with sizes and times.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil {
			out = append(out, fmt.Sprint(path, info.Mode(), info.Size(), info.ModTime()))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDryRunOfANewLake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	r := load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1"), schemaA, rowA("1"), rowA("2"), stateOf("2")), 0, "--dry-run")
	want := `stream t: 1 rows, 1 to be committed in 1 files of `
	for _, s := range []string{want, "0 rejected; upsert; key id; unpartitioned\n", "  id      bigint   id\n", "stream a: 2 rows, 2 to be",
		"append-only; no key; unpartitioned\n", "its table is new\n", ": 3 records, 2 STATEs, 1 commits; nothing was written\n"} {
		if !strings.Contains(r.out, s) {
			t.Errorf("%q is not in\n%s", s, r.out)
		}
	}
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Errorf("something was made: %v", err)
	}
}

// TestDryRunSaysWhatALoadDoes compares the report with the load it foretells.
func TestDryRunSaysWhatALoadDoes(t *testing.T) {
	uncompacted(t)
	dir := t.TempDir()
	load(t, dir, singer(streamOf(`'v':{'type':'integer'}`), rowE(`'id':1,'v':9007199254740993`), stateOf("1")), 0)
	input := sample(t, bench.Gen{Records: 40_000, UpdateShare: 0.2, Seed: 3, StateEvery: 1000}) +
		singer(streamOf(`'v':{'type':'number'},'w':{'type':'boolean'}`), rowE(`'id':1,'v':0.5,'x':1`), rowE(`'id':2`), stateOf("2"))
	args := []string{"--batch-size-rows", "10000", "--adopt"}
	report, _ := dryRunOf(t, dir, input, 0, args...)
	_, before, err := readLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	load(t, dir, input, 0, args...)
	_, after, err := readLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := uint64(after.Version - before.Version); got != uint64(report.Commits) || report.Version != uint64(before.Version) {
		t.Errorf("%d commits from version %d, foretold %d from %d", got, before.Version, report.Commits, report.Version)
	}
	if len(report.Streams) != 2 {
		t.Fatalf("streams %v", report.Streams)
	}
	for _, s := range report.Streams {
		table := after.Tables[s.Stream]
		files := len(table.Files)
		rows := int64(0)
		for _, f := range table.Files {
			rows += f.Rows
		}
		if old := before.Tables[s.Stream]; old != nil {
			files, rows = files-len(old.Files), rows-old.Files[0].Rows
		}
		if s.Committed != rows || s.Rows != rows || s.Files != files {
			t.Errorf("stream %s: %d rows in %d files, foretold %d of %d in %d", s.Stream, rows, files, s.Committed, s.Rows, s.Files)
		}
		var have []dryColumn
		for i := range table.Schema().Columns {
			c := &table.Schema().Columns[i]
			have = append(have, dryColumn{c.Name, typeText(c), c.Property})
		}
		if !slices.Equal(s.Columns, have) {
			t.Errorf("stream %s: columns %v, foretold %v", s.Stream, have, s.Columns)
		}
		if steps := historyOf(table); s.Stream == "e" && len(steps) > 1 {
			want := steps[len(steps)-1].Changes // _extra came with the first row that has it
			if got := s.Changes[len(s.Changes)-1]; got.Path != "/_extra" || !strings.Contains(fmt.Sprint(s.Changes), "{/v v bigint varchar") {
				t.Errorf("foretold %v, the last step was %v", s.Changes, want)
			}
		}
	}
}

func TestDryRunCountsRejects(t *testing.T) {
	bad := func(id, v string) string { return rowE(`'id':` + id + `,'v':` + v) }
	input := singer(streamOf(`'v':{'type':'integer'}`), bad("1", "1"), bad("2", `'x'`), bad("3", "true"), bad("4", "0.5"), bad("5", "5"), stateOf("1"))

	report, r := dryRunOf(t, t.TempDir(), input, exitBadInput)
	if !strings.Contains(r.err, `a load would end at the first of the refused records: line 3, stream "e", /v`) {
		t.Errorf("got %s", r.err)
	}
	if s := report.Streams[0]; s.Rows != 2 || s.Committed != 2 || s.Rejected != 3 || !strings.Contains(report.Fault, "line 3") {
		t.Errorf("got %+v", report)
	}
	var refused int64
	for _, x := range report.Rejects {
		refused += x.Records
		if x.Path != "/v" || x.Stream != "e" || x.Line < 3 || x.Line > 5 {
			t.Errorf("got %+v", x)
		}
	}
	if refused != 3 {
		t.Errorf("got %+v", report.Rejects)
	}
	if report, _ = dryRunOf(t, t.TempDir(), input, 0, "--on-invalid-record", "quarantine"); report.Fault != "" || report.Streams[0].Rejected != 3 {
		t.Errorf("got %+v", report)
	}
	if _, r = dryRunOf(t, t.TempDir(), input, exitBadInput, "--on-invalid-record", "quarantine", "--max-rejects", "2"); !strings.Contains(r.err, "more than 2 records rejected") {
		t.Errorf("got %s", r.err)
	}
	// More than is held in memory, and a cut in the middle of it.
	long := strings.Repeat("x", 100_000)
	lines := []string{streamOf(`'v':{'type':'integer'}`)}
	for i := range 200 {
		lines = append(lines, bad(fmt.Sprint(i), `'`+long+`'`))
		if i == 150 {
			lines = append(lines, stateOf("1"))
		}
	}
	report, _ = dryRunOf(t, t.TempDir(), singer(append(lines, "{")...), exitBadInput, "--on-invalid-record", "quarantine")
	if got := report.Streams[0].Rejected; got != 151 {
		t.Errorf("%d rejects to be committed, want 151", got)
	}
}

// TestDryRunExits ends with the codes of a load.
func TestDryRunExits(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	input := singer(schemaT, rowT("2", "b"), stateOf("2"))
	f := func(want int, input string, args ...string) {
		t.Helper()
		if _, r := dryRunOf(t, dir, input, want, args...); want != 0 && !strings.Contains(r.err, "target-filelake: ") {
			t.Errorf("nothing is said: %s", r.err)
		}
	}
	f(0, input)
	f(0, "")
	f(exitBadInput, input+"{")
	f(exitBadInput, singer(schemaA, rowA("1"), stateOf("1"), rowA("2")), "--adopt")
	f(exitBadInput, singer(strings.Replace(schemaT, `{'v'`, `{'w':{},'v'`, 1), strings.Replace(schemaT, `'v'`, `'w'`, 1)), "--schema-changes", "freeze")
	f(exitUsage, singer(schemaA, rowA("1"), stateOf("1"))) // another tap on the pipeline
	f(exitLocked, input, "--pipeline", "other")

	// While another run holds the pipeline.
	_, disk, err := openLakeDir(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	lock, err := disk.Lock("_lake/locks/default", "a test")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	f(0, input)

	for _, path := range lakeFiles(t, dir) {
		if err := os.Truncate(path, 7); err != nil {
			t.Fatal(err)
		}
	}
	f(exitDisk, input)
}
