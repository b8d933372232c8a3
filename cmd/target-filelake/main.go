// Command target-filelake loads Singer taps into a Parquet lake on local disk.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Interrupted says which signal stopped a load.
type interrupted struct{ os.Signal }

func (i interrupted) Error() string { return "interrupted by " + i.String() }

// withSignals returns a context that the first SIGINT or SIGTERM cancels; a
// second one kills the process, as if nobody listened.
func withSignals() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGINT, syscall.SIGTERM)
	signal.Ignore(syscall.SIGPIPE) // a closed stdout is an error to report, not a way to die
	done := make(chan struct{})
	go func() {
		select {
		case s := <-c:
			signal.Stop(c)
			cancel(interrupted{s})
		case <-done:
		}
	}()
	return ctx, func() { signal.Stop(c); close(done); cancel(nil) }
}

func main() {
	ctx, stop := withSignals()
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, newOutput(ctx, os.Stderr))
	stop()
	os.Exit(code)
}
