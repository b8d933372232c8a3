package compaction

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"testing"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/partition"
)

// table has the files that specs say: "a 5M" is one of 5 MiB, "a*3 5M" three, a1
// to a3. What follows is of each: dead=50 (percent of its rows), rows=7, keys=0-9,
// gen=2, part=p=x, old (of a schema that lacks a column), narrow (of one before,
// where a column is of another type), table (where it stands), sorted (there, too).
func table(key []string, specs ...string) *lake.Table {
	t := &lake.Table{Dir: "t", Key: key, PartitionBy: []string{"p"}}
	k, v, w := column(1, "id", columns.Int64), column(2, "v", columns.Int64), column(2, "v", columns.Double)
	for i, cols := range [][]columns.Column{{k, v}, {k, w}, {k, w, column(3, "p", columns.String)}} {
		t.Schemas = append(t.Schemas, &columns.Schema{ID: i, Columns: cols})
	}
	for _, spec := range specs {
		words := strings.Fields(spec)
		name, times, many := strings.Cut(words[0], "*")
		for i := range max(1, number(times)) {
			f := file(words[1:])
			f.Path += name
			if many {
				f.Path += strconv.Itoa(int(i) + 1)
			}
			t.Files = append(t.Files, f)
		}
	}
	return t
}

func number(text string) int64 {
	n, _ := strconv.ParseInt(strings.TrimRight(text, "KM"), 10, 64)
	switch {
	case strings.HasSuffix(text, "K"):
		return n << 10
	case strings.HasSuffix(text, "M"):
		return n << 20
	}
	return n
}

func file(words []string) lake.DataFile {
	f := lake.DataFile{Path: "t/batches/", Schema: 2, Bytes: number(words[0])}
	f.Rows = f.Bytes / 100
	dead := int64(0)
	for _, w := range words[1:] {
		what, value, _ := strings.Cut(w, "=")
		switch what {
		case "dead":
			dead = number(value)
		case "rows":
			f.Rows = number(value)
		case "keys":
			lo, hi, _ := strings.Cut(value, "-")
			f.Keys = []columns.Range{{ID: 1, Min: &lo, Max: &hi}}
		case "gen":
			f.Generation = number(value)
		case "part":
			f.Partition, f.Sorted, f.Path = value, true, "t/table/"
		case "old":
			f.Schema = 1
		case "narrow":
			f.Schema = 0
		case "sorted":
			f.Sorted, f.Path = true, "t/table/"
		case "table":
			f.Path = "t/table/"
		default:
			panic("BUG: no " + w)
		}
	}
	f.Superseded = (f.Rows*dead + 99) / 100
	return f
}

// show is jobs as "a b; copy c d".
func show(jobs []Job) string {
	out := make([]string, len(jobs))
	for i, j := range jobs {
		names := make([]string, len(j.Files))
		for k := range j.Files {
			names[k] = path.Base(j.Files[k].Path)
		}
		if j.Copy {
			out[i] = "copy "
		}
		out[i] += strings.Join(names, " ")
	}
	return strings.Join(out, "; ")
}

// many is "a1 a2 …", n names.
func many(name string, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = name + strconv.Itoa(i+1)
	}
	return strings.Join(out, " ")
}

func byP(t testing.TB) partition.Spec {
	t.Helper()
	spec, err := partition.Parse([]string{"p"}, table(nil).Schema())
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// apply is the table as a compaction leaves it, of rows that take as many bytes
// as before; those of any partition are of parts of them.
func (p Policy) apply(t *lake.Table, jobs []Job, parts int) (next *lake.Table, written int64) {
	next = new(*t)
	gone, files := map[string]bool{}, []lake.DataFile(nil)
	for n, j := range jobs {
		for i := range j.Files {
			gone[j.Files[i].Path] = true
		}
		if j.Copy {
			files = append(files, copied(t, j.Files, fmt.Sprintf("t/table/%p-%d", next, n)))
		} else {
			files = append(files, p.rewritten(t, j, fmt.Sprintf("t/table/%p-%d", next, n), parts)...)
		}
	}
	next.Files = nil
	for _, f := range t.Files {
		if !gone[f.Path] {
			next.Files = append(next.Files, f)
		}
	}
	for i := range files {
		written += files[i].Bytes
	}
	next.Files = append(next.Files, files...)
	return next, written
}

func copied(t *lake.Table, files []lake.DataFile, name string) lake.DataFile {
	f := lake.DataFile{Path: name, Schema: files[0].Schema, Generation: files[0].Generation, Sorted: inOneOrder(t, files)}
	for i := range files {
		f.Rows, f.Bytes, f.Superseded = f.Rows+files[i].Rows, f.Bytes+files[i].Bytes, f.Superseded+files[i].Superseded
	}
	f.Keys = joinKeys(t.Schema(), files)
	return f
}

// rewritten gives every file as many keys, one after another.
func (p Policy) rewritten(t *lake.Table, j Job, name string, parts int) []lake.DataFile {
	var rows, bytes int64
	dirs := map[string]bool{}
	files, schema := j.Files, t.Schema().ID
	if !j.Settle {
		schema = typed(t, files[0].Schema)
	}
	for i := range files {
		rows, bytes = rows+files[i].Live(), bytes+files[i].LiveBytes()
		dirs[p.partitionOf(&files[i])] = true
	}
	var into []string
	for dir := range dirs {
		into = append(into, dir)
	}
	if len(specIn(t, p.Spec, schema)) > 0 && (dirs[""] || len(dirs) > 1) {
		into = nil
		for i := range parts {
			into = append(into, fmt.Sprint("p=", i))
		}
	}
	if rows == 0 {
		return nil
	}
	var out []lake.DataFile
	each := cut(rows/int64(len(into)), p.size().most(rows, bytes))
	for i, dir := range into {
		for from := int64(0); from < rows/int64(len(into)); from += each {
			n := min(each, rows/int64(len(into))-from)
			lo, hi := fmt.Sprint(from), fmt.Sprint(from+n-1)
			out = append(out, lake.DataFile{
				Path: fmt.Sprint(name, "-", i, "-", from), Schema: schema, Rows: n, Bytes: bytes * n / rows, Generation: files[0].Generation,
				Partition: dir, Sorted: len(t.Key) > 0, Keys: []columns.Range{{ID: 1, Min: &lo, Max: &hi}},
			})
		}
	}
	return out
}
