package main

import (
	"fmt"
	"strconv"
)

// foreignKey is a configuration key of other targets.
type foreignKey struct {
	key     string                              // ours that does the same; "": none does
	value   func(string) (ours string, _ error) // nil: the same
	instead string                              // what to do where none does
}

// foreign are keys of the Singer SDK and of Mage that configurations may have.
var foreign = map[string]foreignKey{
	"flattening_enabled":       {key: "nested", value: flattened},
	"schema":                   {key: "default_target_schema"},
	"table":                    {key: "table_name"},
	"batch_wait_limit_seconds": {key: "batch_max_age", value: inSeconds},
	"batch_config":             {instead: "BATCH files are read from the directory batch_root"},
	"faker_config":             {instead: "stream_maps have no faker"},
	"_streams":                 {instead: "choose streams with catalog, or with select and exclude in streams"},
	"max_parallelism":          {instead: "threads bounds what runs at once"},
	"use_batch_load":           {instead: "every load is in batches; batch_size_rows: 1 makes each record one"},
	"disable_double_quotes":    {instead: "names are kept as the tap sends them"},
	"lower_case":               {instead: "names are kept as the tap sends them"},
	"skip_schema_creation":     {instead: "schemas are in lake.duckdb, which is made anew"},
}

func flattened(text string) (string, error) {
	on, err := strconv.ParseBool(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q, want true or false", text)
	case on:
		return "flatten", nil
	}
	return "struct", nil
}

func inSeconds(text string) (string, error) {
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return "", fmt.Errorf("%q, want a number of seconds", text)
	}
	return text + "s", nil
}
