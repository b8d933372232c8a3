package main

import (
	"bufio"
	"context"
	crand "crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"target-filelake/lake"
)

// asReader, in the environment, makes the test binary a process that reads a
// lake again and again until its stdin ends, and prints each answer.
const asReader = "TARGET_FILELAKE_TEST_AS_READER"

// allTotals is true of one version of the lake only: counts and sums of a stream
// that is upserted and of one that is appended to.
const allTotals = "SELECT (SELECT count(*) FROM t), (SELECT sum(v::HUGEINT) FROM t), (SELECT count(*) FROM a), (SELECT sum(n) FROM a)"

// ofOne is true of one stream alone, where each has a current of its own.
const (
	ofT = "SELECT count(*), sum(v::HUGEINT), NULL, NULL FROM "
	ofA = "SELECT NULL, NULL, count(*), sum(n) FROM "
)

// readers are the doors to a lake, by name.
var readers = map[string]func(dir string) (string, error){
	"t/current": func(dir string) (string, error) { return readCurrent(dir, "t", ofT) },
	"a/current": func(dir string) (string, error) { return readCurrent(dir, "a", ofA) },
	"query": func(dir string) (string, error) {
		var out, errs strings.Builder
		code := run(context.Background(), []string{"query", "--lake", dir, "--format", "csv", allTotals}, os.Stdin, &out, &errs)
		if code != 0 {
			return "", fmt.Errorf("exit %d: %s", code, errs.String())
		}
		return strings.Split(out.String(), "\n")[1], nil
	},
	"lake.duckdb": func(dir string) (string, error) {
		return askDuckDB(filepath.Join(dir, viewsDB)+"?access_mode=read_only", "", allTotals)
	},
	"views.sql": func(dir string) (string, error) {
		views, err := os.ReadFile(filepath.Join(dir, viewsSQL))
		if err != nil {
			return "", err
		}
		return askDuckDB("", string(views), allTotals)
	},
}

// readCurrent asks for a stream's totals by a glob. A path in hand is of one version:
// the link may move on, and what it stood for stays until it has moved twice. Only
// then is it read once more.
func readCurrent(dir, stream, of string) (string, error) {
	for {
		current, err := filepath.EvalSymlinks(filepath.Join(dir, stream, "current"))
		if err != nil {
			return "", err
		}
		answer, err := askDuckDB("", "", of+"'"+filepath.Join(current, "*.parquet")+"'")
		if _, gone := os.Stat(current); err == nil || gone == nil {
			return answer, err
		}
	}
}

// askDuckDB asks for the totals in a DuckDB of its own, as a user's would.
func askDuckDB(dsn, before, totals string) (string, error) {
	db, err := sql.Open("duckdb", dsn)
	if err != nil {
		return "", err
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(context.Background(), before+"SET threads = 1"); err != nil {
		return "", err
	}
	var v [4]any
	err = conn.QueryRowContext(context.Background(), totals).Scan(&v[0], &v[1], &v[2], &v[3])
	return fmt.Sprintf("%v,%v,%v,%v", v[0], v[1], v[2], v[3]), err
}

// readOn is the main function of a reader: args are a door and a lake.
func readOn(door, dir string) {
	ended := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); close(ended) }()
	for {
		select {
		case <-ended:
			return
		default:
		}
		answer, err := readers[door](dir)
		if err != nil {
			answer = "error: " + strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Println(answer)
	}
}

// reader is a reading process.
type reader struct {
	*exec.Cmd
	door    string
	in      io.Closer
	answers []string
	done    chan error
}

func startReader(t *testing.T, door, dir string) *reader {
	t.Helper()
	r := &reader{Cmd: program(t, door, dir), door: door, done: make(chan error, 1)}
	r.Env = append(os.Environ(), asReader+"=1")
	r.Stderr = os.Stderr
	in, err := r.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	r.in = in
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			r.answers = append(r.answers, s.Text())
		}
		r.done <- r.Wait()
	}()
	return r
}

// written is a tap of which every STATE has its own totals.
type written struct {
	r      *rand.Rand
	t      map[int]int
	n, sum int
	lines  []string         // a batch with its STATE each
	want   map[string][]int // the STATEs of which an answer is true
}

// newWritten makes batches that insert, update and append.
func newWritten(batches int, seed uint64) *written {
	w := &written{r: rand.New(rand.NewPCG(seed, 3)), t: map[int]int{}, want: map[string][]int{}}
	for i := range batches {
		var b strings.Builder
		for range 40 {
			id, v := w.r.IntN(300), w.r.IntN(1_000_000)
			w.t[id] = v
			b.WriteString(singer(rowT(strconv.Itoa(id), strconv.Itoa(v))))
		}
		w.n, w.sum = w.n+1, w.sum+i
		b.WriteString(singer(rowA(strconv.Itoa(i)), stateOf(strconv.Itoa(i+1))))
		w.lines = append(w.lines, b.String())
		total := 0
		for _, v := range w.t {
			total += v
		}
		ofT, ofA := fmt.Sprintf("%d,%d", len(w.t), total), fmt.Sprintf("%d,%d", w.n, w.sum)
		for _, answer := range []string{ofT + "," + ofA, ofT + ",<nil>,<nil>", "<nil>,<nil>," + ofA} {
			w.want[answer] = append(w.want[answer], i+1)
		}
	}
	return w
}

// ageLake gives a lake versions of three hours ago, for vacuums to take.
func ageLake(t *testing.T, dir string, versions int) {
	t.Helper()
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	then := func() time.Time { return time.Now().Add(-3 * time.Hour) }
	l, err := lake.Open(disk, lake.Options{Pipeline: "aged", Holder: "a test", Clock: then, Rand: crand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	for i := range versions {
		state := strconv.Itoa(i)
		if _, err := l.Commit(lake.Commit{State: &state}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(l.Close(), disk.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestReadersSeeCommittedVersions has seven processes read through every door
// while a lake is loaded, updated, compacted and vacuumed, and its loader killed.
func TestReadersSeeCommittedVersions(t *testing.T) {
	t.Parallel()
	const seed, perRun = 3, 12
	runs := times(4)
	w := newWritten(runs*perRun, seed)
	dir := t.TempDir()
	args := []string{"--lake", dir, "--batch-size-rows", "1"}
	const aged = 100
	ageLake(t, dir, aged)
	load(t, dir, singer(schemaT, schemaA)+w.lines[0], 0, args[2:]...)

	var reading []*reader
	for _, door := range []string{"query", "query", "lake.duckdb", "lake.duckdb", "views.sql", "t/current", "a/current"} {
		reading = append(reading, startReader(t, door, dir))
	}
	kills := 0
	for from := 1; from < len(w.lines); from = lakeState(t, dir, nil, from) {
		c := startProgram(t, args...)
		go w.send(c.in, from, min(from+perRun, len(w.lines)))
		if r := invoke(t, "", "vacuum", "--lake", dir, "--pipeline", "cleaner", "--retention", "1h"); r.code != 0 {
			t.Errorf("vacuum: exit %d\n%s", r.code, r.err)
		}
		if w.r.IntN(4) == 0 {
			kills++
			time.Sleep(time.Duration(100+w.r.IntN(300)) * time.Millisecond)
			_ = c.Process.Kill()
			_ = c.Wait()
		} else {
			c.exit(t, 0)
		}
		for _, args := range [][]string{nil, {"--full"}, {"t", "--full"}} { // what loads leave, and their own compactions
			if r := invoke(t, "", append([]string{"compact", "--lake", dir, "--threads", "1"}, args...)...); r.code != 0 {
				t.Errorf("compact: exit %d\n%s", r.code, r.err)
			}
		}
	}
	committed := w.committed(t, dir, aged)
	checks := map[string]int{}
	for _, r := range reading {
		r.in.Close()
		if err := <-r.done; err != nil {
			t.Errorf("%s: %v", r.door, err)
		}
		checks[r.door] += len(r.answers)
		r.check(t, w.want, committed)
	}
	t.Logf("readers: %d + %d + %d answers of query, lake.duckdb and views.sql, %d + %d of current, each one of %d STATEs' versions; %d kills",
		checks["query"], checks["lake.duckdb"], checks["views.sql"], checks["t/current"], checks["a/current"], len(committed), kills)
}

// send writes batches, with rests that let each be committed by itself.
func (w *written) send(in io.WriteCloser, from, to int) {
	defer in.Close()
	_, err := io.WriteString(in, singer(schemaT, schemaA))
	for i := from; i < to && err == nil; i++ {
		_, err = io.WriteString(in, w.lines[i])
		time.Sleep(15 * time.Millisecond)
	}
}

// committed are the STATEs of the versions after a first one, which is the
// oldest there is.
func (w *written) committed(t *testing.T, dir string, first lake.Version) map[int]bool {
	t.Helper()
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	newest, err := lake.Newest(disk)
	if err != nil {
		t.Fatal(err)
	}
	if oldest, err := lake.Oldest(disk); err != nil || oldest != first {
		t.Errorf("the oldest version is %d, %v; want %d", oldest, err, first)
	}
	out := map[int]bool{}
	for v := first + 1; v <= newest.Version; v++ {
		m, err := lake.At(disk, v)
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(*m.Pipelines["default"].State)
		if err != nil {
			t.Fatal(err)
		}
		out[n] = true
	}
	return out
}

// check wants every answer to be that of a committed version, and none to be
// of an older version than the one before it.
func (r *reader) check(t *testing.T, want map[string][]int, committed map[int]bool) {
	t.Helper()
	last, seen := 0, map[int]bool{}
	for _, a := range r.answers {
		states := slices.DeleteFunc(slices.Clone(want[a]), func(s int) bool { return s < last || !committed[s] })
		if len(states) == 0 {
			t.Fatalf("%s answered %s, of STATEs %v, after one of STATE %d; committed are %v", r.door, a, want[a], last, committed)
		}
		state := states[0]
		last = state
		seen[state] = true
	}
	if len(seen) < 2 {
		t.Errorf("%s saw only %v: the test shows little", r.door, seen)
	}
}
