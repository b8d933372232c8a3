package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestThirdParty holds the list of what is linked in against go.mod.
func TestThirdParty(t *testing.T) {
	var want []string
	for _, arch := range []string{"amd64", "arm64"} {
		c := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", ".")
		c.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=1")
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })...)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	text, err := os.ReadFile("../../THIRD_PARTY.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\S+) \| (v\S+) \| [A-Z].* \|$`).FindAllStringSubmatch(string(text), -1) {
		got = append(got, m[1]+" "+m[2])
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("make licences is due: THIRD_PARTY.md has\n%s\nwhat is linked in is\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
