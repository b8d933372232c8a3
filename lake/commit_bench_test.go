package lake

import (
	"fmt"
	"testing"
)

// BenchmarkCommit is the step that makes staged files true, on the disk of
// temporary files: its syncs are most of it. Staging is not counted.
func BenchmarkCommit(b *testing.B) {
	bench := func(streams, tables int) {
		b.Run(fmt.Sprintf("%d streams of %d", streams, tables), func(b *testing.B) {
			disk, err := OpenDisk(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			defer disk.Close()
			l, err := Open(disk, testOptions("default", 0))
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			commitStreams(b, l, tables, 0) // the tables are made
			for n := int64(1); b.Loop(); n++ {
				commitStreams(b, l, streams, n)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1e3/float64(b.N)/float64(streams), "ms/stream")
		})
	}
	bench(1, 1)
	bench(1, 1000)
	bench(100, 100)
	bench(1000, 1000)
}

// commitStreams commits a file of each of the first streams.
func commitStreams(b *testing.B, l *Lake, streams int, n int64) {
	b.StopTimer()
	s, next := testSchema(b, "id", "v")
	state := fmt.Sprintf(`{"n":%d}`, n)
	c := Commit{State: &state, Load: true, Batches: uint64(streams)}
	for i := range streams {
		stream := fmt.Sprintf("orders_%d", i)
		f, err := stageRows(l, stream, s, 10*n, 5)
		if err != nil {
			b.Fatal(err)
		}
		c.Changes = append(c.Changes, Change{Stream: stream, Dir: l.Dir(stream), Key: []string{"id"}, NextID: next, Schema: s, Files: []NewFile{f}})
	}
	b.StartTimer()
	if _, err := l.Commit(c); err != nil {
		b.Fatal(err)
	}
}
