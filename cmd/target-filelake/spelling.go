package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// spelled writes flags with hyphens, which Mage and some users write with
// underscores, and gives Mage's --log_to_stdout its value.
func spelled(app *kong.Application, args []string) []string {
	known := flagNames(app.Node, map[string]bool{})
	var out []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(out, args[i:]...)
		}
		name, value, valued := strings.Cut(args[i], "=")
		hyphens := "--" + strings.ReplaceAll(strings.TrimPrefix(name, "--"), "_", "-")
		if !strings.HasPrefix(name, "--") || !known[strings.TrimPrefix(hyphens, "--")] {
			out = append(out, args[i])
			continue
		}
		if hyphens == "--log-to-stdout" && !valued && i+1 < len(args) && slices.Contains([]string{"0", "1", "true", "false", "True", "False"}, args[i+1]) {
			i++
			value, valued = strings.ToLower(args[i]), true
		}
		if valued {
			hyphens += "=" + value
		}
		out = append(out, hyphens)
	}
	return out
}

// flagNames are those of a command and all below it.
func flagNames(n *kong.Node, names map[string]bool) map[string]bool {
	for _, f := range n.Flags {
		names[f.Name] = true
		for _, alias := range f.Aliases {
			names[alias] = true
		}
		if f.Tag.Negatable != "" {
			names["no-"+f.Name] = true
		}
	}
	for _, child := range n.Children {
		flagNames(child, names)
	}
	return names
}
