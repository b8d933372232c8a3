package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"target-filelake/bench"
)

func TestUpsertInsideAndOverBatches(t *testing.T) {
	dir := t.TempDir()
	r := load(t, dir, singer(schemaT, rowT("1", "a"), rowT("2", "b"), rowT("1", "c"), stateOf("1"), rowT("2", "d"), stateOf("2")), 0, "--batch-size-rows", "1")
	if r.out != "1\n2\n" {
		t.Errorf("stdout %q", r.out)
	}
	load(t, dir, singer(schemaT, rowT("3", "e"), rowT("1", "f"), stateOf("{'p':3}")), 0)
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"f"},{"id":2,"v":"d"},{"id":3,"v":"e"}]`)
	if got, err := os.ReadFile(filepath.Join(dir, "state.json")); err != nil || string(got) != `{"p":3}` {
		t.Errorf("state.json %q, %v", got, err)
	}
}

func TestAppend(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		load(t, dir, singer(schemaA, rowA("1"), rowA("1"), stateOf("1")), 0)
	}
	wantQuery(t, dir, "SELECT count(*) AS n, sum(n) AS s FROM a", `[{"n":4,"s":4}]`)
}

func TestKeysMatchNullsAndTogether(t *testing.T) {
	schema := `{'type':'SCHEMA','stream':'t','schema':{'type':'object','properties':{'a':{'type':['string','null']},'b':{'type':['number','null']},'v':{'type':'integer'}}},'key_properties':['a','b']}`
	row := func(a, b, v string) string {
		return `{'type':'RECORD','stream':'t','record':{'a':` + a + `,'b':` + b + `,'v':` + v + `}}`
	}
	dir := t.TempDir()
	load(t, dir, singer(schema, row("null", "1", "1"), row("'x'", "null", "2"), row("null", "null", "3"), row("'x'", "0.0", "4"), row("'x1'", "null", "5"), stateOf("1")), 0)
	load(t, dir, singer(schema, row("null", "1.0", "10"), row("'x'", "null", "20"), row("'x'", "-0.0", "40"), row("'x'", "1", "50"), stateOf("1")), 0)
	wantQuery(t, dir, "SELECT v FROM t ORDER BY v", `[{"v":3},{"v":5},{"v":10},{"v":20},{"v":40},{"v":50}]`)
}

func TestNoInputNoCommit(t *testing.T) {
	dir := t.TempDir()
	r := load(t, dir, "", 0)
	if r.out != "" {
		t.Errorf("stdout %q", r.out)
	}
	if entries, _ := os.ReadDir(filepath.Join(dir, "_lake", "log")); len(entries) > 0 {
		t.Errorf("committed %v", entries)
	}
}

func TestStateAlone(t *testing.T) {
	dir := t.TempDir()
	const state = `{"b": 12345678901234567890 , "a":1}`
	r := load(t, dir, `{"type":"STATE","value":`+state+"}\n", 0)
	if r.out != state+"\n" {
		t.Errorf("stdout %q", r.out)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "state.json")); err != nil || string(got) != state {
		t.Errorf("state.json %q, %v", got, err)
	}
}

func TestSchemaAloneMakesAnEmptyTable(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT), 0)
	wantQuery(t, dir, "SELECT * FROM t", `[]`)
	wantQuery(t, dir, "SELECT column_name, column_type FROM (DESCRIBE t)", `[{"column_name":"id","column_type":"BIGINT"},{"column_name":"v","column_type":"VARCHAR"}]`)
}

func TestInterleavedStreamsAndResentSchemas(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, schemaA, rowT("1", "x"), rowA("1"), schemaT, rowT("2", "y"), schemaA, rowA("2"), rowT("1", "z"), stateOf("9")), 0)
	wantQuery(t, dir, "SELECT (SELECT count(*) FROM t) AS t, (SELECT count(*) FROM a) AS a, (SELECT v FROM t WHERE id = 1) AS v", `[{"t":2,"a":2,"v":"z"}]`)
}

func TestSchemaChangeBetweenBatches(t *testing.T) {
	wider := strings.Replace(schemaT, `'properties':{`, `'properties':{'w':{'type':['integer','null']},`, 1)
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), rowT("2", "b"), wider,
		`{'type':'RECORD','stream':'t','record':{'id':2,'v':'c','w':7}}`, stateOf("1")), 0)
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"a","w":null},{"id":2,"v":"c","w":7}]`)
	load(t, dir, singer(schemaT, rowT("1", "d"), stateOf("2")), 0) // removed again: the column stays
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"d","w":null},{"id":2,"v":"c","w":7}]`)
}

func TestUndeclaredProperties(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), `{'type':'RECORD','stream':'t','record':{'id':2,'new':[1, {'x':null}]}}`, stateOf("1")), 0)
	load(t, dir, singer(schemaT, rowT("3", "a"), stateOf("2")), 0)
	wantQuery(t, dir, "SELECT id, _extra FROM t ORDER BY id", `[{"id":1,"_extra":null},{"id":2,"_extra":{"new":[1,{"x":null}]}},{"id":3,"_extra":null}]`)
}

func TestUnknownFieldsAndChecks(t *testing.T) {
	record := `{'type':'RECORD','stream':'t','record':{'id':1,'new':2}}`
	dir := t.TempDir()
	load(t, dir, singer(schemaT, record, stateOf("1")), 0, "--unknown-fields", "ignore")
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":null}]`)
	if r := load(t, t.TempDir(), singer(schemaT, record), exitBadInput, "--unknown-fields", "fail"); !strings.Contains(r.err, "/new") {
		t.Errorf("the property is not named: %s", r.err)
	}
	limited := strings.Replace(schemaT, `{'type':['string','null']}`, `{'type':['string','null'],'maxLength':2}`, 1)
	load(t, t.TempDir(), singer(limited, rowT("1", "long")), exitBadInput)
	load(t, dir, singer(limited, rowT("1", "long"), stateOf("2")), 0, "--no-validate-records")
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"long"}]`)
}

func TestTypesOfColumns(t *testing.T) {
	schema := `{'type':'SCHEMA','stream':'shop-orders','schema':{'type':'object','properties':{'id':{'type':'integer'},'cents':{'type':'number','multipleOf':0.01,'minimum':0,'maximum':99999999},'total':{'type':'number'},'big':{'type':'integer','maximum':100000000000000000000},'who':{'type':'object','properties':{'name':{'type':'string'},'at':{'type':['null','string'],'format':'date-time'}}}}},'key_properties':['id']}`
	row := `{'type':'RECORD','stream':'shop-orders','record':{'id':1,'cents':0.07,'total':12345678901234.5678,'big':99999999999999999999,'who':{'name':'A','at':'2026-02-30T00:00:00Z'}},'time_extracted':'2026-11-22T10:00:00Z','version':7}`
	config := filepath.Join(t.TempDir(), "config.yaml")
	text := "streams:\n  shop-*:\n    types: {total: 'decimal(20,4)'}\ninvalid_dates: 'null'\nnested: flatten\nadd_record_metadata: true\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := load(t, dir, singer(schema, row, stateOf("1")), 0, "--config", config)
	wantQuery(t, dir, `SELECT cents, total, big, who__name, who__at, _sdc_extracted_at, _sdc_table_version, _sdc_received_at IS NOT NULL AS r FROM "shop-orders"`,
		`[{"cents":0.07,"total":12345678901234.5678,"big":99999999999999999999,"who__name":"A","who__at":null,"_sdc_extracted_at":"2026-11-22T10:00:00Z","_sdc_table_version":7,"r":true}]`)
	wantQuery(t, dir, `SELECT typeof(cents) AS c, typeof(total) AS t, typeof(big) AS b FROM "shop-orders"`, `[{"c":"DECIMAL(10,2)","t":"DECIMAL(20,4)","b":"DECIMAL(38,0)"}]`)
	rounded := load(t, t.TempDir(), singer(strings.Replace(schemaA, `'n':{'type':'integer'}`, `'n':{'type':'number','multipleOf':1e-34}`, 1)), 0)
	if !strings.Contains(rounded.err, "stored as doubles") {
		t.Errorf("the doubles are not named: %s", rounded.err)
	}
	if !strings.Contains(r.err, "became NULL") {
		t.Errorf("the date is not noted: %s", r.err)
	}
	load(t, t.TempDir(), singer(schema, row), exitBadInput)
	load(t, t.TempDir(), singer(schema, row), exitUsage, "--streams", `{"x":{"tpyes":{}}}`)
	load(t, t.TempDir(), singer(schema, row), exitUsage, "--streams", `{"shop-orders":{"types":{"total":"money"}}}`)
}

// TestTail has rows after the last STATE at a clean end of input.
func TestTail(t *testing.T) {
	t.Parallel()
	f := func(keyed, stated bool, tail string, wantCode, wantRows int) {
		t.Helper()
		dir := t.TempDir()
		lines := []string{schemaA, rowA("1")}
		if keyed {
			lines = []string{schemaT, rowT("1", "a")}
		}
		if stated {
			lines = append(lines, stateOf("1"))
		}
		if keyed {
			lines = append(lines, rowT("2", "b"))
		} else {
			lines = append(lines, rowA("2"))
		}
		r := load(t, dir, singer(lines...), wantCode, "--commit-tail", tail)
		if wantCode != 0 && !strings.Contains(r.err, "--commit-tail all") {
			t.Errorf("no remedy in %s", r.err)
		}
		if got, want := r.out, map[bool]string{true: "1\n", false: ""}[stated]; got != want {
			t.Errorf("stdout %q, want %q", got, want)
		}
		rows := "0"
		if len(lakeFiles(t, dir)) > 0 {
			rows = query(t, dir, "SELECT count(*) AS n FROM "+map[bool]string{true: "t", false: "a"}[keyed])
		}
		if want := fmt.Sprintf(`[{"n":%d}]`, wantRows); rows != want && !(wantRows == 0 && rows == "0") {
			t.Errorf("rows %s, want %s", rows, want)
		}
	}
	f(true, true, "auto", 0, 2)
	f(false, true, "auto", exitBadInput, 1)
	f(true, false, "auto", 0, 2)
	f(false, false, "auto", 0, 2)
	f(true, true, "all", 0, 2)
	f(false, true, "all", 0, 2)
	f(true, true, "none", exitBadInput, 1)
	f(true, false, "none", exitBadInput, 0)
}

// TestEarlyStop has a fault after rows that the newest STATE does not cover.
func TestEarlyStop(t *testing.T) {
	t.Parallel()
	f := func(bad string, wantCode int, says string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(schemaT, schemaA, rowT("1", "old"), rowT("2", "old"), stateOf("0")), 0)
		input := singer(schemaT, schemaA, rowT("1", "new"), rowA("1"), rowA("2"), stateOf("1"), rowT("2", "lost"), rowT("1", "lost"), rowA("3"))
		r := load(t, dir, input+strings.ReplaceAll(bad, "'", `"`), wantCode)
		if !strings.Contains(r.err, says) {
			t.Errorf("message lacks %q:\n%s", says, r.err)
		}
		if r.out != "1\n" {
			t.Errorf("stdout %q", r.out)
		}
		wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"new"},{"id":2,"v":"old"}]`)
		wantQuery(t, dir, "SELECT * FROM a ORDER BY n", `[{"n":1},{"n":2}]`)
		load(t, dir, singer(schemaT, schemaA, rowT("2", "lost"), rowT("1", "again"), rowA("3"), stateOf("2")), 0)
		wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"again"},{"id":2,"v":"lost"}]`)
		wantQuery(t, dir, "SELECT * FROM a ORDER BY n", `[{"n":1},{"n":2},{"n":3}]`)
	}
	f(rowT("'x'", "y")+"\n", exitBadInput, `line 10, stream "t", /id`)
	f(`{'type':'RECORD','stream':'t','record':{'id':5,`, exitBadInput, "line 10")
	f("nonsense\n", exitBadInput, "line 10")
	f(`{'type':'RECORD','stream':'nobody','record':{}}`+"\n", exitBadInput, "line 10")
	f(`{'type':'SCHEMA','stream':'t','schema':{'type':'object','properties':{'id':{'type':'integer'}}},'key_properties':['v']}`+"\n", exitBadInput, "line 10")
}

func TestFaultBeforeAnyStateLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	r := load(t, dir, singer(schemaT, rowT("1", "a"), "nonsense"), exitBadInput)
	if files := lakeFiles(t, dir); len(files) > 0 || r.out != "" {
		t.Errorf("files %v, stdout %q", files, r.out)
	}
}

func TestInputFiles(t *testing.T) {
	text := singer(schemaT, rowT("1", "a"), stateOf("1"))
	plain := filepath.Join(t.TempDir(), "in.singer")
	packed := plain + ".gz"
	if err := os.WriteFile(plain, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	f.Close()
	for _, name := range []string{plain, packed} {
		dir := t.TempDir()
		load(t, dir, "", 0, "--input", name)
		wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"a"}]`)
	}
	load(t, t.TempDir(), "", exitUsage, "--input", plain+".missing")
}

func TestDamagedArchives(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(singer(schemaT, rowT("1", "a"), stateOf("1")))); err != nil {
		t.Fatal(err)
	}
	z.Close()
	f := func(data []byte, says string) {
		t.Helper()
		name := filepath.Join(t.TempDir(), "in.gz")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := load(t, t.TempDir(), "", exitBadInput, "--input", name); !strings.Contains(r.err, name+": "+says) {
			t.Errorf("want %q in %s", says, r.err)
		}
	}
	f(b.Bytes()[:b.Len()/2], "truncated")
	f(b.Bytes()[:b.Len()-4], "truncated")
	f([]byte("plain text, not gzip"), "not a whole gzip file")
	f(append(bytes.Clone(b.Bytes()), "garbage after it"...), "not a whole gzip file")
}

func TestNULInKeys(t *testing.T) {
	schema := strings.Replace(schemaT, `'id':{'type':'integer'}`, `'id':{'type':'string'}`, 1)
	dir := t.TempDir()
	for _, v := range []string{"first", "second"} {
		load(t, dir, singer(schema, rowT(`'a\u0000b'`, v), rowT("'c'", v), stateOf("1")), 0)
	}
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":"a\u0000b","v":"second"},{"id":"c","v":"second"}]`)
}

func TestStreamsThatDifferInCase(t *testing.T) {
	dir := t.TempDir()
	upper := func(line string) string { return strings.Replace(line, `'stream':'t'`, `'stream':'T'`, 1) }
	load(t, dir, singer(schemaT, upper(schemaT), rowT("1", "lower"), upper(rowT("2", "upper")), stateOf("1")), 0)
	wantQuery(t, dir, "SELECT (SELECT v FROM t) AS a, (SELECT v FROM t_2) AS b", `[{"a":"lower","b":"upper"}]`)
}

func TestPathDuckDBCannotOpen(t *testing.T) {
	load(t, filepath.Join(t.TempDir(), "a?b"), "", exitUsage)
}

func TestReorderedKeyIsTheSame(t *testing.T) {
	schema := `{'type':'SCHEMA','stream':'t','schema':{'type':'object','properties':{'a':{'type':'integer'},'b':{'type':'integer'}}},'key_properties':['a','b']}`
	dir := t.TempDir()
	row := `{'type':'RECORD','stream':'t','record':{'a':1,'b':2}}`
	load(t, dir, singer(schema, row, stateOf("1")), 0)
	load(t, dir, singer(strings.Replace(schema, `['a','b']`, `['b','a']`, 1), row, stateOf("2")), 0)
	wantQuery(t, dir, "SELECT * FROM t", `[{"a":1,"b":2}]`)
}

// TestMoreThanMemoryHolds loads several times what lines and rows in flight may take.
func TestMoreThanMemoryHolds(t *testing.T) {
	t.Parallel()
	lines := []string{schemaT}
	big := strings.Repeat("x", 12<<20)
	for i := range 14 {
		lines = append(lines, rowT(strconv.Itoa(i), big))
	}
	dir := t.TempDir()
	load(t, dir, singer(append(lines, stateOf("1"))...), 0, "--memory", "256MiB", "--threads", "2")
	wantQuery(t, dir, "SELECT count(*) AS n, min(length(v)) AS l FROM t", fmt.Sprintf(`[{"n":14,"l":%d}]`, len(big)))
}

func TestOwnersAndLocks(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	r := load(t, dir, singer(schemaT, rowT("1", "b"), stateOf("1")), exitLocked, "--pipeline", "other")
	if !strings.Contains(r.err, `"default"`) {
		t.Errorf("the owner is not named: %s", r.err)
	}
	load(t, dir, singer(schemaA, rowA("1"), stateOf("2")), 0, "--pipeline", "other")
	if got, err := os.ReadFile(filepath.Join(dir, "state-other.json")); err != nil || string(got) != "2" {
		t.Errorf("state-other.json %q, %v", got, err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "state.json")); err != nil || string(got) != "1" {
		t.Errorf("state.json %q, %v", got, err)
	}
}

func TestSampleLoad(t *testing.T) {
	t.Parallel()
	g := bench.Gen{Records: 60_000, Streams: 2, UpdateShare: 0.3, StateEvery: 5000, Seed: 3}
	dir := t.TempDir()
	load(t, dir, sample(t, g), 0, "--maximum-batch-size-mb", "4", "--threads", "2")
	for i, table := range []string{"orders", "orders_2"} {
		w, err := g.Want(i)
		if err != nil {
			t.Fatal(err)
		}
		wantQuery(t, dir, "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM "+table, fmt.Sprintf(`[{"n":%d,"ids":%[1]d}]`, w.Keys))
		wantQuery(t, dir, fmt.Sprintf("SELECT count(*) AS n FROM %s WHERE id = 17 AND updated_at = TIMESTAMPTZ '%s'", table, w.UpdatedAt(17)), `[{"n":1}]`)
	}
}

// TestRecordBeforeAnySchema has nothing before the RECORD, from which a decoder
// could know another stream.
func TestRecordBeforeAnySchema(t *testing.T) {
	r := load(t, t.TempDir(), singer(rowT("1", "a")), exitBadInput)
	if want := `line 1, stream "t": RECORD before the SCHEMA of its stream`; !strings.Contains(r.err, want) {
		t.Errorf("%s\nwant %s", r.err, want)
	}
}
