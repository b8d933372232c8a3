package merge

import (
	"fmt"
	"strings"

	"target-filelake/lake"
)

// Sample is a SELECT of a few rows of a few of the table's columns, to show.
func Sample(t *lake.Table) string {
	cols := t.Schema().Columns
	if len(cols) == 0 {
		return fmt.Sprintf("SELECT count(*) FROM %s", ident(t.Name))
	}
	return fmt.Sprintf("SELECT %s FROM %s LIMIT 5", strings.Join(names(cols[:min(3, len(cols))]), ", "), ident(t.Name))
}
