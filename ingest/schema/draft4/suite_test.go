package draft4

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// suiteGroup is a schema of the JSON Schema Test Suite, and values held against it.
type suiteGroup struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

// suite reads the Draft 4 files that gojsonschema ships.
func suite(t *testing.T) map[string][]suiteGroup {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/xeipuuv/gojsonschema").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(dir)), "testdata", "draft4")
	files, _ := filepath.Glob(filepath.Join(root, "*.json"))
	optional, _ := filepath.Glob(filepath.Join(root, "optional", "*.json"))
	out := map[string][]suiteGroup{}
	for _, f := range append(files, optional...) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var groups []suiteGroup
		if err := json.Unmarshal(text, &groups); err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(f)] = groups
	}
	return out
}

// checkOf compiles any schema, also one of no table.
func checkOf(document []byte) (*Check, *Judge, error) {
	d, _, err := Parse(document)
	if err != nil {
		return nil, nil, err
	}
	c := NewCompiler(d)
	k := c.Of(d.Root())
	_, err = c.Fault()
	return k, NewJudge(d, k, func(doc any) any { return doc }), err
}

// notAsTheSuite lists files, and groups of them, that are refused as schemas, or
// whose verdicts are not ours.
var notAsTheSuite = map[string]string{
	"refRemote.json": "references outside the schema are refused",
	"ref.json/remote ref, containing refs itself":   "references outside the schema are refused",
	"ref.json/Recursive references between schemas": "an id is no base for references",
	"definitions.json":          "references outside the schema are refused",
	"format.json":               "format is a hint",
	"zeroTerminatedFloats.json": "1.0 is an integer: taps write it so",
	"ecmascript-regex.json":     "patterns are RE2's",
}

// Each case has the suite's verdict, in a pass over the bytes and in words.
func TestSuite(t *testing.T) {
	ran := 0
	for file, groups := range suite(t) {
		for _, g := range groups {
			reason, listed := notAsTheSuite[file]
			if !listed {
				reason, listed = notAsTheSuite[file+"/"+g.Description]
			}
			check, whole, err := checkOf(g.Schema)
			if err != nil {
				if !listed {
					t.Errorf("%s, %s: %v", file, g.Description, err)
				}
				continue
			}
			for _, c := range g.Tests {
				ran++
				var k Checker
				k.Begin(len(c.Data))
				got := k.run(check, append([]byte(c.Data), '\n'), 0) >= 0
				if k.Unsure {
					got = len(whole.Verdict(c.Data)) == 0
				}
				worded := len(whole.Reasons(c.Data)) == 0
				if (got != c.Valid || worded != c.Valid) && reason == "" {
					t.Errorf("%s, %s, %s: got %v, in words %v, want %v", file, g.Description, c.Description, got, worded, c.Valid)
				}
				if theirs := len(whole.Verdict(c.Data)) == 0; theirs != c.Valid {
					t.Logf("gojsonschema: %s, %s, %s: %v, want %v", file, g.Description, c.Description, theirs, c.Valid)
				}
			}
		}
	}
	t.Log(ran, "cases")
}
