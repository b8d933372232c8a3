//go:build failpoints

package failpoint

import (
	"path"
	"strings"
)

// kind says what a name in the lake stands for.
func kind(name string) string {
	base, dir := path.Base(name), path.Dir(name)
	under := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	switch {
	case name == "." || name == "_lake":
		return "lake-dir"
	case name == "_lake/log":
		return "log"
	case dir == "_lake/log" && strings.HasPrefix(base, ".tmp-"):
		return "manifest" // before it is a version
	case dir == "_lake/log":
		return "version"
	case name == "_lake/tables":
		return "tables-dir"
	case dir == "_lake/tables":
		return "tables"
	case base == ".views":
		return "views-lock"
	case dir == "_lake/locks":
		return "lock"
	case under("_lake/views.json"), under("lake.duckdb"), under("views.sql"), base == "lake.duckdb":
		return "views"
	case dir == "_lake/tmp":
		return "spill"
	case under("_lake/tmp/"):
		return "spill-file"
	case under("_lake/"):
		area, _, _ := strings.Cut(strings.TrimPrefix(name, "_lake/"), "/")
		return area
	case dir == "." && strings.HasPrefix(base, "state") && strings.Contains(base, ".json"):
		return "sidecar"
	}
	return streamKind(name, base)
}

// streamKind is for what stands in a stream's directory.
func streamKind(name, base string) string {
	_, rest, inside := strings.Cut(name, "/")
	file := strings.Contains(base, ".parquet")
	area, _, deeper := strings.Cut(rest, "/") // batches, deletes, …
	kinds := map[string]string{"batches": "data", "table": "compacted"}
	switch {
	case !inside:
		return "stream-dir"
	case rest == "current", rest == "links/current": // the one on its way to the other
		return "current"
	case file && kinds[area] != "":
		return kinds[area]
	case file:
		return area
	case area == "table":
		return "compacted-dir"
	case !deeper || area == "links":
		return area + "-dir"
	default:
		return "data-dir"
	}
}
