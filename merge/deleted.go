package merge

import (
	"context"
	"errors"

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
	dead, err := m.sets(ctx, deletedSets(t.Deletes, duck.Under(db.root)), setsIn(files))
	return dead, errors.Join(err, conn.Close())
}

// deletedSets is, by path in the lake, the rows that delete files name.
func deletedSets(deletes []lake.DeleteFile, at duck.Place) string {
	return "SELECT file_path, " + setOf("pos") + " FROM read_parquet(" + duck.List(duck.DeletePaths(deletes, at)) +
		", hive_partitioning = false)\nGROUP BY 1, 2"
}
