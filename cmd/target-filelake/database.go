package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"target-filelake/lake"
	"target-filelake/lake/failpoint"
	"target-filelake/merge"
	"target-filelake/merge/duck"
)

// database is the DuckDB of one run, opened when first needed.
type database struct {
	*merge.DB // nil until then
	lake      *lake.Lake
	config    duck.Config // but for TempDir
	lent      *merge.DB   // to be used, and left open; nil: the run opens its own
	spill     string      // temporary directory, relative to the lake
}

// open opens it, unless it is.
func (d *database) open(ctx context.Context) error {
	if d.DB == nil {
		d.DB = d.lent
	}
	if d.DB != nil {
		return nil
	}
	var err error
	if d.spill == "" {
		if d.spill, err = d.lake.Temp(); err != nil {
			return err
		}
	}
	c := d.config
	c.TempDir = filepath.Join(c.Root, filepath.FromSlash(d.spill))
	d.DB, err = merge.Open(ctx, c)
	return err
}

// renew ends it, so that the next open begins with an empty one.
func (d *database) renew() error {
	if d.DB == nil || d.DB == d.lent {
		return nil
	}
	err := d.close()
	d.DB, d.spill = nil, ""
	return err
}

// close ends it, and removes what it spilled.
func (d *database) close() error {
	if d.DB == nil || d.DB == d.lent {
		return nil
	}
	return errors.Join(d.DB.Close(), failpoint.Hit("remove/spill-tree/before"), os.RemoveAll(filepath.Join(d.config.Root, filepath.FromSlash(d.spill))))
}
