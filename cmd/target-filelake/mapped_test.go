package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// fence is one block of code in a document.
type fence struct {
	line       int
	kind, text string
}

// fences are the blocks of code of a document.
func fences(t *testing.T, name string) []fence {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []fence
	inside := false
	for i, line := range strings.Split(string(data), "\n") {
		kind, mark := strings.CutPrefix(line, "```")
		switch {
		case mark && !inside:
			out = append(out, fence{i + 1, kind, ""})
			inside = true
		case mark:
			inside = false
		case inside:
			out[len(out)-1].text += line + "\n"
		}
	}
	return out
}

// TestMappingGuide runs every example of the guide: a stream, and for each
// configuration the queries and answers that follow it.
func TestMappingGuide(t *testing.T) {
	t.Parallel()
	var stream, dir, sql string
	examples, answers := 0, 0
	for _, f := range fences(t, "../../docs/mapping.md") {
		switch f.kind {
		case "singer":
			stream = f.text
		case "yaml":
			dir = t.TempDir()
			config := filepath.Join(dir, "config.yaml")
			if err := os.WriteFile(config, []byte(f.text), 0o666); err != nil {
				t.Fatal(err)
			}
			r := invoke(t, stream, "--lake", dir, "--config", config)
			if r.code != 0 || !strings.Contains(r.out, `"bookmarks"`) {
				t.Errorf("docs/mapping.md:%d: exit %d, stdout %q\n%s", f.line, r.code, r.out, r.err)
			}
			examples++
		case "sql":
			sql = f.text
		case "json":
			if got, want := query(t, dir, sql), strings.TrimSpace(f.text); !sameJSON(t, got, want) {
				t.Errorf("docs/mapping.md:%d: %s\n got %s\nwant %s", f.line, sql, got, want)
			}
			answers++
		}
	}
	if examples < 10 || answers < examples {
		t.Errorf("%d examples, %d answers", examples, answers)
	}
}

// sameJSON compares values, order included as far as it is one of lists.
func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatalf("%v in %s", err, a)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return reflect.DeepEqual(x, y)
}

// mapT loads stream t of one row under a map and wants an answer.
func mapT(t *testing.T, entry, sql, want string, args ...string) {
	t.Helper()
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), rowT("2", "b"), stateOf("{'p':1}")), 0, append(args, "--stream-maps", entry)...)
	wantQuery(t, dir, sql, want)
}

func TestMaps(t *testing.T) {
	t.Parallel()
	all := "SELECT * FROM t ORDER BY ALL"
	mapT(t, `{}`, all, `[{"id":1,"v":"a"},{"id":2,"v":"b"}]`)
	mapT(t, `{"other":{"x":"v"}}`, all, `[{"id":1,"v":"a"},{"id":2,"v":"b"}]`)
	mapT(t, `{"t":{}}`, all, `[{"id":1,"v":"a"},{"id":2,"v":"b"}]`)
	mapT(t, `{"t":{"v":"self + '!'"}}`, all, `[{"id":1,"v":"a!"},{"id":2,"v":"b!"}]`)
	mapT(t, `{"*":{"v":"__stream_name__"},"t":{"v":"'own'"}}`, all, `[{"id":1,"v":"own"},{"id":2,"v":"own"}]`)
	mapT(t, `{"*":{"v":"'first'"},"[t]":{"v":"'last'"}}`, all, `[{"id":1,"v":"last"},{"id":2,"v":"last"}]`)
	mapT(t, `{"t":{"b":"2","a":"1.5","l":"[1, 'x']","w":"record"}}`, all,
		`[{"id":1,"v":"a","b":"2","a":"1.5","l":"[1,\"x\"]","w":{"id":1,"v":"a"}},{"id":2,"v":"b","b":"2","a":"1.5","l":"[1,\"x\"]","w":{"id":2,"v":"b"}}]`)
	mapT(t, `{"t":{"f":"float(id) / 4","i":"int(v == 'a')","b":"bool(id - 1)","v":null,"__filter__":"id in [1, 3]"}}`, all, `[{"id":1,"f":0.25,"i":1,"b":false}]`)
	mapT(t, `{"t":{"j":"json.dumps(record, sort_keys=True)","__else__":null}}`, all, `[{"id":1,"j":"{\"id\": 1, \"v\": \"a\"}"},{"id":2,"j":"{\"id\": 2, \"v\": \"b\"}"}]`)
	mapT(t, `{"t":{"__key_properties__":null,"id":null}}`, all, `[{"v":"a"},{"v":"b"}]`)
	mapT(t, `{"t":{"__key_properties__":"__NULL__"}}`, all, `[{"id":1,"v":"a"},{"id":2,"v":"b"}]`)
	mapT(t, `{"t":{"id":"id + 10"}}`, all, `[{"id":11,"v":"a"},{"id":12,"v":"b"}]`)
	mapT(t, `{"t":{"k":"id","id":null,"__key_properties__":["k"]}}`, "SELECT k, v, typeof(k) AS t FROM t ORDER BY k", `[{"k":1,"v":"a","t":"BIGINT"},{"k":2,"v":"b","t":"BIGINT"}]`)
	mapT(t, `{"t":{"gone":"record.get('gone', 'no')","has":"'gone' in record"}}`, all, `[{"id":1,"v":"a","gone":"no","has":"False"},{"id":2,"v":"b","gone":"no","has":"False"}]`)
	mapT(t, `{"t":{"n":"config['n'] + id","m":"config.get('x', 'y')"}}`, all, `[{"id":1,"v":"a","n":"6","m":"y"},{"id":2,"v":"b","n":"7","m":"y"}]`, "--stream-map-config", `{"n":5}`)
	mapT(t, `{"t":{"__alias__":"public.t-2"}}`, `SELECT * FROM "public.t-2" ORDER BY ALL`, `[{"id":1,"v":"a"},{"id":2,"v":"b"}]`)
	mapT(t, `{"t":null,"c":{"__source__":"t"}}`, `SELECT * FROM c ORDER BY ALL`, `[{"id":1,"v":"a"},{"id":2,"v":"b"}]`)
	mapT(t, `{"__else__":null,"c":{"__source__":"t","o":"__original_stream_name__"}}`, `SELECT * FROM c ORDER BY ALL`, `[{"id":1,"v":"a","o":"t"},{"id":2,"v":"b","o":"t"}]`)
}

// TestMapsComeAfterSelection: what is not selected, no expression sees.
func TestMapsComeAfterSelection(t *testing.T) {
	f := func(streams, entry, want string) {
		t.Helper()
		dir := t.TempDir()
		load(t, dir, singer(oneLine(schemaS), oneLine(rowS), stateOf("1")), 0, "--streams", `{"s":`+streams+`}`, "--stream-maps", `{"s":`+entry+`}`)
		wantQuery(t, dir, "SELECT * FROM s", want)
	}
	f(`{"exclude":["email","address.street","items","meta.secret","note"]}`, `{"home":"address","address":null,"m":"meta","meta":null}`,
		`[{"id":1,"home":{"city":"Rome"},"m":{"k":1}}]`)
	f(`{"select":["address.city"]}`, `{"a":"str(address)","w":"json.dumps(record)","address":null}`,
		`[{"id":1,"a":"{'city': 'Rome'}","w":"{\"id\": 1, \"address\": {\"city\": \"Rome\"}}"}]`)
	f(`{"exclude":["email","*.secret","items","address"]}`, `{"n":"str(record.get('email'))","s":"str(meta.get('secret'))"}`,
		`[{"id":1,"meta":{"k":1},"note":"n","n":"None","s":"None"}]`)
}

// TestMappedStreamsAreStreams: metadata, versions, undeclared properties and
// properties that stand twice, in whatever order a line has them.
func TestMappedStreamsAreStreams(t *testing.T) {
	dir := t.TempDir()
	maps := `{"t":{"w":"v.upper()","v":null},"c":{"__source__":"t","v":"v"}}`
	line := `{'record':{'v':'x','id':1,'\u0076':'a','u':{'z':1}},'time_extracted':'2024-01-02T03:04:05Z','version':1,'stream':'t','type':'RECORD'}`
	load(t, dir, singer(schemaT, line, activate("t", 1), stateOf("1")), 0, "--add-record-metadata", "--stream-maps", maps)
	wantQuery(t, dir, "SELECT id, w, _extra, _sdc_extracted_at, _sdc_table_version FROM t",
		`[{"id":1,"w":"A","_extra":{"u":{"z":1}},"_sdc_extracted_at":"2024-01-02T03:04:05Z","_sdc_table_version":1}]`)
	wantQuery(t, dir, "SELECT id, v, _extra, _sdc_table_version FROM c", `[{"id":1,"v":"a","_extra":{"u":{"z":1}},"_sdc_table_version":1}]`)
	load(t, dir, singer(schemaT, `{'type':'RECORD','stream':'t','version':2,'record':{'id':2,'v':'b'}}`, activate("t", 2), stateOf("2")), 0, "--stream-maps", maps)
	wantQuery(t, dir, "SELECT id, w FROM t", `[{"id":2,"w":"B"}]`)
	wantQuery(t, dir, "SELECT id, v FROM c", `[{"id":2,"v":"b"}]`)
}

func TestMapRefusals(t *testing.T) {
	f := func(code int, entry, want string, args ...string) {
		t.Helper()
		dir := t.TempDir()
		r := load(t, dir, singer(schemaT, rowT("1", "a"), `{'type':'RECORD','stream':'t','record':{'id':2,'v':null}}`, stateOf("1")), code, append(args, "--stream-maps", entry)...)
		if !strings.Contains(r.err, want) {
			t.Errorf("%s: want %q in\n%s", entry, want, r.err)
		}
	}
	usage := func(entry, want string, args ...string) { t.Helper(); f(exitUsage, entry, want, args...) }
	// of the text, before anything is read
	usage(`[`, "stream_maps: malformed JSON")
	usage(`[]`, "stream_maps: is a list, want an object")
	usage(`{"t":5}`, "stream_maps.t: is a number, want an object, or null to leave the stream out")
	usage(`{"t":{"x":5}}`, `stream_maps.t.x: is a number, want an expression in a string ("5"), or null`)
	usage(`{"t":{"x":true}}`, `want an expression in a string ("True")`)
	usage(`{"t":{"x":"fake.name()"}}`, "stream_maps.t.x: `fake.name()`: fake is not supported: random data")
	usage(`{"t":{"x":"a +","y":"'%s' % v"}}`, "stream_maps.t.x: `a +`: it ends where a value is expected\nstream_maps.t.y: `'%s' % v`: % does not format text here")
	usage(`{"t":{"__filter__":"lambda: 1"}}`, "stream_maps.t.__filter__: `lambda: 1`: lambda is not supported")
	usage(`{"t":{"__keys__":"a"}}`, "stream_maps.t.__keys__: is not an operation; there are __alias__")
	usage(`{"t":{"__else__":"drop"}}`, "stream_maps.t.__else__: is a string, want null")
	usage(`{"__else__":{}}`, "stream_maps.__else__: is an object, want null")
	usage(`{"__alias__":"x"}`, "stream_maps.__alias__: is not an operation on streams")
	usage(`{"t":{"__key_properties__":"id"}}`, "is a string, want a list of names")
	usage(`{"t":{"__alias__":5}}`, "stream_maps.t.__alias__: is a number, want a name")
	usage(`{"t":{"__alias__":"a","__source__":"b"}}`, "has __source__ and __alias__")
	usage(`{"t[":{}}`, "is not a name or glob")
	usage(`{}`, "stream_map_config: is a list", "--stream-map-config", "[]")
	// of names, when the SCHEMA comes
	usage(`{"t":{"x":"w.lower()"}}`, `line 1, stream "t": stream_maps.t.x: `+"`w.lower()`"+`: the SCHEMA has no property "w"; it has id, v. Write record.get('w')`)
	usage(`{"t":{"x":"re"}}`, "re is not supported: there are no regular expressions")
	usage(`{"t":{"__filter__":"self"}}`, "self is the property that is made")
	usage(`{"t":{"x":"config['seed']"}}`, `stream_map_config has no "seed"`)
	usage(`{"t":{"id":null}}`, `stream_maps.t.id: "id" is a key property; name another key with __key_properties__`)
	usage(`{"t":{"__key_properties__":["k"]}}`, `key property "k" is not among the properties of "t": id, v`)
	usage(`{"t":{"__alias__":"''"}}`, "is no name for a stream")
	usage(`{"t":{"__alias__":"u"},"u":{"__source__":"t"}}`, `stream_maps: "t" becomes "u" twice`)
	usage(`{"t":{"x":"v"}}`, `"v" is not selected`, "--streams", `{"t":{"exclude":["v"]}}`)
	// of values, in a record
	f(exitBadInput, `{"t":{"x":"v.lower()"}}`, `line 3, stream "t", /x: `+"`v.lower()`: None has no .lower(); write x.lower(…) if x is not None else None")
	f(exitBadInput, `{"t":{"__filter__":"v > 3"}}`, "line 2, stream \"t\": __filter__ `v > 3`: > does not go between str and int")
	f(exitBadInput, `{"t":{"x":"int(v)"}}`, "int() of text that is no integer")
	f(exitBadInput, `{"t":{"id":"v"}}`, `line 2, stream "t", /id: type null or integer, got a string`)
	f(exitBadInput, `{"t":{"y":"int(id) + 0.5"}}`, `line 2, stream "t", /y: type null or integer, got a number`)
}

// TestMappedRowsComeTogether: a record that one of its streams refuses is in
// none of them.
func TestMappedRowsComeTogether(t *testing.T) {
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "7"), stateOf("1"), rowT("2", "x"), stateOf("2")), exitBadInput,
		"--stream-maps", `{"c":{"__source__":"t","n":"int(v)"}}`)
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"7"}]`)
	wantQuery(t, dir, "SELECT * FROM c", `[{"id":1,"v":"7","n":7}]`)
}

func TestTwoStreamsOfOneName(t *testing.T) {
	r := load(t, t.TempDir(), singer(schemaT, schemaA), exitUsage, "--stream-maps", `{"*":{"__alias__":"x"}}`)
	if want := `line 2: stream_maps: streams "t" and "a" would both be loaded as "x"`; !strings.Contains(r.err, want) {
		t.Errorf("want %q in\n%s", want, r.err)
	}
}

func TestFilteredRecordsAreCounted(t *testing.T) {
	r := load(t, t.TempDir(), singer(schemaT, rowT("1", "a"), rowT("2", "b"), rowT("3", "c"), stateOf("1")), 0, "--stream-maps", `{"t":{"__filter__":"id == 2"}}`)
	if want := "note: stream t: 2 records left out by __filter__"; !strings.Contains(r.err, want) {
		t.Errorf("want %q in\n%s", want, r.err)
	}
}

// TestMappedRejects: a record is set aside for the stream that refuses it, as
// its map made it. One that has no mapped form ends the run.
func TestMappedRejects(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--on-invalid-record", "quarantine", "--stream-maps", `{"c":{"__source__":"t","n":"int(id) / v.find('x')","v":null}}`}
	load(t, dir, singer(schemaT, rowT("1", "-x"), rowT("2", "--x"), rowT("3", "--x"), stateOf("1")), 0, args...)
	wantQuery(t, dir, "SELECT * FROM t ORDER BY id", `[{"id":1,"v":"-x"},{"id":2,"v":"--x"},{"id":3,"v":"--x"}]`)
	wantQuery(t, dir, "SELECT * FROM c ORDER BY id", `[{"id":1,"n":1},{"id":2,"n":1}]`)
	kept, err := filepath.Glob(filepath.Join(dir, "_lake", "rejects", "c", "*.jsonl"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("%v, %v", kept, err)
	}
	data, err := os.ReadFile(kept[0])
	if want := `"line":4,"reasons":[{"path":"/n","reason":"type null or integer, got a number"}],"record":{"id":3,"n":1.5}}`; err != nil || !strings.Contains(string(data), want) {
		t.Errorf("%s, %v, want %s", data, err, want)
	}
	r := load(t, t.TempDir(), singer(schemaT, rowT("1", "x")), exitBadInput, args...)
	if !strings.Contains(r.err, "division by zero") {
		t.Error(r.err)
	}
}
