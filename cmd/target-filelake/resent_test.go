package main

import (
	"fmt"
	"strings"
	"testing"
)

// Tags of inputs that a run does not end well with.
const (
	unheard = "unheard " // it dies between the first commit of a STATE and that STATE
	broken  = "broken "  // a line at the end is no JSON
)

// runs loads inputs one after the other into a new lake.
func runs(t testing.TB, schema string, args []string, inputs ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	args = append(args, quarantined...)
	for _, in := range inputs {
		if in, ok := strings.CutPrefix(in, unheard); ok {
			dieUnheard(t, dir, singer(schema)+in, args...)
		} else if in, ok := strings.CutPrefix(in, broken); ok {
			load(t, dir, singer(schema)+in+"nonsense\n", exitBadInput, args...)
		} else {
			load(t, dir, singer(schema)+in, 0, args...)
		}
	}
	return dir
}

// badsT and badsA are refused RECORDs.
func badsT(v ...string) string { return singer(mapped(badT, v)...) }
func badsA(v ...string) string { return singer(mapped(badA, v)...) }

func mapped(f func(string) string, v []string) []string {
	out := make([]string, len(v))
	for i := range v {
		out[i] = f(v[i])
	}
	return out
}

// TestRejectsThatComeAgain has a tap resume after loads that died between a
// commit and its STATE, for keyed tables and for those without a key, in one
// batch and in many.
func TestRejectsThatComeAgain(t *testing.T) {
	t.Parallel()
	state := func(v string) string { return singer(stateOf("'" + v + "'")) }
	f := func(want string, inputs ...string) {
		t.Helper()
		for _, size := range []string{"0", "1"} {
			for _, c := range []struct {
				stream, schema, record string
				bad                    func(...string) string
				row                    func(string) string
			}{
				{"t", schemaT, `{"id":"%s"}`, badsT, func(v string) string { return singer(rowT(v, "x")) }},
				{"a", schemaA, `{"n":"%s"}`, badsA, func(v string) string { return singer(rowA(v)) }},
			} {
				var ins []string
				for _, in := range inputs {
					var b strings.Builder
					if tag, rest, ok := strings.Cut(in, " "); ok && (tag+" " == unheard || tag+" " == broken) {
						b.WriteString(tag + " ")
						in = rest
					}
					for _, word := range strings.Fields(in) {
						switch {
						case word[0] == 'S':
							b.WriteString(state(word))
						case word[0] <= '9':
							b.WriteString(c.row(word))
						default:
							b.WriteString(c.bad(word))
						}
					}
					ins = append(ins, b.String())
				}
				dir := runs(t, c.schema, []string{"--batch-size-rows", size}, ins...)
				var records []string
				for _, w := range strings.Fields(want) {
					records = append(records, fmt.Sprintf(c.record, w))
				}
				if got := rejectedRecords(t, dir, c.stream); got != strings.Join(records, " ") {
					t.Errorf("%s, batches of %s: %q: rejects %s, want %s", c.stream, size, inputs, got, want)
				}
			}
		}
	}
	f("x y z", "unheard x y S1", "x y S1 z S2")                                 // all again
	f("x y z", "unheard x 1 y S1", "x 1 y S1 z 2 S2")                           // beside rows
	f("x y z", "unheard x y S1", "z S2")                                        // the STATE was heard
	f("w x y z", "w S0", "unheard x y S1", "x y S1 z S2")                       // after a load that went well
	f("x x z", "unheard x x S1", "x x S1 z S2")                                 // alike
	f("x x x", "unheard x x S1", "x x x S1")                                    // and one more
	f("x y z", "unheard x y S1", "x S0 y S1 z S2")                              // in smaller batches
	f("x y z", "unheard x y S1", "unheard x S0 y S1", "x S0 y S1 z S2")         // dead twice
	f("x y z", "unheard x y S1", "unheard x S0", "y S1 z S2")                   // the second time after its STATE was heard
	f("x y z", "unheard x y S1", "unheard x y S1", "x y S1 z S2")               // dead twice, nothing new
	f("x y z", "unheard x y S1", "unheard x y z S2", "x y z S2")                // dead with more
	f("x y z", "unheard x y S1", "x S0", "y S1 z S2")                           // the rest in the next run
	f("x y z", "unheard x y S1", "broken x", "x y S1 z S2")                     // a run that came to no STATE
	f("x y z", "unheard x y S1", "broken x S0 y", "y S1 z S2")                  // absorbed, but not covered
	f("x y z", "unheard x y S1", "broken x S0 y", "broken y", "y S1", "z S2")   // and once more
	f("x y x", "x y S1", "x S2")                                                // a load that ended well: new
	f("x y x", "unheard x y S1", "x y S1", "x S2")                              // after all is well again
	f("x y x", "unheard x y S1", "x y S1 x S2")                                 // and in the same run
	f("x y z x", "unheard x y S1", "x y S1 z S2", "unheard x S3", "x S3")       // twice in a life
	f("x y z u", "unheard x y S1", "unheard x y z S2", "unheard x y z S2 u S3", // and again
		"x y z S2 u S3")
}

// TestRejectsWithoutState has keyed rows committed with no STATE that covers
// them: by age, behind the last STATE, and while a full table holds STATEs back.
func TestRejectsWithoutState(t *testing.T) {
	t.Parallel()
	rest := badsT("x", "x") + singer(rowT("1", "a"))
	f := func(first func(dir string, args ...string)) {
		t.Helper()
		dir := t.TempDir()
		first(dir, quarantined...)
		if got := rejectedRecords(t, dir, "t"); got != `{"id":"x"} {"id":"x"}` {
			t.Errorf("first: %s", got)
		}
		again := singer(schemaT) + rest + badsT("y") + singer(stateOf("2"))
		load(t, dir, again, 0, quarantined...)
		if got := rejectedRecords(t, dir, "t"); got != `{"id":"x"} {"id":"x"} {"id":"y"}` {
			t.Errorf("then: %s", got)
		}
	}
	aged := func(dir string, args []string) *running {
		c := startProgram(t, append([]string{"--lake", dir, "--batch-max-age", "100ms"}, args...)...)
		c.write(t, singer(schemaT)+rest)
		awaitVersion(t, dir, 1)
		return c
	}
	f(func(dir string, args ...string) {
		c := aged(dir, args)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
	})
	f(func(dir string, args ...string) {
		c := aged(dir, args)
		c.write(t, "nonsense\n")
		c.end(t, exitBadInput)
	})
	f(func(dir string, args ...string) {
		load(t, dir, singer(schemaT, stateOf("1"))+rest, 0, args...)
	})
	f(func(dir string, args ...string) {
		load(t, dir, singer(schemaT)+badsT("x")+singer(stateOf("1"))+badsT("x")+singer(rowT("1", "a")), 0, args...)
		if from := rejectedRecords(t, dir, "t"); from != `{"id":"x"} {"id":"x"}` {
			t.Errorf("beside a STATE: %s", from)
		}
	})
	f(func(dir string, args ...string) {
		load(t, dir, singer(schemaT, fullTable, `{'type':'RECORD','stream':'full','record':{'n':1}}`)+rest+singer(stateOf("1"))+"nonsense\n", exitBadInput,
			append(args, "--streams", `{"full":{"load_method":"overwrite"}}`, "--batch-size-rows", "1")...)
		if versionOf(t, dir) != 1 {
			t.Error("nothing was committed while STATEs were held back")
		}
	})
}

const fullTable = `{'type':'SCHEMA','stream':'full','schema':{'properties':{'n':{'type':'integer'}}},'key_properties':[]}`

// TestRejectsOfFullLoads has a tap that says no STATE and sends all each time:
// rows without a key are new, and so are rejects beside them.
func TestRejectsOfFullLoads(t *testing.T) {
	in := singer(schemaT, schemaA, rowA("1")) + badsT("x") + badsA("x")
	dir := t.TempDir()
	for n := 1; n <= 3; n++ {
		load(t, dir, in, 0, quarantined...)
		if rows, a, keyed := query(t, dir, "SELECT count(*) AS n FROM a"), len(rejected(t, dir, "a")), len(rejected(t, dir, "t")); a != n || keyed != 1 || rows != fmt.Sprintf(`[{"n":%d}]`, n) {
			t.Errorf("load %d: %s rows, %d rejects, %d of the keyed table", n, rows, a, keyed)
		}
	}
}

// TestRejectsThatComeAgainMended has one that died with rejects, a replay of
// which took some, and then its tap's records again.
func TestRejectsThatComeAgainMended(t *testing.T) {
	dir := t.TempDir()
	in := singer(rowT("1", "longer"), badT("x"), badT("x"), stateOf("1"))
	dieUnheard(t, dir, singer(strictT)+in, quarantined...)
	replayOf(t, dir, 0, "--no-validate-records")
	load(t, dir, singer(laxT)+in, 0, quarantined...)
	if got := rejectedRecords(t, dir, "t"); got != `{"id":"x"} {"id":"x"}` {
		t.Errorf("rejects %s", got)
	}
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"longer"}]`)
}

// TestRejectsOfAnotherTap has a table taken over: its new owner's tap never
// sent the rejects that it has.
func TestRejectsOfAnotherTap(t *testing.T) {
	dir := t.TempDir()
	in := singer(schemaA) + badsA("x") + singer(stateOf("1"))
	load(t, dir, in, 0, quarantined...)
	dieUnheard(t, dir, in, append(quarantined, "--pipeline", "p", "--adopt")...)
	load(t, dir, singer(schemaA)+badsA("x", "x")+singer(stateOf("1")), 0, append(quarantined, "--pipeline", "p")...)
	if got := rejectedRecords(t, dir, "a"); got != `{"n":"x"} {"n":"x"} {"n":"x"}` {
		t.Errorf("rejects %s", got)
	}
}

// TestMaxRejectsCountsThemAgain: a load that is run again ends where it did.
func TestMaxRejectsCountsThemAgain(t *testing.T) {
	dir := t.TempDir()
	in := singer(schemaA) + badsA("x", "y") + singer(stateOf("1"))
	args := append(quarantined, "--max-rejects", "2")
	dieUnheard(t, dir, in, args...)
	r := load(t, dir, in+badsA("z"), exitBadInput, args...)
	for _, want := range []string{"more than 2 records rejected", "2 refused records that the last run had committed"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("%s\nwant %s", r.err, want)
		}
	}
	if n := len(rejected(t, dir, "a")); n != 2 {
		t.Errorf("%d rejects", n)
	}
}
