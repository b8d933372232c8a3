package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	prom "github.com/prometheus/common/model"

	"target-filelake/lake"
)

// watched is a load of two batches in which something of everything happens: a row
// that comes twice, one of the lake's that is replaced, and two refused records.
var watched = singer(strings.Replace(schemaT, `'string','null'`, `'string'`, 1), schemaA,
	rowT("1", "seen"), rowT("2", "seen"), rowT("2", "seen"), rowA("1"), rowA("2"), rowA("3"), stateOf("'hidden 1'"),
	rowT("1", "seen"), `{'type':'RECORD','stream':'t','record':{'id':3,'v':7}}`, `{'type':'RECORD','stream':'t','record':{'id':4,'v':9}}`, stateOf("'hidden 2'"))

// files of what a load says of itself.
type files struct{ summary, metrics string }

func newFiles(t *testing.T) files {
	dir := t.TempDir()
	return files{filepath.Join(dir, "summary.json"), filepath.Join(dir, "filelake.prom")}
}

func (f files) args(more ...string) []string {
	return append([]string{"--summary", f.summary, "--metrics-file", f.metrics, "--threads", "1"}, more...)
}

// read reads the summary; a key that it does not know, or no value of one, fails.
func (f files) read(t *testing.T) closing {
	t.Helper()
	data, err := os.ReadFile(f.summary)
	if err != nil {
		t.Fatal(err)
	}
	var c closing
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if c.Program != "target-filelake" || c.ProgramVersion != version || c.Ended.Before(c.Started) || time.Since(c.Ended) > time.Minute || c.Seconds <= 0 {
		t.Errorf("summary %s", data)
	}
	for _, secret := range []string{"seen", "hidden"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("%s is in the summary: %s", secret, data)
		}
	}
	return c
}

// values are the metrics by name and labels but lake and pipeline.
func (f files) values(t *testing.T) map[string]float64 {
	t.Helper()
	data, err := os.Open(f.metrics)
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	parser := expfmt.NewTextParser(prom.LegacyValidation)
	families, err := parser.TextToMetricFamilies(data)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for name, family := range families {
		for _, m := range family.Metric {
			key := strings.TrimPrefix(name, promPrefix)
			for _, l := range m.Label {
				if l.GetName() == "stream" || l.GetName() == "result" {
					key += " " + l.GetValue()
				}
			}
			if _, twice := out[key]; twice || labelOf(m, "lake") == "" || labelOf(m, "pipeline") == "" || family.GetHelp() == "" {
				t.Errorf("%s: %v", name, m)
			}
			out[key] = m.GetGauge().GetValue()
		}
	}
	return out
}

func TestSummary(t *testing.T) {
	uncompacted(t)
	dir, f := t.TempDir(), newFiles(t)
	r := load(t, dir, watched, 0, f.args("--on-invalid-record", "quarantine", "--batch-size-rows", "2")...)
	c := f.read(t)
	want := []closingStream{
		{Stream: "a", RowsIn: 3, Inserted: 3, Files: c.Streams[0].Files, Bytes: c.Streams[0].Bytes},
		{Stream: "t", RowsIn: 4, Inserted: 2, Updated: 1, Repeated: 1, Rejected: 2, Files: c.Streams[1].Files, Bytes: c.Streams[1].Bytes},
	}
	if !slices.Equal(c.Streams, want) {
		t.Errorf("got %+v\nwant %+v", c.Streams, want)
	}
	if c.Streams[0].Files == 0 || c.Files != c.Streams[0].Files+c.Streams[1].Files || c.Bytes != c.Streams[0].Bytes+c.Streams[1].Bytes || c.Bytes == 0 {
		t.Errorf("files and bytes of %+v", c)
	}
	if got, want := c.Rejects, []rejectKind{{"t", "/v", "type string", 2, 11}}; !slices.Equal(got, want) {
		t.Errorf("rejects %v, want %v", got, want)
	}
	if c.ExitCode != 0 || c.Error != "" || c.Records != 9 || c.StatesIn != 2 || c.StatesOut != 2 || c.Commits != 2 || c.Version != 2 ||
		c.Rejected != 2 || c.Lake != dir || c.Pipeline != "default" || len(c.Notes) > 0 {
		t.Errorf("%+v", c)
	}
	// What is printed is the same.
	wantMessage(t, r, fmt.Sprintf("9 records, 2 STATEs in, 2 out, 2 commits, version 2, %.1f s", c.Seconds), "rejected: stream t, /v: type string: 2, first on line 11")
}

// TestSummaryOfFaults has loads end in every way but well.
func TestSummaryOfFaults(t *testing.T) {
	uncompacted(t)
	dir, f := t.TempDir(), newFiles(t)
	failed := func(input string, code int, says string, records, said int64, args ...string) {
		t.Helper()
		load(t, dir, input, code, f.args(args...)...)
		c := f.read(t)
		if c.ExitCode != code || !strings.Contains(c.Error, says) || c.Records != records || c.StatesOut != said {
			t.Errorf("%+v, want %d, %q, %d records, %d STATEs", c, code, says, records, said)
		}
		v := f.values(t)
		if _, succeeded := v["last_success_timestamp_seconds"]; succeeded || v["last_run_exit_code"] != float64(code) || v["last_run_records"] != float64(records) {
			t.Errorf("metrics %v", v)
		}
	}
	failed(watched, exitBadInput, "line 11", 7, 1)
	failed(singer(schemaT)+`{"type":"RECORD","stream":"t","record":{"id":1,"v":"seen`, exitBadInput, "line 2", 0, 0)
	load(t, dir, watched, exitBadInput, f.args()...)
	if got := f.read(t).Rejects; !slices.Equal(got, []rejectKind{{"t", "/v", "type string", 1, 11}}) {
		t.Errorf("rejects %v", got)
	}
	disk, l := lockedLake(t, dir)
	failed(watched, exitLocked, "locked by another process", 0, 0)
	if c := f.read(t); c.Version != 0 || len(c.Streams) > 0 {
		t.Errorf("%+v", c)
	}
	l.Close()
	disk.Close()
	failed("", exitUsage, "no such file", 0, 0, "--input", filepath.Join(dir, "none"))

	c := startProgram(t, append([]string{"--lake", dir}, f.args("--batch-size-rows", "1")...)...)
	c.write(t, singer(schemaT, rowT("5", "seen"), stateOf("'hidden'")))
	awaitText(t, filepath.Join(dir, "state.json"), `"hidden"`)
	c.write(t, singer(rowT("6", "seen")))
	time.Sleep(300 * time.Millisecond) // it is read
	signalTo(t, c, syscall.SIGTERM)
	wantExit(t, c, exitTerm)
	if got := f.read(t); got.ExitCode != exitTerm || !strings.Contains(got.Error, "interrupted") || got.StatesOut != 1 || got.Commits != 1 || got.Records < 1 {
		t.Errorf("%+v", got)
	}
}

func TestMetricsFile(t *testing.T) {
	uncompacted(t)
	dir, f := t.TempDir(), newFiles(t)
	load(t, dir, watched, 0, f.args("--on-invalid-record", "quarantine", "--batch-size-rows", "2")...)
	first, c := f.values(t), f.read(t)
	for key, want := range map[string]float64{
		"last_run_exit_code": 0, "last_run_records": 9, "last_run_rejects": 2, "last_run_states_in": 2, "last_run_states_out": 2,
		"last_run_commits": 2, "last_run_files": float64(c.Files), "last_run_bytes": float64(c.Bytes), "last_run_retries": 0, "lake_version": 2,
		"last_run_duration_seconds": c.Seconds, "last_run_stream_rows_in a": 3, "last_run_stream_rows_in t": 4,
		"last_run_stream_rows t inserted": 2, "last_run_stream_rows t updated": 1, "last_run_stream_rows t repeated": 1,
		"last_run_stream_rows t rejected": 2, "last_run_stream_rows t dropped": 0, "last_run_stream_rows a inserted": 3,
		"last_run_stream_bytes a": float64(c.Streams[0].Bytes), "last_run_stream_files a": float64(c.Streams[0].Files),
	} {
		if got, ok := first[key]; !ok || got != want {
			t.Errorf("%s: got %v, want %v", key, got, want)
		}
	}
	const success = "last_success_timestamp_seconds"
	if first[success] != first["last_run_timestamp_seconds"] || time.Since(time.UnixMilli(int64(first[success]*1000))) > time.Minute {
		t.Errorf("last success %f", first[success])
	}
	info, err := os.Stat(f.metrics)
	if err != nil || info.Mode().Perm()&0o444 != 0o444 {
		t.Errorf("node_exporter may not read it: %v %v", info.Mode(), err)
	}
	// A run that fails leaves the last success as it was; one of another pipeline has its own.
	load(t, dir, watched, exitBadInput, f.args()...)
	if v := f.values(t); v[success] != first[success] || v["last_run_timestamp_seconds"] <= first[success] {
		t.Errorf("after a failure: %v, want last success %f", v, first[success])
	}
	load(t, t.TempDir(), watched, exitBadInput, f.args()...)
	if v := f.values(t); v[success] != 0 {
		t.Errorf("of another lake: %v", v)
	}
}

// TestMonitorPlaces has files that cannot be written, before a load and at its end.
func TestMonitorPlaces(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	refused := func(says string, args ...string) {
		t.Helper()
		r := load(t, filepath.Join(dir, "refused"), singer(schemaT, rowT("1", "a"), stateOf("1")), exitUsage, args...)
		wantMessage(t, r, says)
		if r.out != "" {
			t.Errorf("stdout %q", r.out)
		}
	}
	refused("ends in .prom", "--metrics-file", filepath.Join(place, "x.txt"))
	refused("its directory is not there", "--summary", filepath.Join(place, "none", "x.json"))
	refused("is no file", "--summary", place)

	// What is in the way of the temporary file cannot be removed.
	summary := filepath.Join(place, "summary.json")
	if err := os.MkdirAll(filepath.Join(summary+".tmp", "full"), 0o777); err != nil {
		t.Fatal(err)
	}
	r := load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0, "--summary", summary)
	wantMessage(t, r, "summary is not written")
	wantQuery(t, dir, "SELECT * FROM t", `[{"id":1,"v":"a"}]`)
}

func TestSingerMetrics(t *testing.T) {
	uncompacted(t)
	dir := t.TempDir()
	r := load(t, dir, watched, 0, "--singer-metrics", "--on-invalid-record", "quarantine", "--batch-size-rows", "2", "--threads", "1")
	got := map[string]float64{}
	for _, m := range regexp.MustCompile(`(?m)^INFO METRIC: (.*)$`).FindAllStringSubmatch(r.err, -1) {
		var p singerPoint
		if err := json.Unmarshal([]byte(m[1]), &p); err != nil {
			t.Fatal(err)
		}
		if p.Tags.PID != os.Getpid() || p.Type == "timer" && (p.Value <= 0 || p.Value > 60) {
			t.Errorf("%s", m[1])
		}
		if p.Type == "timer" {
			p.Value = 1
		}
		got[strings.TrimSpace(p.Type+" "+p.Metric+" "+p.Tags.Stream+" "+p.Tags.Status)] += p.Value
	}
	want := map[string]float64{
		"counter record_count t": 4, "counter record_count a": 3, "timer batch_processing_time t succeeded": 2, "timer batch_processing_time a succeeded": 1,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if r := load(t, dir, watched, 0, "--on-invalid-record", "quarantine"); strings.Contains(r.err, "METRIC") {
		t.Errorf("unasked: %s", r.err)
	}
}

// TestLogFormats holds every line that a load writes to its form, and each level to
// what it leaves out.
func TestLogFormats(t *testing.T) {
	t.Parallel()
	const bad = `{'type':'RECORD','stream':'t','record':{'id':'x','v':'seen'}}`
	f := func(format, level string, code int, want ...string) {
		t.Helper()
		input := watched
		if code != 0 {
			input = singer(schemaT, rowT("1", "seen"), stateOf("'hidden'"), bad)
		}
		args := []string{"--log-format", format, "--log-level", level, "--singer-metrics", "--on-invalid-record", "quarantine"}
		if code != 0 {
			args[len(args)-1] = "fail"
		}
		r := load(t, t.TempDir(), input, code, args...)
		if strings.Contains(r.err, "hidden") || strings.Contains(r.err, "seen") {
			t.Errorf("%s %s: a value is told: %s", format, level, r.err)
		}
		var got []string
		for line := range strings.Lines(r.err) {
			got = append(got, eventOf(t, format, line))
		}
		if slices.Sort(got); !slices.Equal(slices.Compact(got), want) {
			t.Errorf("%s %s:\n got %q\nwant %q", format, level, slices.Compact(got), want)
		}
	}
	const rejected = "record rejected; more of this kind are only counted"
	fault := `line 4, stream "t", /id: type integer, got a string`
	info := []string{"INFO METRIC", "INFO committed", "INFO compacted", "INFO the load has ended"}
	all := slices.Concat([]string{
		"DEBUG SCHEMA compiled", "DEBUG STATE said", "DEBUG batch sealed", "DEBUG files staged", "DEBUG input ended", "DEBUG merged",
	}, info)
	f("json", "debug", 0, append(slices.Clone(all), "WARN "+rejected)...)
	f("mage", "debug", 0, append(slices.Clone(all), "WARNING "+rejected)...)
	f("json", "info", 0, append(slices.Clone(info), "WARN "+rejected)...)
	f("json", "warn", 0, "WARN "+rejected)
	f("mage", "error", 0)
	f("json", "error", exitBadInput, "ERROR "+fault)
	f("mage", "error", exitBadInput, "ERROR "+fault)
	f("text", "error", exitBadInput, "target-filelake: "+fault)
	f("text", "warn", 0, "WARN")
}

// eventOf is a line's level and message.
func eventOf(t *testing.T, format, line string) string {
	t.Helper()
	switch format {
	case logMage:
		m := mageOf(t, line)
		return m.Level + " " + m.Message
	case logJSON:
		var m struct{ Level, Msg string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		return m.Level + " " + m.Msg
	}
	if found := regexp.MustCompile(`^time=\S+ level=(\w+) `).FindStringSubmatch(line); found != nil {
		return found[1]
	}
	return strings.TrimSuffix(line, "\n")
}

// lockedLake holds a lake's lock, as another run would.
func lockedLake(t *testing.T, dir string) (lake.Disk, *lake.Lake) {
	t.Helper()
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lockLake(t.Context(), disk, "default", 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return disk, l
}
