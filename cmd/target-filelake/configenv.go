package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/joho/godotenv"
)

// envPrefix begins a variable that sets a key.
const envPrefix = "TARGET_FILELAKE_"

// dotEnv is a file of variables, which real ones overrule.
const dotEnv = ".env"

// environment resolves flags from TARGET_FILELAKE_<KEY>.
type environment struct {
	lookup func(string) (string, bool)
	*configured
}

// withDotEnv is the environment and, under it, the file .env if there is one.
func withDotEnv() (func(string) (string, bool), error) {
	file, err := godotenv.Read(dotEnv)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dotEnv, err)
	}
	return func(name string) (string, bool) {
		if v, ok := os.LookupEnv(name); ok {
			return v, true
		}
		v, ok := file[name]
		return v, ok
	}, nil
}

// Validate is kong's: a value is held against its flag when that asks for it.
func (environment) Validate(*kong.Application) error { return nil }

// Resolve gives a flag the environment's value.
func (e environment) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if slices.Contains(notSettings, flag.Name) {
		return nil, nil
	}
	name := envPrefix + strings.ToUpper(configKey(flag))
	if v, ok := e.lookup(name); ok {
		return e.take(flag, v, "environment", name), nil
	}
	return e.foreign(flag), nil
}

// foreign is a value for a flag under a name that other targets give it.
func (e environment) foreign(flag *kong.Flag) any {
	for _, theirs := range slices.Sorted(maps.Keys(foreign)) {
		f := foreign[theirs]
		name := envPrefix + strings.ToUpper(theirs)
		v, ok := e.lookup(name)
		if !ok || f.key != configKey(flag) {
			continue
		}
		if f.value != nil {
			var err error
			if v, err = f.value(v); err != nil {
				e.fault("environment: %s: %w", name, err)
				return nil
			}
		}
		return e.take(flag, v, "environment", name)
	}
	return nil
}

// warnOfEnv warns of variables that look like settings and are none. Meltano exports
// names of its own, which begin with an underscore, and each value in an object.
func warnOfEnv(c *configured, app *kong.Application, environ []string) {
	flags := loadFlags(app)
	known := slices.Sorted(maps.Keys(flags))
	for _, assignment := range environ {
		name, _, _ := strings.Cut(assignment, "=")
		key, ours := strings.CutPrefix(name, envPrefix)
		if key = strings.ToLower(key); !ours || flags[key] != nil || strings.HasPrefix(key, "_") || isInside(key, flags) {
			continue
		}
		switch f, ok := foreign[key]; {
		case !ok:
			c.warn("environment: %s is no setting; %s", name, suggestion(key, known))
		case f.key == "":
			c.warn("environment: %s does nothing here: %s", name, f.instead)
		}
	}
}

// isInside reports whether a key may name a value in an object.
func isInside(key string, flags map[string]*kong.Flag) bool {
	for object, f := range flags {
		if slices.Contains(typeOf(f), "object") && strings.HasPrefix(key, object+"_") {
			return true
		}
	}
	return false
}
