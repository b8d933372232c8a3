package lake

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// FileError says that a file is not as the version that names it has it.
type FileError struct {
	Stream string
	Path   string
	Why    string
	cause  error // nil: it is there
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s: stream %q: %s %s", ErrCorrupt, e.Stream, e.Path, e.Why)
}

func (e *FileError) Unwrap() []error {
	if e.cause == nil {
		return []error{ErrCorrupt}
	}
	return []error{ErrCorrupt, e.cause}
}

// CheckFile holds a stream's file against its manifest: that it is there, is a file,
// and has its size. A link on the way to it is told first, as what it leads to is
// none of the lake's.
func CheckFile(fsys FS, stream string, f Named) error {
	info, err := fsys.Stat(f.Path)
	if err == nil && info.Mode().IsRegular() && info.Size() == f.Bytes {
		return nil
	}
	if link := linkIn(fsys, f.Path); link != nil {
		return link
	}
	out := &FileError{Stream: stream, Path: f.Path, cause: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		out.Why = "is missing"
	case errors.Is(err, fs.ErrPermission):
		return err // it may be all right
	case err != nil:
		out.Why = "cannot be looked at: " + err.Error()
	case !info.Mode().IsRegular():
		out.Why = fmt.Sprintf("is %s, not a file", info.Mode())
	default:
		out.Why = fmt.Sprintf("is %d bytes long, want %d", info.Size(), f.Bytes)
	}
	return out
}

// ErrLink is what a link inside the lake is refused with.
var ErrLink = errors.New("a symbolic link inside the lake; put what it points to in its place")

func linkError(name string) error { return &fs.PathError{Op: "open", Path: name, Err: ErrLink} }

// linkIn refuses the first link in a name, nil if there is none.
func linkIn(fsys FS, name string) error {
	for at := range strings.Split(name, "/") {
		part := firstSteps(name, at+1)
		info, err := fsys.Stat(part)
		if err != nil {
			return nil
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return linkError(part)
		}
	}
	return nil
}

// firstSteps is the beginning of a name, n directories deep.
func firstSteps(name string, n int) string {
	return path.Join(strings.SplitN(name, "/", n+1)[:n]...)
}

// outward names the link that leads a name out of the lake's directory, where os.Root
// tells only that one does.
func (d Disk) outward(name string, err error) error {
	if err == nil || !strings.HasSuffix(err.Error(), "path escapes from parent") {
		return err
	}
	if link := linkIn(d, name); link != nil {
		return link
	}
	return err
}
