package main

import (
	"os"
	"strings"
	"testing"
)

// referenceMark stands before what is generated.
const referenceMark = "## Every setting\n\n"

// TestReference holds docs/configuration.md to the flags; -update writes it.
func TestReference(t *testing.T) {
	const path = "../../docs/configuration.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, have, ok := strings.Cut(string(text), referenceMark)
	if !ok {
		t.Fatalf("%s has no %q", path, referenceMark)
	}
	_, want, _ := strings.Cut(invoke(t, "", "--about", "--format", "markdown").out, "## Settings\n\n")
	if *update {
		if err := os.WriteFile(path, []byte(before+referenceMark+want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have != want {
		t.Errorf("%s is not up to date: go test ./cmd/target-filelake -run TestReference -update", path)
	}
}
