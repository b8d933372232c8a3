package sweep

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// format is the number of results.json's form.
const format = 1

// Results are all figures of one sweep, as results.json has them.
type Results struct {
	Format    int        `json:"format"`
	Program   string     `json:"program"` // and its version
	Began     time.Time  `json:"began"`
	Seconds   float64    `json:"seconds"` // that the sweep took
	Machine   Machine    `json:"machine"`
	Input     Input      `json:"input"`
	Reps      int        `json:"repetitions"` // asked for; an interrupted sweep has fewer
	Cases     []Case     `json:"cases"`
	Baselines []Baseline `json:"baselines,omitempty"`
}

// Input is what every run reads.
type Input struct {
	Name    string `json:"name"` // of the file, without its directory, or of the profile
	Bytes   int64  `json:"bytes"`
	Records int64  `json:"records"`
	States  int64  `json:"states"`
	Streams int    `json:"streams"`
	Stream  string `json:"asked_stream"` // the largest, which the queries are about
}

// Setting is what differs between cases.
type Setting struct {
	BatchMB     int    `json:"batch_mb"`
	Compression string `json:"compression"`
	Threads     int    `json:"threads"`
}

func (s Setting) String() string {
	return fmt.Sprintf("%d MB, %s, %d %s", s.BatchMB, s.Compression, s.Threads, plural(s.Threads, "thread"))
}

func plural(n int, what string) string {
	if n == 1 {
		return what
	}
	return what + "s"
}

// Case is the runs with one setting.
type Case struct {
	Setting
	Runs []Run `json:"runs"`
}

// Run is one load and the questions after it.
type Run struct {
	Wall    float64   `json:"wall_s"`
	CPU     float64   `json:"cpu_s"`
	Peak    int64     `json:"peak_bytes"`
	Out     int64     `json:"out_bytes"` // of live files
	Files   int       `json:"files"`     // live
	Commits []float64 `json:"commits_s"` // each: the wait for its last files, the merge, the commit
	First   float64   `json:"first_s"`   // until rows could be asked for
	Scan    float64   `json:"scan_s"`
	Lookup  float64   `json:"lookup_s,omitempty"` // 0: the stream has no key
	Sum     float64   `json:"sum_s"`              // an aggregate of one column
}

// Baseline is another program that reads the same input.
type Baseline struct {
	Name  string        `json:"name"`
	Runs  []BaselineRun `json:"runs"`
	Error string        `json:"error,omitempty"` // why there are none
}

// BaselineRun is one run of a baseline.
type BaselineRun struct {
	Wall float64 `json:"wall_s"`
	CPU  float64 `json:"cpu_s"`
	Peak int64   `json:"peak_bytes"`
	Out  int64   `json:"out_bytes,omitempty"`
}

// Write writes the results to a file.
func (r *Results) Write(path string) error {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o666)
}

// Read reads what Write wrote.
func Read(path string) (*Results, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var r Results
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%s: no results of bench: %w", path, err)
	}
	if r.Format != format {
		return nil, fmt.Errorf("%s: results of format %d, want %d", path, r.Format, format)
	}
	for _, c := range r.Cases {
		if len(c.Runs) == 0 {
			return nil, fmt.Errorf("%s: %s: no runs", path, c.Setting)
		}
	}
	return &r, nil
}
