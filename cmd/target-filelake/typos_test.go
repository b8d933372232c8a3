package main

import (
	"slices"
	"strings"
	"testing"
)

// TestTyposInStreams has names in streams that no SCHEMA has warned of: properties
// with the SCHEMA, or at the end for a glob, streams at a clean end.
func TestTyposInStreams(t *testing.T) {
	nested := `{'type':'SCHEMA','stream':'t','schema':{'properties':{'id':{'type':'integer'},'email':{'type':'string'},'free':{'type':'object'},` +
		`'address':{'type':'object','properties':{'city':{'type':'string'},'zip':{'type':'string'}}}}},'key_properties':['id']}`
	f := func(streams string, want []string, lines ...string) {
		t.Helper()
		var got []string
		for line := range strings.Lines(invoke(t, singer(append(lines, stateOf("1"))...), "--lake", t.TempDir(), "--log-level", "warn", "--streams", streams).err) {
			if _, words, ok := strings.Cut(line, `msg="streams `); ok {
				got = append(got, strings.NewReplacer(`"`, "", "\n", "").Replace(words))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", streams, got, want)
		}
	}
	const (
		lacks  = "names properties that the SCHEMA does not have stream=t in="
		idle   = "has settings for streams of which no SCHEMA has come streams="
		nobody = "names a property that no SCHEMA of its streams has streams="
	)
	f(`{"t":{"exclude":["emial"]}}`, []string{lacks + "exclude properties=[emial (did you mean email?)]"}, nested, nested)
	f(`{"t":{"select":["address.town","email"]}}`, []string{lacks + "select properties=[address.town (did you mean address.city?)]"}, nested)
	f(`{"t":{"types":{"addres.city":"json","qqqqqqq":"json"}}}`, []string{lacks + "types properties=[addres.city (did you mean address.city?) qqqqqqq]"}, nested)
	f(`{"t":{"types":{"address.city":"json"},"select":["id","email","addr*.c*","free.any"],"exclude":["address.zip","_sdc_deleted_at"]}}`, nil, nested)
	f(`{"tt":{"exclude":["x"]},"x*":{}}`, []string{idle + "[tt (did you mean t?) x*]"}, nested)
	f(`{"*":{"exclude":["email","free","nn"]}}`, []string{nobody + "* in=exclude properties=[nn (did you mean n?)]"}, nested, schemaA)
	f(`{"t":{"exclude":["email"]},"*":{}}`, nil, nested)
	f(`{"*":{"exclude":["password","*.password"]}}`, nil, nested)                                                            // a record may have it, whatever the SCHEMA says
	f(`{"tt":{}}`, nil)                                                                                                      // no SCHEMA: the tap has nothing new
	f(`{"tt":{}}`, nil, nested, "broken")                                                                                    // what was to come is not known
	f(`{"t":{"exclude":["emial"]}}`, []string{lacks + "exclude properties=[emial (did you mean email?)]"}, nested, "broken") //
}

// TestStreamsOfOtherKinds has values in streams that are of another kind refused by name.
func TestStreamsOfOtherKinds(t *testing.T) {
	f := func(streams, want string) {
		t.Helper()
		if r := invoke(t, "", "--lake", t.TempDir(), "--streams", streams); r.code != exitUsage || !strings.HasPrefix(r.err, "target-filelake: --streams: streams: "+want) {
			t.Errorf("%s: exit %d\n%swant %s", streams, r.code, r.err, want)
		}
	}
	f(`{"t":{"type":{}}}`, `t: unknown key "type" (did you mean "types"?); known are load_method, `)
	f(`{"t":{"types":{"v":true}}}`, "t: types: is of kind bool, want text\n")
	f(`{"t":{"types":"boolean"}}`, "t: types: is of kind string, want an object\n")
	f(`{"t":{"hard_delete":"yes"}}`, "t: hard_delete: is of kind string, want true or false\n")
	f(`{"t":["x"]}`, "t: is of kind array, want an object")
	f(`["t"]`, "is of kind array, want an object")
	f(`{"t":`, "unexpected end of JSON input")
}
