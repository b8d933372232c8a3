package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// file writes a file and returns its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestConfigFaults has every fault of files, environment and bounds told at once.
func TestConfigFaults(t *testing.T) {
	path := file(t, "bad.yaml", `
theads: 3
threads: many
batch_max_age: 5
compression: zap
nested: flat
memory: 1MiB
validate_records: perhaps
pipeline: ${NO_SUCH_VARIABLE}
streams: {orders: {load_methd: x}}
`)
	t.Setenv("TARGET_FILELAKE_MAX_DEPTH", "deep")
	r := invoke(t, "", "--config", path)
	if r.code != exitUsage {
		t.Fatalf("exit %d", r.code)
	}
	for _, want := range []string{
		`unknown key "theads"; did you mean "threads"?`, `threads: "many", want a whole number`, `batch_max_age: "5", want a time like`,
		`want zstd, snappy, lz4, gzip or none`, `nested: "flat", want one of struct, json, flatten`, `want at least 256MiB`,
		`validate_records: "perhaps", want true or false`, `${NO_SUCH_VARIABLE}: no such variable`, `unknown key "load_methd" (did you mean "load_method"?); known are load_method, unique_conflict_method, order_by, hard_delete, dedupe, default_target_schema, schema, table_prefix, table_name, partition_by, types, select, exclude`,
		`TARGET_FILELAKE_MAX_DEPTH: "deep", want a whole number`,
	} {
		if strings.Count(r.err, want) != 1 {
			t.Errorf("want once %q in\n%s", want, r.err)
		}
	}
}

// settingsOf is what check prints of the settings, by name: value and source.
func settingsOf(t *testing.T, args ...string) map[string][2]string {
	t.Helper()
	r := invoke(t, "", append([]string{"check", "--lake", t.TempDir()}, args...)...)
	if r.code != 0 {
		t.Fatalf("exit %d\n%s", r.code, r.err)
	}
	out := map[string][2]string{}
	for line := range strings.Lines(r.out) {
		if cells := strings.Fields(line); len(cells) > 2 {
			out[cells[0]] = [2]string{strings.Join(cells[1:len(cells)-1], " "), cells[len(cells)-1]}
		}
	}
	return out
}

func TestConfigSources(t *testing.T) {
	t.Setenv("THREADS", "3")
	t.Setenv("TARGET_FILELAKE_MAX_DEPTH", "33")
	t.Setenv("TARGET_FILELAKE_MAX_REJECTS", "7")
	one := file(t, "one.yaml", "threads: ${THREADS}\nmax_depth: 44\nbatch_size_rows: 5\npipeline: \"a$${b}c\"\nstream_map_config: {hash_seed: canary}\n")
	two := file(t, "two.json", `{"batch_size_rows": 6, "flattening_enabled": true, "batch_wait_limit_seconds": 90, "max_line_mb": null}`)
	got := settingsOf(t, "--config", one, "--config="+two, "--max_rejects", "8")
	for key, want := range map[string][2]string{
		"threads": {"${THREADS}", one}, "max_depth": {"33", "environment"}, "batch_size_rows": {"6", two}, "nested": {"flatten", two},
		"batch_max_age": {"90s", two}, "max_rejects": {"8", "flag"}, "pipeline": {"a$${b}c", one}, "max_line_mb": {"256", "default"},
		"stream_map_config": {"(set, not shown)", one}, "wait": {"0s", "default"},
	} {
		if got[key] != want {
			t.Errorf("%s: %v, want %v", key, got[key], want)
		}
	}
}

// TestConfigENV reads .env, under the environment, where --config=ENV asks for it.
func TestConfigENV(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile(".env", []byte("# of the plugin\nTARGET_FILELAKE_THREADS=2\nTARGET_FILELAKE_MAX_DEPTH='66'\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TARGET_FILELAKE_MAX_DEPTH", "33")
	if got := settingsOf(t); got["threads"][1] != "default" || got["max_depth"][0] != "33" {
		t.Errorf("without ENV: %v, %v", got["threads"], got["max_depth"])
	}
	got := settingsOf(t, "--config=ENV")
	if got["threads"] != [2]string{"2", "environment"} || got["max_depth"] != [2]string{"33", "environment"} {
		t.Errorf("%v, %v", got["threads"], got["max_depth"])
	}
}

func TestConfigWarnings(t *testing.T) {
	t.Setenv("TARGET_FILELAKE_BATCH_SIZE_ROW", "5")
	t.Setenv("TARGET_FILELAKE_FAKER_CONFIG", "{}")
	t.Setenv("TARGET_FILELAKE__DIALECT", "x")
	t.Setenv("TARGET_FILELAKE_STREAMS_ORDERS_TYPES", "x")
	path := file(t, "c.yaml", "batch_config: {encoding: {format: jsonl}}\nnested: json\nflattening_enabled: true\n_streams: []\n")
	r := load(t, t.TempDir(), mageStream, 0, "--config", path)
	for _, want := range []string{
		"batch_config does nothing here: BATCH files are read from the directory batch_root", "flattening_enabled does nothing beside nested",
		"_streams does nothing here: choose streams with catalog", `TARGET_FILELAKE_BATCH_SIZE_ROW is no setting; did you mean \"batch_size_rows\"?`,
		"TARGET_FILELAKE_FAKER_CONFIG does nothing here",
	} {
		if !strings.Contains(r.err, want) {
			t.Errorf("no %q in\n%s", want, r.err)
		}
	}
	if strings.Contains(r.err, "DIALECT") || strings.Contains(r.err, "STREAMS_ORDERS") {
		t.Errorf("warns of Meltano's own:\n%s", r.err)
	}
}

// TestConfigSecrets never prints what a variable holds.
func TestConfigSecrets(t *testing.T) {
	t.Setenv("SECRET", "canary")
	text := "threads: ${SECRET}\npipeline: p${SECRET}\nstreams: {orders: {load_method: \"${SECRET}\"}}\nmemory: ${SECRET}\nstream_map_config: {seed: \"${SECRET}\"}\n"
	if r := invoke(t, "", "--config", file(t, "c.yaml", text)); r.code != exitUsage || strings.Contains(r.err, "canary") || !strings.Contains(r.err, "${SECRET}: what it stands for does not fit; want a whole number") {
		t.Errorf("exit %d\n%s", r.code, r.err)
	}
	ok := file(t, "ok.yaml", "pipeline: p${SECRET}\nstream_map_config: {seed: \"${SECRET}\"}\n")
	if r := invoke(t, "", "check", "--lake", t.TempDir(), "--config", ok); r.code != 0 || strings.Contains(r.out+r.err, "canary") || !strings.Contains(r.out, "p${SECRET}") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
}

func TestForeignEnv(t *testing.T) {
	t.Setenv("TARGET_FILELAKE_FLATTENING_ENABLED", "true")
	if got := settingsOf(t); got["nested"] != [2]string{"flatten", "environment"} {
		t.Errorf("nested: %v", got["nested"])
	}
	t.Setenv("TARGET_FILELAKE_NESTED", "json")
	if got := settingsOf(t); got["nested"] != [2]string{"json", "environment"} {
		t.Errorf("nested beside flattening_enabled: %v", got["nested"])
	}
}

func TestAbout(t *testing.T) {
	r := invoke(t, "", "--about", "--format", "json")
	var about aboutInfo
	if err := json.Unmarshal([]byte(r.out), &about); err != nil || r.code != 0 {
		t.Fatalf("exit %d, %v in\n%s%s", r.code, err, r.out, r.err)
	}
	p := about.Settings.Properties
	if about.Name != "target-filelake" || p["threads"].Type[0] != "integer" || p["validate_records"].Default != true || p["nested"].Enum[0] != "struct" ||
		p["maximum_batch_size_mb"].Default != 0.0 || p["max_line_mb"].Default != 256.0 || p["config"].Type != nil || p["state"].Type != nil {
		t.Errorf("%+v", about)
	}
	for format, want := range map[string]string{"text": "Capabilities: about, ", "markdown": "| `threads` | integer | `0` | "} {
		if r := invoke(t, "", "--about", "--format="+format); r.code != 0 || !strings.Contains(r.out, want) {
			t.Errorf("%s: exit %d, no %q in\n%s", format, r.code, want, r.out)
		}
	}
	if r := invoke(t, "", "--about"); !strings.Contains(r.out, "Capabilities: about, ") {
		t.Errorf("by default:\n%s", r.out)
	}
}

// TestInit has the file work as it is, and with every comment taken away.
func TestInit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "my config.yaml")
	if r := invoke(t, "", "init", path); r.code != 0 || !strings.Contains(r.out, "--config '"+path+"'") {
		t.Fatalf("exit %d\n%s%s", r.code, r.out, r.err)
	}
	if r := invoke(t, "", "init", path); r.code != exitUsage || !strings.Contains(r.err, "is there already") {
		t.Errorf("again: exit %d\n%s", r.code, r.err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := settingsOf(t, "--config", path); got["pipeline"][1] != "default" {
		t.Errorf("as it is: %v", got)
	}
	known := settingsOf(t)
	var all strings.Builder
	for line := range strings.Lines(string(text)) {
		setting := strings.TrimPrefix(line, "# ")
		if key, _, ok := strings.Cut(setting, ": "); ok && known[key][1] != "" {
			line = setting
		}
		all.WriteString(line)
	}
	whole := file(t, "all.yaml", all.String())
	got := settingsOf(t, "--config", whole)
	for _, key := range []string{"pipeline", "threads", "retention", "streams", "compression"} {
		if !strings.Contains(got[key][1], "all.yaml") {
			t.Errorf("%s: %v in\n%s", key, got[key], all.String())
		}
	}
}
