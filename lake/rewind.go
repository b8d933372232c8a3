package lake

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// ErrUnchanged says that a rollback would change nothing.
var ErrUnchanged = errors.New("lake: nothing to take back")

// ErrNoStream says that the lake has no such stream of the pipeline's.
var ErrNoStream = errors.New("lake: no such stream")

// Rollback commits a version in which the pipeline's streams and STATE are as
// they were in version v; those of other pipelines stay as they are. No file
// is written or removed: the version names the old ones.
func (l *Lake) Rollback(v Version) (m *Manifest, err error) {
	// Vacuum must not take the old version while we bring it back.
	lock, err := l.fs.Lock(vacuumLock, "rollback of pipeline "+l.pipeline)
	if err != nil {
		return nil, fmt.Errorf("roll back: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	newest, err := l.reload()
	if err != nil {
		return nil, fmt.Errorf("roll back: %w", err)
	}
	l.setManifest(newest)
	old, err := At(l.fs, v)
	if err != nil {
		return nil, fmt.Errorf("roll back: %w", err)
	}
	next, err := newest.rollback(old, l.pipeline, l.clock())
	if err == nil {
		err = checkSizes(l.fs, next)
	}
	if err != nil {
		return nil, fmt.Errorf("roll back to version %d: %w", v, err)
	}
	return l.advance(func(on *Manifest) (*Manifest, error) { return on.rollback(old, l.pipeline, l.clock()) })
}

// rollback returns the version after m in which what is pipeline's is as in old.
func (m *Manifest) rollback(old *Manifest, pipeline string, now time.Time) (*Manifest, error) {
	next := m.next(pipeline, OpRollback, now)
	p, was := next.Pipelines[pipeline], old.Pipelines[pipeline]
	same := sameState(p.State, was.State)
	// Whatever STATE a load since then did not get out, this one is said now.
	p.State, p.First, p.Loaded, p.Rejects = was.State, was.First, 0, was.Rejects
	next.Pipelines[pipeline] = p
	for _, stream := range slices.Sorted(maps.Keys(union(m.Tables, old.Tables))) {
		cur, was := m.Tables[stream], old.Tables[stream]
		theirs := cur != nil && cur.Owner != pipeline || cur == nil && was.Owner != pipeline
		if theirs || m.refs[stream].SHA256 == old.refs[stream].SHA256 { // one may be a copy of the other
			continue
		}
		same = false
		delete(next.refs, stream)
		if was == nil {
			delete(next.Tables, stream)
		} else {
			next.Tables[stream] = next.restore(was, cur, pipeline)
		}
	}
	if same {
		return nil, fmt.Errorf("%w: pipeline %q is as it was in version %d", ErrUnchanged, pipeline, old.Version)
	}
	next.settle(m)
	return next, nil
}

// restore is the table was in the place of cur, which may be missing.
func (m *Manifest) restore(was, cur *Table, pipeline string) *Table {
	t := *was
	t.Owner = pipeline
	if cur != nil {
		// A field id is never given twice, not even to a column taken back.
		t.Dir, t.NextID = cur.Dir, max(was.NextID, cur.NextID)
		t.ViewSchema, t.Name, t.Wanted = cur.ViewSchema, cur.Name, cur.Wanted
		return &t
	}
	dirs, taken := map[string]bool{}, viewNames{}
	for _, other := range m.Tables {
		dirs[foldDir(other.Dir)] = true
		taken.take(other)
	}
	if taken.has(t.View()) {
		taken.name(t.wantedView()).give(&t)
	}
	t.Dir = streamDir(t.Stream, dirs)
	return &t
}

func sameState(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

func union[V any](a, b map[string]V) map[string]V {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// Reset commits a version without one of the pipeline's streams: its name, its
// key and its owner are free. STATE stays as it is.
func (l *Lake) Reset(stream string) (*Manifest, error) {
	newest, err := l.reload()
	if err != nil {
		return nil, fmt.Errorf("reset stream %q: %w", stream, err)
	}
	l.setManifest(newest)
	if _, err := newest.reset(stream, l.pipeline, l.clock()); err != nil {
		return nil, err
	}
	return l.advance(func(on *Manifest) (*Manifest, error) { return on.reset(stream, l.pipeline, l.clock()) })
}

// reset returns the version after m without stream.
func (m *Manifest) reset(stream, pipeline string, now time.Time) (*Manifest, error) {
	t := m.Tables[stream]
	if t == nil {
		return nil, fmt.Errorf("%w: %q", ErrNoStream, stream)
	}
	if t.Owner != pipeline {
		return nil, fmt.Errorf("%w: stream %q belongs to pipeline %q", ErrFenced, stream, t.Owner)
	}
	next := m.next(pipeline, OpReset, now)
	delete(next.Tables, stream)
	delete(next.refs, stream)
	next.settle(m)
	return next, nil
}
