package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// MageFlags are those that Mage starts its destinations with, as Mage writes them.
type MageFlags struct {
	Settings      mageSettings `help:"Mage: YAML file whose key config holds the configuration." placeholder:"FILE" group:"Mage"`
	ConfigJSON    configText   `name:"config-json" help:"Mage: configuration as JSON." placeholder:"JSON" group:"Mage"`
	State         string       `help:"Mage: file that receives each STATE, too." placeholder:"FILE" group:"Mage"`
	LogToStdout   bool         `help:"Mage: log to stdout; STATE goes to --state alone." group:"Mage"`
	Debug         bool         `help:"Mage: log_level debug." group:"Mage"`
	ShowTemplates bool         `help:"Mage: print a configuration to fill in, and exit." group:"Mage"`
}

// mageWait is how long a load started by Mage waits for another of its pipeline:
// Mage feeds one stream in slices, to several processes.
const mageWait = 10 * time.Minute

// used reports whether Mage has started the program.
func (m *MageFlags) used() bool {
	return m.Settings != "" || m.ConfigJSON != "" || m.State != "" || m.LogToStdout || m.Debug
}

// AfterApply gives what Mage implies to what nobody has set.
func (c *LoadCmd) AfterApply(ctx *kong.Context, conf *configured) error {
	c.conf = conf
	unset := func(key string) bool {
		return conf.sources[key] == "" && !onCommandLine(ctx, strings.ReplaceAll(key, "_", "-"))
	}
	if c.used() && c.Wait == 0 && unset("wait") {
		c.Wait = mageWait
	}
	if c.used() && unset("log_format") {
		c.LogFormat = logMage
	}
	if c.Debug && unset("log_level") {
		c.LogLevel = "debug"
	}
	return nil
}

// mageImplies are the settings that AfterApply may give a value.
var mageImplies = []string{"wait", "log_format", "log_level"}

// onCommandLine reports whether a flag was given as one.
func onCommandLine(ctx *kong.Context, name string) bool {
	for _, p := range ctx.Path {
		if p.Flag != nil && p.Flag.Name == name && !p.Resolved {
			return true
		}
	}
	return false
}

// configText is configuration on the command line.
type configText string

// BeforeResolve makes it a source, over that of files.
func (configText) BeforeResolve(ctx *kong.Context, trace *kong.Path, c *configured) error {
	text := ctx.FlagValue(trace.Flag).(configText)
	if err := addConfig(ctx, c, "--config_json", []byte(text), ""); err != nil {
		return err
	}
	ctx.AddResolver(environment{os.LookupEnv, c})
	return nil
}

// mageSettings is the name of Mage's settings file.
type mageSettings string

// BeforeResolve makes its configuration a source, under that of --config.
func (mageSettings) BeforeResolve(ctx *kong.Context, trace *kong.Path, c *configured) error {
	name := string(ctx.FlagValue(trace.Flag).(mageSettings))
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	if err := addConfig(ctx, c, name, data, "config"); err != nil {
		return err
	}
	ctx.AddResolver(environment{os.LookupEnv, c})
	return nil
}

// streams are where a load of Mage's writes: logs and STATE.
func (m *MageFlags) streams(ctx context.Context, std *stdio) *stdio {
	out := *std
	if m.LogToStdout {
		out.err, out.out = newOutput(ctx, std.out), io.Discard
	}
	if m.State != "" {
		out.out = stateFile{newOutput(ctx, out.out), m.State}
	}
	return &out
}

// stateFile is a writer of STATEs that keeps the newest in a file, too.
type stateFile struct {
	io.Writer
	path string
}

// Write writes one STATE, whole.
func (s stateFile) Write(state []byte) (int, error) {
	n, err := s.Writer.Write(state)
	if err != nil {
		return n, err
	}
	if err := putFile(s.path, state); err != nil {
		return n, fmt.Errorf("write --state: %w", err)
	}
	return n, nil
}

// printTemplates prints all settings with their defaults, as Mage's form has them.
func printTemplates(w io.Writer, app *kong.Application) error {
	config := map[string]any{}
	for key, f := range loadFlags(app) {
		config[key] = defaultOf(f)
	}
	return json.NewEncoder(w).Encode(map[string]any{"config": config})
}
