package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"target-filelake/lake"
)

// AtFlag is the version a command reads.
type AtFlag struct {
	At moment `help:"Read the lake as it was: a version (12), a time (2026-11-22T10:00:00Z), a date (its first moment in UTC) or an age (2h, 3d)." placeholder:"VERSION|TIME"`
}

// moment names a version, by its number or by a time at which it was the newest.
type moment struct {
	version *lake.Version
	time    *time.Time
}

// UnmarshalText reads a moment; an age counts from now.
func (m *moment) UnmarshalText(text []byte) error {
	parsed, err := parseMoment(string(text), time.Now())
	*m = parsed
	return err
}

// timeForms are how a time may be written, without a zone in UTC.
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly}

func parseMoment(text string, now time.Time) (moment, error) {
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		v := lake.Version(n)
		return moment{version: &v}, nil
	}
	for _, form := range timeForms {
		if t, err := time.Parse(form, text); err == nil {
			return moment{time: &t}, nil
		}
	}
	if age, ok := parseAge(text); ok {
		t := now.Add(-age)
		return moment{time: &t}, nil
	}
	return moment{}, fmt.Errorf("%q: want a version (12), a time (2026-11-22T10:00:00Z), a date (2026-11-22) or an age (2h, 3d)", text)
}

// parseAge reads a duration that may begin with days.
func parseAge(text string) (time.Duration, bool) {
	var days time.Duration
	if before, after, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(before, 10, 16)
		if err != nil {
			return 0, false
		}
		days, text = time.Duration(n)*24*time.Hour, after
	}
	if text == "" {
		return days, days > 0
	}
	d, err := time.ParseDuration(text)
	return days + d, err == nil && d >= 0 && text[0] != '+' && text[0] != '-'
}

// read is the version that m names, the newest if m is not given.
func (m moment) read(fsys lake.FS) (*lake.Manifest, error) {
	var out *lake.Manifest
	var err error
	switch {
	case m.version != nil:
		out, err = lake.At(fsys, *m.version)
	case m.time != nil:
		out, err = lake.AsOf(fsys, *m.time)
	default:
		out, err = lake.Newest(fsys)
	}
	return out, gone(err)
}

// gone makes a version that is not there the asker's mistake.
func gone(err error) error {
	if is[*lake.GoneError](err) && !is[usageError](err) {
		return usageError{err}
	}
	return err
}

// openLake opens an existing lake for reading.
func openLake(path string) (root string, disk lake.Disk, err error) {
	if root, err = filepath.Abs(path); err != nil {
		return "", disk, usageError{err}
	}
	if disk, err = lake.OpenDisk(root); err != nil {
		if err = atLake(root, fmt.Errorf("open the lake: %w", err)); is[*deniedError](err) || is[usageError](err) {
			return "", disk, err
		}
		return "", disk, usageError{fmt.Errorf("%w; name it with --lake", err)}
	}
	return root, disk, nil
}

// readLakeAt reads one version of an existing lake.
func readLakeAt(path string, at moment) (string, *lake.Manifest, error) {
	root, disk, err := openLake(path)
	if err != nil {
		return "", nil, err
	}
	m, err := at.read(disk)
	return root, m, errors.Join(atLake(root, err), disk.Close())
}
