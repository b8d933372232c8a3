package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// capabilities are what the program can do, by the Singer SDK's names.
var capabilities = []string{
	"about", "stream-maps", "schema-flattening", "batch", "activate-version", "hard-delete", "soft-delete", "target-schema", "validate-records",
}

const aboutText = "Singer target for a Parquet lake on local disk, with keyed upserts and atomic STATE"

// aboutInfo is what --about tells, named as the Singer SDK names it.
type aboutInfo struct {
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Version      string   `json:"version"`
	Capabilities []string `json:"capabilities"`
	Settings     schema7  `json:"settings"`
}

// schema7 is the JSON Schema of the settings.
type schema7 struct {
	Schema     string             `json:"$schema,omitempty"`
	Type       []string           `json:"type"`
	Desc       string             `json:"description,omitempty"`
	Default    any                `json:"default,omitempty"`
	Enum       []string           `json:"enum,omitempty"`
	Properties map[string]schema7 `json:"properties,omitempty"`
	Additional *bool              `json:"additionalProperties,omitempty"`
}

func aboutOf(app *kong.Application) aboutInfo {
	closed := false
	s := schema7{Schema: "http://json-schema.org/draft-07/schema#", Type: []string{"object"}, Properties: map[string]schema7{}, Additional: &closed}
	for key, f := range loadFlags(app) {
		p := schema7{Type: typeOf(f), Desc: f.Help, Default: defaultOf(f)}
		if f.Enum != "" {
			p.Enum = f.EnumSlice()
		}
		s.Properties[key] = p
	}
	return aboutInfo{"target-filelake", aboutText, version, capabilities, s}
}

// typeOf is the JSON type of a flag's value in a configuration.
func typeOf(f *kong.Flag) []string {
	switch t := f.Target.Type(); {
	case f.IsBool():
		return []string{"boolean"}
	case t == reflect.TypeFor[time.Duration]():
		return []string{"string"}
	case f.Target.CanInt() && t.PkgPath() == "": // types of ours are written otherwise
		return []string{"integer"}
	case t == reflect.TypeFor[streamsConfig](), t == reflect.TypeFor[jsonText]():
		return []string{"object", "null"}
	case t == reflect.TypeFor[catalogConfig]():
		return []string{"string", "object"}
	}
	return []string{"string"}
}

// defaultOf is a flag's default as its type has it; nil if there is none.
func defaultOf(f *kong.Flag) any {
	switch typeOf(f)[0] {
	case "boolean":
		return f.Default == "true"
	case "integer":
		n, err := strconv.Atoi(f.Default)
		if err != nil {
			return nil
		}
		return n
	}
	if f.Default == "" {
		return nil
	}
	return f.Default
}

// write writes it in one of the Singer SDK's formats.
func (a aboutInfo) write(w io.Writer, format string) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(a)
	case "markdown":
		return a.markdown(w)
	}
	return a.text(w)
}

func (a aboutInfo) text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Name: %s\nDescription: %s\nVersion: %s\nCapabilities: %s\nSettings:\n", a.Name, a.Description, a.Version, strings.Join(a.Capabilities, ", "))
	for _, key := range slices.Sorted(maps.Keys(a.Settings.Properties)) {
		fmt.Fprintf(&b, "  %s: %s\n", key, a.Settings.Properties[key].words())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// words are a setting's type, default and meaning.
func (s schema7) words() string {
	kind := s.Type[0]
	if len(s.Enum) > 0 {
		kind = strings.Join(s.Enum, " | ")
	}
	if s.Default != nil {
		kind += fmt.Sprintf(", default %v", s.Default)
	}
	return kind + ". " + s.Desc
}

func (a aboutInfo) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# `%s`\n\n%s\n\nVersion %s\n\n## Capabilities\n\n", a.Name, a.Description, a.Version)
	for _, c := range a.Capabilities {
		fmt.Fprintf(&b, "* `%s`\n", c)
	}
	b.WriteString("\n## Settings\n\n| Setting | Type | Default | Description |\n|:--|:--|:--|:--|\n")
	cell := strings.NewReplacer("|", "\\|", "\n", " ").Replace
	for _, key := range slices.Sorted(maps.Keys(a.Settings.Properties)) {
		s := a.Settings.Properties[key]
		kind, given := s.Type[0], ""
		if len(s.Enum) > 0 {
			kind = strings.Join(s.Enum, ", ")
		}
		if s.Default != nil {
			given = fmt.Sprintf("`%v`", s.Default)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", key, kind, given, cell(s.Desc))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
