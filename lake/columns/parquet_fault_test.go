package columns

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
)

var errDisk = errors.New("no space left")

// failingWriter takes left bytes.
type failingWriter struct{ left int }

func (w *failingWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		n := w.left
		w.left = 0
		return n, errDisk
	}
	w.left -= len(p)
	return len(p), nil
}

func TestFailedWriterIsDead(t *testing.T) {
	b := sampleBatch(0, 20)
	whole := len(writeFile(t, b.Schema, Zstd, []*Batch{b}, []*Batch{b}))
	for left := 0; left < whole; left += 1 + left/40 {
		w := &failingWriter{left: left}
		f, err := NewFileWriter(w, b.Schema, Zstd)
		if err != nil {
			if !errors.Is(err, errDisk) || left >= len(magic) {
				t.Fatalf("NewFileWriter on %d bytes: %v", left, err)
			}
			continue
		}
		g, h := f.Begin(), f.Begin()
		if err := errors.Join(g.Encode([]*Batch{b}), h.Encode([]*Batch{b})); err != nil {
			t.Fatal(err)
		}
		errG, errH := g.Commit(), h.Commit()
		if errG != nil && errH != errG {
			t.Fatalf("second Commit: %v, want the first error, %v", errH, errG)
		}
		w.left = whole // space is back: too late
		_, err = f.Close()
		if first := errors.Join(errG, errH); first != nil && !errors.Is(err, errDisk) {
			t.Fatalf("Close after %v: %v", first, err)
		}
	}
}

func TestCloseWantsEveryRowGroup(t *testing.T) {
	f, err := NewFileWriter(io.Discard, sampleSchema(), Zstd)
	if err != nil {
		t.Fatal(err)
	}
	f.Begin()
	_, err = f.Close()
	if err == nil {
		t.Fatal("Close left a row group behind")
	}
	if _, again := f.Close(); again != err {
		t.Fatalf("second Close: %v, want %v", again, err)
	}
}

func TestClosedWriter(t *testing.T) {
	f, err := NewFileWriter(io.Discard, sampleSchema(), Zstd)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := f.Close(); rows != 0 || err != nil {
		t.Fatalf("Close() = %d, %v", rows, err)
	}
	if _, err := f.Close(); !errors.Is(err, errClosed) {
		t.Fatalf("second Close: %v", err)
	}
}

// Vectors of unequal length would shift rows silently.
func TestEncodeRefusesUnequalColumns(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("a column lacks a row, and Encode took it")
		}
	}()
	b := sampleBatch(0, 10)
	b.Vectors[3].Def = b.Vectors[3].Def[:9]
	f, err := NewFileWriter(io.Discard, b.Schema, Zstd)
	if err != nil {
		t.Fatal(err)
	}
	t.Error(f.Begin().Encode([]*Batch{b}))
}

func TestReadFooterRefusesParts(t *testing.T) {
	b := sampleBatch(0, 50)
	file := writeFile(t, b.Schema, Zstd, []*Batch{b})
	for n := 0; n < len(file); n += 1 + min(n, len(file)-1-n)/8 {
		if rows, err := ReadFooter(bytes.NewReader(file[:n]), int64(n)); err == nil {
			t.Fatalf("the first %d of %d bytes passed for a file of %d rows", n, len(file), rows)
		}
	}
	if _, err := ReadFooter(bytes.NewReader(file[:len(file)-9]), int64(len(file))); err == nil {
		t.Fatal("a file shorter than its size passed")
	}
	without := slices.Concat(file[:4], file[200:])
	if _, err := ReadFooter(bytes.NewReader(without), int64(len(without))); !errors.Is(err, ErrNotParquet) {
		t.Fatalf("a file without its first page: %v", err)
	}
}

// A damaged length must be refused before memory is taken for it.
func TestReadFooterRefusesGiantLists(t *testing.T) {
	footer := []byte{0x15, 0x04, 0x19, 0xfc} // version 2; the schema, a list of structs
	footer = binary.AppendUvarint(footer, 1<<30)
	file := append([]byte(magic), footer...)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(footer)))
	file = append(file, magic...)
	if _, err := ReadFooter(bytes.NewReader(file), int64(len(file))); !errors.Is(err, ErrNotParquet) {
		t.Fatalf("ReadFooter() = %v", err)
	}
}

func FuzzReadFooter(f *testing.F) {
	b := sampleBatch(0, 5)
	f.Add(writeFile(f, b.Schema, Zstd, []*Batch{b}))
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := ReadFooter(bytes.NewReader(file), int64(len(file)))
		if rows < 0 || err != nil && rows != 0 {
			t.Fatalf("ReadFooter() = %d, %v", rows, err)
		}
	})
}
