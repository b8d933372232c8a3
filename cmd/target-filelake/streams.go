package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"target-filelake/ingest"
	"target-filelake/ingest/schema"
	"target-filelake/ingest/selection"
	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/partition"
)

// streamConfig is what can be set for single streams.
type streamConfig struct {
	LoadMethod           string `json:"load_method"` // "", here and below: as for all streams
	UniqueConflictMethod string `json:"unique_conflict_method"`
	OrderBy              string `json:"order_by"`
	HardDelete           *bool  `json:"hard_delete"`
	Dedupe               string `json:"dedupe"`

	DefaultTargetSchema string  `json:"default_target_schema"`
	Schema              string  `json:"schema"` // the same
	TablePrefix         *string `json:"table_prefix"`
	TableName           string  `json:"table_name"`

	PartitionBy []string `json:"partition_by"` // transforms of columns; nil: as the SCHEMA says

	Types   map[string]string `json:"types"`   // property → column type
	Select  []string          `json:"select"`  // patterns of properties; none: all of them
	Exclude []string          `json:"exclude"` // patterns of properties
}

func (c streamConfig) rules() selection.Rules {
	return selection.Rules{Select: c.Select, Exclude: c.Exclude}
}

// streamsConfig are the settings of streams, by name or glob.
type streamsConfig map[string]streamConfig

// Decode reads the setting's JSON.
func (s *streamsConfig) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("streams", &text); err != nil {
		return err
	}
	var each map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &each); err != nil {
		return fmt.Errorf("streams: %s; want {\"name or glob\": {\"types\": {\"column\": \"type\"}, \"exclude\": [\"property\"], …}}", jsonFault(err))
	}
	*s = streamsConfig{}
	for _, name := range slices.Sorted(maps.Keys(each)) {
		var c streamConfig
		if err := c.decode(each[name]); err != nil {
			return fmt.Errorf("streams: %s: %w", name, err)
		}
		(*s)[name] = c
		if err := c.rules().Validate(); err != nil {
			return fmt.Errorf("streams: %s: %w", name, err)
		}
		if _, err := path.Match(name, ""); err != nil {
			return fmt.Errorf("streams: %q is not a name or glob: %w", name, err)
		}
		if err := c.check(); err != nil {
			return fmt.Errorf("streams: %s: %w", name, err)
		}
	}
	return nil
}

// decode reads what is set for one stream.
func (c *streamConfig) decode(data []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return fmt.Errorf("%s; want {\"types\": {\"column\": \"type\"}, \"exclude\": [\"property\"], …}", jsonFault(err))
	}
	known := streamKeys()
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !slices.Contains(known, key) {
			near := ""
			if name := nearName(key, known); name != "" {
				near = fmt.Sprintf(" (did you mean %q?)", name)
			}
			return fmt.Errorf("unknown key %q%s; known are %s", key, near, strings.Join(known, ", "))
		}
	}
	if err := json.Unmarshal(data, c); err != nil {
		return errors.New(jsonFault(err))
	}
	return nil
}

// streamKeys are all that can be set for single streams.
func streamKeys() []string {
	var out []string
	for f := range reflect.TypeFor[streamConfig]().Fields() {
		out = append(out, f.Tag.Get("json"))
	}
	return out
}

// jsonFault words why JSON is not of the kind that is wanted.
func jsonFault(err error) string {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return strings.TrimPrefix(err.Error(), "json: ")
	}
	where := ""
	if e.Field != "" {
		where = e.Field + ": "
	}
	want := map[reflect.Kind]string{reflect.String: "text", reflect.Bool: "true or false", reflect.Slice: "a list", reflect.Map: "an object"}[e.Type.Kind()]
	return fmt.Sprintf("%sis of kind %s, want %s", where, e.Value, cmp.Or(want, "an object"))
}

// check refuses values that no setting has.
func (c streamConfig) check() error {
	var errs []error
	among := func(key, value string, known ...string) {
		if value != "" && !slices.Contains(known, value) {
			errs = append(errs, fmt.Errorf("%s: %q, want one of %s", key, value, strings.Join(known, ", ")))
		}
	}
	among("load_method", c.LoadMethod, loadMethods...)
	among("unique_conflict_method", c.UniqueConflictMethod, updateConflicts, ignoreConflicts)
	among("dedupe", c.Dedupe, "none", rowHash)
	if c.Schema != "" && c.DefaultTargetSchema != "" {
		errs = append(errs, errors.New("schema and default_target_schema are the same setting: set one of them"))
	}
	errs = append(errs, NameFlags{TableName: streamField}.with(c).faults())
	for _, property := range slices.Sorted(maps.Keys(c.Types)) {
		if _, err := schema.ParseType(c.Types[property]); err != nil {
			errs = append(errs, fmt.Errorf("types: %s: %w", property, err))
		}
	}
	if err := partition.Check(c.PartitionBy); err != nil {
		errs = append(errs, fmt.Errorf("partition_by: %w", err))
	}
	if n := len(c.PartitionBy); n > lake.MaxPartitionFields {
		errs = append(errs, fmt.Errorf("partition_by: %d fields, want at most %d", n, lake.MaxPartitionFields))
	}
	return errors.Join(errs...)
}

// of is what is set for stream.
func (s streamsConfig) of(stream string) streamConfig {
	_, c := s.pick(stream)
	return c
}

// pick is what is set for stream, and under which name: its own before any glob, and
// of several globs the longest.
func (s streamsConfig) pick(stream string) (name string, _ streamConfig) {
	if c, ok := s[stream]; ok {
		return stream, c
	}
	var globs []string
	for name := range s {
		if ok, _ := path.Match(name, stream); ok {
			globs = append(globs, name)
		}
	}
	slices.SortFunc(globs, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	if len(globs) == 0 {
		return "", streamConfig{}
	}
	return globs[0], s[globs[0]]
}

// partitionBy is how compactions divide the files of the stream of a SCHEMA: as
// is set for it, or by its partition_keys.
func (s streamsConfig) partitionBy(m *ingest.SchemaMessage, schema *columns.Schema) ([]string, error) {
	by := s.of(m.Stream).PartitionBy
	if by == nil {
		for _, property := range m.Partition {
			by = append(by, duck.Ident(property))
		}
	}
	if _, err := partition.Parse(by, schema); err != nil {
		return nil, inputError{fmt.Errorf("stream %q: partition_by: %w", m.Stream, err)}
	}
	if n := len(by); n > lake.MaxPartitionFields {
		return nil, inputError{fmt.Errorf("stream %q: %d partition_keys, want at most %d", m.Stream, n, lake.MaxPartitionFields)}
	}
	return by, nil
}

// partitionWords say how files are laid out.
func partitionWords(by []string) string {
	if len(by) == 0 {
		return "unpartitioned"
	}
	return strings.Join(by, ", ")
}
