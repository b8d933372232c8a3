package columns

import (
	"encoding/binary"
	"runtime"
	"sync"

	klauspost "github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// fastZstd is the library's zstd at its fastest level, but for what that level
// leaves out: where no bytes repeat, their frequencies still tell. Digits and
// other random text, which it stores as they are, become half as long. A small page
// it stores: there its tables cost more than they save.
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

// smallPage is the size from which pages are compressed.
const smallPage = 1 << 10

func (*fastZstd) Encode(dst, src []byte) ([]byte, error) {
	if len(src) < smallPage {
		return appendRawFrame(dst[:0], src), nil
	}
	return zstdEncoder().EncodeAll(src, dst[:0]), nil
}

// appendRawFrame appends a zstd frame that holds src as it is, of less than 64 KiB: a
// header with the size of its content, and one block (RFC 8878, sections 3.1.1.1 and
// 3.1.1.2).
func appendRawFrame(dst, src []byte) []byte {
	const magic, single, twoBytes, lastRaw = 0xFD2FB528, 1 << 5, 1 << 6, 1
	dst = binary.LittleEndian.AppendUint32(dst, magic)
	if n := len(src); n < 256 {
		dst = append(dst, single, byte(n))
	} else {
		dst = binary.LittleEndian.AppendUint16(append(dst, single|twoBytes), uint16(n-256))
	}
	block := len(src)<<3 | lastRaw
	dst = append(dst, byte(block), byte(block>>8), byte(block>>16))
	return append(dst, src...)
}
