package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// points are the failpoints that a run passes, and how often.
type points map[string]int

// trace runs a load with every point written down.
func (s *session) trace(from resume, name string) (points, error) {
	if _, err := s.run(from, options{rules: "*=trace:" + name}); err != nil {
		return nil, err
	}
	return readTrace(name)
}

func readTrace(name string) (points, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	out := points{}
	for _, p := range strings.Fields(string(data)) {
		out[p]++
	}
	return out, nil
}

// visit is one passing of a point.
type visit struct {
	point string
	n     int
}

// rule is a failpoint rule for v.
func (v visit) rule(action string) string { return v.at() + "=" + action }

func (v visit) at() string { return fmt.Sprintf("%s#%d", v.point, v.n) }

// changes reports whether a point stands at a call that changes the disk, or
// between such calls, and not at one that only looks.
func changes(point string) bool {
	op, _, _ := strings.Cut(point, "/")
	return !slices.Contains([]string{"open", "read", "readdir", "readlink", "stat"}, op)
}

// visits are passings of every point: the first and, where something changes,
// the last.
func (p points) visits() []visit {
	var out []visit
	for _, point := range slices.Sorted(maps.Keys(p)) {
		which := []int{1}
		if n := p[point]; changes(point) {
			which = slices.Compact([]int{1, n})
		}
		for _, n := range which {
			out = append(out, visit{point, n})
		}
	}
	return out
}

// rows are the rows of the matrix that kills reach, each with the points that
// stand for it: a row without its points would go untested unnoticed.
var rows = []struct {
	row    string
	points []string
}{
	{"read, check, decode", []string{"read/block/after", "decode/block/before"}},
	{"data file", []string{
		"create/data/before", "create/data/after", "write/data/before", "write/data/after", "sync/data/before",
		"sync/data/after", "close/data/before", "rename/data/before", "rename/data/after",
	}},
	{"delete file", []string{"create/deletes/after", "write/deletes/after", "sync/deletes/before", "rename/deletes/after"}},
	{"DuckDB: merge query, spill", []string{"merge/query/before", "merge/query/after", "mkdir/spill/after", "remove/spill-tree/before"}},
	{"directory fsync, parent of a new directory", []string{
		"syncdir/data-dir/before", "syncdir/data-dir/after", "syncdir/deletes-dir/before", "mkdir/stream-dir/after",
		"mkdir/batches-dir/after", "mkdir/data-dir/after", "syncdir/lake-dir/before", "syncdir/stream-dir/before", "syncdir/batches-dir/after",
	}},
	{"DuckDB: COPY", []string{"compact/copy/before", "compact/copy/after"}},
	{"compacted file: adopt", []string{
		"mkdir/compacted-dir/after", "open/compacted/before", "read/compacted/before", "sync/compacted/before", "sync/compacted/after",
		"rename/compacted/before", "rename/compacted/after", "syncdir/compacted-dir/before", "syncdir/compacted-dir/after",
	}},
	{"current", []string{
		"mkdir/links-dir/before", "mkdir/links-dir/after", "link/links/before", "link/links/after", "syncdir/links-dir/before", "syncdir/links-dir/after",
		"symlink/current/before", "symlink/current/after", "rename/current/before", "rename/current/after", "readlink/current/before",
		"remove/links/before", "remove/links/after", "remove/links-dir/before", "remove/links-dir/after",
	}},
	{"table manifest", []string{"create/tables/after", "write/tables/after", "sync/tables/before", "sync/tables/after", "syncdir/tables-dir/before"}},
	{"root manifest temp", []string{"create/manifest/after", "write/manifest/after", "sync/manifest/before", "sync/manifest/after"}},
	{"before link", []string{"link/version/before"}},
	{"after link, before directory fsync", []string{"link/version/after", "syncdir/log/before"}},
	{"after directory fsync", []string{"syncdir/log/after"}},
	{"sidecar", []string{
		"create/sidecar/before", "write/sidecar/after", "sync/sidecar/before", "rename/sidecar/before", "rename/sidecar/after",
	}},
	{"stdout", []string{"stdout/state/before", "stdout/state/after"}},
	{"unlink", []string{"remove/manifest/before", "remove/manifest/after", "remove/spill/before"}},
	{"views", []string{"rename/views/before", "rename/views/after"}},
	{"recovery: newest version", []string{"syncdir/log/before", "readdir/log/before", "open/version/before", "read/tables/before"}},
	{"recovery: sweep", []string{
		"remove/data/before", "remove/data/after", "remove/deletes/before", "remove/compacted/before", "remove/compacted/after", "remove/tables/after", "remove/manifest/after", "remove/spill/before",
	}},
	{"locks", []string{"lock/lock/before", "lock/lock/after", "lock/views-lock/after"}},
}

// uncovered are the rows of which no run passed a point.
func uncovered(seen ...points) []string {
	var out []string
	for _, r := range rows {
		for _, p := range r.points {
			if !slices.ContainsFunc(seen, func(s points) bool { return s[p] > 0 }) {
				out = append(out, r.row+": "+p)
			}
		}
	}
	return out
}

// recovery is the points that a run passes before it reads its first line.
func recovery(name string) (points, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	before, _, _ := strings.Cut(string(data), "read/block/")
	out := points{}
	for _, p := range strings.Fields(before) {
		out[p]++
	}
	return out, nil
}

// dirs makes directories for sessions under one root.
type dirs struct{ root string }

func (d dirs) fresh(name string) (string, error) {
	dir, err := os.MkdirTemp(d.root, name+"-")
	return filepath.Join(dir, "lake"), err
}
