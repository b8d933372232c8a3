package sweep

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"target-filelake/bench/contest"
)

// baseline is another program at work on the input.
type baseline struct {
	Baseline
	contest.Process
	dir string // of what it writes, made for each run
}

// others counts the baselines.
func (s *Sweep) others() int {
	if len(s.Copy) == 0 {
		return 0
	}
	return 2
}

// makeBaselines is possible once a load has told what the input is.
func (s *Sweep) makeBaselines() {
	s.baselines = []baseline{}
	if s.others() == 0 {
		return
	}
	read := contest.Process{Argv: []string{"sh", "-c", `cat "$1" >/dev/null`, "cat", s.Input}}
	s.baselines = append(s.baselines, baseline{Baseline: Baseline{Name: "cat >/dev/null"}, Process: read})
	name, row := "DuckDB: COPY of read_json", s.rowType
	if s.results.Input.Streams > 1 { // records of no one type
		name, row = "DuckDB: COPY of read_json, records as text", contest.Text
	}
	copies := baseline{Baseline: Baseline{Name: name}, dir: filepath.Join(s.Dir, "copy")}
	copies.Argv = append(append([]string{}, s.Copy...), s.Input, row, contest.Ordered, filepath.Join(copies.dir, "records.parquet"))
	s.baselines = append(s.baselines, copies)
}

// run runs it once. What it fails of is told in the results: it is not what is
// measured.
func (b *baseline) run(ctx context.Context) error {
	if b.Error != "" {
		return nil
	}
	if b.dir != "" {
		if err := os.Mkdir(b.dir, 0o777); err != nil {
			return err
		}
		defer os.RemoveAll(b.dir)
	}
	o, err := b.Process.Run(ctx)
	if err != nil {
		if ctx.Err() == nil {
			b.Error = lastLine(err.Error())
		}
		return ctx.Err()
	}
	r := BaselineRun{Wall: o.Wall, CPU: o.CPU, Peak: o.Peak}
	if b.dir != "" {
		said, err := o.Said()
		if err != nil {
			return err
		}
		r.Out = said.Bytes
	}
	b.Runs = append(b.Runs, r)
	return nil
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}
