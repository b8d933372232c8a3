package main

import (
	"fmt"
	"strings"
	"testing"
)

// streamOf is stream e with the given properties, keyed by id.
func streamOf(properties string) string {
	return `{'type':'SCHEMA','stream':'e','schema':{'type':'object','properties':{'id':{'type':'integer'},` + properties + `}},'key_properties':['id']}`
}

func rowE(members string) string {
	return `{'type':'RECORD','stream':'e','record':{` + members + `}}`
}

func TestFreezeRefusesWithADiff(t *testing.T) {
	const (
		first = `'total':{'type':'integer'},'at':{'type':['null','string'],'format':'date'},'items':{'type':'array','items':{'type':'object','properties':{'q':{'type':'integer'}}}}`
		then  = `'TOTAL':{'type':'string'},'total':{'type':'number'},'items':{'type':'array','items':{'type':'object','properties':{'q':{'type':'string'},'r':{'type':'boolean'}}}}`
	)
	dir := t.TempDir()
	freeze := []string{"--schema-changes", "freeze"}
	load(t, dir, singer(streamOf(first), rowE(`'id':1,'total':5`), stateOf("1")), 0, freeze...) // a new stream
	r := load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("2"), streamOf(then), rowE(`'id':2`), stateOf("3")), exitBadInput, freeze...)
	want := `line 4, stream "e": schema_changes is freeze, and this SCHEMA would change the table:
  ~ /total            bigint -> double
  ~ /items/element/q  bigint -> varchar
  + /items/element/r  boolean
  + /TOTAL            varchar  (column TOTAL_2)
to let it, load with --schema-changes evolve; else mend the tap's SCHEMA or its selection
`
	if !strings.Contains(r.err, want) {
		t.Errorf("got %s\nwant %s", r.err, want)
	}
	if r.out != "2\n" {
		t.Errorf("stdout %q, want what came before the SCHEMA", r.out)
	}
	wantQuery(t, dir, "SELECT id, total FROM e", `[{"id":1,"total":5}]`)

	// Narrower, the same or without a property: nothing changes.
	load(t, dir, singer(streamOf(`'total':{'type':'integer','maximum':9}`), rowE(`'id':3,'total':6`), stateOf("4")), 0, freeze...)
	// Within a run, also of a stream that began in it.
	r = load(t, t.TempDir(), singer(streamOf(first), rowE(`'id':1`), streamOf(then)), exitBadInput, freeze...)
	if !strings.Contains(r.err, "line 3, stream \"e\": schema_changes is freeze") {
		t.Errorf("got %s", r.err)
	}
	load(t, dir, singer(streamOf(then), rowE(`'id':2,'total':0.5`), stateOf("5")), 0)
	wantQuery(t, dir, "SELECT id, total FROM e ORDER BY id", `[{"id":1,"total":5},{"id":2,"total":0.5},{"id":3,"total":6}]`)
}

func TestHistory(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(streamOf(`'v':{'type':'integer'}`), stateOf("1")), 0)
	load(t, dir, singer(schemaT, stateOf("2")), 0, "--pipeline", "other") // a version that leaves e alone
	load(t, dir, singer(streamOf(`'v':{'type':'number'},'w':{'type':'boolean'}`), rowE(`'id':1,'x':null`), stateOf("3")), 0)
	history := func(args ...string) string {
		t.Helper()
		r := invoke(t, "", append([]string{"show", "--lake", dir, "e", "--history"}, args...)...)
		if r.code != 0 {
			t.Fatal(r.err)
		}
		return r.out
	}
	lines := strings.Split(history(), "\n")
	want := []string{"schema 0: version 1, 20", "  + /id  bigint", "  + /v   bigint", "schema 1: version 3, 20",
		"  ~ /v       bigint -> double", "  + /w       boolean", "  + /_extra  json", ""}
	if len(lines) != len(want) {
		t.Fatalf("got %q, want %q", lines, want)
	}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("line %d is %q, want %q", i+1, lines[i], want[i])
		}
	}
	asJSON := history("--json")
	for _, s := range []string{`"version": 3`, `"path": "/v"`, `"from": "bigint"`, `"to": "double"`} {
		if !strings.Contains(asJSON, s) {
			t.Errorf("%s is not in %s", s, asJSON)
		}
	}
	for _, args := range [][]string{{"show", "--lake", dir, "--history"}, {"show", "--lake", dir, "e", "--rejects", "--json"}} {
		if r := invoke(t, "", args...); r.code != exitUsage {
			t.Errorf("%v: exit %d, want %d", args, r.code, exitUsage)
		}
	}
}

// TestIntegersBeyondDoubles makes numbers of integer columns: exactly, whether
// the integers are committed, in this run's files or still being decoded.
func TestIntegersBeyondDoubles(t *testing.T) {
	t.Parallel()
	const (
		whole = `'v':{'type':'integer'},'s':{'type':'object','properties':{'l':{'type':'array','items':{'type':'integer'}}}}`
		float = `'v':{'type':'number'},'s':{'type':'object','properties':{'l':{'type':'array','items':{'type':'number'}}}}`
	)
	types := func(dir, want string) {
		t.Helper()
		wantQuery(t, dir, "SELECT typeof(v) AS v, typeof(s.l) AS l FROM e LIMIT 1", want)
	}
	const v, l = `'id':1,'v':9007199254740993`, `'id':1,'v':9007199254740992,'s':{'l':[1,-9007199254740993]}`
	after := []string{streamOf(float), rowE(`'id':2,'v':0.5,'s':{'l':[1.50]}`), stateOf("2")}

	between := func(row, kinds, values string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(streamOf(whole), rowE(row), stateOf("1")), 0)
		r := load(t, dir, singer(after...), 0)
		if warned := strings.Contains(r.err, "becomes text"); warned != strings.Contains(kinds, "VARCHAR") {
			t.Errorf("warned: %v\n%s", warned, r.err)
		}
		types(dir, kinds)
		wantQuery(t, dir, "SELECT v, s.l AS l FROM e ORDER BY id", values)
	}
	between(v, `[{"v":"VARCHAR","l":"DOUBLE[]"}]`, `[{"v":"9007199254740993","l":null},{"v":"0.5","l":[1.5]}]`)
	between(l, `[{"v":"DOUBLE","l":"VARCHAR[]"}]`, `[{"v":9007199254740992,"l":["1","-9007199254740993"]},{"v":0.5,"l":["1.50"]}]`)
	between(`'id':1,'v':7`, `[{"v":"DOUBLE","l":"DOUBLE[]"}]`, `[{"v":7,"l":null},{"v":0.5,"l":[1.5]}]`)

	within := func(args ...string) {
		t.Helper()
		dir := t.TempDir()
		lines := []string{streamOf(whole), rowE(v)}
		for id := range 3000 {
			lines = append(lines, rowE(fmt.Sprintf("'id':%d,'v':%d", id+10, id)), stateOf("1"))
		}
		load(t, dir, singer(append(lines, after...)...), 0, args...)
		types(dir, `[{"v":"VARCHAR","l":"DOUBLE[]"}]`)
		wantQuery(t, dir, "SELECT v FROM e WHERE id IN (1, 2, 3009) ORDER BY id", `[{"v":"9007199254740993"},{"v":"0.5"},{"v":"2999"}]`)
	}
	within()
	within("--batch-size-rows", "100")
	within("--threads", "1")
}

// TestIntegersIntoDoubles narrows a number to an integer: its column stays one
// of doubles, and what it rounds is said.
func TestIntegersIntoDoubles(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(streamOf(`'v':{'type':'number'}`), rowE(`'id':1,'v':0.5`), stateOf("1")), 0)
	r := load(t, dir, singer(streamOf(`'v':{'type':'integer'}`), rowE(`'id':2,'v':9007199254740993`), rowE(`'id':3,'v':9007199254740994`),
		rowE(`'id':4,'v':-9223372036854775807`), stateOf("2")), 0)
	if !strings.Contains(r.err, "note: 2 integers beyond 2^53 were rounded") {
		t.Errorf("got %s", r.err)
	}
	wantQuery(t, dir, "SELECT v FROM e ORDER BY id", `[{"v":0.5},{"v":9007199254740992},{"v":9007199254740994},{"v":-9223372036854776000}]`)
}

// TestExtraAppearsAndStays sends a property before its SCHEMA declares it: it
// stands in _extra then, and older rows keep it there.
func TestExtraAppearsAndStays(t *testing.T) {
	dir := t.TempDir()
	const plain, declared = `'v':{'type':'integer'}`, `'v':{'type':'integer'},'x':{'type':'integer'}`
	load(t, dir, singer(streamOf(plain), rowE(`'id':1,'v':1`), rowE(`'id':2,'x':2,'s':{'y':[1.50]}`), stateOf("1"),
		streamOf(declared), rowE(`'id':3,'x':3,'s':null`), rowE(`'id':4,'x':4`), stateOf("2")), 0)
	want := `[{"id":1,"v":1,"x":null,"_extra":null},{"id":2,"v":null,"x":null,"_extra":{"x":2,"s":{"y":[1.50]}}},` +
		`{"id":3,"v":null,"x":3,"_extra":{"s":null}},{"id":4,"v":null,"x":4,"_extra":null}`
	wantQuery(t, dir, "SELECT * FROM e ORDER BY id", want+"]")
	load(t, dir, singer(streamOf(declared), rowE(`'id':5,'x':5`), stateOf("3")), 0) // it stays, though no row needs it
	load(t, dir, singer(streamOf(plain), rowE(`'id':6,'x':6`), stateOf("4")), 0)    // undeclared again: the column is no longer its place
	want += `,{"id":5,"v":null,"x":5,"_extra":null},{"id":6,"v":null,"x":null,"_extra":{"x":6}}]`
	wantQuery(t, dir, "SELECT * FROM e ORDER BY id", want)
	_, m, err := readLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	if h := historyOf(m.Tables["e"]); len(h) != 2 {
		t.Errorf("%d schemas, want 2: %+v", len(h), h)
	}
}

// TestColumnsThatBecomeText has a column that becomes text or JSON, though neither of
// its SCHEMAs says so, warned of: once, and in the run that changes it.
func TestColumnsThatBecomeText(t *testing.T) {
	t.Parallel()
	f := func(before, after, says string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(streamOf(`'v':`+before), rowE(`'id':1`), stateOf("1")), 0)
		warned := func(want string) {
			t.Helper()
			r := load(t, dir, singer(streamOf(`'v':`+after), rowE(`'id':2`), stateOf("2")), 0)
			got := ""
			if i := strings.Index(r.err, "the column becomes "); i >= 0 {
				got, _, _ = strings.Cut(r.err[i:], "\n")
			}
			if got != want {
				t.Errorf("%s, then %s: got %q, want %q", before, after, got, want)
			}
		}
		warned(says)
		warned("")
	}
	const number, cents, integer, boolean, text = `{'type':'number'}`, `{'type':'number','multipleOf':0.01}`, `{'type':'integer'}`, `{'type':'boolean'}`, `{'type':'string'}`
	array := func(items string) string { return `{'type':'array','items':` + items + `}` }
	object := `{'type':'object','properties':{'x':` + number + `}}`
	f(number, cents, `the column becomes text" stream=e properties=[/v] types="[double and decimal(38,2)]"`)
	f(cents, number, `the column becomes text" stream=e properties=[/v] types="[decimal(38,2) and double]"`)
	f(array(number), array(cents), `the column becomes text" stream=e properties=[/v/element] types="[double and decimal(38,2)]"`)
	f(integer, boolean, `the column becomes text" stream=e properties=[/v] types="[bigint and boolean]"`)
	f(object, array(number), `the column becomes JSON" stream=e properties=[/v] types="[struct and list]"`)
	f(number, text, "")
	f(text, number, "")
	f(cents, integer, "")
	f(integer, number, "")
	f(object, `{}`, "")
}
