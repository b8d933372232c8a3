package main

import (
	"regexp"
	"strings"
	"testing"
)

func TestRowHistory(t *testing.T) {
	uncompacted(t)
	dir := pastLake(t)
	schema2 := `{'type':'SCHEMA','stream':'k=2','schema':{'type':'object','properties':{'b':{'type':['integer','null']},'a=x':{'type':'string'},'v':{'type':'string'}}},'key_properties':['a=x','b']}`
	row2 := func(b, v string) string {
		return `{'type':'RECORD','stream':'k=2','record':{'a=x':'p=q','b':` + b + `,'v':'` + v + `'}}`
	}
	load(t, dir, singer(schema2, row2("-7", "x"), row2("null", "y")), 0, "--pipeline", "k")
	load(t, dir, singer(schema2, row2("-7", "z")), 0, "--pipeline", "k")
	times := regexp.MustCompile(`,20[0-9-]+T[0-9:.]+Z,`)
	f := func(want string, args ...string) {
		t.Helper()
		r := invoke(t, "", append([]string{"history", "--lake", dir, "--format", "csv"}, args...)...)
		if got := strings.ReplaceAll(times.ReplaceAllString(r.out, ",TIME,"), "\n", " "); r.code != 0 || got != want {
			t.Errorf("%q:\n got %s\nwant %s\n%s", args, got, want, r.err)
		}
	}
	const head, head2 = "_change,_version,_committed,id,v,w ", "_change,_version,_committed,b,a=x,v "
	f(head+"insert,1,TIME,2,a, update,2,TIME,2,b, update,3,TIME,2,c,1.5 ", "t", "2")
	f(head+"insert,1,TIME,3,a, ", "t", "3") // version 2 loads it as it was
	f(head+"insert,3,TIME,5,c, ", "t", "--key", "id=5")
	f(head, "t", "99")
	f(head2+"insert,4,TIME,-7,p=q,x update,5,TIME,-7,p=q,z ", "k=2", "--", "p=q", "-7")
	f(head2+"insert,4,TIME,-7,p=q,x update,5,TIME,-7,p=q,z ", "k=2", "--key", "b=-7", "--key", "a=x=p=q")
	f(head2+"insert,4,TIME,,p=q,y ", "k=2", "--key", "b", "--key", "a=x=p=q")

	vacuumFirst(t, dir)
	f(head+"present,2,TIME,2,b, update,3,TIME,2,c,1.5 ", "t", "2")
	f(head+"present,2,TIME,1,a, ", "t", "1")
}

func TestRowHistoryRefuses(t *testing.T) {
	uncompacted(t)
	dir := pastLake(t)
	f := func(want string, args ...string) {
		t.Helper()
		r := invoke(t, "", append([]string{"history", "--lake", dir}, args...)...)
		if r.code != exitUsage || !strings.Contains(r.err, want) || r.out != "" {
			t.Errorf("%q: exit %d, %s%s; want %s", args, r.code, r.out, r.err, want)
		}
	}
	f(`no stream "u" in versions 1 to 3, the newest of which has ["a" "t"]`, "u", "1")
	f(`stream "a" has no key: its rows have no history`, "a", "1")
	f(`the key of "t" is ["id"]: want a value for each`, "t")
	f(`the key of "t" is ["id"]: want a value for each`, "t", "1", "2")
	f(`the key is given twice`, "t", "1", "--key", "id=1")
	f(`--key x=1: the key is ["id"]`, "t", "--key", "x=1")
	f(`--key id=2: "id" is given twice`, "t", "--key", "id=1", "--key", "id=2")
	f(`id: "one" is no BIGINT`, "t", "one")
	f(`id: "1' OR true --" is no BIGINT`, "t", "1' OR true --")
	empty := t.TempDir()
	if r := invoke(t, "", "history", "--lake", empty, "t", "1"); r.code != exitUsage || !strings.Contains(r.err, "nothing is committed yet") {
		t.Errorf("empty lake: exit %d, %s", r.code, r.err)
	}
}
