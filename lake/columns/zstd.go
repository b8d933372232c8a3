package columns

import (
	"runtime"
	"sync"

	klauspost "github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// fastZstd is the library's zstd at its fastest level, but for what that level
// leaves out: where no bytes repeat, their frequencies still tell. Digits and
// other random text, which it stores as they are, become half as long.
type fastZstd struct{ zstd.Codec }

// encoder is one for all: each call of EncodeAll takes a part of it.
var zstdEncoder = sync.OnceValue(func() *klauspost.Encoder {
	e, err := klauspost.NewWriter(nil, klauspost.WithEncoderLevel(klauspost.SpeedFastest), klauspost.WithAllLitEntropyCompression(true),
		klauspost.WithEncoderConcurrency(runtime.GOMAXPROCS(0)), klauspost.WithEncoderCRC(false), klauspost.WithZeroFrames(true))
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return e
})

func (*fastZstd) Encode(dst, src []byte) ([]byte, error) {
	return zstdEncoder().EncodeAll(src, dst[:0]), nil
}
