package main

import (
	"fmt"
	"strings"

	"target-filelake/lake/columns"
)

// What a SCHEMA may do to a table that exists.
const (
	schemaEvolve = "evolve" // it gains columns and widens them
	schemaFreeze = "freeze" // nothing: the SCHEMA is refused
)

// frozenError refuses a SCHEMA that would change a table, and says how.
func frozenError(stream string, from, to *columns.Schema) error {
	diff := strings.TrimSuffix(diffText(typeSteps(from.Changes(to))), "\n")
	return inputError{fmt.Errorf("stream %q: schema_changes is freeze, and this SCHEMA would change the table:\n%s\n"+
		"to let it, load with --schema-changes evolve; else mend the tap's SCHEMA or its selection", stream, diff)}
}
