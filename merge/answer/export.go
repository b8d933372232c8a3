package answer

import (
	"context"
	"errors"
	"path/filepath"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// Export answers a SELECT as Query does, into a Parquet file at an absolute path,
// whose directory has to be private: the query can read what is in it.
func Export(ctx context.Context, c duck.Config, m *lake.Manifest, query, path string) (err error) {
	r, err := openShelf(ctx, c, m, filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if explain, _ := splitExplain(query); explain != "" {
		return refuse("a plan is no table to export")
	}
	if err := r.ready(ctx, c, query); err != nil {
		return err
	}
	if _, err := r.conn.ExecContext(ctx, exportTo(query, path)); err != nil {
		return r.failed(err)
	}
	return nil
}
