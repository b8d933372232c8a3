package main

import (
	"strings"
	"testing"
)

// TestCommandsOfOtherNames has a word that is no command told with the nearest one.
func TestCommandsOfOtherNames(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		if r := invoke(t, "", args...); r.code != exitUsage || !strings.HasPrefix(r.err, "target-filelake: "+want) {
			t.Errorf("%q: exit %d\n%swant %s", args, r.code, r.err, want)
		}
	}
	f(`"querry" is no command; did you mean "query"?`+"\n", "querry", "SELECT 1")
	f(`"verfiy" is no command; did you mean "verify"?`+"\n", "--lake", t.TempDir(), "verfiy")
	f(`"synchronise" is no command; known are load, query, show, `, "synchronise")
	f("unexpected argument u\n", "show", "t", "u")
}

// TestKeyOfAnotherType has the command that frees the key told as a shell takes it.
func TestKeyOfAnotherType(t *testing.T) {
	dir := t.TempDir() + "/a lake"
	schema := strings.ReplaceAll(schemaT, "'t'", "'my orders'")
	load(t, dir, singer(schema, strings.ReplaceAll(rowT("1", "a"), "'t'", "'my orders'"), stateOf("1")), 0)
	f := func(schema, says string) {
		t.Helper()
		r := load(t, dir, singer(schema), exitBadInput)
		if want := `target-filelake: line 1, stream "my orders": ` + says + "drop it first: target-filelake reset --lake '" + dir + "' 'my orders'\n"; r.err[strings.LastIndex(r.err, "target-filelake: "):] != want {
			t.Errorf("got\n%swant\n%s", r.err, want)
		}
	}
	f(strings.Replace(schema, "'integer'", "'string'", 1), "schema refused: key /id changes from int64 to string; to load it so, ")
	f(strings.Replace(schema, "['id']", "['v']", 1), `key_properties are ["v"], the table's are ["id"]; to load it with another key, `)
}

// TestTypesThatCameLate has a type that a table keeps from a column told with what to do.
func TestTypesThatCameLate(t *testing.T) {
	dir := t.TempDir()
	stream := singer(schemaT, rowT("1", "7"), stateOf("1"))
	load(t, dir, stream, 0)
	r := load(t, dir, stream, 0, "--streams", `{"t":{"types":{"v":"bigint"}}}`)
	if want := "to change that, drop the stream and load it from its beginning: target-filelake reset --lake " + dir + " t"; !strings.Contains(r.err, want) {
		t.Errorf("%swant %s", r.err, want)
	}
}
