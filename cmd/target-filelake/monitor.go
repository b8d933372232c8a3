package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"target-filelake/lake"
)

// MonitorFlags say how a load is watched.
type MonitorFlags struct {
	LogFormat     string `help:"Form of log lines: text; json; mage: JSON as Mage reads it." enum:"text,json,mage" default:"text"`
	LogLevel      string `help:"The least that is logged. The closing summary counts as info." enum:"debug,info,warn,error" default:"info"`
	Summary       string `help:"At the end of a load, however it ends, write what it did into this file, as JSON." placeholder:"FILE"`
	MetricsFile   string `help:"At the end of a load, however it ends, write its metrics into this file, for the textfile collector of Prometheus's node_exporter; its name ends in .prom." placeholder:"FILE"`
	Progress      string `help:"auto: how far a load is, as a line that changes on a terminal, else in the log every 10 s; never." enum:"auto,never" default:"auto"`
	SingerMetrics bool   `help:"Log each batch's metrics to stderr as the Singer SDK does." default:"false"`
}

// faults is what cannot be as it is set.
func (c *MonitorFlags) faults() error {
	if c.MetricsFile != "" && !strings.HasSuffix(c.MetricsFile, ".prom") {
		return fmt.Errorf("metrics_file: %q, want a name that ends in .prom: node_exporter reads no others", c.MetricsFile)
	}
	return nil
}

// places refuses files in directories that are not there, before the load: at its
// end all that could be said is a warning.
func (c *MonitorFlags) places() error {
	var errs []error
	f := func(key string, path *string) {
		if *path == "" {
			return
		}
		dir, err := os.Stat(filepath.Dir(*path))
		file, _ := os.Stat(*path)
		switch {
		case err != nil || !dir.IsDir():
			errs = append(errs, fmt.Errorf("%s: %q: its directory is not there; make it, or name another", key, *path))
		case file != nil && !file.Mode().IsRegular():
			errs = append(errs, fmt.Errorf("%s: %q is no file; name one, which is replaced", key, *path))
		default:
			return
		}
		*path = "" // it is not tried
	}
	f("summary", &c.Summary)
	f("metrics_file", &c.MetricsFile)
	if err := errors.Join(errs...); err != nil {
		return usageError{err}
	}
	return nil
}

// level is the least that is logged.
func (c *LoadCmd) level() slog.Level {
	var out slog.Level
	_ = out.UnmarshalText([]byte(c.LogLevel)) // one of four
	return out
}

// watched is std with the log that is asked for. outer, which it was made of, says
// of the run's fault in the same form.
func (c *LoadCmd) watched(outer, std *stdio) *stdio {
	out := *std
	out.err = &liveWriter{w: std.err, terminal: isTerminal(std.err) && c.LogFormat == logText}
	out.log = newLog(out.err, c.LogFormat, c.level())
	if c.LogFormat != logText {
		outer.failed = out.log
	}
	return &out
}

// logger is what a command logs to.
func (s *stdio) logger() *slog.Logger {
	if s.log != nil {
		return s.log
	}
	return slog.New(newLogHandler(s.err))
}

// fail says why a run has failed.
func (s *stdio) fail(err error) {
	if s.failed == nil {
		fmt.Fprintf(s.err, "target-filelake: %s\n", inWords(err))
		return
	}
	s.failed.Error(inWords(err), "exit_code", exitCode(err))
}

// tell ends a load: what it did is said and written down. Its rows are safe and its
// STATE is out, so that a file that cannot be written is only warned of.
func (c *LoadCmd) tell(ctx context.Context, std *stdio, out *closing, fault error) {
	if fault != nil && ctx.Err() != nil {
		fault = signalled(ctx, fault)
	}
	out.end(fault)
	if out.loaded && std.log.Enabled(ctx, slog.LevelInfo) {
		c.say(std, out)
	}
	keep := func(key, path string, text func() ([]byte, error)) {
		if path == "" {
			return
		}
		data, err := text()
		if err == nil {
			err = putFile(path, data)
		}
		if err != nil {
			std.log.Warn(key+" is not written", "path", path, "error", err)
		}
	}
	keep("summary", c.Summary, out.json)
	keep("metrics_file", c.MetricsFile, func() ([]byte, error) { return out.prometheus(c.MetricsFile) })
}

func (c *LoadCmd) say(std *stdio, out *closing) {
	if c.LogFormat == logText {
		out.print(std.err)
		return
	}
	std.log.Info("the load has ended", "records", out.Records, "summary", out.brief())
}

// putFile writes a file, whole or not at all.
func putFile(path string, data []byte) error {
	disk, err := lake.OpenDisk(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(lake.WriteAtomic(disk, filepath.Base(path), data), disk.Close())
}
