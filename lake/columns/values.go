package columns

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/plain"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// appendLevels appends levels as data pages of version 1 hold them: length,
// then RLE. Most columns have one level throughout, which is one run.
func appendLevels(dst []byte, scratch *[]byte, levels []byte, most byte) []byte {
	if most == 0 {
		return dst
	}
	if bytes.Count(levels, levels[:1]) == len(levels) {
		run := binary.AppendUvarint(make([]byte, 0, 8), uint64(len(levels))<<1)
		run = append(run, levels[0])
		return append(binary.LittleEndian.AppendUint32(dst, uint32(len(run))), run...)
	}
	enc := rle.Encoding{BitWidth: bits.Len8(most)}
	var err error
	if *scratch, err = enc.EncodeLevels(*scratch, levels); err != nil {
		panic("BUG: " + err.Error())
	}
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(*scratch))), *scratch...)
}

// appendValues appends the page's values to e.raw and returns how, and their
// bounds.
func (e *encoder) appendValues() (format.Encoding, bounds, error) {
	v := &e.page
	var err error
	switch e.meta.Type {
	case format.Boolean:
		e.raw = appendBits(e.raw, v.Bools)
		return format.Plain, boundsOf(v), nil
	case format.ByteArray, format.FixedLenByteArray:
		return e.appendBytes()
	}
	if !e.sampled {
		if err := e.sampleWords(); err != nil {
			return 0, bounds{}, err
		}
	}
	if e.indexing {
		return e.appendWordIndexes()
	}
	switch e.meta.Type {
	case format.Double:
		e.part, err = new(plain.Encoding).EncodeDouble(e.part, v.Floats)
		e.raw = append(e.raw, e.part...)
		return format.Plain, boundsOf(v), err
	case format.Int32:
		e.int32s = appendInt32s(e.int32s[:0], v.Ints)
		e.part, err = new(delta.BinaryPackedEncoding).EncodeInt32(e.part, e.int32s)
	default:
		e.part, err = new(delta.BinaryPackedEncoding).EncodeInt64(e.part, v.Ints)
	}
	e.raw = append(e.raw, e.part...)
	return format.DeltaBinaryPacked, boundsOf(v), err
}

func appendInt32s(dst []int32, src []int64) []int32 {
	for _, x := range src {
		dst = append(dst, int32(x))
	}
	return dst
}

// appendBits appends booleans eight to a byte, the first in the lowest bit.
func appendBits(dst []byte, src []bool) []byte {
	for len(src) > 0 {
		n := min(8, len(src))
		var b byte
		for i, x := range src[:n] {
			if x {
				b |= 1 << i
			}
		}
		dst, src = append(dst, b), src[n:]
	}
	return dst
}

func (e *encoder) appendBytes() (format.Encoding, bounds, error) {
	v := &e.page
	if !e.sampled {
		e.sample()
	}
	if e.indexing {
		return e.appendIndexes()
	}
	if v.layout() == inData {
		e.raw = appendPlain(e.raw, v)
		return format.Plain, boundsOf(v), nil
	}
	e.int32s = appendLengths(e.int32s[:0], v.Ends)
	var err error
	e.part, err = new(delta.BinaryPackedEncoding).EncodeInt32(e.part, e.int32s)
	e.raw = append(append(e.raw, e.part...), v.Data...)
	return format.DeltaLengthByteArray, boundsOf(v), err
}

func appendLengths(dst []int32, ends []uint32) []int32 {
	start := uint32(0)
	for _, end := range ends {
		dst = append(dst, int32(end-start))
		start = end
	}
	return dst
}

// sample starts the dictionary with the chunk's first values, to see whether
// they repeat enough for one.
func (e *encoder) sample() {
	v := &e.page
	e.dict.reset(&v.Leaf)
	n := min(v.values(), dictionarySample)
	long := e.entries >= dictionaryChunk
	for i := 0; i < n && (long || e.dict.len()*dictionaryRatio <= n); i++ {
		e.dict.index(v.Value(i))
	}
	e.sampled = n > 0
	e.indexing = n > 0 && (e.dict.len()*dictionaryRatio <= n || long && e.willRepeat(n))
}

// willRepeat reports whether the chunk's values will repeat enough, if those of the
// sample hardly do. Of d values that are equally frequent, n hold some n²/2d pairs of
// equal ones (the birthday problem).
func (e *encoder) willRepeat(n int) bool {
	pairs := n - e.dict.len()
	if pairs < dictionaryPairs {
		return false
	}
	d := n * n / (2 * pairs)
	return d <= dictionaryValues/2 && d*dictionaryRatio <= e.entries && d*len(e.dict.values.Data) <= e.dict.len()*dictionaryBytes
}

func (e *encoder) appendIndexes() (format.Encoding, bounds, error) {
	v, d := &e.page, &e.dict
	e.int32s = e.int32s[:0]
	for i := range v.values() {
		x := d.index(v.Value(i))
		d.seen[x] = true
		e.int32s = append(e.int32s, x)
	}
	var err error
	e.part, err = new(rle.DictionaryEncoding).EncodeInt32(e.part, e.int32s)
	e.raw = append(e.raw, e.part...)
	e.indexing = d.len() <= dictionaryValues && len(d.values.Data) <= dictionaryBytes
	return format.RLEDictionary, d.pageBounds(), err
}

// sampleWords is sample for numbers. Of integers the packed differences may be
// shorter than indexes: those of a column in order are.
func (e *encoder) sampleWords() error {
	v := &e.page
	e.words.reset()
	n := min(v.values(), dictionarySample)
	for i := 0; i < n && len(e.words.values)*dictionaryRatio <= n; i++ {
		e.words.index(v.word(i))
	}
	e.sampled = n > 0
	e.indexing = n > 0 && len(e.words.values)*dictionaryRatio <= n
	if !e.indexing || v.layout() != inInts {
		return nil
	}
	var err error
	e.part, err = new(delta.BinaryPackedEncoding).EncodeInt64(e.part, v.Ints[:n])
	e.indexing = bits.Len(uint(len(e.words.values)-1))*n < 8*len(e.part)
	return err
}

// word is the i-th value's bits in a vector of numbers.
func (v *Vector) word(i int) uint64 {
	if v.layout() == inFloats {
		return math.Float64bits(v.Floats[i])
	}
	return uint64(v.Ints[i])
}

func (e *encoder) appendWordIndexes() (format.Encoding, bounds, error) {
	v, d := &e.page, &e.words
	e.int32s = e.int32s[:0]
	for _, x := range v.Ints {
		e.int32s = append(e.int32s, d.index(uint64(x)))
	}
	for _, x := range v.Floats {
		e.int32s = append(e.int32s, d.index(math.Float64bits(x)))
	}
	var err error
	e.part, err = new(rle.DictionaryEncoding).EncodeInt32(e.part, e.int32s)
	e.raw = append(e.raw, e.part...)
	e.indexing = len(d.values) <= dictionaryValues
	return format.RLEDictionary, boundsOf(v), err
}
