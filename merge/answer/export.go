package answer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// Export answers a SELECT as Query does, into a Parquet file at an absolute path,
// whose directory has to be private: the query can read what is in it.
func Export(ctx context.Context, c duck.Config, m *lake.Manifest, query, path string) (err error) {
	// Once a reach is set no other setting can be, so these go together.
	reach := duck.Files(filesOf(m, c.Root)) + "; " + duck.Directories(filepath.Dir(path))
	r, err := openRows(ctx, c, reach)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if explain, _ := splitExplain(query); explain != "" {
		return fmt.Errorf("%w: a plan is no table to export", ErrQuery)
	}
	if err := r.bind(ctx, c, sorted(m), query); err != nil {
		return err
	}
	if err := r.inspect(ctx, query); err != nil {
		return err
	}
	if _, err := r.conn.ExecContext(ctx, exportTo(query, path)); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	return nil
}
