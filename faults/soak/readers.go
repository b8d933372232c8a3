package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"target-filelake/merge/duck"
)

// doors are the ways to read a lake: with the target, or with any DuckDB.
var doors = map[string]func(binary, dir string) (string, error){
	"query":       queried,
	"lake.duckdb": func(_, dir string) (string, error) { return attached(dir) },
	"views.sql":   func(_, dir string) (string, error) { return viewed(dir) },
}

func queried(binary, dir string) (string, error) {
	out, err := exec.Command(binary, "query", "--lake", dir, "--format", "csv", totals).Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return "", fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	_, row, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return strings.TrimSpace(row), err
}

func attached(dir string) (string, error) {
	return ask(dir, "ATTACH "+duck.Lit(filepath.Join(dir, "lake.duckdb"))+" AS lake (READ_ONLY); USE lake")
}

func viewed(dir string) (string, error) {
	views, err := os.ReadFile(filepath.Join(dir, "views.sql"))
	if err != nil {
		return "", err
	}
	return ask(dir, string(views))
}

// ask asks a DuckDB for the totals.
func ask(dir, first string) (answer string, err error) {
	ctx := context.Background()
	temp, err := os.MkdirTemp("", "soak-query-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	db, err := duck.Open(ctx, duck.Config{Root: dir, Threads: 1, MemoryMB: 256, TempDir: temp}, duck.Directories(dir))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // what is attached is a connection's
	if _, err := db.ExecContext(ctx, first); err != nil {
		return "", err
	}
	var v [6]sql.NullInt64
	if err := db.QueryRowContext(ctx, totals).Scan(&v[0], &v[1], &v[2], &v[3], &v[4], &v[5]); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d,%d,%d,%d,%d,%d", v[0].Int64, v[1].Int64, v[2].Int64, v[3].Int64, v[4].Int64, v[5].Int64), nil
}

// readerPause is between two reads: the readers share the machine with the loads.
const readerPause = 300 * time.Millisecond

// readOn is the main function of a reading process: it prints when each answer was
// asked for, and the answer.
func readOn(door, binary, dir string) {
	for ; ; time.Sleep(readerPause) {
		began := time.Now()
		answer, err := doors[door](binary, dir)
		if err != nil {
			answer = "error: " + strings.ReplaceAll(err.Error(), "\n", " ")
		}
		if _, err := fmt.Printf("%d %s\n", began.UnixNano(), answer); err != nil {
			return // nobody listens any more
		}
	}
}

// read keeps a process reading until ctx ends, and checks what it says.
func (s *site) read(ctx context.Context, door string) {
	cmd := exec.CommandContext(ctx, s.self, "-read", door, s.binary, s.dir)
	cmd.Env = s.env
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.must(err)
		return
	}
	last := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		last = s.heard(door, lines.Text(), last)
	}
	if err := cmd.Wait(); ctx.Err() == nil {
		s.fault("wrong", "%s: the reader of %s ended: %v", s.name, door, err)
	}
}

// heard checks a line of a reader, whose last answer was of STATE last, and says
// of which STATE this one is.
func (s *site) heard(door, text string, last int) int {
	var nanos int64
	when, answer, _ := strings.Cut(text, " ")
	if _, err := fmt.Sscan(when, &nanos); err != nil {
		s.must(err)
	}
	if strings.HasPrefix(answer, "error: ") {
		if !s.cut.Load() {
			s.fault("torn", "%s: %s: %s", s.name, door, answer)
		}
		return last
	}
	s.count(&s.reads)
	n, err := s.tap.state(answer)
	if err != nil {
		s.fault("torn", "%s: %s: %v", s.name, door, err)
		return last
	}
	if said := s.said(time.Unix(0, nanos).Add(-s.lags(door))); n < max(said, last) {
		s.fault("lost", "%s: %s: STATE %d, where %d was read before and %d had come out", s.name, door, n, last, said)
	}
	return max(n, last)
}

// lags is how old an answer through a door may be. The views follow a long load every
// ten seconds, and one that is killed sooner not at all.
func (s *site) lags(door string) time.Duration {
	switch {
	case door == "query":
		return 0
	case s.name == calmName:
		return 30 * time.Second
	}
	return s.length
}
