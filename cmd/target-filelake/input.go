package main

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// errStopped is what an input returns once stop has been called.
var errStopped = errors.New("reading was stopped")

// input is the tap's pipe: a reader that another goroutine can stop while it
// waits, and that tells whether it would wait.
type input struct {
	file  *os.File
	r     io.Reader // file, or what it decompresses to
	wake  [2]int    // a pipe; a byte in it means stop
	plain bool
	taken atomic.Int64 // bytes read of file
	size  int64        // of file; 0: it is no file
}

// openInput opens name, stdin if it is "" or "-"; a name in .gz is decompressed.
// ctx ends its wait for the first bytes of one.
func openInput(ctx context.Context, name string, stdin *os.File) (*input, error) {
	in := &input{file: stdin, plain: true}
	if name != "" && name != "-" {
		f, err := openNamed(name)
		if err != nil {
			return nil, usageError{err}
		}
		in.file = f
	}
	if info, err := in.file.Stat(); err == nil && info.Mode().IsRegular() {
		in.size = info.Size()
	}
	if err := unix.Pipe2(in.wake[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil, err
	}
	// A larger pipe lets the tap run ahead of us; where it cannot be had, the small one serves.
	_, _ = unix.FcntlInt(in.file.Fd(), unix.F_SETPIPE_SZ, 1<<20)
	in.r = stoppable{in}
	if !strings.HasSuffix(name, ".gz") {
		return in, nil
	}
	release := in.stopOn(ctx)
	z, err := gzip.NewReader(stoppable{in})
	release()
	if errors.Is(err, errStopped) {
		return nil, errors.Join(context.Cause(ctx), in.Close())
	}
	if err != nil {
		return nil, errors.Join(unpacking(name, err), in.Close())
	}
	in.r, in.plain = gunzip{z, name}, false
	return in, nil
}

// openNamed opens a file or a named pipe, without a wait for who writes to that.
func openNamed(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	// Reads wait again, once poll has found something.
	return f, unix.SetNonblock(int(f.Fd()), false)
}

// gunzip reads a .gz file.
type gunzip struct {
	*gzip.Reader
	name string
}

func (g gunzip) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errStopped) {
		err = unpacking(g.name, err)
	}
	return n, err
}

// unpacking says that a .gz file is not whole, unless it could not be read.
func unpacking(name string, err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return inputError{fmt.Errorf("%s: truncated: it ends inside the compressed data", name)}
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), is[flate.CorruptInputError](err):
		return inputError{fmt.Errorf("%s: not a whole gzip file: %w", name, err)}
	default:
		return fmt.Errorf("%s: %w", name, err)
	}
}

func (in *input) Read(p []byte) (int, error) { return in.r.Read(p) }

// stopOn makes a waiting Read return errStopped once ctx is done. After release
// nothing is written any more: once the input is closed, the descriptor may be
// another file's.
func (in *input) stopOn(ctx context.Context) (release func()) {
	written := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_, _ = unix.Write(in.wake[1], []byte{0})
		close(written)
	})
	return func() {
		if !stop() {
			<-written
		}
	}
}

// pending reports whether a Read would return at once.
func (in *input) pending() bool {
	ready, err := in.poll(0)
	return ready || err != nil
}

// poll waits up to timeout ms (-1: for ever) for something to read.
func (in *input) poll(timeout int) (bool, error) {
	fds := []unix.PollFd{
		{Fd: int32(in.file.Fd()), Events: unix.POLLIN},
		{Fd: int32(in.wake[0]), Events: unix.POLLIN},
	}
	for {
		_, err := unix.Poll(fds, timeout)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err == nil && fds[1].Revents != 0 {
			err = errStopped
		}
		return fds[0].Revents != 0, err
	}
}

func (in *input) Close() error {
	err := errors.Join(unix.Close(in.wake[0]), unix.Close(in.wake[1]))
	if in.file == nil { // what r reads is not one file
		return err
	}
	return errors.Join(err, in.file.Close())
}

// stoppable reads the file itself.
type stoppable struct{ *input }

func (s stoppable) Read(p []byte) (int, error) {
	if _, err := s.poll(-1); err != nil {
		return 0, err
	}
	n, err := s.file.Read(p)
	s.taken.Add(int64(n))
	return n, err
}
