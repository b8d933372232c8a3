package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "target-filelake/"

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// siblings are the packages of this module each package may import, but for
// those inside its own folder.
var siblings = map[string][]string{
	"lake":                         nil,
	"lake/columns":                 nil,
	"lake/audit":                   {"lake", "lake/columns"},
	"lake/failpoint":               {"lake"},
	"ingest":                       {"ingest/mapping", "ingest/schema", "ingest/selection", "ingest/text", "lake/columns"},
	"ingest/mapping":               {"ingest/selection", "ingest/text"},
	"ingest/mapping/python":        nil,
	"ingest/mapping/python/fault":  nil,
	"ingest/mapping/python/object": {"ingest/mapping/python/fault", "ingest/text"},
	"ingest/mapping/python/syntax": {"ingest/mapping/python/fault"},
	"ingest/schema":                {"ingest/selection", "ingest/text", "lake/columns"},
	"ingest/schema/draft4":         {"ingest/schema/pattern", "ingest/text"},
	"ingest/schema/pattern":        nil,
	"ingest/selection":             {"ingest/text"},
	"ingest/text":                  nil,
	"merge":                        {"lake", "lake/columns", "lake/failpoint"},
	"merge/compaction":             {"lake", "lake/columns", "lake/failpoint", "merge", "merge/duck", "merge/laketest", "merge/partition"},
	"merge/partition":              {"lake/columns", "merge/duck", "merge/laketest"},
	"merge/answer":                 {"lake", "lake/columns", "merge", "merge/duck", "merge/laketest"}, // merge in tests
	"merge/duck":                   {"lake", "lake/columns", "merge/laketest"},
	"merge/laketest":               {"lake", "lake/columns", "merge/duck"},
	"state":                        {"lake"},
	"faults":                       {"lake", "merge/answer", "merge/duck"},
	"faults/disk":                  nil,
	"faults/soak":                  {"faults/disk", "lake", "merge/duck"},
	"bench":                        {"lake", "merge"},
	"bench/contest":                {"lake", "merge/duck"},
	"bench/sweep":                  {"bench", "bench/contest", "lake", "lake/columns", "merge/duck"},
	"bench/report":                 {"bench/sweep"},
	"bench/scale":                  {"bench", "bench/contest", "lake", "merge/duck"},
	"bench/speed":                  {"bench", "bench/contest", "merge/duck"},
	"cmd/target-filelake":          {"bench", "bench/contest", "bench/report", "bench/sweep", "ingest", "ingest/mapping", "ingest/schema", "ingest/selection", "lake", "lake/audit", "lake/columns", "lake/failpoint", "merge", "merge/answer", "merge/compaction", "merge/duck", "merge/partition", "state"},
	"interop/plans":                {"ingest", "ingest/schema", "ingest/schema/draft4"},
}

// owners are the libraries that one package alone imports, or two.
var owners = map[string]string{
	"github.com/parquet-go/parquet-go": "lake/columns",
	"github.com/duckdb/duckdb-go":      "merge/duck merge/answer",
	"github.com/xeipuuv/gojsonschema":  "ingest/schema/draft4",
	"github.com/alecthomas/kong":       "cmd/target-filelake",
	"github.com/expr-lang/expr":        "ingest/mapping/python",
	"golang.org/x/sync":                "cmd/target-filelake",
	"go.yaml.in/yaml":                  "cmd/target-filelake",
	"github.com/klauspost/compress":    "lake/columns",
	"gonum.org/v1/plot":                "bench/report",
	"golang.org/x/perf":                "bench/sweep",
	"github.com/schollz/progressbar":   "cmd/target-filelake",
	"github.com/prometheus":            "cmd/target-filelake",
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; seen++ {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		checkImports(t, p)
	}
	if seen != len(siblings) {
		t.Errorf("%d packages, the picture has %d", seen, len(siblings))
	}
}

func checkImports(t *testing.T, p listed) {
	name := strings.TrimPrefix(p.ImportPath, module)
	allowed, known := siblings[name]
	if !known {
		t.Errorf("package %s is not in the picture", name)
	}
	for _, i := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
		if s, ok := strings.CutPrefix(i, module); ok && s != name && !strings.HasPrefix(s, name+"/") && !slices.Contains(allowed, s) {
			t.Errorf("%s imports %s", name, s)
		}
	}
	for _, i := range p.Imports {
		if i == module+"merge/laketest" {
			t.Errorf("%s imports %s, which is for tests", name, i)
		}
		for library, owner := range owners {
			if strings.HasPrefix(i, library) && !slices.Contains(strings.Fields(owner), name) {
				t.Errorf("%s imports %s, which is %s's", name, i, owner)
			}
		}
	}
}
