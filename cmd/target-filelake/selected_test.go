package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A stream with a property of every kind that can hold what is not wanted.
const (
	schemaS = `{'type':'SCHEMA','stream':'s','key_properties':['id'],'schema':{'type':'object','additionalProperties':false,'required':['id','email'],
		'properties':{'id':{'type':'integer'},'email':{'type':'string','minLength':30},
		'address':{'type':['object','null'],'properties':{'city':{'type':'string'},'street':{'type':'string'}}},
		'items':{'type':'array','items':{'type':'object','properties':{'sku':{'type':'string'},'cost':{'type':'number'}}}},
		'meta':{'type':'object'},'note':{'type':['string','null']}}}}`
	rowS = `{'type':'RECORD','stream':'s','record':{'id':1,'email':'a@b.c','address':{'city':'Rome','street':'Via 1'},
		'items':[{'sku':'x','cost':1.5},{'sku':'y','cost':2}],'meta':{'k':1,'secret':2},'note':'n'}}`
)

// oneLine takes the line breaks out of a message.
func oneLine(s string) string { return strings.NewReplacer("\n", "", "\t", "").Replace(s) }

func TestSelectAndExclude(t *testing.T) {
	t.Parallel()
	f := func(settings, want string, args ...string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(oneLine(schemaS), oneLine(rowS), stateOf("1")), 0, append(args, "--streams", `{"s":`+settings+`}`)...)
		wantQuery(t, dir, "SELECT * FROM s", want)
	}
	f(`{"select":["note"],"exclude":[]}`, `[{"id":1,"note":"n"}]`)
	f(`{"select":["*t*"],"exclude":["note"]}`, `[{"id":1,"items":[{"sku":"x","cost":1.5},{"sku":"y","cost":2.0}],"meta":{"k":1,"secret":2}}]`)
	f(`{"exclude":["email","address.street","items.cost","meta.secret","note"]}`,
		`[{"id":1,"address":{"city":"Rome"},"items":[{"sku":"x"},{"sku":"y"}],"meta":{"k":1}}]`)
	f(`{"select":["address.city","items.sku","meta.k","note.x"]}`, `[{"id":1,"address":{"city":"Rome"},"items":[{"sku":"x"},{"sku":"y"}],"meta":{"k":1}}]`)
	f(`{"exclude":["email","address.street","items.*","meta","note"]}`, `[{"id":1,"address":{"city":"Rome"}}]`)
	f(`{"exclude":["email","address.street","items.cost","meta","note"]}`,
		`[{"id":1,"address":{"city":"Rome"},"items":[{"sku":"x"},{"sku":"y"}]}]`, "--nested", "json")
	f(`{"exclude":["email","address.street","items","meta","note"]}`, `[{"id":1,"address__city":"Rome"}]`, "--nested", "flatten")
}

// TestExcludedIsNotKept: what no SCHEMA declares, too, and no file holds it.
func TestExcludedIsNotKept(t *testing.T) {
	schema := `{'type':'SCHEMA','stream':'s','key_properties':['id'],'schema':{'properties':{'id':{'type':'integer'},'o':{'type':'object','properties':{'a':{'type':'integer'}}}}}}`
	row := `{'type':'RECORD','stream':'s','record':{'id':1,'secret':'hidden-1','o':{'a':1,'secret':'hidden-2','z':5},'u':{'secret':'hidden-3','v':6},'w':7}}`
	dir := t.TempDir()
	r := load(t, dir, singer(schema, row, stateOf("1")), 0, "--compression", "none", "--streams", `{"*":{"exclude":["secret","*.secret"]}}`)
	wantQuery(t, dir, "SELECT * FROM s", `[{"id":1,"o":{"a":1},"_extra":{"/o/z":5,"u":{"v":6},"w":7}}]`)
	for _, name := range lakeFiles(t, dir) {
		data, err := os.ReadFile(name)
		if err != nil || strings.Contains(string(data), "hidden") {
			t.Errorf("%s holds what is excluded, or %v", name, err)
		}
	}
	if strings.Contains(r.err, "secret") {
		t.Errorf("noted: %s", r.err)
	}
}

// TestExcludedIsNotInRejects: nor is it in records that are set aside, and a
// replay takes these with the selection and without.
func TestExcludedIsNotInRejects(t *testing.T) {
	t.Parallel()
	schema := func(length int) string {
		return fmt.Sprintf(`{'type':'SCHEMA','stream':'s','key_properties':['id'],'schema':{'required':['secret'],'properties':{'id':{'type':'integer'},'v':{'type':'string','maxLength':%d},`+
			`'secret':{'type':['string','null']},'o':{'type':'object','properties':{'a':{'type':'integer'},'secret':{'type':'string'}}}}}}`, length)
	}
	record := `{'type':'RECORD','stream':'s','record':{'id':1,'v':'longer', 'secret':'hidden-1','o':%s,'u':{'secret':'hidden-3','v':[{'secret':'hidden-4'}]},'w':7}}`
	for _, o := range []string{`{'secret':'hidden-2','a':1,'z':5}`, `'{\'a\':1,\'secret\':\'hidden-2\',\'z\':5}'`} {
		for _, without := range [][]string{nil, {"--streams", `{"*":{"exclude":["secret","*.secret","*.*.secret"]}}`}} {
			dir := t.TempDir()
			args := []string{"--streams", `{"*":{"exclude":["secret","*.secret","*.*.secret"]}}`}
			r := load(t, dir, singer(schema(3), fmt.Sprintf(record, o), stateOf("1")), 0, append(args, quarantined...)...)
			if lines := strings.Join(rejected(t, dir, "s"), ""); strings.Count(lines, "\n") != 1 || strings.Contains(lines+r.err, "hidden") {
				t.Errorf("%q\n%s", rejected(t, dir, "s"), r.err)
			}
			load(t, dir, singer(strings.Replace(schema(9), "'required':['secret'],", "", 1)), 0, without...)
			replayOf(t, dir, 0, without...)
			wantQuery(t, dir, "SELECT id, v, o.a AS a, _extra FROM s", `[{"id":1,"v":"longer","a":1,"_extra":{"/o/z":5,"u":{"v":[{}]},"w":7}}]`)
		}
	}
}

func TestUnselectedColumnsStay(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	load(t, dir, singer(schemaT, rowT("1", "b"), rowT("2", "c"), stateOf("1")), 0, "--streams", `{"t":{"exclude":["v"]}}`)
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":null},{"id":2,"v":null}]`)
	load(t, dir, singer(schemaT, rowT("1", "d"), stateOf("1")), 0)
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"d"},{"id":2,"v":null}]`)
}

const catalogST = `{"streams":[{"tap_stream_id":"x-t","stream":"t","metadata":[
	{"breadcrumb":[],"metadata":{"selected":true}},
	{"breadcrumb":["properties","id"],"metadata":{"inclusion":"automatic"}},
	{"breadcrumb":["properties","v"],"metadata":{"inclusion":"available","selected":false}}]},
	{"tap_stream_id":"a","metadata":[{"breadcrumb":[],"metadata":{"selected":false}}]}]}`

func TestCatalogSelects(t *testing.T) {
	name := filepath.Join(t.TempDir(), "catalog.json")
	if err := os.WriteFile(name, []byte(catalogST), 0o666); err != nil {
		t.Fatal(err)
	}
	f := func(args ...string) {
		t.Helper()
		dir := t.TempDir()
		other := strings.ReplaceAll(schemaT, "'t'", "'o'")
		r := load(t, dir, singer(schemaA, schemaT, rowA("1"), rowT("1", "a"), rowA("2"), schemaA, other, stateOf("1")), 0, args...)
		wantQuery(t, dir, "SELECT * FROM t", `[{"id":1}]`)
		if r.out != "1\n" {
			t.Errorf("stdout %q", r.out)
		}
		if n := strings.Count(r.err, "the catalog does not select it"); n != 1 || !strings.Contains(r.err, "stream=a") {
			t.Errorf("said %d times\n%s", n, r.err)
		}
		if n := strings.Count(r.err, "the catalog does not name the stream"); n != 1 {
			t.Errorf("said %d times\n%s", n, r.err)
		}
		if r := invoke(t, "", "query", "--lake", dir, "SELECT * FROM a"); r.code == 0 {
			t.Errorf("stream a is there: %s", r.out)
		}
	}
	f("--catalog", name)
	f("--catalog-json", name)
	f("--catalog_json", name)
	f("--catalog_json", catalogST)
	config := filepath.Join(t.TempDir(), "c.json")
	if err := os.WriteFile(config, []byte(`{"catalog":`+catalogST+`}`), 0o666); err != nil {
		t.Fatal(err)
	}
	f("--config", config)
}

// A record of a stream that is not loaded must still be well-formed.
func TestUnselectedStreamsAreRead(t *testing.T) {
	bad := `{'type':'RECORD','stream':'a','record':{'n':01}}`
	r := load(t, t.TempDir(), singer(schemaA, bad), exitBadInput, "--catalog", catalogST)
	if !strings.Contains(r.err, "line 2: malformed JSON") {
		t.Error(r.err)
	}
}

func TestSelectionRefusals(t *testing.T) {
	f := func(code int, want string, args ...string) {
		t.Helper()
		r := load(t, t.TempDir(), singer(schemaT, rowT("1", "a"), stateOf("1")), code, args...)
		if !strings.Contains(r.err, want) {
			t.Errorf("%s: want %q", r.err, want)
		}
	}
	f(exitUsage, `line 1, stream "t": key property "id" is in exclude`, "--streams", `{"t":{"exclude":["i*"]}}`)
	f(exitUsage, `key property "id" is not selected in the catalog`, "--catalog", `{"streams":[{"stream":"t","metadata":[{"breadcrumb":["properties","id"],"metadata":{"selected":false}}]}]}`)
	f(exitUsage, `streams: t: "a[" is no pattern`, "--streams", `{"t":{"select":["a["]}}`)
	f(exitUsage, `catalog: open /nowhere`, "--catalog", "/nowhere")
	f(exitUsage, `catalog: no list of streams`, "--catalog", "{}")
}
