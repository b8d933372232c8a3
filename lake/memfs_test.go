package lake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// errInjected is what a failing memFS returns.
var errInjected = errors.New("injected fault")

// memFS is a disk that fails at a chosen call and loses what was not synced:
// bytes of files and names in directories, apart from each other.
type memFS struct {
	mu      sync.Mutex
	dirs    map[string]*memDir
	locks   map[string]bool
	calls   int
	failAt  int                        // this call and all later ones fail; 0: none
	after   bool                       // the failing call takes effect before it fails
	fail    func(op, name string) bool // these calls fail, too
	drop    func(op, name string) bool // calls that do nothing and say they did
	trace   []string
	renames bool // Link replaces, as Rename does
	refused bool // the last Link was: its name was taken

	late    func(op, name string) bool // calls that take effect with the next that makes or syncs a name
	pending []func() error             // such calls
	short   bool                       // a failing write leaves half of its bytes
}

// memDir is a directory: the names a process sees, and those on the platter.
type memDir struct{ names, durable map[string]*memNode }

// memNode is a file, a directory if dir is set, or a symbolic link.
type memNode struct {
	dir    bool
	link   string // what it stands for
	data   []byte
	synced []byte
}

func newMemFS() *memFS {
	return &memFS{dirs: map[string]*memDir{".": newMemDir()}, locks: map[string]bool{}}
}

func newMemDir() *memDir { return &memDir{map[string]*memNode{}, map[string]*memNode{}} }

// call counts one call; do is its effect.
func (m *memFS) call(op, name string, do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	failing := m.failAt > 0 && m.calls >= m.failAt
	if failing && !(m.after && m.calls == m.failAt) || m.fail != nil && m.fail(op, name) {
		return fmt.Errorf("%s %s: %w", op, name, errInjected)
	}
	if slices.Contains([]string{"create", "mkdir", "link", "rename", "syncdir"}, op) {
		for _, f := range m.pending {
			_ = f() // it has been said that all went well
		}
		m.pending = nil
	}
	if m.late != nil && m.late(op, name) {
		m.pending = append(m.pending, do)
		return nil
	}
	if m.drop != nil && m.drop(op, name) {
		return nil
	}
	err := do()
	if err == nil && failing {
		err = fmt.Errorf("%s %s: %w", op, name, errInjected)
	}
	if err == nil && op != "open" && op != "stat" && op != "readdir" && op != "readlink" && op != "read" && op != "close" {
		m.trace = append(m.trace, op+" "+name)
	}
	return err
}

func notExist(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist} }

// at finds the directory name stands in, and what it names.
func (m *memFS) at(op, name string) (*memDir, *memNode, error) {
	d := m.dirs[path.Dir(name)]
	if d == nil {
		return nil, nil, notExist(op, name)
	}
	return d, d.names[path.Base(name)], nil
}

func (m *memFS) Create(name string) (File, error) {
	var n *memNode
	err := m.call("create", name, func() error {
		d, old, err := m.at("create", name)
		if err != nil {
			return err
		}
		if old != nil {
			return &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
		}
		n = &memNode{}
		d.names[path.Base(name)] = n
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &memFile{fs: m, name: name, node: n}, nil
}

func (m *memFS) Open(name string) (File, error) {
	var n *memNode
	err := m.call("open", name, func() error {
		_, found, err := m.at("open", name)
		if n = found; err == nil && n == nil {
			err = notExist("open", name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &memFile{fs: m, name: name, node: n}, nil
}

func (m *memFS) Mkdir(name string) error {
	return m.call("mkdir", name, func() error {
		d, old, err := m.at("mkdir", name)
		if err != nil {
			return err
		}
		if old != nil {
			return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
		}
		d.names[path.Base(name)] = &memNode{dir: true}
		m.dirs[name] = newMemDir()
		return nil
	})
}

func (m *memFS) Rename(oldname, newname string) error {
	return m.call("rename", oldname+" "+newname, func() error { return m.rename(oldname, newname) })
}

func (m *memFS) rename(oldname, newname string) error {
	from, n, err := m.at("rename", oldname)
	to, _, err2 := m.at("rename", newname)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if n == nil {
		return notExist("rename", oldname)
	}
	delete(from.names, path.Base(oldname))
	to.names[path.Base(newname)] = n
	return nil
}

func (m *memFS) Link(oldname, newname string) error {
	return m.call("link", oldname+" "+newname, func() error {
		_, n, err := m.at("link", oldname)
		to, old, err2 := m.at("link", newname)
		switch {
		case errors.Join(err, err2) != nil:
			return errors.Join(err, err2)
		case n == nil:
			return notExist("link", oldname)
		case m.renames:
			return m.rename(oldname, newname)
		case old != nil:
			m.refused = true
			return &fs.PathError{Op: "link", Path: newname, Err: fs.ErrExist}
		}
		m.refused = false
		to.names[path.Base(newname)] = n
		return nil
	})
}

func (m *memFS) Remove(name string) error {
	return m.call("remove", name, func() error {
		d, n, err := m.at("remove", name)
		if err == nil && n == nil {
			err = notExist("remove", name)
		}
		if err == nil && n.dir && len(m.dirs[name].names) > 0 {
			err = &fs.PathError{Op: "remove", Path: name, Err: errors.New("directory not empty")}
		}
		if err == nil {
			delete(d.names, path.Base(name))
		}
		return err
	})
}

func (m *memFS) Symlink(target, name string) error {
	return m.call("symlink", name, func() error {
		d, old, err := m.at("symlink", name)
		if err == nil && old != nil {
			err = &fs.PathError{Op: "symlink", Path: name, Err: fs.ErrExist}
		}
		if err == nil {
			d.names[path.Base(name)] = &memNode{link: target}
		}
		return err
	})
}

func (m *memFS) Readlink(name string) (target string, err error) {
	err = m.call("readlink", name, func() error {
		_, n, err := m.at("readlink", name)
		switch {
		case err == nil && n == nil:
			err = notExist("readlink", name)
		case err == nil && n.link == "":
			err = &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
		case err == nil:
			target = n.link
		}
		return err
	})
	return target, err
}

func (m *memFS) Stat(name string) (info fs.FileInfo, err error) {
	err = m.call("stat", name, func() error {
		_, n, err := m.at("stat", name)
		if err == nil && n == nil {
			err = notExist("stat", name)
		}
		if err == nil {
			info = memInfo{path.Base(name), n.dir, n.link != "", int64(len(n.data))}
		}
		return err
	})
	return info, err
}

func (m *memFS) ReadDir(name string) (out []fs.DirEntry, err error) {
	err = m.call("readdir", name, func() error {
		d := m.dirs[name]
		if d == nil {
			return notExist("readdir", name)
		}
		for _, base := range slices.Sorted(maps.Keys(d.names)) {
			n := d.names[base]
			out = append(out, fs.FileInfoToDirEntry(memInfo{base, n.dir, n.link != "", int64(len(n.data))}))
		}
		return nil
	})
	return out, err
}

func (m *memFS) SyncDir(name string) error {
	return m.call("syncdir", name, func() error {
		d := m.dirs[name]
		if d == nil {
			return notExist("syncdir", name)
		}
		d.durable = maps.Clone(d.names)
		return nil
	})
}

func (m *memFS) Lock(name, holder string) (io.Closer, error) {
	err := m.call("lock", name, func() error {
		if m.locks[name] {
			return &LockedError{name, holder}
		}
		m.locks[name] = true
		return nil
	})
	return memLock{m, name}, err
}

type memLock struct {
	fs   *memFS
	name string
}

func (l memLock) Close() error {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	delete(l.fs.locks, l.name)
	return nil
}

// afterDeath is the disk as the next process finds it: all that was written,
// and no locks.
func (m *memFS) afterDeath() *memFS {
	return m.clone(func() bool { return true })
}

// restart makes m the disk as the next process finds it, nothing of it more
// durable than it was.
func (m *memFS) restart() {
	m.failAt, m.locks, m.pending = 0, map[string]bool{}, nil
}

// afterPowerLoss is the disk as the next boot finds it: what was synced, and of
// each unsynced file or name what keep says.
func (m *memFS) afterPowerLoss(keep func() bool) *memFS { return m.clone(keep) }

func (m *memFS) clone(keep func() bool) *memFS {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := newMemFS()
	nodes := map[*memNode]*memNode{} // one file may have two names
	var copyDir func(dir string)
	copyDir = func(dir string) {
		d := m.dirs[dir]
		names := maps.Clone(d.durable)
		for _, base := range slices.Sorted(maps.Keys(union(d.names, d.durable))) {
			if d.names[base] == d.durable[base] || !keep() {
				continue
			}
			if n := d.names[base]; n != nil {
				names[base] = n
			} else {
				delete(names, base)
			}
		}
		for _, base := range slices.Sorted(maps.Keys(names)) {
			n := names[base]
			if nodes[n] == nil {
				nodes[n] = &memNode{dir: n.dir, link: n.link, data: n.synced, synced: n.synced}
				if !bytes.Equal(n.data, n.synced) && keep() {
					nodes[n].data, nodes[n].synced = n.data, n.data
				}
			}
			out.dirs[dir].names[base], out.dirs[dir].durable[base] = nodes[n], nodes[n]
			if sub := path.Join(dir, base); n.dir {
				out.dirs[sub] = newMemDir()
				copyDir(sub)
			}
		}
	}
	copyDir(".")
	return out
}

// memFile is an open memNode.
type memFile struct {
	fs   *memFS
	name string
	node *memNode
	at   int64
}

func (f *memFile) Write(p []byte) (n int, err error) {
	put := func(b []byte) {
		n = len(b)
		f.node.data = append(slices.Clip(f.node.data), b...)
	}
	err = f.fs.call("write", f.name, func() error { put(p); return nil })
	if err != nil && n == 0 && f.fs.short {
		put(p[:len(p)/2]) // a full disk takes a part
	}
	return n, err
}

func (f *memFile) ReadAt(p []byte, off int64) (n int, err error) {
	err = f.fs.call("read", f.name, func() error {
		n, err = bytes.NewReader(f.node.data).ReadAt(p, off)
		return err
	})
	return n, err
}

func (f *memFile) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p, f.at)
	f.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (f *memFile) Sync() error {
	return f.fs.call("sync", f.name, func() error {
		f.node.synced = f.node.data
		return nil
	})
}

func (f *memFile) Stat() (fs.FileInfo, error) { return f.fs.Stat(f.name) }
func (f *memFile) Close() error {
	return f.fs.call("close", f.name, func() error { return nil })
}

type memInfo struct {
	name string
	dir  bool
	link bool
	size int64
}

func (i memInfo) Name() string       { return i.name }
func (i memInfo) Size() int64        { return i.size }
func (i memInfo) ModTime() time.Time { return time.Time{} }
func (i memInfo) IsDir() bool        { return i.dir }
func (i memInfo) Sys() any           { return nil }
func (i memInfo) Mode() fs.FileMode {
	switch {
	case i.dir:
		return fs.ModeDir | 0o755
	case i.link:
		return fs.ModeSymlink | 0o777
	}
	return 0o644
}

// files lists every file below a name that starts with prefix.
func (m *memFS) files(prefix string) []string {
	var out []string
	for dir, d := range m.dirs {
		for base, n := range d.names {
			if name := path.Join(dir, base); !n.dir && strings.HasPrefix(name, prefix) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}
