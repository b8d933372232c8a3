package main

import (
	"fmt"
	"strings"
	"testing"
)

// schemaO is a stream with a value that orders its rows, and a required one.
const schemaO = `{'type':'SCHEMA','stream':'o','schema':{'type':'object','required':['at'],'properties':{'id':{'type':'integer'},'at':{'type':'string','format':'date-time'},'v':{'type':'string'}}},'key_properties':['id'],'bookmark_properties':['at']}`

func rowO(id int, day, v string) string {
	return fmt.Sprintf(`{'type':'RECORD','stream':'o','record':{'id':%d,'at':'2026-11-%s','v':'%s'}}`, id, day, v)
}

// goneO is the event that the row of a key was deleted: it has no more to say.
func goneO(id int) string {
	return fmt.Sprintf(`{'type':'RECORD','stream':'o','record':{'id':%d,'_sdc_deleted_at':'2026-11-22T00:00:00Z'}}`, id)
}

// loadsO loads inputs one after another and wants stream o to hold rows "id v".
func loadsO(t *testing.T, want string, args []string, inputs ...string) {
	t.Helper()
	dir := t.TempDir()
	for _, in := range inputs {
		load(t, dir, singer(schemaO)+singer(in, stateOf("1")), 0, args...)
	}
	wantQuery(t, dir, "SELECT coalesce(string_agg(id || coalesce(v, '-'), ' ' ORDER BY id), '') AS r FROM o", `[{"r":"`+want+`"}]`)
}

func TestOrderBy(t *testing.T) {
	t.Parallel()
	lines := func(l ...string) string { return strings.Join(l, "\n") }
	f := func(want, orderBy string, inputs ...string) {
		t.Helper()
		loadsO(t, want, []string{"--order-by", orderBy}, inputs...)
	}
	late := lines(rowO(1, "05", "old"), rowO(2, "09", "new"))
	f("1new 2new", "at", lines(rowO(1, "07", "new"), rowO(2, "05", "old")), late)
	f("1new 2new", "bookmark_properties", lines(rowO(1, "07", "new"), rowO(2, "05", "old")), late)
	f("1b", "at", lines(rowO(1, "07", "a"), rowO(1, "07", "b"), rowO(1, "06", "c")))
	f("1b", "at", rowO(1, "07", "a"), rowO(1, "07", "b"))
	// A row without a value gives way to what comes after it, whatever batch that is in.
	f("1-", "at", lines(rowO(1, "07", "a"), goneO(1)))
	f("1b", "at", lines(rowO(1, "07", "a"), goneO(1), rowO(1, "05", "b")))
	f("1b", "at", lines(rowO(1, "07", "a"), goneO(1)), rowO(1, "05", "b"))
	f("1b", "at", rowO(1, "07", "a"), lines(goneO(1), rowO(1, "05", "b")))
	refused := func(schema, orderBy string, want int, says string) {
		t.Helper()
		for _, args := range [][]string{{"--order-by", orderBy}, {"--streams", `{"o":{"order_by":"` + orderBy + `"}}`}} {
			r := load(t, t.TempDir(), singer(schema), want, args...)
			if says = `target-filelake: line 1, stream "o": order_by ` + says; !strings.Contains(r.err, says) {
				t.Errorf("%q: %swant %s", args, r.err, says)
			}
			says = strings.TrimPrefix(says, `target-filelake: line 1, stream "o": order_by `)
		}
	}
	refused(schemaO, "idd", exitUsage, `"idd" is not in the schema; did you mean "id"?`)
	refused(schemaO, "synchronised", exitUsage, `"synchronised" is not in the schema; known are `)
	listed := strings.Replace(schemaO, `'properties':{`, `'properties':{'ids':{'type':'array','items':{}},`, 1)
	refused(listed, "ids", exitUsage, `"ids" is not of a scalar type; did you mean "id"?`)
	bookmarked := strings.Replace(schemaO, `'bookmark_properties':['at']`, `'bookmark_properties':['att']`, 1) // the tap's fault
	refused(bookmarked, "bookmark_properties", exitBadInput, `"att" is not in the schema`)
}

func TestUniqueConflictMethod(t *testing.T) {
	t.Parallel()
	lines := func(l ...string) string { return strings.Join(l, "\n") }
	inputs := []string{lines(rowO(1, "01", "a"), rowO(1, "01", "b")), lines(rowO(1, "01", "c"), rowO(2, "01", "d"))}
	loadsO(t, "1c 2d", nil, inputs...)
	loadsO(t, "1a 2d", []string{"--unique-conflict-method", "IGNORE"}, inputs...)
	loadsO(t, "1a 2d", []string{"--streams", `{"o":{"unique_conflict_method":"IGNORE"}}`}, inputs...)
	dir := t.TempDir()
	schema := singer(strings.Replace(schemaO, `'key_properties'`, `'unique_conflict_method':'IGNORE','key_properties'`, 1))
	load(t, dir, schema+singer(rowO(1, "01", "a"), rowO(1, "01", "b"), stateOf("1")), 0)
	wantQuery(t, dir, "SELECT v FROM o", `[{"v":"a"}]`)
}

func TestDeletes(t *testing.T) {
	t.Parallel()
	lines := func(l ...string) string { return strings.Join(l, "\n") }
	hard := []string{"--hard-delete"}
	first := lines(rowO(1, "01", "a"), rowO(2, "01", "b"))
	loadsO(t, "1- 2b", nil, first, goneO(1)) // soft: the row says so
	loadsO(t, "2b", hard, first, goneO(1))
	loadsO(t, "1c 2b", hard, first, lines(goneO(1), rowO(1, "02", "c")))
	loadsO(t, "1c 2b", hard, first, goneO(1), rowO(1, "02", "c"))
	loadsO(t, "2b", hard, first, lines(rowO(1, "02", "c"), goneO(1)))
	loadsO(t, "2b", append(hard, "--order-by", "at"), first, goneO(1))
	loadsO(t, "", hard, lines(rowO(1, "01", "a"), goneO(1)))
	loadsO(t, "1- 2b", append(hard, "--streams", `{"o":{"hard_delete":false}}`), first, goneO(1))
	// Where the first row of a key stays, an event before it is not that row, whatever batch it came in.
	first1 := append(hard, "--unique-conflict-method", "IGNORE")
	loadsO(t, "1a", first1, lines(goneO(1), rowO(1, "01", "a"), goneO(1)))
	loadsO(t, "1a", first1, goneO(1), rowO(1, "01", "a"), goneO(1))
	// A record that is no delete event is checked as ever, and an event needs its key.
	load(t, t.TempDir(), singer(schemaO, `{'type':'RECORD','stream':'o','record':{'id':1,'_sdc_deleted_at':null}}`), exitBadInput)
	load(t, t.TempDir(), singer(schemaO, `{'type':'RECORD','stream':'o','record':{'v':'x','_sdc_deleted_at':'2026-11-22T00:00:00Z'}}`), exitBadInput)
	load(t, t.TempDir(), singer(schemaO, `{'type':'RECORD','stream':'o','record':{'id':1,'v':7,'_sdc_deleted_at':'2026-11-22T00:00:00Z'}}`), exitBadInput)
}

func TestDedupe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		load(t, dir, singer(schemaA)+rowsA(1, 2, 2)+singer(stateOf("2"))+rowsA(3, 1)+singer(stateOf("3")), 0,
			"--dedupe", "row_hash", "--batch-size-rows", "2", "--add-record-metadata")
	}
	wantA(t, dir, "1 2 3")
	load(t, dir, singer(schemaT, rowT("1", "a"), rowT("1", "b"), stateOf("4")), 0, "--dedupe", "row_hash", "--adopt")
	wantQuery(t, dir, "SELECT v FROM t", `[{"v":"b"}]`) // a key says more
}
