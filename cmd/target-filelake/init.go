package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// InitCmd writes a configuration to start from.
type InitCmd struct {
	File string `arg:"" optional:"" help:"Where to." default:"target-filelake.yaml"`
}

// Help is shown by --help.
func (*InitCmd) Help() string {
	return `Every setting stands in the file as a comment, with its default. A file that is there is left alone.

  target-filelake init && some-tap | target-filelake --config target-filelake.yaml`
}

// Run writes the file.
func (c *InitCmd) Run(std *stdio, app *kong.Context) error {
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Errorf("%s is there already; give another name: target-filelake init FILE", c.File)}
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(starter(app.Model))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "wrote %s; use it: some-tap | target-filelake --config %s\n", c.File, shellQuote(c.File))
	return err
}

// starter is all settings in the order of their flags. The first alone is set.
func starter(app *kong.Application) string {
	var b strings.Builder
	b.WriteString("# target-filelake\n#\n# Take the # away from what you change. ${NAME} stands for a variable of the environment,\n# and TARGET_FILELAKE_<KEY> in it, or a flag, wins over this file.\n")
	known := loadFlags(app)
	for _, node := range app.Children {
		if node.Name != "load" {
			continue
		}
		for _, f := range node.Flags {
			key := configKey(f)
			if known[key] != f {
				continue
			}
			mark := "# "
			if key == "lake_path" {
				mark = ""
			}
			fmt.Fprintf(&b, "\n%s%s%s: %s\n", wrapped(f.Help, "# ", 96), mark, key, starterValue(f))
		}
	}
	return b.String()
}

// starterValue is a setting's default as YAML has it.
func starterValue(f *kong.Flag) string {
	v := defaultOf(f)
	switch {
	case v == nil && typeOf(f)[0] == "object":
		return "{}"
	case v == nil:
		return `""`
	}
	if text, ok := v.(string); ok && strings.ContainsAny(text, ": #{}_") {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprint(v)
}

// wrapped breaks text into lines that begin with prefix.
func wrapped(text, prefix string, width int) string {
	var b strings.Builder
	line := prefix
	for word := range strings.FieldsSeq(text) {
		if len(line)+len(word) > width && line != prefix {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = prefix
		}
		line += word + " "
	}
	return b.String() + strings.TrimRight(line, " ") + "\n"
}
