package merge

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// Names of the temporary tables of one merge, each connection's own.
const (
	batchTable   = "merge_batch"
	matchedTable = "merge_matched"
)

func dropTables() []string {
	return []string{
		"DROP TABLE IF EXISTS temp." + batchTable,
		"DROP TABLE IF EXISTS temp." + matchedTable,
	}
}

func countRows(table string) string { return "SELECT count(*) FROM temp." + table }

// fileBits are the bits of an ordinal below the number of its staged file.
const fileBits = 40

func ordinal(file int, row int64) string {
	return strconv.FormatInt(int64(file)<<fileBits+row, 10)
}

func keyName(i int) string { return "k" + strconv.Itoa(i) }

// keyColumns is the key in its types now, of files written with schema stored.
func keyColumns(stored *columns.Schema, key []columns.Column) string {
	exprs := make([]string, len(key))
	for i := range key {
		exprs[i] = duck.FromStored(stored, &key[i]) + " AS " + keyName(i)
	}
	return strings.Join(exprs, ", ")
}

// orderColumn is the value that decides which row of a key is the newest.
func orderColumn(stored *columns.Schema, j Job) string {
	if !j.ordered() {
		return ""
	}
	return ", " + duck.FromStored(stored, j.Order) + " AS o"
}

func keyNames(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = keyName(i)
	}
	return strings.Join(out, ", ")
}

// stagedKeys is the keys of the staged rows before the cuts. An ordinal is
// larger the later a row came: the place of its file, then its row. Where the
// first row of a key stays, those that only say that one was deleted are none.
func stagedKeys(j Job, at duck.Place) string {
	var parts []string
	for i := range j.Staged {
		s := &j.Staged[i]
		if s.Keep == 0 {
			continue
		}
		var where []string
		part := "SELECT " + keyColumns(s.Schema, j.Key) + orderColumn(s.Schema, j) + ", " + ordinal(i, 0) + " + " + duck.RowColumn +
			" AS ordinal FROM " + duck.Scan([]string{at(s.File.Path)})
		if s.Keep < s.File.Rows {
			where = append(where, duck.RowColumn+" < "+strconv.FormatInt(s.Keep, 10))
		}
		if stored := j.passedOver(s.Schema); stored != nil {
			where = append(where, duck.Ident(stored.Name)+" IS NULL")
		}
		if len(where) > 0 {
			part += " WHERE " + strings.Join(where, " AND ")
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "\nUNION ALL\n")
}

// increasing is true if every key is greater than the one read before it: then
// no two are equal, in whatever order they were read, and none is null.
func increasing(j Job, at duck.Place) string {
	return "SELECT count(*) FILTER (k0 > before) >= count(*) - 1 AND count(*) = count(k0) FROM (\n" +
		"SELECT k0, lag(k0) OVER () AS before FROM (\n" + stagedKeys(j, at) + "))"
}

// createBatch keeps each key of the batch once, with the ordinal of the row
// that stays; without it where all keys differ and nothing asks for it.
func createBatch(j Job, at duck.Place, distinct bool) string {
	keys := keyNames(len(j.Key))
	create := "CREATE OR REPLACE TEMP TABLE " + batchTable + " AS\n"
	switch {
	case distinct && j.ordered():
		return create + "SELECT " + keys + ", ordinal AS stays, o, o IS NULL AS last FROM (\n" + stagedKeys(j, at) + ")"
	case distinct && j.yields():
		return create + "SELECT " + keys + ", ordinal AS stays FROM (\n" + stagedKeys(j, at) + ")"
	case j.ordered():
		return create + newestRows(keys, stagedKeys(j, at))
	}
	if distinct {
		return create + "SELECT " + keys + " FROM (\n" + stagedKeys(j, at) + ")"
	}
	return create + "SELECT " + keys + ", " + j.Conflict.pick() + "(ordinal) AS stays FROM (\n" + stagedKeys(j, at) + ")\nGROUP BY " + keys
}

// batchBounds is the count of keys, then for each bounded key column its count
// without nulls, least and greatest value as text.
func batchBounds(key []columns.Column) string {
	exprs := []string{"count(*)"}
	for i := range key {
		if bounded(key[i].Kind) {
			k := keyName(i)
			exprs = append(exprs, "count("+k+")", "min("+k+")::VARCHAR", "max("+k+")::VARCHAR")
		}
	}
	return "SELECT " + strings.Join(exprs, ", ") + " FROM temp." + batchTable
}

// bounded kinds have statistics in Parquet that spare row groups.
func bounded(k columns.Kind) bool {
	switch k {
	case columns.Int64, columns.Double, columns.Decimal, columns.String, columns.Date, columns.Time, columns.Timestamp:
		return true
	}
	return false
}

// bounds is what the batch's values of one key column have in common. Without
// nulls a plain = does, which DuckDB pushes into the scan.
type bounds struct {
	noNulls bool
	lo, hi  string // text of the least and greatest; meaningful with noNulls
}

// boundText is the longest text of a bound worth putting into a statement.
const boundText = 1024

// createMatched finds the rows of files of the lake, live or not, whose key the
// batch has.
func createMatched(j Job, files []lake.DataFile, at duck.Place, bs []bounds) string {
	var parts []string
	for _, group := range duck.BySchema(files) {
		stored := j.Table.Schemas[group[0].Schema]
		part := "SELECT " + keyColumns(stored, j.Key) + orderColumn(stored, j) + ", " + duck.FileColumn + ", " + duck.RowColumn + " FROM " + duck.Scan(duck.DataPaths(group, at))
		if narrow := narrowWithin(stored, j.Key, bs); len(narrow) > 0 {
			part += " WHERE " + strings.Join(narrow, " AND ")
		}
		parts = append(parts, part)
	}
	var on, where []string
	for i := range j.Key {
		k, op := keyName(i), " IS NOT DISTINCT FROM "
		if bs[i].noNulls {
			op = " = "
			where = append(where, within(k, &j.Key[i], bs[i])...)
		}
		on = append(on, "l."+k+op+"b."+k)
	}
	from := "SELECT * FROM (\n" + strings.Join(parts, "\nUNION ALL\n") + ")"
	if len(where) > 0 {
		from += "\nWHERE " + strings.Join(where, " AND ")
	}
	join, stays := "SEMI JOIN", ""
	if j.yields() {
		join, stays = "JOIN", ", b.stays"
	}
	if j.ordered() {
		stays += ", " + j.Conflict.newer() + " AS newer"
	}
	return "CREATE OR REPLACE TEMP TABLE " + matchedTable + " AS\nSELECT " + duck.FileColumn + " AS file, " +
		duck.RowColumn + " AS pos" + stays + " FROM (" + from + ") AS l\n" + join + " temp." + batchTable + " AS b ON " + strings.Join(on, " AND ")
}

func within(k string, c *columns.Column, b bounds) []string {
	if len(b.lo) > boundText || len(b.hi) > boundText || strings.ContainsRune(b.lo+b.hi, 0) {
		return nil // a NUL would end the statement
	}
	return []string{between(k, b.lo, b.hi, duck.TypeOf(c))}
}

func between(x, lo, hi, kind string) string {
	return fmt.Sprintf("%s BETWEEN %s::%s AND %s::%s", x, duck.Lit(lo), kind, duck.Lit(hi), kind)
}

// narrowWithin bounds the key columns that were of fewer digits when the files
// were written, in their types then: DuckDB spares row groups by what a column
// holds, not by what a cast makes of it.
func narrowWithin(stored *columns.Schema, key []columns.Column, bs []bounds) []string {
	var out []string
	for i := range key {
		old := duck.ByID(stored.Columns, key[i].ID)
		if key[i].Kind != columns.Decimal || !bs[i].noNulls || old == nil || duck.Same(old, &key[i]) {
			continue
		}
		lo, okLo := narrowed(bs[i].lo, old)
		hi, okHi := narrowed(bs[i].hi, old)
		if okLo && okHi {
			out = append(out, between(duck.Ident(old.Name), lo, hi, duck.TypeOf(old)))
		}
	}
	return out
}

// narrowed is the greatest value of c's type, an integer or a decimal, that is
// at most the number text; the least one where there is none.
func narrowed(text string, c *columns.Column) (string, bool) {
	x, ok := new(big.Rat).SetString(text)
	if !ok {
		return "", false
	}
	unit := tenTo(c.Scale)
	least, most := big.NewInt(math.MinInt64), big.NewInt(math.MaxInt64)
	if c.Kind == columns.Decimal {
		most.Sub(tenTo(c.Precision), big.NewInt(1))
		least.Neg(most)
	}
	n := new(big.Int).Mul(x.Num(), unit)
	n.Div(n, x.Denom()) // rounds down: the denominator is positive
	if n.Cmp(least) < 0 {
		n = least
	} else if n.Cmp(most) > 0 {
		n = most
	}
	return new(big.Rat).SetFrac(n, unit).FloatString(c.Scale), true
}

func tenTo(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// dropSuperseded keeps the matched rows that were live.
func dropSuperseded(j Job, at duck.Place, root string) string {
	return "CREATE OR REPLACE TEMP TABLE " + matchedTable + " AS\nSELECT m.* FROM temp." + matchedTable +
		" AS m\nANTI JOIN " + duck.Gone(j.Table.Deletes, at, duck.Lit(root)) + " AS gone ON m.file = gone.file AND m.pos = gone.pos"
}

// staySets is, by number of staged file, the rows that stay.
func staySets() string {
	return "SELECT (stays >> " + strconv.Itoa(fileBits) + ")::VARCHAR, " + setOf("stays & "+ordinal(1, -1)) +
		" FROM temp." + batchTable + " GROUP BY 1, 2"
}

// matchedSets is, by path in the lake, the rows that matched.
func matchedSets(root string) string {
	return "SELECT substr(file, length(" + duck.Lit(root+"/") + ") + 1), " + setOf("pos") + " FROM temp." + matchedTable + " GROUP BY 1, 2"
}
