package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"target-filelake/lake"
)

// rejected are the lines of a stream's committed rejects, each file held
// against its hash.
func rejected(t testing.TB, dir, stream string) []string {
	t.Helper()
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	m, err := lake.Newest(disk)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range tableOf(m, stream).Rejects {
		if err := lake.CheckRejects(disk, f); err != nil {
			t.Fatal(err)
		}
		data, err := lake.ReadFile(disk, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(string(data), "\n")
		if int64(len(lines)-1) != f.Records || lines[len(lines)-1] != "" {
			t.Fatalf("%s: %d lines, named with %d records", f.Path, len(lines)-1, f.Records)
		}
		out = append(out, lines[:len(lines)-1]...)
	}
	return out
}

func tableOf(m *lake.Manifest, stream string) *lake.Table {
	if t := m.Tables[stream]; t != nil {
		return t
	}
	return &lake.Table{}
}

// rejectedRecords are the records among those lines.
func rejectedRecords(t testing.TB, dir, stream string) string {
	t.Helper()
	var out []string
	for _, l := range rejected(t, dir, stream) {
		_, record, ok := strings.Cut(strings.TrimSuffix(l, "}\n"), `"record":`)
		if !ok {
			t.Fatalf("reject without a record: %s", l)
		}
		out = append(out, record)
	}
	return strings.Join(out, " ")
}

// orphaned are the files of rejects that no version names.
func orphaned(t testing.TB, dir string) []string {
	t.Helper()
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	m, err := lake.Newest(disk)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, table := range m.Tables {
		for _, f := range table.Rejects {
			named[f.Path] = true
		}
	}
	for _, f := range m.Retired {
		named[f.Path] = true
	}
	var out []string
	err = filepath.WalkDir(filepath.Join(dir, "_lake", "rejects"), func(path string, e os.DirEntry, err error) error {
		if rel, _ := filepath.Rel(dir, path); err == nil && !e.IsDir() && !named[rel] {
			out = append(out, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// badT is a record of t that fails its check, and badA one of a.
func badT(v string) string { return `{'type':'RECORD','stream':'t','record':{'id':'` + v + `'}}` }
func badA(v string) string { return `{'type':'RECORD','stream':'a','record':{'n':'` + v + `'}}` }

func TestQuarantineKeepsWhatStatesCover(t *testing.T) {
	t.Parallel()
	f := func(want int, rows, rejects string, args []string, lines ...string) {
		t.Helper()
		dir := t.TempDir()
		r := load(t, dir, singer(append([]string{schemaT, schemaA}, lines...)...), want, append(args, "--on-invalid-record", "quarantine")...)
		if strings.Contains(r.err, "secret") {
			t.Errorf("a value is on stderr:\n%s", r.err)
		}
		got := rejectedRecords(t, dir, "t") + "|" + rejectedRecords(t, dir, "a")
		if got = strings.ReplaceAll(got, `"`, "'"); got != rejects {
			t.Errorf("%q: rejects %s, want %s", lines, got, rejects)
		}
		if left := orphaned(t, dir); len(left) > 0 {
			t.Errorf("%q: left %q", lines, left)
		}
		wantQuery(t, dir, "SELECT (SELECT count(*) FROM t) AS t, (SELECT count(*) FROM a) AS a", rows)
	}
	one := []string{"--batch-size-rows", "1"}
	f(0, `[{"t":1,"a":1}]`, `{'id':'secret'}|{'n':'secret'}`, nil, badT("secret"), rowT("1", "a"), badA("secret"), rowA("1"), stateOf("1"))
	f(0, `[{"t":0,"a":0}]`, `{'id':'x'}|`, nil, badT("x"), stateOf("1"))
	f(0, `[{"t":0,"a":1}]`, `{'id':'x'} {'id':'y'}|`, one, badT("x"), stateOf("1"), badT("y"), rowA("1"), stateOf("2"))
	// Without a STATE the end of input covers all; behind the last one, keyed streams alone.
	f(0, `[{"t":0,"a":0}]`, `{'id':'x'}|{'n':'y'}`, nil, badT("x"), badA("y"))
	f(65, `[{"t":1,"a":1}]`, `{'id':'x'} {'id':'z'}|{'n':'y'}`, nil, badT("x"), rowA("1"), badA("y"), stateOf("1"), rowT("1", "a"), badT("z"), badA("z"))
	f(0, `[{"t":0,"a":0}]`, `|{'n':'y'} {'n':'z'}`, []string{"--commit-tail", "all"}, badA("y"), stateOf("1"), badA("z"))
	// A line that ends the run leaves what the newest STATE covers.
	f(65, `[{"t":1,"a":0}]`, `{'id':'x'}|{'n':'y'}`, nil, badT("x"), badA("y"), rowT("1", "a"), stateOf("1"), badT("z"), rowT("2", "b"), "nonsense")
	f(65, `[{"t":2,"a":0}]`, `{'id':'x'} {'id':'z'}|`, one, badT("x"), rowT("1", "a"), stateOf("1"), badT("z"), rowT("2", "b"), stateOf("2"), badT("!"), "nonsense")
	f(65, `[{"t":0,"a":0}]`, `{'id':'x'}|`, nil, badT("x"), stateOf("1"), badA("z"), "nonsense")
	// The first record past max_rejects does the same.
	two := []string{"--max-rejects", "2"}
	f(0, `[{"t":2,"a":0}]`, `{'id':'x'} {'id':'y'}|`, two, badT("x"), badT("y"), rowT("1", "a"), stateOf("1"), rowT("2", "b"))
	f(65, `[{"t":1,"a":0}]`, `{'id':'x'}|{'n':'y'}`, two, badT("x"), badA("y"), rowT("1", "a"), stateOf("1"), rowT("2", "b"), badT("z"), stateOf("2"))
	f(65, `[{"t":1,"a":0}]`, `{'id':'x'}|`, append(two, one...), badT("x"), rowT("1", "a"), stateOf("1"), badT("y"), rowT("2", "b"), badT("z"), rowT("3", "b"), stateOf("2"))
}

func TestMaxRejectsSaysWhy(t *testing.T) {
	dir := t.TempDir()
	r := load(t, dir, singer(schemaT, badT("a"), badT("b"), badT("c")), 65, "--on-invalid-record", "quarantine", "--max-rejects", "1")
	if want := `more than 1 records rejected (max_rejects): line 3, stream "t", /id: type integer, got a string`; !strings.Contains(r.err, want) {
		t.Errorf("%s\nwant %s", r.err, want)
	}
	r = load(t, dir, singer(schemaT, badT("a")), 2, "--max-rejects=-1")
	if want := `max_rejects: -1, want at least 0`; !strings.Contains(r.err, want) {
		t.Errorf("%s\nwant %s", r.err, want)
	}
}

// TestEachKindOfRejectIsWarnedOnce counts the warnings and the summary's lines.
func TestEachKindOfRejectIsWarnedOnce(t *testing.T) {
	const schema = `{'type':'SCHEMA','stream':'s','schema':{'properties':{'v':{'type':'string','maxLength':2},'l':{'type':'array','items':{'type':'integer'}}}},'key_properties':[]}`
	row := func(record string) string { return `{'type':'RECORD','stream':'s','record':` + record + `}` }
	r := load(t, t.TempDir(), singer(schema, row(`{'v':'abc'}`), row(`{'v':'abcd'}`), row(`{'l':[1,'x']}`), row(`{'l':['x','y'],'v':'abcde'}`), row(`{'l':{}}`)), 0, "--on-invalid-record", "quarantine")
	if n := strings.Count(r.err, "record rejected;"); n != 3 {
		t.Errorf("%d warnings, want 3\n%s", n, r.err)
	}
	for _, want := range []string{
		"line=2 stream=s path=/v", "line=4 stream=s path=/l/1", "line=6 stream=s path=/l ",
		"rejected: stream s, /l/*: type integer: 3, first on line 4\n",
		"rejected: stream s, /v: maxLength 2: 3, first on line 2\n",
		"rejected: stream s, /l: type array: 1, first on line 6\n",
	} {
		if !strings.Contains(r.err, want) {
			t.Errorf("no %q in\n%s", want, r.err)
		}
	}
}

func TestSignalKeepsRejectsBeforeTheState(t *testing.T) {
	dir := t.TempDir()
	c := startProgram(t, "--lake", dir, "--on-invalid-record", "quarantine", "--batch-size-rows", "1")
	lines := singer(schemaT, badT("x"), rowT("1", "a"), stateOf("1"), badT("y"), rowT("2", "b"), stateOf("2"), rowT("3", "b"), badT("z"))
	if _, err := io.WriteString(c.in, lines); err != nil {
		t.Fatal(err)
	}
	awaitVersion(t, dir, 2)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); c.ProcessState.ExitCode() != exitTerm {
		t.Fatalf("%v\n%s", err, c.errs.String())
	}
	if got, want := rejectedRecords(t, dir, "t"), `{"id":"x"} {"id":"y"}`; got != want {
		t.Errorf("rejects %s, want %s", got, want)
	}
	wantQuery(t, dir, "SELECT count(*) AS n FROM t", `[{"n":2}]`)
}

// TestRejectsAsModel loads random lines and compares with what should be left,
// in order: without a fault all, with one what the last STATE covers.
func TestRejectsAsModel(t *testing.T) {
	t.Parallel()
	f := func(seed uint64, streams, lines, pad int, args ...string) {
		t.Helper()
		r := rand.New(rand.NewPCG(seed, 3))
		var in strings.Builder
		model, covered := map[string][]string{}, map[string]int{}
		var rows, rowsCovered int
		for i := range streams {
			in.WriteString(singer(strings.ReplaceAll(schemaT, "'t'", fmt.Sprintf("'s%d'", i))))
		}
		for i := range lines {
			stream := fmt.Sprintf("s%d", r.IntN(streams))
			switch r.IntN(8) {
			case 0, 1, 2:
				rec := fmt.Sprintf(`{"id":"%d%s"}`, i, strings.Repeat("x", pad))
				fmt.Fprintf(&in, `{"type":"RECORD","stream":"%s","record":%s}`+"\n", stream, rec)
				model[stream] = append(model[stream], rec)
			case 3:
				if r.IntN(1+lines/40) == 0 {
					in.WriteString(singer(stateOf(fmt.Sprint(i))))
					rowsCovered = rows
					for s := range model {
						covered[s] = len(model[s])
					}
				}
			default:
				rows++
				fmt.Fprintf(&in, `{"type":"RECORD","stream":"%s","record":{"id":%d}}`+"\n", stream, i)
			}
		}
		want := 0
		if seed%2 == 1 {
			want, rows = 65, rowsCovered
			in.WriteString("nonsense\n")
		}
		dir := t.TempDir()
		load(t, dir, in.String(), want, append(args, "--on-invalid-record", "quarantine", "--batch-size-rows", fmt.Sprint(1+r.IntN(lines)))...)
		var loaded int
		for i := range streams {
			s := fmt.Sprintf("s%d", i)
			if want > 0 {
				model[s] = model[s][:covered[s]]
			}
			if got, want := rejectedRecords(t, dir, s), strings.Join(model[s], " "); got != want {
				t.Errorf("seed %d, %s: %d bytes of rejects, want %d\n got %.300s\nwant %.300s", seed, s, len(got), len(want), got, want)
			}
			loaded += rowsOfStream(t, dir, s)
		}
		if left := orphaned(t, dir); loaded != rows || len(left) > 0 {
			t.Errorf("seed %d: %d rows, want %d; left %q", seed, loaded, rows, left)
		}
	}
	for seed := range uint64(16) {
		f(seed, 3, 200, 0)
	}
	// More than fits in memory, and more streams than files may be open.
	f(100, 50, 6000, 9000)
	f(101, 50, 6000, 9000)
	f(103, 2, 2000, 20000, "--maximum-batch-size-mb", "1")
}

func rowsOfStream(t testing.TB, dir, stream string) int {
	t.Helper()
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	m, err := lake.Newest(disk)
	if err != nil {
		t.Fatal(err)
	}
	return int(tableOf(m, stream).Rows())
}

// TestRejectsOfReplacedTables: what replaces a table's rows replaces its
// rejects, and a run that comes to nothing leaves both as they were.
func TestRejectsOfReplacedTables(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--on-invalid-record", "quarantine", "--load-method", "overwrite"}
	f := func(want int, rows, rejects string, lines ...string) {
		t.Helper()
		load(t, dir, singer(append([]string{schemaA}, lines...)...), want, args...)
		wantQuery(t, dir, "SELECT n FROM a ORDER BY n", rows)
		if got := strings.ReplaceAll(rejectedRecords(t, dir, "a"), `"`, "'"); got != rejects || len(orphaned(t, dir)) > 0 {
			t.Errorf("%q: rejects %s, want %s; left %q", lines, got, rejects, orphaned(t, dir))
		}
	}
	f(0, `[{"n":1}]`, `{'n':'x'}`, rowA("1"), badA("x"), stateOf("1"))
	f(0, `[{"n":2}]`, `{'n':'y'} {'n':'z'}`, badA("y"), stateOf("1"), badA("z"), rowA("2"), stateOf("2"))
	f(65, `[{"n":2}]`, `{'n':'y'} {'n':'z'}`, badA("!"), rowA("3"), stateOf("3"), "nonsense")
	f(65, `[{"n":2}]`, `{'n':'y'} {'n':'z'}`, rowA("3"), stateOf("3"), badA("!"))
	f(65, `[{"n":2}]`, `{'n':'y'} {'n':'z'}`, badA("!"), stateOf("3"), badA("!"))
	f(0, `[]`, `{'n':'only'}`, badA("only"), stateOf("4"))
	replayOf(t, dir, 0, "--load-method", "overwrite")
	load(t, dir, singer(strings.ReplaceAll(schemaA, "'integer'", "'string','maxLength':4"), rowA("'kept'"), badA("refused")), 0, args...)
	replayOf(t, dir, 0, "--load-method", "overwrite", "--no-validate-records")
	wantQuery(t, dir, "SELECT n FROM a ORDER BY n", `[{"n":"kept"},{"n":"refused"}]`)
}

// TestRejectsOfVersions has a full table that its ACTIVATE_VERSION closes after
// the last STATE, and rejects of one that a newer has replaced.
func TestRejectsOfVersions(t *testing.T) {
	dir := t.TempDir()
	row := func(n string, version int) string {
		return fmt.Sprintf(`{'type':'RECORD','stream':'a','record':{'n':%s},'version':%d}`, n, version)
	}
	activate := func(version int) string {
		return fmt.Sprintf(`{'type':'ACTIVATE_VERSION','stream':'a','version':%d}`, version)
	}
	load(t, dir, singer(schemaA, row("1", 1), row("'11'", 1), stateOf("1"), row("'12'", 1), row("2", 1), activate(1)), 0, quarantined...)
	if got, want := rejectedRecords(t, dir, "a"), `{"n":"11"} {"n":"12"}`; got != want {
		t.Errorf("rejects %s, want %s", got, want)
	}
	load(t, dir, singer(schemaA, row("3", 2), row("'13'", 2), activate(2), stateOf("2"), row("'14'", 3)), 65, quarantined...)
	wantQuery(t, dir, "SELECT n FROM a ORDER BY n", `[{"n":3}]`)
	if got, want := rejectedRecords(t, dir, "a"), `{"n":"11"} {"n":"12"} {"n":"13"}`; got != want {
		t.Errorf("rejects %s, want %s", got, want)
	}
	load(t, dir, singer(strings.ReplaceAll(schemaA, `{'type':'integer'}`, `{'type':['integer','string']}`)), 0)
	if r, want := replayOf(t, dir, 0), "a: 3 rejected, 1 loaded, 0 of a key that came again, 0 of a key that is live, 2 of an older version, 0 still rejected\n"; r.out != want {
		t.Errorf("got %swant %s", r.out, want)
	}
	wantQuery(t, dir, "SELECT n FROM a ORDER BY n", `[{"n":"13"},{"n":"3"}]`)
}

// TestOverwriteTakesRejects has a full table replace one of which nothing but
// rejects was left.
func TestOverwriteTakesRejects(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--load-method", "overwrite", "--on-invalid-record", "quarantine"}
	load(t, dir, singer(schemaA, rowA("'x'"), stateOf("1")), 0, args...)
	load(t, dir, singer(schemaA, stateOf("2")), 0, args...)
	if r := invoke(t, "", "replay", "--lake", dir); r.code != 0 || r.out != "no rejects\n" {
		t.Errorf("exit %d, %q\n%s", r.code, r.out, r.err)
	}
}

// TestSummaryOfRefusedLoads has the table count what the lines below it tell, and no
// note of properties that were not loaded.
func TestSummaryOfRefusedLoads(t *testing.T) {
	bad := func(id string) string { return `{'type':'RECORD','stream':'t','record':{'id':` + id + `,'more':1}}` }
	f := func(want int, note string, rejected int64, input string, args ...string) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "summary.json")
		r := load(t, t.TempDir(), input, want, append(args, "--summary", path)...)
		var s closing
		data, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(data, &s)
		}
		if err != nil {
			t.Fatal(err)
		}
		var told int64
		for _, k := range s.Rejects {
			told += k.Records
		}
		if s.Rejected != rejected || s.Streams[0].Rejected != rejected || told != rejected {
			t.Errorf("%q: %d rejected, %d of the stream, %d told; want %d\n%s", args, s.Rejected, s.Streams[0].Rejected, told, rejected, r.err)
		}
		if got := strings.Join(s.Notes, "|"); got != note {
			t.Errorf("%q: notes %q, want %q", args, got, note)
		}
	}
	const extra = "stream t: properties that its SCHEMA does not declare are "
	quarantine := []string{"--on-invalid-record", "quarantine", "--max-rejects", "1"}
	f(exitBadInput, "", 2, singer(schemaT, bad(`'a'`), bad("1"), bad(`'b'`)), quarantine...)
	f(exitBadInput, "", 1, singer(schemaT, bad("1"), bad(`'b'`)))
	f(exitBadInput, extra+"in _extra: more", 2, singer(schemaT, bad("1"), bad(`'a'`), stateOf("1"), bad(`'b'`)), quarantine...)
	f(0, extra+"in _extra: more", 1, singer(schemaT, bad("1"), bad(`'a'`), stateOf("1")), quarantine...)
	f(0, extra+"left out, as unknown_fields says: more", 0, singer(schemaT, bad("1"), stateOf("1")), "--unknown-fields", "ignore")
}
