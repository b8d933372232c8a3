package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// How long a full pipe is waited for once a signal has come, and how often we
// look for the signal while it is full.
const (
	lastWords   = 2 * time.Second
	outputCheck = 100 * time.Millisecond
)

// pipePage is what a pipe that is ready for writing takes without waiting.
const pipePage = 4096

// output is stdout or stderr of a load: a writer that waits for its reader, but
// not for long once a signal has asked the program to end. Small pages make it
// too slow for the sample tap.
type output struct {
	file *os.File
	ctx  context.Context // of the signal

	mu  sync.Mutex
	err error // the first
}

// newOutput makes an output of a file. What never keeps its writer waiting is
// written to as it is.
func newOutput(ctx context.Context, w io.Writer) io.Writer {
	file, ok := w.(*os.File)
	if !ok {
		return w
	}
	if info, err := file.Stat(); err != nil || info.Mode().IsRegular() {
		return w
	}
	return &output{file: file, ctx: ctx}
}

// Write writes p whole, a page at a time: more could make it wait inside the
// system, where no signal reaches it.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	written := 0
	for written < len(p) && o.err == nil {
		if o.err = o.await(); o.err != nil {
			break
		}
		var n int
		n, o.err = o.file.Write(p[written:min(len(p), written+pipePage)])
		written += n
	}
	return written, o.err
}

// await waits until there is room for a page, or nobody is left to read it,
// which the write will tell.
func (o *output) await() error {
	var signalled time.Time
	for {
		ready, err := writable(o.file, outputCheck)
		if ready || err != nil {
			return err
		}
		if o.ctx.Err() == nil {
			continue
		}
		if signalled.IsZero() {
			signalled = time.Now()
		}
		if time.Since(signalled) > lastWords {
			return fmt.Errorf("%w; nobody reads %s", context.Cause(o.ctx), o.file.Name())
		}
	}
}

// writable waits up to timeout for a file to take a page.
func writable(f *os.File, timeout time.Duration) (ready bool, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	cerr := raw.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		_, err = unix.Poll(fds, int(timeout.Milliseconds()))
		if errors.Is(err, unix.EINTR) {
			err = nil
		}
		ready = fds[0].Revents != 0
	})
	return ready, errors.Join(err, cerr)
}

// untilSignal is a writer that a signal ends, for what could go on for ever.
type untilSignal struct {
	io.Writer
	ctx context.Context
}

func (u untilSignal) Write(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.Writer.Write(p)
}
