package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// compact writes tables anew: nothing that can be asked changes.
func (q *sequence) compact() {
	q.Helper()
	if q.newest == 0 {
		return
	}
	args := []string{"compact", "--lake", q.reader.dir, "--threads", "1"}
	if q.IntN(2) == 0 {
		args = append(args, "--full")
	}
	q.did("%q of version %d", args[5:], q.newest)
	before := q.newest
	told := func() string { return "" }
	if q.IntN(6) == 0 {
		s := q.tap.streams[q.IntN(len(q.tap.streams))]
		from := q.oldest + lake.Version(q.Uint64N(uint64(q.newest-q.oldest)+1))
		id := q.IntN(4)
		told = func() string { return q.said(s, from, id) }
	}
	was := told()
	if code, errs := q.run("", &bytes.Buffer{}, args...); code != 0 {
		q.fail("exit %d\n%s", code, errs)
	}
	q.still()
	q.shows(func(string, bool) showing { return upToDate })
	if now := told(); now != was {
		q.fail("the compaction changed the past:\n%s\nwas\n%s", now, was)
	}
	if was != "" {
		s := q.tap.streams[q.IntN(len(q.tap.streams))]
		if got := q.answer("changes", "--from", fmt.Sprint(uint64(before)), s.name); len(got) > 0 && !strings.HasPrefix(got, "exit 2") {
			q.fail("changes of %s from %d to %d, a compaction:\n%s", s.name, before, q.newest, got)
		}
	}
}

// said is what the program says of a stream's past, and of a row's.
func (q *sequence) said(s *tapStream, from lake.Version, id int) string {
	out := q.answer("changes", "--each", "--from", fmt.Sprint(uint64(from)), s.name)
	// A row that was written anew came with any of the versions before.
	net := q.answer("changes", "--from", fmt.Sprint(uint64(from)), s.name)
	out += strings.Join(slices.Sorted(strings.Lines(regexp.MustCompile(`"_version":\w+,`).ReplaceAllString(net, ""))), "")
	if s.merges() {
		out += q.answer("history", s.name, num(id))
	}
	return out + "."
}

// answer is what a command answers, its lines sorted; its exit code if that is not 0.
func (q *sequence) answer(command string, args ...string) string {
	q.Helper()
	var out bytes.Buffer
	code, errs := q.run("", &out, append([]string{command, "--lake", q.reader.dir, "--format", "jsonl"}, args...)...)
	if code != 0 && code != exitUsage {
		q.fail("%s %q: exit %d\n%s", command, args, code, errs)
	}
	lines := slices.Sorted(strings.Lines(out.String()))
	if code != 0 {
		lines = append(lines, fmt.Sprintf("exit %d\n", code))
	}
	return strings.Join(lines, "")
}

// showing is what a step may do to a stream's current.
type showing byte

const (
	asItWas   showing = iota
	perhaps           // as it was, or the newest version
	upToDate          // the newest version if that is plain, none if it has no rows, else as it was
	takenBack         // the newest version if that is plain, else none
	looked            // as it was, or taken back
)

// linked is what current is of a stream.
type linked struct {
	dir    string   // of the stream
	files  []string // under current, sorted; none: there is no current
	rows   []string // of the model when it was made
	stored []string // files and schemas of the table after the step
}

// shows holds every stream's current against what a step may have done to it, and
// the rows that a glob over it finds against the model. changed: the table's files
// or its schema are not what they were.
func (q *sequence) shows(may func(stream string, changed bool) showing) {
	q.Helper()
	m, err := lake.Newest(q.disk)
	if err != nil {
		q.fail("%v", err)
	}
	for _, s := range q.tap.streams {
		t, was := m.Tables[s.name], q.links[s.name]
		if was == nil {
			was = &linked{}
		}
		now := &linked{dir: was.dir, rows: was.rows}
		if t != nil {
			now.dir = t.Dir
			now.stored = stored(t)
		}
		if now.dir == "" {
			continue
		}
		now.files = q.linkedIn(now.dir)
		q.links[s.name] = now
		empty := t != nil && t.Rows() == 0
		newest := t != nil && t.Plain() && slices.Equal(now.files, basenames(t)) || empty && len(now.files) == 0
		if newest && !empty && !slices.Equal(now.files, was.files) {
			now.rows = q.glob(now.dir)
			if want := rowTexts(q.now.table(s.name).live); !slices.Equal(now.rows, want) {
				q.fail("current of %s:\n%s\nwant\n%s", s.name, strings.Join(now.rows, "\n"), strings.Join(want, "\n"))
			}
		}
		same, plain := slices.Equal(now.files, was.files), t != nil && t.Plain()
		rule := may(s.name, !slices.Equal(now.stored, was.stored))
		gone := newest || !plain && len(now.files) == 0
		ok := map[showing]bool{
			asItWas: same, perhaps: same || newest, upToDate: newest || !plain && !empty && same, takenBack: gone, looked: same || gone,
		}[rule]
		if !ok {
			q.fail("current of %s is %q, it was %q (rule %d, plain %v); the table is %q", s.name, now.files, was.files, rule, plain, now.stored)
		}
	}
}

func stored(t *lake.Table) []string {
	out := []string{fmt.Sprint("schema ", t.Schema().ID)}
	for _, f := range t.Files {
		out = append(out, fmt.Sprint(f.Path, " ", f.Superseded, " of ", f.Rows, ", schema ", f.Schema))
	}
	return out
}

func basenames(t *lake.Table) []string {
	var out []string
	for _, f := range t.Files {
		out = append(out, path.Base(f.Path))
	}
	slices.Sort(out)
	return out
}

func (q *sequence) linkedIn(dir string) []string {
	q.Helper()
	current := filepath.Join(q.reader.dir, dir, "current")
	if _, err := os.Lstat(current); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	entries, err := os.ReadDir(current)
	if err != nil || len(entries) == 0 {
		q.fail("current dangles: %v", err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// glob is the rows that DuckDB finds under current.
func (q *sequence) glob(dir string) []string {
	q.Helper()
	ctx := context.Background()
	conn, err := q.merges.Conn(ctx)
	if err != nil {
		q.fail("%v", err)
	}
	defer conn.Close()
	rows, err := conn.QueryContext(ctx, "SELECT * FROM read_parquet("+duck.Lit(filepath.Join(q.reader.dir, dir, "current", "*.parquet"))+")")
	if err != nil {
		q.fail("%v", err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		q.fail("%v", err)
	}
	out := []string{}
	for rows.Next() {
		values, dst := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			dst[i] = &values[i]
		}
		if err := rows.Scan(dst...); err != nil {
			q.fail("%v", err)
		}
		fields := map[string]string{}
		for i, v := range values {
			if v != nil {
				fields[names[i]] = fmt.Sprint(v)
			}
		}
		out = append(out, rowText(fields))
	}
	if err := rows.Err(); err != nil {
		q.fail("%v", err)
	}
	slices.Sort(out)
	return out
}

// lasting wants what current shows to be there still, whatever came since.
func (q *sequence) lasting() {
	q.Helper()
	for stream, l := range q.links {
		if len(l.files) == 0 {
			continue
		}
		if got := q.glob(l.dir); !slices.Equal(got, l.rows) {
			q.fail("current of %s at the end:\n%s\nit was\n%s", stream, strings.Join(got, "\n"), strings.Join(l.rows, "\n"))
		}
	}
}
