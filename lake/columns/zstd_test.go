package columns

import (
	"bytes"
	"testing"
)

// Small pages are stored, in frames of their own.
func TestSmallPagesAreStored(t *testing.T) {
	f := func(n int, stored bool) {
		t.Helper()
		page := bytes.Repeat([]byte("ab"), n)[:n]
		packed, err := new(fastZstd).Encode(nil, page)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Zstd.library().Decode(nil, packed)
		if err != nil || !bytes.Equal(got, page) {
			t.Fatalf("%d bytes came back as %d: %v", n, len(got), err)
		}
		if bytes.HasSuffix(packed, page) != stored {
			t.Errorf("%d bytes: %d in the frame, stored: %v", n, len(packed), !stored)
		}
	}
	f(0, true)
	f(1, true)
	f(255, true)
	f(256, true)
	f(smallPage-1, true)
	f(smallPage, false)
	f(200_000, false)
}
