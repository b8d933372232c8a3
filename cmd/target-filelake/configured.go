package main

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// configured is what files and the environment said in one run of the program.
type configured struct {
	faults   []error           // all of them are told, not the first
	warnings []string          // of keys that do nothing here
	sources  map[string]string // by key, where the value came from that counts; none: a flag, or the default
	values   map[string]string // by key, that value as it was written
}

// fault notes what is wrong, once: a value is asked for more often.
func (c *configured) fault(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	if !slices.ContainsFunc(c.faults, func(e error) bool { return e.Error() == err.Error() }) {
		c.faults = append(c.faults, err)
	}
}

func (c *configured) warn(format string, args ...any) {
	if w := fmt.Sprintf(format, args...); !slices.Contains(c.warnings, w) {
		c.warnings = append(c.warnings, w)
	}
}

// take is a value for a flag that comes from source, nil if the flag has no such value.
func (c *configured) take(flag *kong.Flag, text, source, name string) any {
	return c.takeShown(flag, text, text, source, name)
}

// takeShown is take of a value that is shown otherwise.
func (c *configured) takeShown(flag *kong.Flag, text, shown, source, name string) any {
	if err := fits(flag, text); err != nil {
		if shown != text {
			err = fmt.Errorf("%s: what it stands for does not fit; want %s", shown, cmp.Or(kindOfValue(flag), "another value"))
		}
		c.fault("%s: %s: %w", source, name, err)
		return nil
	}
	key := configKey(flag)
	c.sources[key], c.values[key] = source, shown
	return text
}

// fits holds a value's text against what its flag takes, without setting it.
func fits(flag *kong.Flag, text string) error {
	if known := flag.EnumSlice(); flag.Enum != "" && !slices.Contains(known, text) {
		return fmt.Errorf("%q, want one of %s", text, strings.Join(known, ", "))
	}
	target := reflect.New(flag.Target.Type()).Elem()
	scan := kong.Scan().PushTyped(text, kong.FlagValueToken)
	if err := flag.Value.Parse(scan, target); err != nil {
		if want := kindOfValue(flag); want != "" {
			return fmt.Errorf("%q, want %s", text, want)
		}
		return errors.New(strings.TrimPrefix(err.Error(), "--"+flag.Name+": "+flag.Name+": "))
	}
	return nil
}

// kindOfValue words what a flag of a plain kind takes; "": it words its faults itself.
func kindOfValue(flag *kong.Flag) string {
	switch {
	case flag.Target.Type() == reflect.TypeFor[time.Duration]():
		return "a time like 90s, 5m or 24h"
	case flag.IsBool():
		return "true or false"
	case flag.Target.CanInt() && flag.Target.Type().PkgPath() == "":
		return "a whole number"
	}
	return ""
}

func (c *configured) err() error { return errors.Join(c.faults...) }
