package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const mageStream = `{"type":"LOG","caller":"Source","level":"INFO","message":"a line of the source's log","tags":{"stream":"orders"},"timestamp":1}` + "\n" +
	`{"type":"SCHEMA","stream":"orders","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":["id"]}` + "\n" +
	`{"type":"RECORD","stream":"orders","record":{"id":1}}` + "\n" + `{"type":"STATE","value":{"bookmarks":{"orders":{"id":1}}}}` + "\n"

// TestMage starts a load as Mage does.
func TestMage(t *testing.T) {
	dir := t.TempDir()
	lakeDir, state := filepath.Join(dir, "lake"), filepath.Join(dir, "state")
	settings := file(t, "settings.yaml", "version: 0.0.1\nconfig:\n  lake_path: "+lakeDir+"\n  pipeline: mage\n  table: ignored_by_the_next\n")
	input := file(t, "input", mageStream)
	r := invoke(t, "", "--settings", settings, "--config_json", `{"pipeline": "from_json"}`, "--catalog_json", `{"streams":[{"stream":"orders","tap_stream_id":"orders","schema":{},"metadata":[]}]}`,
		"--state", state, "--input_file_path", input, "--log_to_stdout", "1", "--debug")
	if r.code != 0 || !strings.Contains(r.out, "committed") || strings.Contains(r.out, `{"bookmarks"`) || r.err != "" {
		t.Fatalf("exit %d\nstdout %s\nstderr %s", r.code, r.out, r.err)
	}
	if got, err := os.ReadFile(state); string(got) != `{"bookmarks":{"orders":{"id":1}}}`+"\n" {
		t.Errorf("state: %q, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(lakeDir, "state-from_json.json")); err != nil {
		t.Errorf("the pipeline is not that of --config_json: %v", err)
	}
	// Without --log_to_stdout the STATE is on stdout, too.
	r = invoke(t, "", "--lake", filepath.Join(dir, "other"), "--state", state, "--input", input)
	if r.code != 0 || r.out != `{"bookmarks":{"orders":{"id":1}}}`+"\n" {
		t.Errorf("exit %d, stdout %q\n%s", r.code, r.out, r.err)
	}
	if left, err := filepath.Glob(state + ".*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	r = invoke(t, "", "--lake", filepath.Join(dir, "third"), "--state", filepath.Join(dir, "no", "such", "dir"), "--input", input)
	if r.code == 0 || !strings.Contains(r.err, "--state") {
		t.Errorf("a state that cannot be written: exit %d\n%s", r.code, r.err)
	}
}

func TestMageWaits(t *testing.T) {
	settings := file(t, "settings.yaml", "config: {}\n")
	if got := settingsOf(t, "--settings", settings); got["wait"] != [2]string{"10m0s", "Mage"} {
		t.Errorf("wait: %v", got["wait"])
	}
	if got := settingsOf(t, "--settings", settings, "--debug"); got["log_format"] != [2]string{"mage", "Mage"} || got["log_level"] != [2]string{"debug", "Mage"} {
		t.Errorf("log: %v, %v", got["log_format"], got["log_level"])
	}
	if got := settingsOf(t, "--settings", settings, "--debug", "--log-format", "text", "--log-level", "info"); got["log_format"] != [2]string{"text", "flag"} || got["log_level"] != [2]string{"info", "flag"} {
		t.Errorf("log as flags say: %v, %v", got["log_format"], got["log_level"])
	}
	if got := settingsOf(t, "--settings", settings, "--wait", "0s"); got["wait"] != [2]string{"0s", "flag"} {
		t.Errorf("wait as a flag: %v", got["wait"])
	}
}

func TestMageTemplates(t *testing.T) {
	r := invoke(t, "", "--show_templates")
	var templates struct{ Config map[string]any }
	if err := json.Unmarshal([]byte(r.out), &templates); err != nil || r.code != 0 || templates.Config["max_line_mb"] != 256.0 {
		t.Errorf("exit %d, %v: %s", r.code, err, r.out)
	}
	if r := invoke(t, "", "--config_json", `{"lake_path": "`+t.TempDir()+`"}`, "--test_connection"); r.code != 0 || !strings.Contains(r.out, "is fit for a lake") {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
}
