package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/failpoint"
	"target-filelake/state"
)

// WaitFlag is for commands that write.
type WaitFlag struct {
	Wait time.Duration `help:"Wait this long for a load of the pipeline to end; 0s: do not." default:"0s" placeholder:"TIME"`
}

// keeping is a lake that a command other than load writes to, under the lock
// of a pipeline.
type keeping struct {
	root     string
	pipeline string
	disk     lake.Disk
	lake     *lake.Lake
	log      *slog.Logger
	views    bool // are published
}

// openKeeping opens a lake that something is committed to.
func openKeeping(ctx context.Context, path, pipeline string, wait time.Duration, std *stdio) (*keeping, error) {
	root, m, err := readLake(path)
	if err != nil {
		return nil, err
	}
	if m.Version == 0 {
		return nil, usageError{fmt.Errorf("nothing is committed in %s; name the lake with --lake", root)}
	}
	k := &keeping{root: root, pipeline: pipeline, log: std.logger(), views: std.merges == nil}
	if k.disk, err = lake.OpenDisk(root); err != nil {
		return nil, fmt.Errorf("open the lake: %w", err)
	}
	if k.lake, err = lockLake(ctx, failpoint.FS(k.disk), pipeline, wait, k.log); err != nil {
		return nil, errors.Join(atLake(root, toldWhy(root, err)), k.disk.Close())
	}
	return k, nil
}

func (k *keeping) close() error { return errors.Join(k.lake.Close(), k.disk.Close()) }

// settle makes the sidecar and the views say what has been committed.
func (k *keeping) settle(ctx context.Context) error {
	err := errors.Join(restoreSidecar(k.lake, k.pipeline), showAnew(k.lake, k.pipeline))
	if k.views {
		err = errors.Join(err, publishViews(ctx, k.root, k.lake, k.log))
	}
	return err
}

// showAnew makes current say what the pipeline's streams are, if the newest version
// took them back: what it says still is no more. The pipeline's next run does it again,
// for the process that took them back may have died in between. Nobody else may: two
// processes that move one link leave it dangling.
func showAnew(l *lake.Lake, pipeline string) error {
	m := l.Manifest()
	if m.Pipeline != pipeline || m.Operation != lake.OpRollback && m.Operation != lake.OpReset {
		return nil
	}
	var err error
	for i := range m.Changes {
		stream := m.Changes[i].Stream
		if t := m.Tables[stream]; t != nil && t.Plain() {
			_, perr := l.PublishCurrent(t)
			err = errors.Join(err, perr)
			continue
		}
		err = errors.Join(err, l.HideCurrent(l.Dir(stream)))
	}
	return err
}

// restoreSidecar makes the sidecar say what the newest version says: the run
// that committed it may have died in between. A pipeline that has commits but
// no STATE, after a rollback, has no sidecar.
func restoreSidecar(l *lake.Lake, pipeline string) error {
	if s := l.State(); s != nil {
		return state.WriteSidecar(l.FS(), pipeline, []byte(*s))
	}
	if _, known := l.Manifest().Pipelines[pipeline]; known {
		return state.RemoveSidecar(l.FS(), pipeline)
	}
	return nil
}
