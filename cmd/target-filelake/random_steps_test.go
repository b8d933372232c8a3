package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"target-filelake/lake"
	"target-filelake/merge"
)

// sequence is a lake, the model of it, and the tap that is loaded into it.
type sequence struct {
	testing.TB
	*rand.Rand
	seed   uint64
	tap    *randomTap
	reader lakeReader
	disk   lake.Disk
	merges *merge.DB // of all runs: opening one takes as long as some merges
	args   []string  // of every load
	plain  bool      // versions are not processed

	now    *modelLake
	newest lake.Version
	oldest lake.Version // that can be gone back to
	past   map[lake.Version]*modelLake
	runs   map[lake.Version]*loadRun // that made versions of which past does not know yet
	anew   bool                      // columns may have been taken back, and given again
	heard  string                    // the last STATE that was on stdout
	links  map[string]*linked        // what current was, by stream
	story  []string                  // what was done
}

// did notes a step for whoever has to find out what went wrong.
func (q *sequence) did(format string, args ...any) {
	q.story = append(q.story, fmt.Sprintf("step %d: ", len(q.story)+1)+fmt.Sprintf(format, args...))
}

func (q *sequence) fail(format string, args ...any) {
	q.Helper()
	q.Fatalf("%s\n%s\nsettings: %q\nrepeat it with SEQUENCE_SEED=%d go test -run TestRandomSequences ./cmd/target-filelake",
		strings.Join(q.story, "\n"), fmt.Sprintf(format, args...), q.args, q.seed)
}

// choose is an item of a list, by chance.
func choose[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// begin makes version 1 active of the streams that have versions.
func (q *sequence) begin() {
	q.Helper()
	for _, s := range q.tap.streams {
		if !s.replace {
			s.version = 1
			q.tap.lines = append(q.tap.lines, q.tap.activation(s))
		}
	}
	q.tap.lines = append(q.tap.lines, q.tap.state())
	q.send(&loadRun{to: len(q.tap.lines), tail: "auto"})
}

// load lets the tap go on from a STATE that it may have got.
func (q *sequence) load() {
	q.Helper()
	tail := choose(q.Rand, "auto", "auto", "auto", "all", "none")
	doubt := q.heard != q.now.state
	if tail == "all" && doubt {
		tail = "auto" // nothing is promised to those who ask for all when rows come again
	}
	from := choose(q.Rand, q.heard, q.now.state)
	q.heard = from // whoever starts the tap goes by one of the two
	r := &loadRun{tail: tail}
	if from != "" {
		_, _ = fmt.Sscan(from, &r.from)
	}
	q.tap.grow(q.IntN(7))
	r.lines, r.to = q.tap.lines, len(q.tap.lines)
	if q.IntN(6) == 0 { // the tap dies, and sends the rest another time
		r.to = r.from + q.IntN(r.to-r.from+1)
	}
	if r.ends = choose(q.Rand, clean, clean, clean, mangled, unsaid); r.tail == "all" {
		r.ends = clean // no rows are promised to those who ask for all and die
	}
	if doubt && r.ends != mangled && r.lastState() < 0 {
		r.ends = mangled // a whole input without a STATE says that none is owed
	}
	r.strict = q.IntN(8) == 0
	if q.IntN(6) == 0 {
		q.divide()
	}
	q.send(r)
}

// send runs a load.
func (q *sequence) send(r *loadRun) {
	q.Helper()
	r.lines, r.streams, r.base, r.plain = q.tap.lines, q.tap.streams, q.now, q.plain
	input, sent := q.input(r), r.to
	r.take()
	args := []string{"--lake", q.reader.dir, "--threads", "1", "--commit-tail", r.tail}
	if rows := q.IntN(4); rows > 0 {
		args = append(args, "--batch-size-rows", num(rows))
	}
	if !r.strict {
		args = append(args, "--on-invalid-record", "quarantine")
	}
	if q.IntN(6) == 0 {
		args = append(args, "--compact", compactNever)
	}
	out := &fewLines{left: -1}
	if r.ends == unsaid {
		out.left = q.IntN(2)
	}
	q.did("load lines %d to %d, ends %d, %q\n%s", r.from, sent, r.ends, args[2:], told(r.lines[r.from:sent], r.from))
	code, errs := q.run(input, out, append(args, q.args...)...)
	q.loaded(r, out, code, errs)
	q.shows(func(s string, changed bool) showing {
		if code == 0 && changed && !slices.Contains(args, compactNever) {
			return upToDate
		}
		return perhaps
	})
}

// input is what the tap sends in a run.
func (q *sequence) input(r *loadRun) string {
	var b strings.Builder
	for _, l := range q.tap.schemasAt(r.from) {
		b.WriteString(l.text + "\n")
	}
	for _, l := range r.lines[r.from:r.to] {
		b.WriteString(l.text + "\n")
	}
	if r.ends == mangled {
		b.WriteString(choose(q.Rand, `{"type":"RECORD","str`, `{"type":"RECORD"}`+"\n", "nonsense\n"))
	}
	return b.String()
}

// told is lines in few words, numbered.
func told(lines []tapLine, from int) string {
	var b strings.Builder
	for i, l := range lines {
		fmt.Fprintf(&b, "  %d: %s\n", from+i, l)
	}
	return b.String()
}

// fewLines takes so many lines, any number if left is negative.
type fewLines struct {
	bytes.Buffer
	left int
}

func (w *fewLines) Write(p []byte) (int, error) {
	if w.left == 0 {
		w.left = -2
		return 0, io.ErrClosedPipe
	}
	if w.left > 0 {
		w.left--
	}
	return w.Buffer.Write(p)
}

func (q *sequence) run(input string, out io.Writer, args ...string) (int, string) {
	q.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		q.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(w, input)
		w.Close()
	}()
	var errs bytes.Buffer
	code := runOn(context.Background(), args, &stdio{in: r, out: out, err: &errs, merges: q.merges})
	r.Close()
	return code, errs.String()
}

// loaded holds what a load did against the model.
func (q *sequence) loaded(r *loadRun, out *fewLines, code int, errs string) {
	q.Helper()
	if r.ends == unsaid && out.left != -2 {
		r.ends = clean // it said no more than stdout took
	}
	rows, rejects := r.drops()
	want := map[bool]int{false: 0, true: exitBadInput}[rows || rejects]
	again := rejects && !rows && code == 0 // they stood already
	if r.ends == unsaid && code == 0 || r.ends != unsaid && code != want && !again {
		q.fail("exit %d, want %d (1 if stdout refuses)\n%s", code, want, errs)
	}
	q.follow(r)
	if r.ended() && r.ends == clean && r.lastState() > 0 && q.now.state != num(r.lastState()) {
		q.fail("STATE %q, want %d", q.now.state, r.lastState())
	}
	q.hear(r, strings.Fields(out.String()))
}

// hear checks what was on stdout.
func (q *sequence) hear(r *loadRun, said []string) {
	q.Helper()
	last := -1
	for _, s := range said {
		n, ok := r.said(s)
		if !ok || n < last {
			q.fail("STATEs on stdout: %q", said)
		}
		last, q.heard = n, s
	}
	if r.ends != unsaid && len(said) > 0 && q.heard != q.now.state {
		q.fail("STATE %q on stdout, %q in the lake", q.heard, q.now.state)
	}
}

// follow reads the newest version and finds the model's.
func (q *sequence) follow(r *loadRun) {
	q.Helper()
	m, err := lake.Newest(q.disk)
	if err != nil {
		q.fail("%v", err)
	}
	last := q.uncompacted(m) // compactions come after the run's last commit
	for v := q.newest + 1; v < last.Version; v++ {
		q.runs[v] = r
	}
	q.now = q.settle(r, last, true)
	q.still()
}

// uncompacted is the newest version up to m that no compaction made, or that was
// the newest before this step.
func (q *sequence) uncompacted(m *lake.Manifest) *lake.Manifest {
	q.Helper()
	for m.Operation == lake.OpCompact && m.Version > q.newest {
		var err error
		if m, err = lake.At(q.disk, m.Version-1); err != nil {
			q.fail("%v", err)
		}
	}
	return m
}

// sidecar holds state.json against the manifest.
func (q *sequence) sidecar() {
	q.Helper()
	data, err := os.ReadFile(filepath.Join(q.reader.dir, "state.json"))
	if err != nil && !os.IsNotExist(err) {
		q.fail("%v", err)
	}
	if got := strings.TrimSpace(string(data)); got != q.now.state {
		q.fail("state.json is %q, the manifest's STATE %q", got, q.now.state)
	}
}

// settle finds what the model holds at a version that a run made.
func (q *sequence) settle(r *loadRun, m *lake.Manifest, final bool) *modelLake {
	q.Helper()
	got := q.reader.at(m)
	out := newModelLake()
	out.state = got.state
	if _, ok := r.said(got.state); !ok && got.state != r.base.state {
		q.fail("STATE %q is none of the run's", got.state)
	}
	for _, s := range q.tap.streams {
		all := r.outcomes(s.modelStream, got.state, final)
		table := matching(all, got.table(s.name))
		if table == nil {
			q.fail("version %d, stream %s (%+v), STATE %q:\n%s%swant\n%s%s", m.Version, s.name, *s.modelStream, got.state,
				got.table(s.name).told(), records(got.table(s.name).rejects), all[0].told(), records(all[0].rejects))
		}
		out.tables[s.name] = table.clone()
	}
	return out
}

// matching is the first outcome that readers cannot tell from got.
func matching(outcomes []*modelTable, got *modelTable) *modelTable {
	for _, t := range outcomes {
		if t.told() == got.told() && records(t.rejects) == records(got.rejects) {
			return t
		}
	}
	return nil
}

// version is the model at an older version; nil if it is gone.
func (q *sequence) version(v lake.Version) *modelLake {
	q.Helper()
	if q.past[v] == nil {
		m, err := lake.At(q.disk, v)
		if err != nil {
			q.fail("version %d: %v", v, err)
		}
		q.past[v] = q.settle(q.runs[v], m, false)
	}
	return q.past[v]
}

// still holds the newest version against the model after a command.
func (q *sequence) still() {
	q.Helper()
	m, err := lake.Newest(q.disk)
	if err != nil {
		q.fail("%v", err)
	}
	for v := max(1, q.uncompacted(m).Version); v <= m.Version; v++ {
		q.past[v] = q.now
	}
	q.newest = m.Version
	got := q.reader.at(m)
	if got.state != q.now.state {
		q.fail("STATE %q, want %q", got.state, q.now.state)
	}
	for _, s := range q.tap.streams {
		if want := q.now.table(s.name); matching([]*modelTable{want}, got.table(s.name)) == nil {
			q.fail("version %d, stream %s (%+v):\n%s%swant\n%s%s", m.Version, s.name, *s.modelStream,
				got.table(s.name).told(), records(got.table(s.name).rejects), want.told(), records(want.rejects))
		}
	}
	q.sidecar()
}

// divide has compactions divide a stream's files in another way from now on.
func (q *sequence) divide() {
	s := q.tap.streams[q.IntN(len(q.tap.streams))]
	s.parts = choose(q.Rand, nil, []string{"at"}, []string{"bucket(2, id)"}, []string{"truncate(1, v)"}, []string{"w"}, []string{"at", "bucket(3, v)"})
	q.setArgs()
}

func (q *sequence) setArgs() {
	q.args = []string{"--streams", streamsArgs(q.tap.streams)}
	if q.plain {
		q.args = append(q.args, "--no-process-activate-version-messages")
	}
}

// streamsArgs words the streams' settings.
func streamsArgs(streams []*tapStream) string {
	all := map[string]map[string]any{}
	for _, s := range streams {
		c := map[string]any{}
		set := func(on bool, key string, value any) {
			if on {
				c[key] = value
			}
		}
		set(s.appends, "load_method", appendOnly)
		set(s.replace, "load_method", overwrite)
		set(s.ignore, "unique_conflict_method", ignoreConflicts)
		set(s.ordered, "order_by", "at")
		set(s.hard, "hard_delete", true)
		set(s.dedupe, "dedupe", rowHash)
		set(s.parts != nil, "partition_by", s.parts)
		all[s.name] = c
	}
	text, _ := json.Marshal(all) // strings and bools
	return string(text)
}
