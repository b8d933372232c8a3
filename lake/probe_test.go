package lake

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestProbe(t *testing.T) {
	failEach(t, 0, (*Lake).Probe, func(fsys *memFS, at *time.Time) error {
		a, err := tryOpenAt(fsys, "a", 102, at)
		if err != nil {
			return err
		}
		if left := fsys.files(tempDir); len(left) > 0 {
			return fmt.Errorf("left behind: %v", left)
		}
		return errors.Join(a.Probe(), kept(fsys), leaks(fsys, 1))
	})
}

// TestProbeFindsOut has disks that take every call and do something else.
func TestProbeFindsOut(t *testing.T) {
	f := func(want string, spoil func(*memFS)) {
		t.Helper()
		fsys, at := newMemFS(), day0
		l := openAt(t, fsys, "a", 1, &at)
		spoil(fsys)
		if err := l.Probe(); !errors.Is(err, ErrUnfit) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if left := fsys.files(tempDir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	f("flock gave one lock twice", func(m *memFS) { clear(m.locks) })
	f("reads other than it was written", func(m *memFS) {
		m.drop = func(op, name string) bool { return op == "write" && strings.HasPrefix(name, tempDir) }
	})
	f("link took a name that was taken", func(m *memFS) {
		n := 0
		m.drop = func(op, _ string) bool { n += strings.Count(op, "link"); return op == "link" && n == 2 }
	})
}

func TestDisksThatSuit(t *testing.T) {
	f := func(system string, trusted, want bool) {
		t.Helper()
		err := Space{System: system}.Suits(trusted)
		if (err == nil) != want || err != nil && !errors.Is(err, ErrUnfit) {
			t.Errorf("%s, trusted %v: %v", system, trusted, err)
		}
	}
	for _, local := range []string{"ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "file system 0x1234", ""} {
		f(local, false, true)
	}
	for _, remote := range []string{"nfs", "cifs", "smb", "smb2", "afs"} {
		f(remote, false, false)
		f(remote, true, false)
	}
	for _, unknown := range []string{"fuse", "9p"} {
		f(unknown, false, false)
		f(unknown, true, true)
	}
	disk, err := OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	if s, err := disk.Space(); err != nil || s.Free <= 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestLockIsGivenBack closes a lock whose file somebody else has too, as a process
// has that was started meanwhile.
func TestLockIsGivenBack(t *testing.T) {
	disk, err := OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	first, err := disk.Lock("lock", "the first")
	if err != nil {
		t.Fatal(err)
	}
	copied, err := unix.Dup(int(first.(diskLock).Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(copied)
	if _, err := disk.Lock("lock", "the second"); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "the first") {
		t.Errorf("a lock that is held: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := disk.Lock("lock", "the second")
	if err != nil {
		t.Fatalf("a lock that was given back: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}
