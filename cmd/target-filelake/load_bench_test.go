package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"target-filelake/bench"
)

// BenchmarkLoad is the main job whole, of records of several shapes.
func BenchmarkLoad(b *testing.B) {
	for _, shape := range []struct {
		name string
		gen  bench.Gen
	}{
		{"orders", bench.Gen{Records: 200_000}},
		{"narrow", bench.Gen{Records: 500_000, Narrow: true}},
		{"wide", bench.Gen{Records: 50_000, Narrow: true, Width: 96, NullShare: 0.5}},
		{"streams", bench.Gen{Records: 200_000, Streams: 100}},
	} {
		b.Run(shape.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "singer")
			var in bytes.Buffer
			if err := errors.Join(shape.gen.Run(&in), os.WriteFile(path, in.Bytes(), 0o600)); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(in.Len()))
			for b.Loop() {
				var said bytes.Buffer
				if code := run(context.Background(), []string{"--lake", filepath.Join(b.TempDir(), "lake"), "--input", path}, os.Stdin, io.Discard, &said); code != 0 {
					b.Fatalf("exit %d\n%s", code, said.Bytes())
				}
			}
		})
	}
}
