package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

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

	asking sync.RWMutex // who asks reads; who opens, ends or asks alone writes
}

// ask opens it, unless it is, and runs f, alone or beside others.
func (d *database) ask(ctx context.Context, alone bool, f func() error) error {
	if alone {
		d.asking.Lock()
		defer d.asking.Unlock()
		if err := d.open(ctx); err != nil {
			return err
		}
		return f()
	}
	for {
		d.asking.RLock()
		if d.DB != nil {
			defer d.asking.RUnlock()
			return f()
		}
		d.asking.RUnlock()
		d.asking.Lock()
		err := d.open(ctx)
		d.asking.Unlock()
		if err != nil {
			return err
		}
	}
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
	d.asking.Lock()
	defer d.asking.Unlock()
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
