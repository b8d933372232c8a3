package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path"
	"path/filepath"
	"time"

	"target-filelake/lake"
	"target-filelake/merge/answer"
)

const (
	viewsDB  = "lake.duckdb"
	viewsSQL = "views.sql"
	viewsTag = "_lake/views.json" // which version and bytes of viewsDB are ours
)

// viewsNote is what viewsTag holds.
type viewsNote struct {
	Version lake.Version `json:"version"`
	Root    string       `json:"root"`   // absolute path of the lake, which the views name
	SHA256  string       `json:"sha256"` // of the lake.duckdb of that version
	Before  string       `json:"before"` // of the one it replaced
}

// viewsPatience is for another pipeline's publishing, which takes moments.
const viewsPatience = 3 * time.Second

// publishViews brings lake.duckdb and views.sql to the newest version, never
// back to an older one. Whoever holds the lock too long, a stopped process, say,
// does not make a load fail that has committed all it was to load.
func publishViews(ctx context.Context, root string, l *lake.Lake, log *slog.Logger) error {
	err := publishWithin(ctx, viewsPatience, root, l, log)
	if locked, ok := errors.AsType[*lake.LockedError](err); ok {
		log.Warn("lake.duckdb is not up to date: another process publishes it and does not end; the next load will", "holder", locked.Holder)
		return nil
	}
	return err
}

func publishWithin(ctx context.Context, patience time.Duration, root string, l *lake.Lake, log *slog.Logger) error {
	lock, err := lockViews(ctx, patience, l.FS())
	if err != nil {
		return fmt.Errorf("publish views: %w", err)
	}
	p := viewsPublisher{root: root, lake: l, fs: l.FS(), log: log}
	if err := errors.Join(p.publish(ctx), lock.Close()); err != nil {
		return fmt.Errorf("publish views: %w", err)
	}
	return nil
}

func lockViews(ctx context.Context, patience time.Duration, fsys lake.FS) (io.Closer, error) {
	for started := time.Now(); ; {
		lock, err := fsys.Lock(lake.ViewsLock, holder())
		if err == nil || !errors.Is(err, lake.ErrLocked) || time.Since(started) > patience {
			return lock, err
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// viewsEvery is how often lake.duckdb follows the commits of a long run, and
// viewsFirst how long a run that is to make the first waits for its own end, which
// comes sooner mostly.
const (
	viewsEvery = 10 * time.Second
	viewsFirst = 3 * time.Second
)

// viewsDue is when a run publishes views next.
type viewsDue struct {
	timer *time.Timer
	next  time.Time // not before
	armed bool
}

func newViewsDue(l *lake.Lake) viewsDue {
	wait := viewsEvery
	if _, err := l.FS().Stat(viewsDB); err != nil {
		wait = viewsFirst
	}
	t := time.NewTimer(wait)
	t.Stop()
	return viewsDue{timer: t, next: time.Now().Add(wait)}
}

// expect sees to it that a commit is shown.
func (v *viewsDue) expect() {
	if !v.armed {
		v.armed = true
		v.timer.Reset(max(0, time.Until(v.next)))
	}
}

// published is for the commits so far.
func (v *viewsDue) published() {
	v.armed, v.next = false, time.Now().Add(viewsEvery)
}

type viewsPublisher struct {
	root string
	lake *lake.Lake
	fs   lake.FS
	log  *slog.Logger
}

func (p viewsPublisher) publish(ctx context.Context) error {
	m, err := p.lake.Published()
	if is[*lake.UnsureError](err) {
		return nil // the run has failed with it already
	}
	if err != nil || m.Version == 0 {
		return err
	}
	note, err := p.note()
	if err != nil {
		return err
	}
	have, err := p.hash(viewsDB)
	if err != nil {
		return err
	}
	if note.Version == m.Version && note.Root == p.root && have == note.SHA256 {
		return nil
	}
	dir, err := p.lake.Temp()
	if err != nil {
		return err
	}
	defer func() { _ = p.fs.Remove(dir) }() // the next Open sweeps what stays
	temp := path.Join(dir, viewsDB)
	sql, err := answer.Views(ctx, m, p.root, filepath.Join(p.root, filepath.FromSlash(temp)))
	if err != nil {
		return err
	}
	if err := p.keepAside(note, have, path.Base(dir)); err != nil {
		return err
	}
	sum, err := p.hash(temp)
	if err != nil {
		return err
	}
	if err := p.tag(viewsNote{m.Version, p.root, sum, have}); err != nil {
		return err
	}
	// lake.duckdb last: as long as it is not what the note says, all is done again.
	if err := lake.WriteAtomic(p.fs, viewsSQL, []byte(sql)); err != nil {
		return err
	}
	return lake.Replace(p.fs, temp, viewsDB)
}

// note is what was published last; nothing if never.
func (p viewsPublisher) note() (viewsNote, error) {
	var n viewsNote
	data, err := lake.ReadFile(p.fs, viewsTag)
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &n)
	}
	return n, err
}

func (p viewsPublisher) tag(n viewsNote) error {
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return lake.WriteAtomic(p.fs, viewsTag, append(data, '\n'))
}

// hash is the SHA-256 of a file, "" if there is none.
func (p viewsPublisher) hash(name string) (string, error) {
	f, err := p.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, f.Close())
}

// keepAside saves a lake.duckdb that somebody has written to: it may hold
// tables of theirs.
func (p viewsPublisher) keepAside(n viewsNote, have, id string) error {
	_, err := p.fs.Stat(viewsDB + ".wal")
	wal := err == nil
	if have == "" || !wal && (have == n.SHA256 || have == n.Before) {
		return nil
	}
	kept := viewsDB + ".kept-" + id
	p.log.Warn("lake.duckdb was changed by somebody else; it is kept", "as", kept)
	if err := lake.Replace(p.fs, viewsDB, kept); err != nil || !wal {
		return err
	}
	return lake.Replace(p.fs, viewsDB+".wal", kept+".wal")
}
