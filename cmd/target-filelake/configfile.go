package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// configENV, in the place of a file's name, stands for the environment, and the
// file .env.
const configENV = "ENV"

// configFiles are the files that --config names.
type configFiles []string

// BeforeResolve makes the files, and over them the environment, the source of
// what the command line leaves open.
func (configFiles) BeforeResolve(ctx *kong.Context, trace *kong.Path, c *configured) error {
	env := environment{os.LookupEnv, c}
	for _, name := range ctx.FlagValue(trace.Flag).(configFiles) {
		if name == configENV {
			var err error
			if env.lookup, err = withDotEnv(); err != nil {
				return err
			}
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read configuration: %w", err)
		}
		if err := addConfig(ctx, c, name, data, ""); err != nil {
			return err
		}
	}
	ctx.AddResolver(env)
	return nil
}

// addConfig makes configuration text a source. It stands under a key, if that is not "".
func addConfig(ctx *kong.Context, c *configured, from string, data []byte, under string) error {
	s, err := readConfig(c, from, data, under)
	if err != nil {
		return err
	}
	s.know(loadFlags(ctx.Model))
	ctx.AddResolver(s)
	return nil
}

// settings resolves flags from a configuration file's keys.
type settings struct {
	from string // the file
	*configured
	nodes map[string]yaml.Node // by key
}

// readConfig reads JSON or YAML; JSON is YAML.
func readConfig(c *configured, from string, data []byte, under string) (settings, error) {
	s := settings{from: from, configured: c}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return s, fmt.Errorf("%s: %w", from, err)
	}
	expand(&root, func(name string) {
		s.fault("%s: ${%s}: no such variable in the environment; $${ stands for ${", from, name)
	})
	if under != "" {
		var file map[string]yaml.Node
		if err := root.Decode(&file); err != nil {
			return s, fmt.Errorf("%s: %w", from, err)
		}
		root = file[under]
	}
	if err := root.Decode(&s.nodes); err != nil {
		return s, fmt.Errorf("%s: %w", from, err)
	}
	return s, nil
}

// asWritten marks a comment that is none: a value before variables were put into
// it, which may hold secrets. That is what is shown.
const asWritten = "\x00"

// expand puts the values of variables for ${NAME} in every string that is no key.
func expand(n *yaml.Node, missing func(name string)) {
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			expand(child, missing)
		}
	}
	if n.Kind != yaml.ScalarNode || !strings.Contains(n.Value, "${") {
		return
	}
	var out strings.Builder
	for rest := n.Value; ; {
		before, after, found := strings.Cut(rest, "${")
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			out.WriteString(rest)
			break
		}
		if escaped, ok := strings.CutSuffix(before, "$"); ok {
			out.WriteString(escaped + "${" + name + "}")
		} else if value, ok := os.LookupEnv(name); ok {
			out.WriteString(before + value)
		} else {
			missing(name)
		}
		rest = behind
	}
	n.HeadComment = asWritten + n.Value
	n.Value = out.String()
	if n.Style == 0 { // unquoted: 5 is a number here, too
		n.Tag = ""
	}
}

// hasVariables reports whether expand has put values into n.
func hasVariables(n *yaml.Node) bool {
	return strings.HasPrefix(n.HeadComment, asWritten) || slices.ContainsFunc(n.Content, hasVariables)
}

// know turns keys of other targets into ours, and finds those that nobody knows.
func (s settings) know(flags map[string]*kong.Flag) {
	known := slices.Sorted(maps.Keys(flags))
	for _, key := range slices.Sorted(maps.Keys(s.nodes)) {
		if flags[key] != nil {
			continue
		}
		f, ok := foreign[key]
		switch {
		case !ok:
			s.fault("%s: unknown key %q; %s", s.from, key, suggestion(key, known))
		case f.key == "":
			s.warn("%s: %s does nothing here: %s", s.from, key, f.instead)
		case s.has(f.key):
			s.warn("%s: %s does nothing beside %s", s.from, key, f.key)
		default:
			s.translate(key, f)
		}
	}
}

func (s settings) has(key string) bool {
	_, ok := s.nodes[key]
	return ok
}

// translate gives our key the value of another target's.
func (s settings) translate(key string, f foreignKey) {
	v := s.nodes[key]
	if f.value != nil {
		text, err := f.value(v.Value)
		if err != nil {
			s.fault("%s: %s: %w", s.from, key, err)
			return
		}
		v = yaml.Node{Kind: yaml.ScalarNode, Value: text}
	}
	s.nodes[f.key] = v
}

// Validate is kong's; know has done it.
func (settings) Validate(*kong.Application) error { return nil }

// Resolve gives a flag the file's value.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	key := configKey(flag)
	node, ok := s.nodes[key]
	if !ok || slices.Contains(notSettings, flag.Name) {
		return nil, nil
	}
	text, err := valueText(&node)
	if err != nil {
		s.fault("%s: %s: %w", s.from, key, err)
		return nil, nil
	}
	if text == nil {
		return nil, nil
	}
	shown := *text
	if written, ok := strings.CutPrefix(node.HeadComment, asWritten); ok {
		shown = written
	} else if hasVariables(&node) {
		shown = "(it holds variables, and is not shown)"
	}
	return s.takeShown(flag, *text, shown, s.from, key), nil
}

// valueText is a value as its flag reads it: objects and lists as JSON; nil for null.
func valueText(node *yaml.Node) (*string, error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind != yaml.ScalarNode {
		data, err := appendNode(nil, node, 0)
		text := string(data)
		return &text, err
	}
	var v any
	if err := node.Decode(&v); err != nil {
		return nil, errors.New("no value")
	}
	text := node.Value
	switch v := v.(type) {
	case nil:
		return nil, nil
	case bool, int, float64:
		text = fmt.Sprint(v)
	}
	return &text, nil
}

// configKey is the key of a flag in files.
func configKey(flag *kong.Flag) string {
	if flag.Name == "lake" {
		return "lake_path"
	}
	return strings.ReplaceAll(flag.Name, "-", "_")
}

// notSettings are flags that are no configuration keys.
var notSettings = []string{
	"config", "input", "dry-run", "json", "adopt", "help", "version", "about", "format", "test-connection",
	"settings", "config-json", "state", "log-to-stdout", "debug", "show-templates",
}

// loadFlags are the flags that files and environment may set, by key.
func loadFlags(app *kong.Application) map[string]*kong.Flag {
	out := map[string]*kong.Flag{}
	for _, node := range app.Children {
		if node.Name != "load" {
			continue
		}
		for _, f := range node.Flags {
			if !slices.Contains(notSettings, f.Name) {
				out[configKey(f)] = f
			}
		}
	}
	return out
}
