package compaction

import (
	"context"
	"fmt"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/partition"
)

// portion is live rows of files that are sorted together.
type portion struct {
	table *lake.Table
	files []lake.DataFile
	where string // SQL over the table's columns that they fulfil; "": all
	rows  int64
}

// splitInto is how many portions one becomes that is too large to be sorted. DuckDB
// spills sorted runs and then needs a block of each; 20 million rows of 2.7 GB were
// too many runs for 150 MiB, and a quarter of them was not.
const splitInto = 4

// splitSample is how many rows tell where to split.
const splitSample = 10_000

// query is the portion's rows as they are stored. exprs are further columns.
func (p portion) query(at duck.Place, root string, exprs ...string) string {
	q := duck.SelectStored(p.table, p.files, at, root, exprs...)
	if p.where == "" {
		return q
	}
	return q + "\nWHERE " + p.where
}

// splitColumn is the column that portions are ranges of: the first of the order that
// rows have in files, unless it has fields. Nil if there is none.
func splitColumn(t *lake.Table, spec partition.Spec) *columns.Column {
	for _, property := range t.Key {
		if c := t.Schema().Column(property); c != nil && len(c.Fields) == 0 {
			return c
		}
	}
	if len(t.Key) == 0 && len(spec) > 0 {
		return t.Schema().Column(spec[0].Column.Property)
	}
	return nil
}

// split divides a portion into about equal ones; into itself alone if that cannot be.
func (w *writing) split(ctx context.Context, p portion, spec partition.Spec) ([]portion, error) {
	c := splitColumn(p.table, spec)
	if c == nil {
		return []portion{p}, nil
	}
	at, root := duck.Under(w.DB.Root()), duck.Lit(w.DB.Root())
	bounds, err := w.texts(ctx, "find where to split", splitBounds(p, c, at, root))
	if err != nil {
		return nil, err
	}
	out := between(p, c, bounds)
	counts := make([]any, len(out))
	exprs := make([]string, len(out))
	for i := range out {
		counts[i], exprs[i] = &out[i].rows, "count(*) FILTER (WHERE "+out[i].where+")"
	}
	count := "SELECT " + strings.Join(exprs, ", ") + " FROM (\n" + p.query(at, root) + "\n)"
	if err := w.conn.QueryRowContext(ctx, count).Scan(counts...); err != nil {
		return nil, stepError(ctx, "count what is split", err)
	}
	var sum int64
	for i := range out {
		if sum += out[i].rows; out[i].rows == p.rows {
			return []portion{p}, nil
		}
	}
	if sum != p.rows {
		return nil, fmt.Errorf("compact: portions of %d rows, want %d", sum, p.rows)
	}
	return out, nil
}

// splitBounds is a query for values of c that divide p, as text.
func splitBounds(p portion, c *columns.Column, at duck.Place, root string) string {
	name := duck.Ident(c.Name)
	shares := make([]string, splitInto-1)
	for i := range shares {
		shares[i] = fmt.Sprintf("%d/%d", i+1, splitInto)
	}
	return "SELECT CAST(k AS VARCHAR) FROM (SELECT DISTINCT unnest(quantile_disc(k, " + duck.List(shares) + ")) AS k FROM (SELECT " + name + " AS k FROM (\n" +
		p.query(at, root) + "\n) WHERE " + name + " IS NOT NULL USING SAMPLE " + fmt.Sprint(splitSample) + " ROWS)) WHERE k IS NOT NULL ORDER BY k"
}

// between are the portions below, between and from bounds on; that of the least
// values has the nulls too, which stand before them.
func between(p portion, c *columns.Column, bounds []string) []portion {
	name := duck.Ident(c.Name)
	out := make([]portion, 0, len(bounds)+1)
	above := ""
	for i := range len(bounds) + 1 {
		var terms []string
		if p.where != "" {
			terms = append(terms, p.where)
		}
		if i > 0 {
			terms = append(terms, name+" >= "+above)
		}
		if i < len(bounds) {
			above = "CAST(" + duck.Lit(bounds[i]) + " AS " + duck.StoredType(c) + ")"
			below := name + " < " + above
			if i == 0 {
				below = "(" + below + " OR " + name + " IS NULL)"
			}
			terms = append(terms, below)
		}
		q := p
		q.where = strings.Join(terms, " AND ")
		out = append(out, q)
	}
	return out
}

func (w *writing) texts(ctx context.Context, step, query string) (out []string, err error) {
	rows, err := w.conn.QueryContext(ctx, query)
	if err != nil {
		return nil, stepError(ctx, step, err)
	}
	for rows.Next() {
		var s string
		if err = rows.Scan(&s); err != nil {
			break
		}
		out = append(out, s)
	}
	if err == nil {
		err = rows.Err()
	}
	if cerr := rows.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, stepError(ctx, step, err)
	}
	return out, nil
}
