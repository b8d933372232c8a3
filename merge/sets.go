package merge

import (
	"context"
	"errors"
	"strconv"

	"target-filelake/lake"
)

// chunkBits is the number of rows whose bits DuckDB aggregates at a time, as a
// power of two. So the memory for sets of rows grows with the rows that are in
// them, at most 8 KiB a row, not with the number of files times the longest.
const chunkBits = 16

// setOf is a chunk's number and its rows as bits, of a row number: two columns of
// a query that groups by the file, and by the chunk, which is its second column.
func setOf(row string) string {
	return "(" + row + ") >> " + strconv.Itoa(chunkBits) + " AS chunk, bitstring_agg((" + row + ") & " +
		strconv.Itoa(1<<chunkBits-1) + ", 0, " + strconv.Itoa(1<<chunkBits-1) + ")::BLOB"
}

// sets runs a query of files, chunks and bits. find makes the empty set of what a
// file is called there, and says whether it is wanted.
func (m *merging) sets(ctx context.Context, query string, find func(file string) (lake.Positions, bool)) ([]lake.Positions, error) {
	const step = "read positions"
	rows, err := m.conn.QueryContext(ctx, query)
	if err != nil {
		return nil, stepError(ctx, step, err)
	}
	var out []lake.Positions
	at := map[string]int{} // in out; -1: not wanted
	for rows.Next() {
		var file string
		var chunk int64
		var bits []byte
		if err = rows.Scan(&file, &chunk, &bits); err != nil {
			break
		}
		i, known := at[file]
		if !known {
			set, wanted := find(file)
			if i = -1; wanted {
				i, out = len(out), append(out, set)
			}
			at[file] = i
		}
		if from := chunk << (chunkBits - 3); i >= 0 && from < int64(len(out[i].Set)) {
			copy(out[i].Set[from:], bits)
		}
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, stepError(ctx, step, err)
	}
	return out, nil
}

// stagedSet is the empty set of a staged file, by its number as text.
func (j Job) stagedSet(number string) (lake.Positions, bool) {
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(j.Staged) {
		return lake.Positions{}, false
	}
	return lake.NewPositions(j.Staged[i].File.Path, j.Staged[i].File.Rows), true
}

// setsIn makes the empty sets of files, by their paths.
func setsIn(files []lake.DataFile) func(path string) (lake.Positions, bool) {
	rows := make(map[string]int64, len(files))
	for i := range files {
		rows[files[i].Path] = files[i].Rows
	}
	return func(path string) (lake.Positions, bool) {
		n, ok := rows[path]
		return lake.NewPositions(path, n), ok
	}
}
