package answer

import (
	"fmt"
	"strings"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// Sample is a SELECT of a few rows of a few of the table's columns, to show.
func Sample(t *lake.Table) string {
	cols := t.Schema().Columns
	if len(cols) == 0 {
		return fmt.Sprintf("SELECT count(*) FROM %s", duck.View(t))
	}
	return fmt.Sprintf("SELECT %s FROM %s LIMIT 5", strings.Join(duck.Names(cols[:min(3, len(cols))]), ", "), duck.View(t))
}
