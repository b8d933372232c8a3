package answer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// Column is one column of an answer.
type Column struct {
	Name string
	Type string // as DuckDB writes it
}

// Rows is an answer being read.
type Rows struct {
	db       *sql.DB
	conn     *sql.Conn
	shelf    *shelf // of a query over views; nil: of one of our own
	suspects []suspect
	rows     *sql.Rows
	columns  []Column
	shapes   []shape
	values   []any
	dst      []any                // pointers to values
	advance  func() (bool, error) // puts the next query's answer into rows, if there is one; nil: one is all
}

// Query runs one SELECT, or EXPLAIN of one, over the tables of m. It can reach
// the files of m and nothing else.
func Query(ctx context.Context, c duck.Config, m *lake.Manifest, query string) (*Rows, error) {
	r, err := openShelf(ctx, c, m, "")
	if err != nil {
		return nil, err
	}
	if err := r.open(ctx, c, query); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// openShelf starts a DuckDB that can reach the files of m, as far as they are what
// they should be, and, unless it is "", a directory.
func openShelf(ctx context.Context, c duck.Config, m *lake.Manifest, dir string) (*Rows, error) {
	s, err := newShelf(c.Root, m)
	if err != nil {
		return nil, err
	}
	reach := duck.Files(s.files)
	if dir != "" { // once a reach is set no other setting can be, so these go together
		reach += "; " + duck.Directories(dir)
	}
	r, err := openRows(ctx, c, reach)
	if err == nil {
		r.shelf, r.suspects = s, s.suspects()
	}
	return r, err
}

// openFiles starts a DuckDB that can reach these files of a stream and nothing else,
// once they are what they should be.
func openFiles(ctx context.Context, c duck.Config, stream string, files []lake.Named) (*Rows, error) {
	missing, err := checkFiles(c.Root, stream, files)
	if err != nil {
		return nil, err
	}
	r, err := openRows(ctx, c, duck.Files(pathsOf(c.Root, files)))
	if err == nil {
		r.suspects = missing
	}
	return r, err
}

// openRows starts a DuckDB that can reach this and nothing else.
func openRows(ctx context.Context, c duck.Config, reach duck.Reach) (*Rows, error) {
	db, err := duck.Open(ctx, c, reach)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Rows{db: db, conn: conn}, nil
}

func (r *Rows) open(ctx context.Context, c duck.Config, query string) error {
	explain, query := splitExplain(query)
	if err := r.ready(ctx, c, query); err != nil {
		return err
	}
	if explain != "" {
		return r.explain(ctx, explain+query)
	}
	return r.answer(ctx, query)
}

// answer runs a query that is prepared.
func (r *Rows) answer(ctx context.Context, query string) error {
	if err := r.describe(ctx, query); err != nil {
		return err
	}
	return r.run(ctx, r.exported(query))
}

// ReadParquet reads all rows of one file, at its absolute path, and can reach
// no other.
func ReadParquet(ctx context.Context, c duck.Config, path string) (*Rows, error) {
	r, err := openRows(ctx, c, duck.Files([]string{path}))
	if err != nil {
		return nil, err
	}
	query := everyRow(path)
	if err = r.prepare(query); err == nil {
		err = r.answer(ctx, query)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// exported is a described query with columns that the driver hands over whole.
func (r *Rows) exported(query string) string {
	return exported(query, len(r.columns), func(i int, column string) string {
		return r.shapes[i].export(column)
	})
}

// ready prepares a query once it is known to do no more than read.
func (r *Rows) ready(ctx context.Context, c duck.Config, query string) error {
	if err := refused(query); err != nil {
		return err
	}
	if err := r.bind(ctx, c, query); err != nil {
		return err
	}
	return r.inspect(ctx, query)
}

// bind prepares query over the views of the tables it names, and over those of
// all if that fails: each view opens a file, and a lake may have thousands.
func (r *Rows) bind(ctx context.Context, c duck.Config, query string) error {
	wanted, rest := r.named(r.shelf.tables, query)
	if err := r.shelf.view(ctx, r, c.Root, wanted); err != nil {
		return err
	}
	err := r.prepare(query)
	if err == nil || len(rest) == 0 {
		return err
	}
	if err := r.shelf.view(ctx, r, c.Root, rest); err != nil {
		return err
	}
	return r.prepare(query)
}

// named splits tables by whether query names them. A query that names nothing,
// or anything else, may mean every table: SHOW TABLES does.
func (r *Rows) named(tables []*lake.Table, query string) (named, rest []*lake.Table) {
	names, err := duckdb.GetTableNames(r.conn, query, false)
	if err != nil || len(names) == 0 || strings.Contains(strings.ToLower(query), "duckdb_") {
		return tables, nil
	}
	found := map[string]bool{}
	for _, n := range names {
		found[strings.ToLower(n)] = false
	}
	for _, t := range tables { // several may share a name, each in its schema
		name := strings.ToLower(t.Name)
		if _, ok := found[name]; !ok {
			rest = append(rest, t)
			continue
		}
		named = append(named, t)
		found[name] = true
	}
	for _, ok := range found {
		if !ok {
			return tables, nil
		}
	}
	return named, rest
}

// explainWords is what may stand before an explained SELECT. The words are
// taken off so that what follows is checked like any query: EXPLAIN ANALYZE
// runs it, and its own type is EXPLAIN whatever follows.
var explainWords = regexp.MustCompile(`(?is)^(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*explain\b` +
	`(\s+analyze\b|\s*\(\s*(?:analyze|format\s+\w+)(?:\s*,\s*(?:analyze|format\s+\w+))*\s*\))?`)

// splitExplain takes EXPLAIN off query; explain is empty without one.
func splitExplain(query string) (explain, rest string) {
	m := explainWords.FindStringSubmatch(query)
	if m == nil {
		return "", query
	}
	return "EXPLAIN" + m[1] + "\n", query[len(m[0]):]
}

// prepare checks that query is one SELECT without parameters, and finds the
// names and shapes of its columns.
func (r *Rows) prepare(query string) error {
	return r.conn.Raw(func(driver any) error {
		// Prepare, unlike PrepareContext, runs none of several statements.
		prepared, err := driver.(*duckdb.Conn).Prepare(query)
		if err != nil {
			return r.unprepared(err)
		}
		defer prepared.Close()
		stmt := prepared.(*duckdb.Stmt)
		kind, err := stmt.StatementType()
		if err != nil {
			return err
		}
		if kind != duckdb.STATEMENT_TYPE_SELECT {
			return &Refusal{wordOf(query)}
		}
		if stmt.NumInput() > 0 {
			return refuse("? and $1 have no values here; write the values themselves")
		}
		return r.readColumns(stmt)
	})
}

func (r *Rows) readColumns(stmt *duckdb.Stmt) error {
	n, err := stmt.ColumnCount()
	if err != nil {
		return err
	}
	r.columns, r.shapes = nil, nil
	for i := range n {
		name, err := stmt.ColumnName(i)
		if err != nil {
			return err
		}
		s := shape{}
		// Types newer than the driver have no info; their text will do.
		if info, err := stmt.ColumnTypeInfo(i); err == nil {
			s.info = info
		}
		r.columns = append(r.columns, Column{Name: name})
		r.shapes = append(r.shapes, s)
	}
	return nil
}

// describe finds the types as text: the driver does not tell JSON from VARCHAR.
func (r *Rows) describe(ctx context.Context, query string) (err error) {
	rows, err := r.conn.QueryContext(ctx, typesOf(query))
	if err != nil {
		return r.failed(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for i := 0; rows.Next(); i++ {
		var name, kind string
		var rest [4]any
		if err := rows.Scan(&name, &kind, &rest[0], &rest[1], &rest[2], &rest[3]); err != nil {
			return fmt.Errorf("describe: %w", err)
		}
		r.columns[i].Type = kind
		r.shapes[i].name = kind
	}
	return rows.Err()
}

// sideEffects are table functions that change the session. A SELECT reaches
// them in spite of lock_configuration, and logging to a file that may not be
// written ends the process. DuckDB's plan names what runs, however it is spelt;
// quotes in any text of the plan are escaped.
var sideEffects = regexp.MustCompile(`"name": *"((?:EN|DIS)ABLE_(?:LOGGING|PROFILING)|TRUNCATE_DUCKDB_LOGS|(?:FORCE_)?CHECKPOINT) *"`)

// inspect refuses a query that would do more than read.
func (r *Rows) inspect(ctx context.Context, query string) error {
	var kind, plan string
	if err := r.conn.QueryRowContext(ctx, planOf(query)).Scan(&kind, &plan); err != nil {
		return r.failed(err)
	}
	if m := sideEffects.FindStringSubmatch(plan); m != nil {
		return refuse(strings.ToLower(m[1]) + " changes the session, and a query only reads")
	}
	return nil
}

func (r *Rows) explain(ctx context.Context, query string) error {
	r.columns = []Column{{Name: "explain_key", Type: "VARCHAR"}, {Name: "explain_value", Type: "VARCHAR"}}
	r.shapes = []shape{{name: "VARCHAR"}, {name: "VARCHAR"}}
	return r.run(ctx, query)
}

func (r *Rows) run(ctx context.Context, query string) error {
	rows, err := r.conn.QueryContext(ctx, query)
	if err != nil {
		return r.failed(err)
	}
	r.rows = rows
	r.values = make([]any, len(r.columns))
	r.dst = make([]any, len(r.columns))
	for i := range r.values {
		r.dst[i] = &r.values[i]
	}
	return nil
}

// Columns describes the answer.
func (r *Rows) Columns() []Column { return r.columns }

// Next puts the next row into dst, one value a column, and reports whether
// there was one. The values are those FormatText and AppendJSON take.
func (r *Rows) Next(dst []any) (bool, error) {
	for !r.rows.Next() {
		if err := errors.Join(r.rows.Err(), r.rows.Close()); err != nil {
			return false, r.failed(err)
		}
		if r.advance == nil {
			return false, nil
		}
		if more, err := r.advance(); err != nil || !more {
			return false, err
		}
	}
	if err := r.rows.Scan(r.dst...); err != nil {
		return false, err
	}
	for i, v := range r.values {
		dst[i] = r.shapes[i].value(v)
	}
	return true, nil
}

// Close ends the query and the DuckDB it ran in.
func (r *Rows) Close() error {
	var err error
	if r.rows != nil {
		err = r.rows.Close()
	}
	return errors.Join(err, r.conn.Close(), r.db.Close())
}
