package lake

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"path"
	"sync"
	"time"
)

// Options are the facts a writer of the lake needs.
type Options struct {
	Pipeline string
	Holder   string           // who we are, for whoever finds the lock taken
	Clock    func() time.Time // time.Now
	Rand     io.Reader        // crypto/rand.Reader
}

// Lake is a lake open for one pipeline to write to. Stage, WriteDeletes and
// Dir may be called from any goroutine; Commit from one at a time.
type Lake struct {
	fs       FS
	pipeline string
	id       string
	clock    func() time.Time
	ids      ids
	lock     io.Closer
	swept    int
	err      error // of the first commit that failed

	dirs madeDirs

	mu    sync.Mutex
	cur   *Manifest
	dir   map[string]string // by stream: directories of tables not yet committed
	taken map[string]bool   // directories of dir and of cur's tables, folded; nil: not known
}

// ErrBroken marks a Lake whose commit failed: it takes no more.
var ErrBroken = errors.New("lake: not written after a failed commit")

// patience bounds how long a commit is applied again on top of others'. Eight
// pipelines that do nothing but commit lose up to a dozen races in a row.
const patience = 30 * time.Second

// longestPause bounds the pause after a lost race; it doubles from 1 ms.
const longestPause = 64 * time.Millisecond

// ErrBusy says that other pipelines won every race for a version.
var ErrBusy = errors.New("lake: other pipelines commit too often; run the load again")

// Open takes the pipeline's lock, makes the newest version durable, checks it,
// and sweeps what a crash of this pipeline left.
func Open(fsys FS, o Options) (*Lake, error) {
	l := &Lake{fs: fsys, pipeline: o.Pipeline, id: pipelineID(o.Pipeline), clock: o.Clock, dir: map[string]string{}, cur: empty()}
	l.ids = ids{pipe: l.id, clock: o.Clock, rand: o.Rand}
	for _, dir := range []string{logDir, tablesDir, rejectsDir, locksDir, tempDir} {
		if err := l.ensure(dir); err != nil {
			return nil, fmt.Errorf("make the lake: %w", err)
		}
	}
	lock, err := fsys.Lock(lockPath(o.Pipeline), o.Holder)
	if err != nil {
		return nil, fmt.Errorf("lock pipeline %q: %w", o.Pipeline, err)
	}
	l.lock = lock
	if err := l.recover(); err != nil {
		return nil, errors.Join(fmt.Errorf("open the lake: %w", err), lock.Close())
	}
	return l, nil
}

func (l *Lake) recover() error {
	m, err := l.reload()
	if err != nil {
		return err
	}
	if err := checkSizes(l.fs, m); err != nil {
		return err
	}
	l.setManifest(m)
	l.dirs.know(m)
	l.swept, err = l.sweep(m)
	return err
}

// reload reads the newest version and makes it durable first: whoever linked
// it may have died before the sync, and we are about to build on it.
func (l *Lake) reload() (*Manifest, error) {
	if err := l.fs.SyncDir(logDir); err != nil {
		return nil, fmt.Errorf("sync %s: %w", logDir, err)
	}
	return newest(l.fs, l.Manifest())
}

// Published is the newest version, made durable first: what is told of it
// elsewhere must not outlive it. After a sync of the log that failed nobody
// knows what is durable, and there is none.
func (l *Lake) Published() (*Manifest, error) {
	if is := new(UnsureError); errors.As(l.err, &is) {
		return nil, l.err
	}
	return l.reload()
}

// Close gives the lock back.
func (l *Lake) Close() error { return l.lock.Close() }

// Manifest is the version the next commit builds on.
func (l *Lake) Manifest() *Manifest {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cur
}

func (l *Lake) setManifest(m *Manifest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cur, l.taken = m, nil
}

// setHorizon lets the next commit forget what vacuum is done with.
func (l *Lake) setHorizon(h horizon) {
	m := *l.Manifest()
	m.horizon = h
	l.setManifest(&m)
}

// Swept counts the files of earlier crashes that Open removed.
func (l *Lake) Swept() int { return l.swept }

// Sweep removes files of this run that no commit came to name, once nothing
// writes to them any more. It returns how many. After a failed commit it
// leaves all as it is: the commit may be true.
func (l *Lake) Sweep() (int, error) {
	if l.err != nil {
		return 0, nil
	}
	// Not l.Manifest: who adopted a table of ours since may name its files again.
	m, err := newest(l.fs, l.Manifest())
	if err != nil {
		return 0, fmt.Errorf("sweep: %w", err)
	}
	return l.sweep(m)
}

// FS is the disk the lake is on.
func (l *Lake) FS() FS { return l.fs }

// State is the pipeline's last committed STATE value; nil if there is none.
func (l *Lake) State() *string { return l.Manifest().Pipelines[l.pipeline].State }

// Commit makes c true and returns the version in which it is. On any error the
// Lake is dead; on one that wraps *UnsureError nobody knows until the next
// Open whether c is true, so its STATE must not be said.
func (l *Lake) Commit(c Commit) (*Manifest, error) {
	base := l.Manifest()
	return l.advance(func(on *Manifest) (*Manifest, error) {
		return on.apply(c, base, l.pipeline, l.clock())
	})
}

// advance publishes the version that decide, which does no I/O, makes of the
// newest one; of a newer one where another pipeline was faster.
func (l *Lake) advance(decide func(on *Manifest) (*Manifest, error)) (*Manifest, error) {
	if l.err != nil {
		return nil, l.err
	}
	next, err := l.race(decide)
	if err != nil {
		l.err = fmt.Errorf("%w: %w", ErrBroken, err)
		return nil, err
	}
	l.setManifest(next)
	return next, nil
}

func (l *Lake) race(decide func(on *Manifest) (*Manifest, error)) (*Manifest, error) {
	on := l.Manifest()
	started, pause := l.clock(), time.Millisecond
	for {
		next, err := decide(on)
		if err != nil {
			return nil, err
		}
		if err := l.writeTables(next); err != nil {
			return nil, fmt.Errorf("write tables of version %d: %w", next.Version, err)
		}
		err = l.publish(next)
		if err == nil {
			return next, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("publish version %d: %w", next.Version, err)
		}
		if l.clock().Sub(started) > patience {
			return nil, fmt.Errorf("publish version %d: %w", next.Version, ErrBusy)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(pause))))
		pause = min(2*pause, longestPause)
		if on, err = l.reload(); err != nil {
			return nil, fmt.Errorf("read what another pipeline published: %w", err)
		}
	}
}

// writeTables puts the changed tables' manifests into one file.
func (l *Lake) writeTables(m *Manifest) error {
	id, err := l.ids.next()
	if err != nil {
		return err
	}
	name := tablesPath(m.Version, id)
	data, err := m.encodeTables(name)
	if err != nil || len(data) == 0 {
		return err
	}
	if err := writeTemp(l.fs, name, data); err != nil {
		return err
	}
	return l.fs.SyncDir(tablesDir)
}

// publish is the commit: once the link is there the version is true, and once
// the log is synced it stays true.
func (l *Lake) publish(m *Manifest) error {
	id, err := l.ids.next()
	if err != nil {
		return err
	}
	data, err := m.encode()
	if err != nil {
		return err
	}
	temp := path.Join(logDir, tempPrefix+id)
	if err := writeTemp(l.fs, temp, data); err != nil {
		return err
	}
	// Link, not rename: of two writers of one version it lets only one win.
	err = move(l.fs, l.fs.Link, temp, manifestPath(m.Version))
	if unsure := new(UnsureError); errors.As(err, &unsure) {
		return err
	}
	if err == nil {
		err = l.notBehind(m.Version)
	}
	// The version stands or falls without the temporary name: a leftover is
	// swept at the next Open.
	_ = l.fs.Remove(temp)
	return err
}

// notBehind finds out whether the name of version v was free only because
// somebody else's version v has been vacuumed: a process may sleep for days
// before its link. Then the link means nothing, and the race is lost.
func (l *Lake) notBehind(v Version) error {
	h, err := readHorizon(l.fs)
	if err != nil || v >= h.Oldest {
		return err
	}
	_ = l.fs.Remove(manifestPath(v)) // vacuum takes what stays
	return fmt.Errorf("version %d is long past: %w", v, fs.ErrExist)
}

// ensure makes a directory durable, once in the life of l.
func (l *Lake) ensure(dir string) error { return l.dirs.ensure(l.fs, dir) }

// Dir is the directory of a stream's files, chosen when first asked for.
func (l *Lake) Dir(stream string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.cur.Tables[stream]; t != nil {
		return t.Dir
	}
	if d, ok := l.dir[stream]; ok {
		return d
	}
	if l.taken == nil {
		l.taken = make(map[string]bool, len(l.cur.Tables)+len(l.dir))
		for _, t := range l.cur.Tables {
			l.taken[foldDir(t.Dir)] = true
		}
		for _, d := range l.dir {
			l.taken[foldDir(d)] = true
		}
	}
	d := streamDir(stream, l.taken)
	l.dir[stream], l.taken[foldDir(d)] = d, true
	return d
}
