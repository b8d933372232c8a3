package main

import (
	"context"
	"maps"
	"slices"

	"target-filelake/lake"
	"target-filelake/merge"
)

// place puts the batch's files where their versions belong: beside the live
// rows, or into generations that wait for their ACTIVATE_VERSION.
func (c *committer) place(ctx context.Context, s sealedStream, old *lake.Table, staged []merge.Staged, ch *lake.Change) error {
	live, waiting := c.sort(s, old, staged)
	var dead []lake.Positions
	var err error
	if ch.Files, dead, err = c.positions(ctx, s, staying(old, s.activate), live); err != nil {
		return err
	}
	for _, version := range slices.Sorted(maps.Keys(waiting)) {
		p, err := c.pend(ctx, s, old.PendingOf(version), version, waiting[version])
		if err != nil {
			return err
		}
		ch.Pending = append(ch.Pending, p)
	}
	if turns(old, s) {
		ch.Activate = s.activate
		done, err := c.activate(ctx, s, old, dead, ch)
		if done || err != nil {
			return err
		}
	}
	ch.Deletes, err = c.deletes(s.stream, dead)
	return err
}

// turns reports whether a batch makes another version active, or drops what was.
func turns(old *lake.Table, s sealedStream) bool {
	return s.activate != 0 && (old == nil || s.activate > old.Active) || s.replace && old != nil && len(old.Files)+len(old.Pending)+len(old.Rejects) > 0
}

// current leaves out the rows of versions that a newer one has replaced, or
// that the batch's own ACTIVATE_VERSION drops.
func (c *committer) current(s sealedStream, old *lake.Table, staged []merge.Staged) []merge.Staged {
	return slices.DeleteFunc(staged, func(f merge.Staged) bool {
		version := f.File.Generation
		gone := old.Standing(version) == lake.TooOld || turns(old, s) && version < s.activate
		if gone {
			c.run.stream(s.stream).outdated += f.Keep
		}
		return gone
	})
}

// staying is the table without the files that an ACTIVATE_VERSION drops: rows
// after it have nothing to do with theirs.
func staying(t *lake.Table, version int64) *lake.Table {
	if t == nil || version <= t.Active {
		return t
	}
	out := *t
	out.Files, _ = lake.Outdated(t.Files, version)
	return &out
}

// sort divides staged files by where their versions belong.
func (c *committer) sort(s sealedStream, old *lake.Table, staged []merge.Staged) (live []merge.Staged, waiting map[int64][]merge.Staged) {
	waiting = map[int64][]merge.Staged{}
	for _, f := range staged {
		version := f.File.Generation
		standing := old.Standing(version)
		if turns(old, s) && version > s.activate && s.activate != 0 {
			standing = lake.Waiting
		}
		switch standing {
		case lake.Live:
			if version == 0 && old != nil {
				f.File.Generation = old.Active
			}
			live = append(live, f)
		case lake.Waiting:
			waiting[version] = append(waiting[version], f)
		case lake.TooOld:
			panic("BUG: rows of a version that is gone")
		}
	}
	return live, waiting
}

func (c *committer) pend(ctx context.Context, s sealedStream, into *lake.Table, version int64, staged []merge.Staged) (lake.PendingFiles, error) {
	p := lake.PendingFiles{Version: version}
	var dead []lake.Positions
	var err error
	if p.Files, dead, err = c.positions(ctx, s, into, staged); err == nil {
		p.Deletes, err = c.deletes(s.stream, dead)
	}
	return p, err
}

// activate finds what stays deleted where an ACTIVATE_VERSION drops some files
// of the table and keeps others; it reports whether that is so.
func (c *committer) activate(ctx context.Context, s sealedStream, old *lake.Table, dead []lake.Positions, ch *lake.Change) (bool, error) {
	stay, gone := liveAfter(old, ch)
	if len(gone) == 0 {
		return false, nil
	}
	keep := map[string]bool{}
	for _, f := range stay {
		keep[f.Path] = true
	}
	if old != nil && len(stay) > 0 && len(old.Deletes) > 0 {
		var had []lake.Positions
		err := c.merge(ctx, s.stream, true, func() (err error) {
			had, err = c.duckdb.Deleted(ctx, old, stay)
			return err
		})
		if err != nil {
			return false, err
		}
		dead = lake.Union(had, dead)
	}
	dead = slices.DeleteFunc(dead, func(p lake.Positions) bool { return !keep[p.Path] })
	var err error
	ch.Kept, err = c.deletes(s.stream, dead)
	return true, err
}

// liveAfter splits the live files, the batch's with them, as the change's
// ACTIVATE_VERSION does.
func liveAfter(old *lake.Table, ch *lake.Change) (stay, gone []lake.DataFile) {
	var files []lake.DataFile
	if old != nil {
		files = slices.Clone(old.Files)
	}
	for _, f := range ch.Files {
		files = append(files, f.DataFile)
	}
	return lake.Outdated(files, ch.Activate)
}
