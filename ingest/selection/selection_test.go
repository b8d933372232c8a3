package selection

import (
	"strings"
	"testing"
)

func TestWant(t *testing.T) {
	f := func(sel, exclude, path string, want Want) {
		t.Helper()
		r := Rules{Select: strings.Fields(sel), Exclude: strings.Fields(exclude)}
		if err := r.Validate(); err != nil {
			t.Fatal(err)
		}
		s := New(r, nil, "s", []string{"id"})
		if got := s.Want(strings.Split(path, "/")); got != want {
			t.Errorf("select %q, exclude %q: Want(%s) = %d, want %d", sel, exclude, path, got, want)
		}
	}
	f("", "", "a", All)
	f("a", "", "a", All)
	f("a", "", "b", None)
	f("a", "", "a/x/y", All)
	f("a", "", "id", All)
	f("a", "", "_sdc_deleted_at", All)
	f("a.x", "", "a", Part)
	f("a.x", "", "a/x", All)
	f("a.x", "", "a/x/deeper", All)
	f("a.x", "", "a/y", None)
	f("*_at", "", "created_at", All)
	f("*_at", "", "created", None)
	f("*", "", "a/b", All)
	f("a.*.c", "", "a", Part)
	f("a.*.c", "", "a/b", Part)
	f("a.*.c", "", "a/b/c", All)
	f("a.*.c", "", "a/b/d", None)
	f("a.b", "", "a.b", All) // one name with a dot
	f("a*", "", "a/b", All)
	f("", "a", "a", None)
	f("", "a", "a/x", None)
	f("", "a.x", "a", Part)
	f("", "a.x", "a/x", None)
	f("", "a.x", "a/y", All)
	f("", "_sdc_deleted_at", "_sdc_deleted_at", None)
	f("a", "a", "a", None)
	f("a", "a.secret*", "a", Part)
	f("a", "a.secret*", "a/secrets", None)
	f("a", "a.secret*", "a/x", All)
	f("", "a/b", "a", All) // a slash in a name is no step
	f("", "a/b", "a/b", All)
}

func TestPatternsAreChecked(t *testing.T) {
	f := func(pattern string, ok bool) {
		t.Helper()
		if err := (Rules{Exclude: []string{pattern}}).Validate(); (err == nil) != ok {
			t.Errorf("Validate(%q) = %v", pattern, err)
		}
	}
	f("a.b*.[cd]", true)
	f("a[", false)
	f("", false)
	f(".a", false)
	f("a.", false)
}

func TestRenamed(t *testing.T) {
	s := New(Rules{Exclude: []string{"address.secret", "name"}}, nil, "s", nil).Renamed(map[string]string{"home": "address", "address": "other", "name": ""})
	f := func(path string, want Want) {
		t.Helper()
		if got := s.Want(strings.Split(path, "/")); got != want {
			t.Errorf("Want(%s) = %d, want %d", path, got, want)
		}
	}
	f("home", Part)
	f("home/secret", None)
	f("address/secret", All)
	f("name", All) // it was made
	f("place", All)
}

const catalogText = `{"streams":[
 {"tap_stream_id":"db-orders","stream":"orders","metadata":[
  {"breadcrumb":[],"metadata":{"selected":true,"table-key-properties":["id"]}},
  {"breadcrumb":["properties","id"],"metadata":{"inclusion":"automatic","selected":false}},
  {"breadcrumb":["properties","note"],"metadata":{"inclusion":"available","selected":false}},
  {"breadcrumb":["properties","size"],"metadata":{"inclusion":"unsupported","selected":true}},
  {"breadcrumb":["properties","color"],"metadata":{"selected-by-default":false}},
  {"breadcrumb":["properties","kind"],"metadata":{"selected":true,"selected-by-default":false}},
  {"breadcrumb":["properties","free"],"metadata":{"inclusion":"available"}},
  {"breadcrumb":["properties","address","properties","street"],"metadata":{"selected":false}},
  {"breadcrumb":["properties","items","items","properties","cost"],"metadata":{"selected":false}},
  {"breadcrumb":["properties","gone"],"metadata":{"selected":false}},
  {"breadcrumb":["properties","gone","properties","inner"],"metadata":{"selected":true}}]},
 {"tap_stream_id":"bare"},
 {"tap_stream_id":"off","metadata":[{"breadcrumb":[],"metadata":{"selected":false}}]},
 {"tap_stream_id":"undecided","metadata":[{"breadcrumb":[],"metadata":{"inclusion":"available"}}]},
 {"tap_stream_id":"default","metadata":[{"breadcrumb":[],"metadata":{"selected-by-default":true}}]},
 {"tap_stream_id":"unsupported","metadata":[{"breadcrumb":[],"metadata":{"selected":true,"inclusion":"unsupported"}}]},
 {"tap_stream_id":"rootless","metadata":[{"breadcrumb":["properties","a"],"metadata":{"selected":false}}]}]}`

func TestCatalog(t *testing.T) {
	c, err := ParseCatalog([]byte(catalogText))
	if err != nil {
		t.Fatal(err)
	}
	f := func(stream, path string, want Want) {
		t.Helper()
		if got := New(Rules{}, c, stream, nil).Want(strings.Split(path, "/")); got != want {
			t.Errorf("%s: Want(%s) = %d, want %d", stream, path, got, want)
		}
	}
	f("orders", "id", All)
	f("orders", "note", None)
	f("orders", "size", None)
	f("orders", "color", None)
	f("orders", "kind", All)
	f("orders", "free", All)
	f("orders", "not in the catalog", All)
	f("orders", "address", Part)
	f("orders", "address/street", None)
	f("orders", "address/city", All)
	f("orders", "items", Part)
	f("orders", "items/cost", None)
	f("orders", "gone", None)
	f("orders", "gone/inner", None)
	f("rootless", "a", None)
	f("unknown", "a", All)
	loaded := func(stream string, want bool) {
		t.Helper()
		if got := New(Rules{}, c, stream, nil).Stream(); got != want {
			t.Errorf("%s: Stream() = %v", stream, got)
		}
	}
	loaded("orders", true)
	loaded("bare", true)
	loaded("off", false)
	loaded("undecided", false)
	loaded("default", true)
	loaded("unsupported", false)
	loaded("rootless", true)
	loaded("unknown", true)
	if c.Knows("unknown") || !c.Knows("off") {
		t.Error("Knows")
	}
}

func TestBadCatalogs(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := ParseCatalog([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	f(`[]`, "of type array")
	f(`{`, "not a Singer catalog")
	f(`{}`, "no list of streams")
	f(`{"streams":[{}]}`, "stream 1 has neither")
	f(`{"streams":[{"stream":"a","metadata":[{"breadcrumb":["a"]}]}]}`, `stream "a": breadcrumb ["a"]`)
	f(`{"streams":[{"stream":"a","metadata":[{"metadata":{"inclusion":"maybe"}}]}]}`, `inclusion "maybe"`)
	f(`{"streams":[{"stream":"a","metadata":[{"metadata":{"selected":"yes"}}]}]}`, "streams.metadata.metadata.selected is of type string")
}

func TestLostKeys(t *testing.T) {
	c, err := ParseCatalog([]byte(`{"streams":[{"stream":"s","metadata":[{"breadcrumb":["properties","k"],"metadata":{"selected":false}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	f := func(key, exclude, want string) {
		t.Helper()
		err := New(Rules{Exclude: strings.Fields(exclude)}, c, "s", []string{key}).Lost()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("key %s, exclude %s: %v, want %q", key, exclude, err, want)
		}
	}
	f("id", "", "")
	f("id", "x", "")
	f("id", "i*", `key property "id" is in exclude`)
	f("k", "", `key property "k" is not selected in the catalog`)
}

func TestPrune(t *testing.T) {
	f := func(sel, exclude, value, want string) {
		t.Helper()
		s := New(Rules{Select: strings.Fields(sel), Exclude: strings.Fields(exclude)}, nil, "s", nil)
		got, kept := s.Prune([]byte("before "), []byte(value), []string{"a"})
		if string(got) != "before "+want || kept != (want != "") {
			t.Errorf("select %q, exclude %q, %s:\n got %s\nwant %s", sel, exclude, value, got, want)
		}
	}
	f("", "a.x", `{"x":1,"y":2}`, `{"y":2}`)
	f("", "a.x", `{"y":2 , "x" : {"z":[1]} }`, `{"y":2}`)
	f("", "a.x", `{"x":1}`, `{}`)
	f("", "a.x", `{}`, `{}`)
	f("", "a.x", `[{"x":1,"y":2},{"x":3},4,null,[{"x":1}]]`, `[{"y":2},{},4,null,[{}]]`)
	f("", "a.b.x", `{"b":{"x":1,"y":{"x":2}},"x":3}`, `{"b":{"y":{"x":2}},"x":3}`)
	f("", "a.x", `{"\u0078":1,"y":2}`, `{"y":2}`)
	f("", "a.x", `"text"`, `"text"`)
	f("", "a.x", `null`, `null`)
	f("", "a", `{"x":1}`, ``)
	f("a.x", "", `{"x":1,"y":2}`, `{"x":1}`)
	f("a.x", "", `"text"`, ``)
	f("a.x", "", `[1,{"x":1}]`, `[{"x":1}]`)
	f("a.x.y", "", `{"x":5,"z":1}`, `{}`)
	f("a", "", `{"x":1}`, `{"x":1}`)
}
