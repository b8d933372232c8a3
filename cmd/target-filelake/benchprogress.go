package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// isTerminal reports whether what is written to w is seen at once by somebody.
func isTerminal(w io.Writer) bool {
	if o, ok := w.(*output); ok {
		w = o.file
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// newBenchProgress shows how far a sweep is: on a terminal a bar with the time
// left, elsewhere a line for each run. stop takes the bar away.
func newBenchProgress(w io.Writer) (show func(done, of int, what string), stop func()) {
	if !isTerminal(w) {
		return func(done, of int, what string) {
			if done < of || of == 0 {
				fmt.Fprintf(w, "run %d: %s\n", done+1, what)
			}
		}, func() {}
	}
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(20), progressbar.OptionClearOnFinish(), progressbar.OptionUseANSICodes(true))
	show = func(done, of int, what string) {
		if of > 0 {
			bar.ChangeMax(of)
		}
		bar.Describe(what)
		_ = bar.Set(done) // stderr: there is nowhere left to say that this failed
	}
	return show, func() { _ = bar.Clear() }
}
