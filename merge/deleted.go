package merge

import (
	"context"
	"errors"
	"strconv"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// Deleted reads which rows of some of a table's files are superseded: one set
// a file that has any.
func (db *DB) Deleted(ctx context.Context, t *lake.Table, files []lake.DataFile) ([]lake.Positions, error) {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return nil, stepError(ctx, "connect", err)
	}
	m := merging{conn: conn, root: db.root}
	var rows int64
	paths := map[string]int64{}
	for _, f := range files {
		paths[f.Path], rows = f.Rows, max(rows, f.Rows)
	}
	var dead []lake.Positions
	err = m.sets(ctx, deletedSets(t.Deletes, duck.Under(db.root), rows), func(file string, set []byte) error {
		if n, ok := paths[file]; ok {
			p := lake.NewPositions(file, n)
			copy(p.Set, set)
			dead = append(dead, p)
		}
		return nil
	})
	return dead, errors.Join(err, conn.Close())
}

// deletedSets is, by path in the lake, the rows that delete files name below rows.
func deletedSets(deletes []lake.DeleteFile, at duck.Place, rows int64) string {
	return "SELECT file_path, " + setOf("pos", rows) + " FROM read_parquet(" + duck.List(duck.DeletePaths(deletes, at)) +
		", hive_partitioning = false)\nWHERE pos < " + strconv.FormatInt(rows, 10) + " GROUP BY 1"
}
