package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"target-filelake/bench/sweep"
)

// benched runs bench as a process; its lakes are made in, and removed from, dir.
func benched(t *testing.T, dir string, args ...string) (out, errs string, code int) {
	t.Helper()
	c := program(t, append([]string{"bench", "--dir", dir}, args...)...)
	var o, e bytes.Buffer
	c.Stdout, c.Stderr = &o, &e
	err := c.Run()
	if exit, ok := err.(*exec.ExitError); ok {
		return o.String(), e.String(), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return o.String(), e.String(), 0
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left in %s: %v, %v", dir, left, err)
	}
}

func TestBench(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "new", "out")
	said, errs, code := benched(t, dir, "--records", "20000", "--batch-mb", "4,1", "--compression", "zstd,snappy", "--threads", "1", "--reps", "2", "--out", out)
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	for _, want := range []string{"Recommended: --maximum-batch-size-mb", "4 MB, snappy, 1 thread", "DuckDB: COPY of read_json", "fastest load / it"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	wantEmpty(t, dir)
	r, err := sweep.Read(filepath.Join(out, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Cases) != 4 || r.Input.Records != 20_000 || r.Input.Stream != "orders" || len(r.Baselines) != 2 || r.Baselines[1].Error != "" {
		t.Errorf("%d cases, baselines %+v, input %+v", len(r.Cases), r.Baselines, r.Input)
	}
	for _, c := range r.Cases {
		for _, run := range c.Runs {
			least := len(run.Commits) > 0 && run.First > 0 && run.First < run.Wall && run.CPU > 0 && run.Peak > 1<<20 && run.Out > 1000 && run.Files > 0
			if len(c.Runs) != 2 || !least || run.Scan <= 0 || run.Lookup <= 0 || run.Sum <= 0 {
				t.Errorf("%s: %+v", c.Setting, run)
			}
		}
	}
	if small, large := r.Cases[0], r.Cases[1]; len(small.Runs[0].Commits) < 4 || len(small.Runs[0].Commits) < 2*len(large.Runs[0].Commits) {
		t.Errorf("%s has %d commits, %s %d", small.Setting, len(small.Runs[0].Commits), large.Setting, len(large.Runs[0].Commits))
	}
	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	if err != nil || !bytes.Contains(page, []byte("--maximum-batch-size-mb")) {
		t.Errorf("report of %d bytes, %v", len(page), err)
	}
	results := filepath.Join(out, "results.json")
	if got := invoke(t, "", "bench", "compare", results, results); got.code != 0 || !strings.Contains(got.out, "1 MB, snappy, 1 thread") {
		t.Errorf("compare: %+v", got)
	}
}

// TestBenchInput measures a stream of the user's, with several tables, no key, and a
// configuration.
func TestBenchInput(t *testing.T) {
	dir := t.TempDir()
	input, config := filepath.Join(t.TempDir(), "my.singer"), filepath.Join(t.TempDir(), "c.yaml")
	lines := `{"type":"SCHEMA","stream":"a'b","schema":{"properties":{"v":{"type":"integer"}}}}` + "\n" +
		`{"type":"SCHEMA","stream":"other","schema":{"properties":{"v":{"type":"integer"}}}}` + "\n" +
		strings.Repeat(`{"type":"RECORD","stream":"a'b","record":{"v":1}}`+"\n", 50) + `{"type":"RECORD","stream":"other","record":{"v":1}}` + "\n"
	for path, text := range map[string]string{input: lines, config: "batch_size_rows: 7\n"} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	said, errs, code := benched(t, dir, "--input", input, "--batch-mb", "1", "--reps", "1", "--config", config)
	if code != 0 || !strings.Contains(said, "my.singer: ") || !strings.Contains(said, "51 records, 2 streams") || !strings.Contains(said, "records as text") {
		t.Errorf("exit %d\n%s%s", code, said, errs)
	}
	if _, errs, code = benched(t, dir, "--input", dir); code != exitUsage || !strings.Contains(errs, "some-tap > stream.singer") {
		t.Errorf("a directory: exit %d\n%s", code, errs)
	}
	if _, errs, code = benched(t, dir, "--batch-mb", "0", "--compression", "zip", "--reps", "0"); code != exitUsage ||
		!strings.Contains(errs, "--batch-mb: 0") || !strings.Contains(errs, `"zip"`) || !strings.Contains(errs, "--reps: 0") {
		t.Errorf("faults: exit %d\n%s", code, errs)
	}
	wantEmpty(t, dir)
}

// TestBenchInterrupted keeps what was measured when Ctrl-C comes.
func TestBenchInterrupted(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	c := program(t, "bench", "--dir", dir, "--records", "20000", "--batch-mb", "1", "--reps", "1000", "--out", out)
	var said bytes.Buffer
	c.Stdout = &said
	errs, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var seen bytes.Buffer
	for buf := make([]byte, 4096); !strings.Contains(seen.String(), "run 5"); {
		n, err := errs.Read(buf)
		if seen.Write(buf[:n]); err != nil {
			t.Fatalf("%v\n%s", err, seen.String())
		}
	}
	time.Sleep(20 * time.Millisecond) // into a run
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if _, err := seen.ReadFrom(errs); err != nil {
		t.Fatal(err)
	}
	err = c.Wait()
	if c.ProcessState.ExitCode() != exitInt || !strings.Contains(said.String(), "Recommended") || !strings.Contains(seen.String(), "not all of it was measured") {
		t.Errorf("%v\n%s%s", err, said.String(), seen.String())
	}
	r, err := sweep.Read(filepath.Join(out, "results.json"))
	if err != nil || len(r.Cases) != 1 || len(r.Cases[0].Runs) == 0 || len(r.Cases[0].Runs) > 100 {
		t.Errorf("%v: %+v", err, r)
	}
	wantEmpty(t, dir)
}
