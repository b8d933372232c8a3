package main

import "time"

// limits say when a batch is due, and what is committed without a STATE.
type limits struct {
	bytes      int // of lines, over all streams; 0: as many as suit the streams
	rows       int // of one stream; 0: any number
	age        time.Duration
	commitAuto bool // commit_at: auto
	tail       string
}

// Sizes of a batch that no setting says.
const (
	batchBytes = 100 << 20
	// Where many streams take turns a batch grows until each has this much: files of
	// less are written, and read, for their footers.
	streamBytes = 4 << 20
	longBatch   = 4 // times as much, at most
)

// batchBytes are the bytes of lines that make a batch of so many streams.
func (l *limits) batchBytes(streams int) int {
	if l.bytes > 0 {
		return l.bytes
	}
	return min(max(batchBytes, streams*streamBytes), longBatch*batchBytes)
}

// mostBytes are those of a file's rows in memory after which it ends, STATE or not.
func (l *limits) mostBytes() int {
	if l.bytes > 0 {
		return longBatch * l.bytes
	}
	return longBatch * batchBytes
}
