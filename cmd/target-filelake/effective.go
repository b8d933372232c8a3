package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// withheld are settings whose values may hold what is nobody's business.
var withheld = map[string]bool{"stream_map_config": true}

// printSettings prints every setting of a load, and where its value comes from.
func printSettings(w io.Writer, k *kong.Context, conf *configured) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nsetting\tvalue\tfrom")
	known := loadFlags(k.Model)
	for _, f := range k.Flags() {
		key := configKey(f)
		if known[key] == nil || known[key].Target.Type() != f.Target.Type() {
			continue
		}
		value, from := effective(k, conf, f)
		if withheld[key] && value != "" {
			value = "(set, not shown)"
		}
		if value == "" {
			value = "–"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", key, printable(value), from)
	}
	for _, warning := range conf.warnings {
		fmt.Fprintf(t, "warning: %s\n", warning)
	}
	return t.Flush()
}

// effective is a flag's value as it was written, and who wrote it.
func effective(k *kong.Context, conf *configured, f *kong.Flag) (value, from string) {
	key := configKey(f)
	if onCommandLine(k, f.Name) {
		if typeOf(f)[0] == "object" {
			return "(as the flag says)", "flag"
		}
		return strings.TrimSpace(fmt.Sprint(f.Target.Interface())), "flag"
	}
	if source := conf.sources[key]; source != "" {
		return conf.values[key], source
	}
	if implied := fmt.Sprint(f.Target.Interface()); slices.Contains(mageImplies, key) && implied != f.Default {
		return implied, "Mage"
	}
	if f.Default == "" && f.IsBool() {
		return "false", "default"
	}
	return f.Default, "default"
}
