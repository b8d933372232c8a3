package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"testing/slogtest"
	"time"
)

// TestMageHandler holds the handler to what slog asks of one.
func TestMageHandler(t *testing.T) {
	var b bytes.Buffer
	h := newMageHandler(&b, slog.LevelInfo)
	err := slogtest.TestHandler(h, func() []map[string]any {
		var out []map[string]any
		for line := range strings.Lines(b.String()) {
			m := mageOf(t, line)
			flat := map[string]any{slog.MessageKey: m.Message, slog.LevelKey: m.Level}
			if m.Timestamp != 0 {
				flat[slog.TimeKey] = m.Timestamp
			}
			maps.Copy(flat, m.Tags)
			out = append(out, flat)
		}
		return out
	})
	if err != nil {
		t.Error(err)
	}
}

func mageOf(t *testing.T, line string) mageLine {
	t.Helper()
	var m mageLine
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	return m
}

// TestMageTags compares whole lines, but for what is new in each.
func TestMageTags(t *testing.T) {
	f := func(want string, level slog.Level, message string, args ...any) {
		t.Helper()
		var b bytes.Buffer
		slog.New(newMageHandler(&b, slog.LevelDebug)).Log(t.Context(), level, message, args...)
		m := mageOf(t, b.String())
		if age := time.Since(time.Unix(m.Timestamp, 0)); age < 0 || age > time.Minute || len(m.UUID) != 32 {
			t.Errorf("%s: timestamp %d, uuid %q", message, m.Timestamp, m.UUID)
		}
		m.Timestamp, m.UUID = 0, ""
		got, err := json.Marshal(m)
		if err != nil || string(got) != want {
			t.Errorf("got  %s\nwant %s (%v)", got, want, err)
		}
	}
	line := func(level, tags string) string {
		return `{"caller":"target-filelake","level":"` + level + `","message":"m","tags":` + tags + `,"type":"LOG","uuid":""}`
	}
	f(line("DEBUG", `{"row_type":"SCHEMA"}`), slog.LevelDebug, "m", rowType("SCHEMA"))
	f(line("INFO", `{}`), slog.LevelInfo, "m")
	f(line("INFO", `{"batch":"1-2","batch_byte_size":12345678,"records":7,"stream":"s"}`), slog.LevelInfo, "m",
		"batch", "1-2", "rows", 7, "bytes", byteSize(12345678), "stream", "s")
	f(line("WARNING", `{"bytes":5,"pause":0.4}`), slog.LevelWarn, "m", "bytes", byteSize(5), "pause", 400*time.Millisecond)
	f(line("ERROR", `{"error":"exit"}`), slog.LevelError, "m", "error", usageError{errorString("exit")})
}

type errorString string

func (e errorString) Error() string { return string(e) }
