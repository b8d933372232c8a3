package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/audit"
)

// rollback goes back to any version there is, or was.
func (q *sequence) rollback() {
	q.Helper()
	if q.newest < 2 {
		return
	}
	v := lake.Version(1 + q.Uint64N(uint64(q.newest)-1))
	before := q.newest
	q.did("rollback %d of %d", v, q.newest)
	var out bytes.Buffer
	code, errs := q.run("", &out, "rollback", "--lake", q.reader.dir, fmt.Sprint(uint64(v)))
	switch {
	case v < q.oldest && code == exitUsage:
		return
	case v < q.oldest:
		q.fail("exit %d: the version was vacuumed\n%s", code, errs)
	case code == exitUsage && strings.Contains(errs, lake.ErrUnchanged.Error()):
		q.now = q.version(v).clone()
	case code != 0:
		q.fail("exit %d\n%s", code, errs)
	default:
		q.anew = true
		q.now = q.version(v).clone()
		q.heard = strings.TrimSpace(out.String())
		if q.heard != q.now.state {
			q.fail("STATE %q on stdout, want %q", q.heard, q.now.state)
		}
	}
	q.still()
	q.shows(func(_ string, changed bool) showing {
		switch {
		case q.newest == before:
			return asItWas
		case changed:
			return takenBack
		}
		return looked
	})
}

// reset drops a stream.
func (q *sequence) reset() {
	q.Helper()
	s := q.tap.streams[q.IntN(len(q.tap.streams))]
	if s.version > 0 {
		return // its tap would go on with the versions it has
	}
	q.did("reset %s", s.name)
	code, errs := q.run("", io.Discard, "reset", "--lake", q.reader.dir, "--yes", s.name)
	if code == exitUsage && q.newest > 0 {
		m, err := lake.Newest(q.disk)
		if err != nil || m.Tables[s.name] != nil {
			q.fail("exit %d\n%s", code, errs)
		}
		return
	}
	if code != 0 {
		if q.newest > 0 {
			q.fail("exit %d\n%s", code, errs)
		}
		return
	}
	q.now = q.now.clone()
	q.now.tables[s.name] = &modelTable{}
	q.anew = true
	q.still()
	q.shows(func(stream string, _ bool) showing {
		if stream == s.name {
			return takenBack
		}
		return asItWas
	})
}

// replay tries all rejects again. Which SCHEMA is the newest is the lake's word.
func (q *sequence) replay() {
	q.Helper()
	if q.newest == 0 {
		return
	}
	q.did("replay")
	m, err := lake.Newest(q.disk)
	if err != nil {
		q.fail("%v", err)
	}
	q.now = q.now.clone()
	for _, s := range q.tap.streams {
		if t := m.Tables[s.name]; t != nil {
			message, err := t.SchemaMessage()
			if err != nil {
				q.fail("%v", err)
			}
			q.now.table(s.name).replay(s.modelStream, strings.Contains(string(message), `"w":{"type":["string"`))
		}
	}
	code, errs := q.run("", io.Discard, append([]string{"replay", "--lake", q.reader.dir, "--threads", "1"}, q.args...)...)
	if code != 0 {
		q.fail("exit %d\n%s", code, errs)
	}
	q.still()
	q.shows(func(_ string, changed bool) showing {
		if changed {
			return upToDate
		}
		return perhaps
	})
}

// vacuum is one that comes a day later.
func (q *sequence) vacuum() {
	q.Helper()
	if q.newest == 0 {
		return
	}
	q.did("vacuum of %d versions", q.newest)
	l, err := lake.Open(q.disk, lake.Options{
		Pipeline: "default", Holder: "test", Clock: func() time.Time { return time.Now().Add(24 * time.Hour) }, Rand: zeros{},
	})
	if err != nil {
		q.fail("%v", err)
	}
	done, err := l.Vacuum(time.Hour, false)
	if err != nil {
		q.fail("%v", err)
	}
	if err := l.Close(); err != nil {
		q.fail("%v", err)
	}
	q.oldest = max(1, q.newest-1)
	if done.Oldest != q.oldest {
		q.fail("the oldest version is %d, want %d", done.Oldest, q.oldest)
	}
	q.still()
	q.shows(func(string, bool) showing { return asItWas })
}

// zeros is as random as a test needs that writes no file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// audit wants nothing to be wrong with the lake.
func (q *sequence) audit() {
	q.Helper()
	fault := func(f audit.Fault) { q.fail("audit: %s", f) }
	audit.Chain(q.disk, fault)
	m, err := lake.Newest(q.disk)
	if err != nil {
		q.fail("%v", err)
	}
	files := audit.NewFiles(q.disk, 1, fault)
	for _, t := range m.Tables {
		if err := files.Table(context.Background(), t); err != nil {
			q.fail("%v", err)
		}
	}
	if err := files.Retired(context.Background(), m.RetiredNow()); err != nil {
		q.fail("%v", err)
	}
}

// verify asks the program itself.
func (q *sequence) verify() {
	q.Helper()
	if code, errs := q.run("", io.Discard, "verify", "--lake", q.reader.dir); code != 0 {
		q.fail("verify: exit %d\n%s", code, errs)
	}
}

// changes compares what the program says of the rows between two versions with
// the model's rows of both.
func (q *sequence) changes() {
	q.Helper()
	if q.newest < q.oldest+1 {
		return
	}
	from := q.oldest + lake.Version(q.Uint64N(uint64(q.newest-q.oldest)))
	s := q.tap.streams[q.IntN(len(q.tap.streams))]
	q.did("changes of %s from %d to %d", s.name, from, q.newest)
	var out bytes.Buffer
	code, errs := q.run("", &out, "changes", "--lake", q.reader.dir, "--format", "jsonl", "--from", fmt.Sprint(uint64(from)), s.name)
	if code == exitUsage && (strings.Contains(errs, "no stream") || q.anew) {
		return
	}
	if code != 0 {
		q.fail("exit %d\n%s", code, errs)
	}
	got := rowTexts(q.version(from).table(s.name).live)
	for line := range strings.Lines(out.String()) {
		kind, text := changed(q, line)
		if kind == "insert" || kind == "update_after" {
			got = append(got, text)
			continue
		}
		i := slices.Index(got, text)
		if i < 0 {
			q.fail("%s of a row that is not there:%s\n%s", kind, text, out.String())
		}
		got = slices.Delete(got, i, i+1)
	}
	slices.Sort(got)
	if want := rowTexts(q.now.table(s.name).live); !slices.Equal(got, want) {
		q.fail("the changes lead to\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// changed is a line of changes: what happened, and the row as the model writes it.
func changed(q *sequence, line string) (kind, text string) {
	q.Helper()
	values := map[string]any{}
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		q.fail("%v in %s", err, line)
	}
	fields := map[string]string{}
	for name, v := range values {
		if v != nil {
			fields[name] = fmt.Sprint(v)
		}
	}
	return fields["_change"], rowText(fields)
}
