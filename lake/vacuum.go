package lake

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"
)

// MinRetention is how long a version that is no longer the newest stays at the
// least: queries that began on it may still run.
const MinRetention = time.Hour

// Vacuumed is what a vacuum removed, or would.
type Vacuumed struct {
	Versions int     // root manifests
	Oldest   Version // the oldest that stays; 0 in an empty lake
	Files    int     // data and delete files
	Bytes    int64   // of these
	Tables   int     // files of table manifests
}

// Vacuum removes versions that have not been the newest for the time of
// retention, and the files that only they name. Where the files that the
// newest version does not name take more room than those it does, MinRetention
// is enough. The newest version and the one before it always stay. A dry run
// removes nothing.
//
// The horizon goes first, then the oldest root manifests, then the log is
// synced, then the files go: no version that can be read ever lacks a file,
// and what a crash leaves is taken next time. *LockedError if another vacuum
// or a rollback is under way.
func (l *Lake) Vacuum(retention time.Duration, dry bool) (out Vacuumed, err error) {
	if l.err != nil { // a commit of unknown outcome
		return out, l.err
	}
	lock, err := l.fs.Lock(vacuumLock, "vacuum of pipeline "+l.pipeline)
	if err != nil {
		return out, fmt.Errorf("vacuum: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	m, err := l.reload()
	if err != nil || m.Version == 0 {
		return out, err
	}
	if l.Manifest().horizon != m.horizon { // another vacuum was here
		l.setHorizon(m.horizon)
	}
	v := vacuum{Lake: l, m: m, dry: dry}
	if err := v.run(max(retention, MinRetention)); err != nil {
		return v.Vacuumed, fmt.Errorf("vacuum: %w", err)
	}
	return v.Vacuumed, nil
}

// vacuum is one call of Vacuum.
type vacuum struct {
	*Lake
	Vacuumed
	m   *Manifest
	dry bool
}

func (v *vacuum) run(retention time.Duration) error {
	was := v.m.horizon
	oldest, err := v.m.keepFrom(v.clock(), retention, func(n Version) (time.Time, error) {
		r, _, err := readRoot(v.fs, n)
		if err != nil {
			return time.Time{}, err
		}
		return r.Committed, nil
	})
	v.Oldest = oldest
	if err != nil || oldest == was.Swept {
		return err
	}
	if err := v.mark(horizon{oldest, was.Swept}); err != nil {
		return err
	}
	for _, step := range []func(oldest Version) error{v.versions, v.files, v.tables} {
		if err := step(oldest); err != nil {
			return err
		}
	}
	return v.mark(horizon{oldest, oldest})
}

// keepFrom is the oldest version to keep. committed reads when one was.
func (m *Manifest) keepFrom(now time.Time, retention time.Duration, committed func(Version) (time.Time, error)) (Version, error) {
	var live, dead int64 // bytes of files that m names, and of those that only older versions do
	for _, t := range m.Tables {
		for _, f := range t.Named() {
			live += f.Bytes
		}
	}
	freed := map[Version]int64{} // by the version that becomes the oldest
	for _, r := range m.Retired {
		if r.Version > m.horizon.Oldest {
			dead += r.Bytes
			freed[r.Version] += r.Bytes
		}
	}
	oldest := m.horizon.Oldest
	for ; oldest+1 < m.Version; oldest++ {
		age := retention
		if dead > live {
			age = MinRetention
		}
		at, err := committed(oldest + 1) // since then oldest is not the newest
		if err != nil {
			return oldest, err
		}
		if now.Sub(at) < age {
			break
		}
		dead -= freed[oldest+1]
	}
	return oldest, nil
}

// mark makes h the horizon.
func (v *vacuum) mark(h horizon) error {
	if v.dry || h == v.m.horizon {
		return nil
	}
	if err := h.write(v.fs); err != nil {
		return err
	}
	v.setHorizon(h)
	return nil
}

// versions removes root manifests below oldest, also what an earlier vacuum left.
func (v *vacuum) versions(oldest Version) error {
	entries, err := v.fs.ReadDir(logDir)
	if err != nil {
		return fmt.Errorf("list versions: %w", err)
	}
	var old []Version
	for _, e := range entries {
		if n, ok := parseManifest(e.Name()); ok && n < oldest {
			old = append(old, n)
		}
	}
	slices.Sort(old)
	for _, n := range old {
		if err := v.remove(manifestPath(n)); err != nil {
			return err
		}
		v.Versions++
	}
	return v.syncDir(logDir)
}

// files removes the files that only versions below oldest name.
func (v *vacuum) files(oldest Version) error {
	dirs := map[string]bool{}
	for _, r := range v.m.Retired {
		if r.Version > oldest || r.Version <= v.m.horizon.Swept {
			continue
		}
		if err := v.remove(r.Path); err != nil {
			return err
		}
		dirs[path.Dir(r.Path)] = true
		v.Files++
		v.Bytes += r.Bytes
	}
	// Once the horizon says that they are gone nobody looks for them again.
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		if err := v.syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// tables removes table manifests that were written for versions below oldest
// and that oldest does not name: a version names only lines of its own and of
// the version before it.
func (v *vacuum) tables(oldest Version) error {
	r, _, err := readRoot(v.fs, oldest)
	if err != nil {
		return err
	}
	used := map[string]bool{r.retiredRef.File: true}
	for _, ref := range r.refs {
		used[ref.File] = true
	}
	var old []string
	err = v.walk(tablesDir, 1, func(name string) {
		if n, _, ok := parseTables(path.Base(name)); ok && n < oldest && !used[name] {
			old = append(old, name)
		}
	})
	for _, name := range old {
		if err == nil {
			err = v.remove(name)
		}
	}
	v.Tables = len(old)
	if err != nil || len(old) == 0 {
		return err
	}
	return v.syncDir(tablesDir)
}

// remove takes what is there; an earlier vacuum may have been here.
func (v *vacuum) remove(name string) error {
	if v.dry {
		return nil
	}
	if err := v.fs.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (v *vacuum) syncDir(dir string) error {
	if v.dry {
		return nil
	}
	if err := v.fs.SyncDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
