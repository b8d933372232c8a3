package lake

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// replaceRows commits rows that take the place of all the stream had.
func replaceRows(t testing.TB, l *Lake, stream string, first int64) error {
	t.Helper()
	s, next := testSchema(t, "id")
	f, err := stageRows(l, stream, s, first, 3)
	if err != nil {
		return err
	}
	_, err = l.Commit(Commit{Batches: 1, Changes: []Change{{
		Stream: stream, Dir: l.Dir(stream), NextID: next, Schema: s, Files: []NewFile{f}, Replace: true,
	}}})
	return err
}

// intact reads every file of a version.
func intact(fsys FS, m *Manifest) error {
	for _, table := range m.Tables {
		for _, f := range table.Files {
			data, err := ReadFile(fsys, f.Path)
			if err == nil && digest(data) != f.SHA256 {
				err = fmt.Errorf("%s: %d other bytes", f.Path, len(data))
			}
			if err != nil {
				return fmt.Errorf("version %d: %w", m.Version, err)
			}
		}
	}
	return nil
}

// agedLake has versions that were committed three hours ago, each of which
// took its files from the one before.
func agedLake(t *testing.T, disk FS, versions int) {
	t.Helper()
	l := openAs(t, disk, "a", 0)
	l.clock = func() time.Time { return time.Now().Add(-3 * time.Hour) }
	for i := range versions {
		if err := replaceRows(t, l, "orders", int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestReadersDuringVacuum reads versions, at once and a while later, while
// files are superseded and old versions vacuumed, on a real disk.
func TestReadersDuringVacuum(t *testing.T) {
	disk, err := OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const aged, commits, readers = 60, 40, 5
	agedLake(t, disk, aged)
	writer, cleaner := openAs(t, disk, "a", 1), openAs(t, disk, "b", 2)
	writer.clock, cleaner.clock = time.Now, time.Now
	// The last of the aged versions has been the newest until now.
	if err := replaceRows(t, writer, "orders", 0); err != nil {
		t.Fatal(err)
	}

	var wg sync.WaitGroup
	var checks atomic.Int64
	ended := make(chan struct{})
	for range readers {
		wg.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				m, err := Newest(disk)
				if err == nil {
					err = intact(disk, m)
				}
				if err == nil { // superseded by now, and still there
					time.Sleep(5 * time.Millisecond)
					err = intact(disk, m)
				}
				if err != nil {
					t.Errorf("read: %v", err)
					return
				}
				checks.Add(2)
			}
		})
	}
	var gone Vacuumed
	for i := range commits {
		v, err := cleaner.Vacuum(MinRetention, false)
		if err := errors.Join(err, replaceRows(t, writer, "orders", int64(i))); err != nil {
			t.Fatal(err)
		}
		gone.Versions, gone.Files = gone.Versions+v.Versions, gone.Files+v.Files
	}
	close(ended)
	wg.Wait()
	if gone.Versions != aged-1 || gone.Files != aged-1 {
		t.Errorf("vacuumed %d versions and %d files, want %d", gone.Versions, gone.Files, aged-1)
	}
	for v := Version(aged); v <= writer.Manifest().Version; v++ {
		m, err := At(disk, v)
		if err == nil {
			err = intact(disk, m)
		}
		if err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d checks of versions during %d commits and vacuums: all whole", checks.Load(), commits)
}
