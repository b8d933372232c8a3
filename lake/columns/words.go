package columns

import (
	"encoding/binary"
	"math/bits"

	"github.com/parquet-go/parquet-go/format"
)

// words numbers the distinct values of a column chunk that are 64 bits each: a
// number, or the bits of a double.
type words struct {
	slots  []uint32 // index+1, by hash; a power of two, at most half full
	shift  int      // of a hash: 64 less the bits of a slot's number
	values []uint64 // by index
}

func (d *words) reset() {
	if d.slots == nil {
		d.slots = make([]uint32, firstSlots)
	}
	d.slots, d.shift, d.values = d.slots[:firstSlots], 64-bits.Len(firstSlots-1), d.values[:0]
	clear(d.slots)
}

// spread is Knuth's multiplier, 2^64 divided by the golden ratio: without it numbers
// that a tap sends in steps would share slots.
const spread = 0x9E3779B97F4A7C15

// index returns x's number, a new one if x is new.
func (d *words) index(x uint64) int32 {
	at := int(x * spread >> d.shift)
	for d.slots[at] != 0 {
		if i := d.slots[at] - 1; d.values[i] == x {
			return int32(i)
		}
		at = (at + 1) & (len(d.slots) - 1)
	}
	d.values = append(d.values, x)
	d.slots[at] = uint32(len(d.values))
	if 2*len(d.values) > len(d.slots) {
		d.grow()
	}
	return int32(len(d.values) - 1)
}

func (d *words) grow() {
	d.slots, d.shift = moreSlots(d.slots), d.shift-2
	for i, x := range d.values {
		at := int(x * spread >> d.shift)
		for d.slots[at] != 0 {
			at = (at + 1) & (len(d.slots) - 1)
		}
		d.slots[at] = uint32(i) + 1
	}
}

// appendWords appends values of a physical type of numbers in PLAIN encoding.
func appendWords(dst []byte, values []uint64, t format.Type) []byte {
	for _, x := range values {
		if t == format.Int32 {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(x))
			continue
		}
		dst = binary.LittleEndian.AppendUint64(dst, x)
	}
	return dst
}
