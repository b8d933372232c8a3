package state

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzMerge holds what three STATEs give against a merge by encoding/json.
func FuzzMerge(f *testing.F) {
	f.Add(`{"bookmarks":{"a":1}}`, `{"bookmarks":{"b":{"x":[1,"}"]}},"v":1}`, `{"bookmarks":{}}`)
	f.Add(`{"bookmarks":{"\u0061":1,"a":2}}`, ` { "book\u006darks" : { } , "z" : [ ] } `, `{"x":null}`)
	f.Add(`{"bookmarks":7}`, `"s"`, `{"bookmarks":{"a":1},"bookmarks":{"b":9007199254740993}}`)
	f.Add(`{"bookmarks":{"a\"\\":"\\\""}}`, `{"bookmarks":{"b":2}`, `{"bookmarks":{"c":`)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		tr := NewTracker(Bookmarks)
		states := []string{a, b, c}
		clean := true
		for _, s := range states {
			tr.Hold([]byte(s))
			clean = clean && json.Valid([]byte(s)) && utf8.ValidString(s) && !strings.Contains(s, `\u`)
		}
		got := tr.Take()
		if !clean {
			return
		}
		want, union := mergeOracle(t, states)
		if have := decode(t, string(got)); !reflect.DeepEqual(have, want) {
			t.Fatalf("%q gave %s, want %v", states, got, want)
		}
		if !union && string(got) != c {
			t.Fatalf("%q gave %s, want the newest as it came", states, got)
		}
	})
}

// mergeOracle returns the merged STATE, and whether it differs from the newest.
func mergeOracle(t *testing.T, states []string) (merged any, differs bool) {
	seen := map[string]any{}
	for _, s := range states {
		v := decode(t, s)
		top, _ := v.(map[string]any)
		has, found := top["bookmarks"]
		marks, ok := has.(map[string]any)
		if top == nil || found && !ok {
			merged, differs = v, false
			clear(seen)
			continue
		}
		before := len(marks)
		maps.Copy(seen, marks)
		if differs = len(seen) > before; differs {
			top["bookmarks"] = maps.Clone(seen)
		}
		merged = top
	}
	return merged, differs
}

// decode keeps numbers as their digits.
func decode(t *testing.T, s string) any {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return v
}
