package main

import (
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
	want := `line 4: stream "e": schema_changes is freeze, and this SCHEMA would change the table:
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
	if !strings.Contains(r.err, "line 3: stream \"e\": schema_changes is freeze") {
		t.Errorf("got %s", r.err)
	}
	load(t, dir, singer(streamOf(then), rowE(`'id':2,'total':0.5`), stateOf("5")), 0)
	wantQuery(t, dir, "SELECT id, total FROM e ORDER BY id", `[{"id":1,"total":5},{"id":2,"total":0.5},{"id":3,"total":6}]`)
}

func TestHistory(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(streamOf(`'v':{'type':'integer'}`), stateOf("1")), 0)
	load(t, dir, singer(schemaT, stateOf("2")), 0) // a version that leaves e alone
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
	for _, args := range [][]string{{"show", "--lake", dir, "--history"}, {"show", "--lake", dir, "e", "--json"}} {
		if r := invoke(t, "", args...); r.code != exitUsage {
			t.Errorf("%v: exit %d, want %d", args, r.code, exitUsage)
		}
	}
}
