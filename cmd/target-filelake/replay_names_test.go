package main

import "testing"

// TestReplayOfMappedStreams has streams that are loaded under other names, one
// of them as two: their rejects are of the names they are loaded as, and are
// mapped already, so a replay takes them with the maps and without.
func TestReplayOfMappedStreams(t *testing.T) {
	maps := `{"t":{"__alias__":"things","w":"str(id)","v":"v"},"copy":{"__source__":"t"}}`
	only := []string{"--streams", `{"t":{"exclude":["x"]}}`}
	for _, args := range [][]string{nil, {"--stream-maps", maps}, append(only, "--stream-maps", maps)} {
		dir := t.TempDir()
		load(t, dir, singer(strictT, rowT("1", "a"), rowT("2", "longer"), stateOf("1")), 0, append(quarantined, "--stream-maps", maps)...)
		if things, copies := rejectedRecords(t, dir, "things"), rejectedRecords(t, dir, "copy"); things != `{"id":2,"v":"longer","w":"2"}` || copies != `{"id":2,"v":"longer"}` {
			t.Errorf("rejects %s and %s", things, copies)
		}
		load(t, dir, singer(laxT), 0, "--stream-maps", maps)
		if r := replayOf(t, dir, 0, args...); r.out != "copy: 1 rejected, 1 loaded, 0 of a key that came again, 0 of a key that is live, 0 still rejected\n"+
			"things: 1 rejected, 1 loaded, 0 of a key that came again, 0 of a key that is live, 0 still rejected\n" {
			t.Errorf("%q: %s", args, r.out)
		}
		wantQuery(t, dir, "SELECT id, v, w FROM things ORDER BY id", `[{"id":1,"v":"a","w":"1"},{"id":2,"v":"longer","w":"2"}]`)
		wantQuery(t, dir, "SELECT * FROM copy ORDER BY id", `[{"id":1,"v":"a"},{"id":2,"v":"longer"}]`)
	}
}
