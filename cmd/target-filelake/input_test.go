package main

import (
	"context"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestStopOnEndsItsWriting releases inputs just as their context ends: the
// byte that wakes a reader is written by then, or never.
func TestStopOnEndsItsWriting(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	in, err := openInput(context.Background(), "", r)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for n := range 2000 {
		ctx, cancel := context.WithCancel(context.Background())
		release := in.stopOn(ctx)
		cancel()
		release()
		fds := []unix.PollFd{{Fd: int32(in.wake[0]), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, 0); err != nil || fds[0].Revents == 0 {
			t.Fatalf("round %d: not written when released (%v)", n, err)
		}
		if _, err := unix.Read(in.wake[0], make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
}
