package main

import (
	"bytes"
	"os"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	prom "github.com/prometheus/common/model"
)

// promPrefix begins the name of each metric.
const promPrefix = "target_filelake_"

// promSuccess is the one metric that outlasts a run: one that failed takes it from
// the file of the run before it.
const promSuccess = promPrefix + "last_success_timestamp_seconds"

// runMetrics are what is told of a run. All are gauges: each run begins anew.
var runMetrics = []struct {
	name, help string
	value      func(*closing) float64
}{
	{"last_run_timestamp_seconds", "When the last load ended, in Unix seconds.", unixSeconds},
	{"last_run_duration_seconds", "How long the last load took.", func(c *closing) float64 { return c.Seconds }},
	{"last_run_exit_code", "Exit code of the last load; 0 if all was loaded.", func(c *closing) float64 { return float64(c.ExitCode) }},
	{"last_run_records", "RECORDs that the last load read.", func(c *closing) float64 { return float64(c.Records) }},
	{"last_run_rejects", "Records that the last load refused.", func(c *closing) float64 { return float64(c.Rejected) }},
	{"last_run_states_in", "STATEs that the last load read.", func(c *closing) float64 { return float64(c.StatesIn) }},
	{"last_run_states_out", "STATEs that the last load wrote to stdout.", func(c *closing) float64 { return float64(c.StatesOut) }},
	{"last_run_commits", "Commits of the last load.", func(c *closing) float64 { return float64(c.Commits) }},
	{"last_run_files", "Data files that the last load committed.", func(c *closing) float64 { return float64(c.Files) }},
	{"last_run_bytes", "Bytes of the data files that the last load committed.", func(c *closing) float64 { return float64(c.Bytes) }},
	{"last_run_retries", "Merges that the last load tried again after a fault that may pass.", func(c *closing) float64 { return float64(c.Retries) }},
	{"lake_version", "Newest version of the lake as the last load ended.", func(c *closing) float64 { return float64(c.Version) }},
}

// streamMetrics are what is told of each of its streams.
var streamMetrics = []struct {
	name, help string
	value      func(*closingStream) float64
}{
	{"last_run_stream_rows_in", "RECORDs of the stream that were right, committed or not.", func(s *closingStream) float64 { return float64(s.RowsIn) }},
	{"last_run_stream_files", "Data files of the stream that were committed.", func(s *closingStream) float64 { return float64(s.Files) }},
	{"last_run_stream_bytes", "Bytes of the data files of the stream that were committed.", func(s *closingStream) float64 { return float64(s.Bytes) }},
}

// rowResults are what can become of a stream's records.
var rowResults = []struct {
	result string
	value  func(*closingStream) int64
}{
	{"inserted", func(s *closingStream) int64 { return s.Inserted }},
	{"updated", func(s *closingStream) int64 { return s.Updated }},
	{"repeated", func(s *closingStream) int64 { return s.Repeated }},
	{"rejected", func(s *closingStream) int64 { return s.Rejected }},
	{"dropped", func(s *closingStream) int64 { return s.Dropped }},
	{"outdated", func(s *closingStream) int64 { return s.Outdated }},
	{"kept_out", func(s *closingStream) int64 { return s.KeptOut }},
	{"deleted", func(s *closingStream) int64 { return s.Deleted }},
}

func unixSeconds(c *closing) float64 { return float64(c.Ended.UnixMilli()) / 1000 }

// prometheus is the file of metrics that takes the place of the one at path.
func (c *closing) prometheus(path string) ([]byte, error) {
	var b bytes.Buffer
	for _, f := range c.families(path) {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

func (c *closing) families(path string) []*dto.MetricFamily {
	var out []*dto.MetricFamily
	for _, m := range runMetrics {
		out = append(out, gauge(promPrefix+m.name, m.help, c.sample(m.value(c))))
	}
	last := unixSeconds(c)
	if c.ExitCode != exitOK {
		last = c.successBefore(path)
	}
	if last > 0 {
		out = append(out, gauge(promSuccess, "When a load last ended with exit code 0, in Unix seconds.", c.sample(last)))
	}
	if len(c.Streams) == 0 {
		return out
	}
	for _, m := range streamMetrics {
		f := gauge(promPrefix+m.name, m.help)
		for i := range c.Streams {
			f.Metric = append(f.Metric, c.sample(m.value(&c.Streams[i]), "stream", c.Streams[i].Stream))
		}
		out = append(out, f)
	}
	rows := gauge(promPrefix+"last_run_stream_rows", "What became of the stream's records.")
	for i := range c.Streams {
		for _, r := range rowResults {
			rows.Metric = append(rows.Metric, c.sample(float64(r.value(&c.Streams[i])), "stream", c.Streams[i].Stream, "result", r.result))
		}
	}
	return append(out, rows)
}

func gauge(name, help string, samples ...*dto.Metric) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Help: &help, Type: dto.MetricType_GAUGE.Enum(), Metric: samples}
}

// sample is a value of the load's lake and pipeline, with further labels.
func (c *closing) sample(value float64, labels ...string) *dto.Metric {
	m := &dto.Metric{Gauge: &dto.Gauge{Value: &value}}
	for pair := range slices.Chunk(append([]string{"lake", c.Lake, "pipeline", c.Pipeline}, labels...), 2) {
		text := strings.ToValidUTF8(pair[1], "\uFFFD")
		m.Label = append(m.Label, &dto.LabelPair{Name: &pair[0], Value: &text})
	}
	return m
}

// successBefore is when a load of this lake and pipeline last ended well, as the
// file of an earlier one says; 0: it says nothing that can be read.
func (c *closing) successBefore(path string) float64 {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	parser := expfmt.NewTextParser(prom.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(data))
	if err != nil {
		return 0
	}
	for _, m := range families[promSuccess].GetMetric() {
		if labelOf(m, "lake") == labelOf(c.sample(0), "lake") && labelOf(m, "pipeline") == labelOf(c.sample(0), "pipeline") {
			return m.GetGauge().GetValue()
		}
	}
	return 0
}

func labelOf(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}
