package sweep

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"target-filelake/bench/contest"
	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// asked is how often a query is asked; the median counts.
const asked = 3

// Answers are what DuckDB takes for questions to a lake, through lake.duckdb.
type Answers struct {
	Rows   int64   `json:"rows"` // of the stream
	Type   string  `json:"type"` // of one, as a STRUCT
	Scan   float64 `json:"scan"` // seconds
	Lookup float64 `json:"lookup,omitempty"`
	Sum    float64 `json:"sum"`
}

// Ask asks a lake about a stream.
func Ask(ctx context.Context, root, stream string) (a Answers, err error) {
	m, err := newest(root)
	if err != nil {
		return a, err
	}
	t := m.Tables[stream]
	if t == nil {
		return a, fmt.Errorf("%s: no stream %s", root, stream)
	}
	err = contest.WithDuckDB(ctx, func(db *sql.DB) error {
		setup := []string{
			"SET VARIABLE lake = " + duck.Lit(root),
			"ATTACH " + duck.Lit(filepath.Join(root, "lake.duckdb")) + " AS lake (READ_ONLY)",
		}
		if err := contest.Execute(ctx, db, setup...); err != nil {
			return err
		}
		q := questions{db: db, from: "lake." + duck.View(t)}
		return q.ask(ctx, t, &a)
	}, root)
	return a, err
}

// newest is the newest version of the lake at root.
func newest(root string) (*lake.Manifest, error) {
	disk, err := lake.OpenDisk(root)
	if err != nil {
		return nil, err
	}
	m, err := lake.Newest(disk)
	return m, errors.Join(err, disk.Close())
}

type questions struct {
	db   *sql.DB
	from string
}

func (q questions) ask(ctx context.Context, t *lake.Table, a *Answers) (err error) {
	if err := q.db.QueryRowContext(ctx, "SELECT count(*) FROM "+q.from).Scan(&a.Rows); err != nil {
		return err
	}
	if a.Rows == 0 {
		return nil
	}
	if a.Type, err = contest.RowType(ctx, q.db, q.from); err != nil {
		return err
	}
	if a.Scan, err = q.seconds(ctx, "SELECT bit_xor(hash(COLUMNS(*))) FROM "+q.from); err != nil {
		return err
	}
	if a.Sum, err = q.seconds(ctx, "SELECT "+aggregate(t.Schema().Columns)+" FROM "+q.from); err != nil || len(t.Key) == 0 {
		return err
	}
	row, err := q.someRow(ctx, t)
	if err != nil {
		return err
	}
	a.Lookup, err = q.seconds(ctx, "SELECT * FROM "+q.from+" WHERE "+row)
	return err
}

// aggregate is the sum of the first column of numbers that is no key, or what
// counts the values of the last column.
func aggregate(cols []columns.Column) string {
	for i := range cols {
		switch cols[i].Kind {
		case columns.Double, columns.Decimal:
			return "sum(" + duck.Ident(cols[i].Name) + ")"
		}
	}
	return "count(" + duck.Ident(cols[len(cols)-1].Name) + ")"
}

// someRow is a condition for one row, by its key.
func (q questions) someRow(ctx context.Context, t *lake.Table) (string, error) {
	names, texts := make([]string, len(t.Key)), make([]string, len(t.Key))
	for i, property := range t.Key {
		names[i] = duck.Ident(t.Schema().Column(property).Name)
		texts[i] = "CAST(" + names[i] + " AS VARCHAR)"
	}
	values := make([]any, len(names))
	for i := range values {
		values[i] = new(string)
	}
	if err := q.db.QueryRowContext(ctx, "SELECT "+strings.Join(texts, ", ")+" FROM "+q.from+" LIMIT 1").Scan(values...); err != nil {
		return "", err
	}
	out := make([]string, len(names))
	for i, v := range values { // the literal takes the column's type: a cast of the column would read every row
		out[i] = names[i] + " = " + duck.Lit(*v.(*string))
	}
	return strings.Join(out, " AND "), nil
}

// seconds is the median of asking a query.
func (q questions) seconds(ctx context.Context, query string) (float64, error) {
	took := make([]float64, asked)
	for i := range took {
		began := time.Now()
		rows, err := q.db.QueryContext(ctx, query)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", query, err)
		}
		for rows.Next() {
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return 0, fmt.Errorf("%s: %w", query, err)
		}
		took[i] = time.Since(began).Seconds()
	}
	return contest.Median(took), nil
}
