package merge

import (
	"context"
	"strconv"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// ordered reports whether a value decides which row of a key is the newest.
func (j Job) ordered() bool { return j.Order != nil && j.Conflict != Ignore }

// newer compares a live row of the lake with the batch's: the live one stays.
func (c Conflict) newer() string {
	if c == Fill { // only a value that is greater replaces it
		return "coalesce(l.o >= b.o, true)"
	}
	return "coalesce(l.o > b.o AND NOT b.last, false)"
}

// passedOver is the column of a staged file whose rows with a value take no
// part: of a key the first row stays, and a delete is not one. Nil if there is
// none.
func (j Job) passedOver(s *columns.Schema) *columns.Column {
	if j.Deleted == nil || j.Conflict != Ignore {
		return nil
	}
	return duck.ByID(s.Columns, j.Deleted.ID)
}

// yields reports whether rows of the batch may lose to live ones of the lake.
func (j Job) yields() bool { return j.Conflict.keepsLive() || j.ordered() }

// newestRows takes a key's rows as they came, whatever batches they came in: a
// row without a value, as delete events are, takes the place of all before it
// and gives way to any after it; of the others the greatest value stays, the
// last to come of equal ones. last says that live rows give way to it too.
func newestRows(keys, staged string) string {
	const order = " ORDER BY o NULLS FIRST, ordinal)"
	return "WITH staged AS (\n" + staged + "),\nunvalued AS (SELECT " + keys + ", max(ordinal) AS since FROM staged WHERE o IS NULL GROUP BY " + keys + ")\n" +
		"SELECT " + keys + ", last(ordinal" + order + " AS stays, last(o" + order + " AS o, since IS NOT NULL AS last\n" +
		"FROM (SELECT staged.*, since FROM staged LEFT JOIN unvalued ON " + sameKeys("staged", "unvalued", keys) + ")\n" +
		"WHERE since IS NULL OR ordinal >= since\nGROUP BY " + keys + ", since"
}

// sameKeys compares the keys of two tables, NULLs too.
func sameKeys(a, b, keys string) string {
	var on []string
	for k := range strings.SplitSeq(keys, ", ") {
		on = append(on, a+"."+k+" IS NOT DISTINCT FROM "+b+"."+k)
	}
	return strings.Join(on, " AND ")
}

// keepMatched leaves those rows of the lake among the matched whose keys are
// still in the batch.
func keepMatched() string {
	return "CREATE OR REPLACE TEMP TABLE " + matchedTable + " AS\nSELECT * FROM temp." + matchedTable +
		"\nSEMI JOIN temp." + batchTable + " USING (stays)"
}

// dropDeleted adds the staged rows that say that a row was deleted to the
// superseded ones, and counts those that would have stayed.
func (m *merging) dropDeleted(ctx context.Context, dead []lake.Positions) ([]lake.Positions, int64, error) {
	query := deletedRows(m.Job, duck.Under(m.root))
	if query == "" {
		return dead, 0, nil
	}
	gone, err := m.sets(ctx, query, m.stagedSet)
	before := count(dead)
	dead = lake.Union(dead, gone)
	return dead, count(dead) - before, err
}

func count(sets []lake.Positions) int64 {
	var n int64
	for _, p := range sets {
		n += p.Count()
	}
	return n
}

// deletedRows is, by number of staged file, the rows that have a value in the
// column Deleted; empty if no file has the column.
func deletedRows(j Job, at duck.Place) string {
	var parts []string
	for i := range j.Staged {
		s := &j.Staged[i]
		stored := duck.ByID(s.Schema.Columns, j.Deleted.ID)
		if stored == nil || s.Keep == 0 {
			continue
		}
		parts = append(parts, "SELECT "+duck.Lit(strconv.Itoa(i))+", "+setOf(duck.RowColumn)+" FROM "+duck.Scan([]string{at(s.File.Path)})+
			" WHERE "+duck.Ident(stored.Name)+" IS NOT NULL AND "+duck.RowColumn+" < "+strconv.FormatInt(s.Keep, 10)+" GROUP BY 1, 2")
	}
	return strings.Join(parts, "\nUNION ALL\n")
}
