package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// NameFlags say what the views of streams are called, where nothing is set for
// a stream. Each may hold fields of the stream's name.
type NameFlags struct {
	DefaultTargetSchema string `help:"Schema of the streams' views in lake.duckdb and in query; the fields of table_name may stand in it, and in table_prefix." default:"main" placeholder:"NAME"`
	TablePrefix         string `help:"What stands before the names of views." placeholder:"TEXT"`
	TableName           string `help:"Name of a stream's view: {stream} is the stream's name, {schema} and {table} are the parts of one named schema-table." default:"{stream}" placeholder:"NAME"`
}

// mainSchema is the schema that needs no name in SQL.
const mainSchema = "main"

// Fields of a stream's name that a setting may hold.
const (
	streamField = "{stream}"
	schemaField = "{schema}"
	tableField  = "{table}"
)

var anyField = regexp.MustCompile(`\{[^{}]*\}`)

// with is the settings of a single stream over those of all.
func (n NameFlags) with(c streamConfig) NameFlags {
	n.DefaultTargetSchema = cmp.Or(c.DefaultTargetSchema, c.Schema, n.DefaultTargetSchema)
	n.TableName = cmp.Or(c.TableName, n.TableName)
	if c.TablePrefix != nil {
		n.TablePrefix = *c.TablePrefix
	}
	return n
}

// faults refuses what can be the name of no view, whatever the stream.
func (n NameFlags) faults() error {
	var errs []error
	if n.TableName == "" {
		errs = append(errs, errors.New("table_name: empty, want a name such as {stream}"))
	}
	check := func(key, value string) {
		errs = append(errs, under(key, duck.CheckName(value)))
		for _, f := range anyField.FindAllString(value, -1) {
			if f != streamField && f != schemaField && f != tableField {
				errs = append(errs, fmt.Errorf("%s: %q: there is no %s; write {stream}, {schema} or {table}", key, value, f))
			}
		}
	}
	check("default_target_schema", n.DefaultTargetSchema)
	check("table_prefix", n.TablePrefix)
	check("table_name", n.TableName)
	if !anyField.MatchString(n.DefaultTargetSchema) && n.DefaultTargetSchema != "" {
		errs = append(errs, under("default_target_schema", duck.CheckSchema(n.DefaultTargetSchema)))
	}
	return errors.Join(errs...)
}

// under puts a key before what is wrong with its value.
func under(key string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", key, err)
}

// view is the schema and name of a stream's view.
func (n NameFlags) view(stream string) (lake.View, error) {
	schema, err := fill("default_target_schema", n.DefaultTargetSchema, stream)
	if err == nil && anyField.MatchString(n.DefaultTargetSchema) {
		err = under("default_target_schema: "+n.DefaultTargetSchema, duck.CheckSchema(schema))
	}
	prefix, errPrefix := fill("table_prefix", n.TablePrefix, stream)
	name, errName := fill("table_name", n.TableName, stream)
	if err := errors.Join(err, errPrefix, errName); err != nil {
		return lake.View{}, usageError{fmt.Errorf("stream %q: %w", stream, err)}
	}
	if columns.Fold(schema) == mainSchema {
		schema = ""
	}
	return lake.View{Schema: schema, Name: prefix + name}, nil
}

// fill puts parts of a stream's name in the place of fields. The Singer SDK
// takes names apart in the same way: into schema-table, or database-schema-table.
func fill(key, value, stream string) (string, error) {
	parts := strings.Split(stream, "-")
	last := len(parts) - 1
	fields := map[string]string{streamField: stream, tableField: parts[last]}
	if last == 1 || last == 2 {
		fields[schemaField] = parts[last-1]
	}
	var err error
	filled := anyField.ReplaceAllStringFunc(value, func(f string) string {
		if fields[f] == "" {
			err = fmt.Errorf("%s: %q: the stream's name has no %s, as schema-table has; set another %[1]s for it, in streams: {%[4]q: {%[1]s: NAME}}", key, value, f, stream)
		}
		return fields[f]
	})
	return filled, err
}

// viewOf is what the settings call a stream's view; nothing in a replay, which
// leaves its name as it is.
func (t *tables) viewOf(stream string) (lake.View, error) {
	if t.replaying {
		return lake.View{}, nil
	}
	return t.names.with(t.streams.of(stream)).view(stream)
}

// logViews says which views a commit has given another name than before, or
// than the settings ask for.
func logViews(log *slog.Logger, before, after *lake.Manifest, changes []lake.Change) {
	for i := range changes {
		old, now := before.Tables[changes[i].Stream], after.Tables[changes[i].Stream]
		if old != nil && old.View() == now.View() {
			continue
		}
		if old != nil {
			log.Info("view has another name", "stream", now.Stream, "was", old.View().String(), "is", now.View().String())
		}
		if now.Wanted != "" {
			log.Warn("another stream's view has the name; set table_name for one of them", "stream", now.Stream, "name", now.Wanted, "is", now.View().String())
		}
	}
}
