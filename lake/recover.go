package lake

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Streams are the names of m's tables, sorted.
func (m *Manifest) Streams() []string { return slices.Sorted(maps.Keys(m.Tables)) }

func empty() *Manifest {
	return &Manifest{Pipelines: map[string]Pipeline{}, Tables: map[string]*Table{}, refs: map[string]tableRef{}, horizon: horizon{1, 1}}
}

// Newest reads the newest version of the lake, version 0 of an empty one. It
// takes no lock: a version, once linked, never changes.
func Newest(fsys FS) (*Manifest, error) { return newest(fsys, empty()) }

// newest is Newest where another version is known: tables that are as they were in it
// are not read again.
func newest(fsys FS, known *Manifest) (*Manifest, error) {
	h, last, err := span(fsys)
	if err != nil || last == 0 {
		return empty(), err
	}
	m, previous, err := readRoot(fsys, last)
	if err != nil {
		return nil, err
	}
	if last > h.Oldest {
		before, _, err := readRoot(fsys, last-1)
		if err != nil {
			return nil, err
		}
		if before.digest != previous {
			return nil, fmt.Errorf("%w: manifest %s does not follow %s", ErrCorrupt, last, last-1)
		}
	}
	m.horizon = h
	for stream, ref := range m.refs {
		if known.refs[stream] == ref {
			m.Tables[stream] = known.Tables[stream]
		}
	}
	return m, readTables(fsys, m)
}

// relists bounds how often a listing of the log with a hole in it is read again.
const relists = 10

// versions are the oldest and the newest version there are, without a gap; 0, 0
// if none.
func versions(fsys FS) (first, last Version, err error) {
	h, last, err := span(fsys)
	if err != nil || last == 0 {
		return 0, last, err
	}
	return h.Oldest, last, nil
}

// span tells which versions there are: from the horizon's oldest to last,
// without a gap; last is 0 if there are none. A listing is no snapshot: of two
// names that come while it is read it may hold the second alone. So what it
// lacks is looked for by name, and what is not there either must be missing
// again.
func span(fsys FS) (h horizon, last Version, err error) {
	for try := 0; ; try++ {
		found, err := listVersions(fsys)
		if err != nil {
			return h, 0, err
		}
		// After the list: whatever vacuum had removed by then is below it.
		if h, err = readHorizon(fsys); err != nil {
			return h, 0, err
		}
		found = slices.DeleteFunc(found, func(v Version) bool { return v < h.Oldest })
		if len(found) == 0 && h.Oldest == 1 {
			return h, 0, nil
		}
		hole, err := findHole(fsys, append([]Version{h.Oldest - 1}, found...))
		if len(found) > 0 {
			last = found[len(found)-1]
		} else if err == nil {
			hole = h.Oldest
		}
		if err != nil || hole == 0 {
			return h, last, err
		}
		if try == relists {
			return h, last, fmt.Errorf("%w: %d manifests of versions %d to %d: %d is missing", ErrCorrupt, len(found), h.Oldest, last, hole)
		}
	}
}

func listVersions(fsys FS) ([]Version, error) {
	entries, err := fsys.ReadDir(logDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	var found []Version
	for _, e := range entries {
		if v, ok := parseManifest(e.Name()); ok {
			found = append(found, v)
		}
	}
	slices.Sort(found)
	return found, nil
}

// findHole is the first version between those found that does not exist; 0 if none.
func findHole(fsys FS, found []Version) (Version, error) {
	for i, v := range found[1:] {
		for missed := found[i] + 1; missed < v; missed++ {
			_, err := fsys.Stat(manifestPath(missed))
			if errors.Is(err, fs.ErrNotExist) {
				return missed, nil
			}
			if err != nil {
				return 0, fmt.Errorf("list versions: %w", err)
			}
		}
	}
	return 0, nil
}

func readRoot(fsys FS, v Version) (*Manifest, string, error) {
	data, err := ReadFile(fsys, manifestPath(v))
	if err != nil {
		return nil, "", fmt.Errorf("read manifest %s: %w", v, err)
	}
	m, err := decodeRoot(data, v)
	if err != nil {
		return nil, "", err
	}
	return m, m.previous, nil
}

// ReadFile reads a small file whole.
func ReadFile(fsys FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return data, errors.Join(err, f.Close())
}

// readTables fills in the tables that m.refs names and m.Tables lacks, and
// the retired files.
func readTables(fsys FS, m *Manifest) error {
	if err := m.readRetired(fsys); err != nil {
		return fmt.Errorf("read manifest %s: %w", m.Version, err)
	}
	byFile := map[string][]string{}
	for stream, ref := range m.refs {
		if m.Tables[stream] == nil {
			byFile[ref.File] = append(byFile[ref.File], stream)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byFile)) {
		f, err := fsys.Open(name)
		if err != nil {
			return fmt.Errorf("read manifest %s: %w", m.Version, err)
		}
		for _, stream := range byFile[name] {
			t, terr := readTable(f, stream, m.refs[stream])
			m.Tables[stream] = t
			err = errors.Join(err, terr)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("read manifest %s: %w", m.Version, err)
		}
	}
	return nil
}

func (m *Manifest) readRetired(fsys FS) error {
	if m.retiredRef.File == "" {
		return nil
	}
	f, err := fsys.Open(m.retiredRef.File)
	if err != nil {
		return err
	}
	return errors.Join(m.retiredRef.read(f, &m.Retired), f.Close())
}

// checkSizes compares every file m names with the disk.
func checkSizes(fsys FS, m *Manifest) error {
	for _, stream := range m.Streams() {
		for _, f := range m.Tables[stream].Named() {
			if err := CheckFile(fsys, stream, f); err != nil {
				return fmt.Errorf("version %d: %w", m.Version, err)
			}
		}
	}
	return nil
}

// sweep removes what a crash of this pipeline left: files that bear its id and
// that m, read under the pipeline's lock, does not name. It returns how many.
func (l *Lake) sweep(m *Manifest) (int, error) {
	found, err := l.orphans(m)
	for _, name := range found {
		if err == nil {
			err = l.fs.Remove(name)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("sweep: %w", err)
	}
	return len(found), nil
}

func (l *Lake) orphans(m *Manifest) ([]string, error) {
	named := map[string]bool{}
	for _, t := range m.Tables {
		for _, f := range t.Named() {
			named[f.Path] = true
		}
	}
	for i := range m.Retired { // readers of older versions have them
		named[m.Retired[i].Path] = true
	}
	var out []string
	lost := func(name string) {
		if strings.HasPrefix(path.Base(name), l.id+"-") && !named[name] && !isLink(name) {
			out = append(out, name)
		}
	}
	top, err := l.fs.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range top {
		err = errors.Join(err, noLink(e.Name(), e))
		if e.IsDir() && e.Name() != "_lake" {
			err = errors.Join(err, l.walk(e.Name(), streamDepth, lost))
		}
	}
	err = errors.Join(err, l.walk(rejectsDir, 2, lost))
	for _, dir := range []string{path.Dir(logDir), locksDir} {
		err = errors.Join(err, l.walk(dir, 1, func(string) {}))
	}
	err = errors.Join(err, l.walk(logDir, 1, func(name string) {
		if strings.HasPrefix(path.Base(name), tempPrefix+l.id+"-") {
			out = append(out, name)
		}
	}))
	tables, terr := l.lostTables(m)
	spilled, serr := l.lostSpill()
	return slices.Concat(out, tables, spilled), errors.Join(err, terr, serr)
}

// lostSpill are the temporary directories of this pipeline's dead runs, after
// the files in them.
func (l *Lake) lostSpill() ([]string, error) {
	entries, err := l.fs.ReadDir(tempDir)
	var out []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), l.id+"-") {
			continue
		}
		dir := path.Join(tempDir, e.Name())
		if e.IsDir() {
			err = errors.Join(err, l.walk(dir, 1, func(name string) { out = append(out, name) }))
		}
		out = append(out, dir)
	}
	return out, err
}

// walk visits the files at most depth directories below dir.
func (l *Lake) walk(dir string, depth int, visit func(name string)) error {
	entries, err := l.fs.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if err := noLink(name, e); err != nil {
			return err
		}
		switch {
		case !e.IsDir():
			visit(name)
		case depth > 1:
			err := l.walk(name, depth-1, visit)
			if err != nil && !errors.Is(err, fs.ErrNotExist) { // another process may have removed it by now
				return err
			}
		}
	}
	return nil
}

// streamDepth is how deep files may stand below a stream's directory: table, a
// directory for each field of a partition, and the file.
const streamDepth = 2 + MaxPartitionFields

// noLink refuses a symbolic link: what is written through it lies elsewhere,
// where nothing keeps the lake's promises.
func noLink(name string, e fs.DirEntry) error {
	if e.Type()&fs.ModeSymlink == 0 || isCurrent(name) {
		return nil
	}
	return linkError(name)
}

// lostTables are this pipeline's table manifests that no version names: those
// of versions still to come, and those of a version that names another.
func (l *Lake) lostTables(m *Manifest) ([]string, error) {
	byVersion := map[Version][]string{}
	var out []string
	err := l.walk(tablesDir, 1, func(name string) {
		v, id, ok := parseTables(path.Base(name))
		switch {
		case ok && v <= m.Version:
			byVersion[v] = append(byVersion[v], name)
		case strings.HasPrefix(id, l.id+"-"):
			out = append(out, name)
		}
	})
	for v, names := range byVersion {
		if err != nil || len(names) == 1 || v < m.horizon.Oldest { // those below are Vacuum's
			continue
		}
		var r *Manifest
		if r, _, err = readRoot(l.fs, v); err != nil {
			break
		}
		for _, name := range names {
			_, id, _ := parseTables(path.Base(name))
			if strings.HasPrefix(id, l.id+"-") && !r.uses(name) {
				out = append(out, name)
			}
		}
	}
	return out, err
}

// uses reports whether m names a line of a file of table manifests.
func (m *Manifest) uses(file string) bool {
	for _, ref := range m.refs {
		if ref.File == file {
			return true
		}
	}
	return m.retiredRef.File == file
}
