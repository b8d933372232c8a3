// Package disk is disks whose power a test can cut.
package disk

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Image is a file system in a file, mounted through a loop device, whose power
// can be cut: the kernel throws away what it has not written to the file.
type Image struct {
	Dir  string // where it is mounted
	kind string // ext4 or xfs
	file string
}

// Of an ext4 the journal is committed by nothing but a sync: by itself it would
// be every five seconds, which hides a sync that is missing.
var mountOptions = map[string]string{"ext4": "loop,commit=1000", "xfs": "loop"}

// Smallest are near the least bytes that mkfs takes, by kind.
var Smallest = map[string]int64{"ext4": 128 << 20, "xfs": 320 << 20}

// New makes one of as many bytes in a directory, and mounts it there.
func New(kind, root string, bytes int64) (*Image, error) {
	m := &Image{kind: kind, file: filepath.Join(root, kind+".img"), Dir: filepath.Join(root, kind)}
	if err := os.WriteFile(m.file, nil, 0o600); err != nil {
		return nil, err
	}
	if err := errors.Join(os.Truncate(m.file, bytes), os.Mkdir(m.Dir, 0o700)); err != nil {
		return nil, err
	}
	mkfs := map[string][]string{"ext4": {"mkfs.ext4", "-q", "-F", m.file}, "xfs": {"mkfs.xfs", "-q", "-f", m.file}}[kind]
	if err := Command(mkfs...); err != nil {
		return nil, err
	}
	return m, m.mount()
}

func (m *Image) mount() error {
	return Command("mount", "-t", m.kind, "-o", mountOptions[m.kind], m.file, m.Dir)
}

// Unmount waits for those who still have files open: a process that is dead but
// not gone, or one being started, which has ours until it runs.
func Unmount(dir string) error {
	for try := 0; ; try++ {
		err := Command("umount", dir)
		if err == nil || try == 250 {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// shutdown is FS_IOC_SHUTDOWN of linux/fs.h; noLogFlush keeps the journal's
// unwritten part from the disk as well.
const (
	shutdown   = 0x8004587d
	noLogFlush = 2
)

// Cut takes the power away: from now on nothing reaches the file.
func (m *Image) Cut() error {
	d, err := os.Open(m.Dir)
	if err != nil {
		return err
	}
	err = unix.IoctlSetPointerInt(int(d.Fd()), shutdown, noLogFlush)
	return errors.Join(err, d.Close())
}

// Reboot mounts what is left after a cut; nobody may have files open.
func (m *Image) Reboot() error {
	if err := Unmount(m.Dir); err != nil {
		return err
	}
	return m.mount()
}

// Command runs a program of the system's.
func Command(argv ...string) error {
	out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%q: %w: %s", argv, err, out)
	}
	return nil
}

// CannotCut says why there are no power cuts here; "" if there can be.
func CannotCut() string {
	if os.Getuid() != 0 {
		return "it needs root, to mount images"
	}
	if _, err := os.Stat("/dev/loop-control"); err != nil {
		return "there are no loop devices here"
	}
	for _, tool := range []string{"mount", "umount", "mkfs.ext4", "mkfs.xfs"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "it needs " + tool
		}
	}
	return ""
}
