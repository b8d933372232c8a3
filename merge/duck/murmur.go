package duck

import (
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/bits"

	"github.com/duckdb/duckdb-go/v2"
)

const murmurName = "murmur3_32"

// Murmur is the SQL of the hash by which Iceberg divides rows among buckets, of
// x in one of the types that RegisterMurmur knows; an INTEGER, NULL where x is.
func Murmur(x string) string { return murmurName + "(" + x + ")" }

// RegisterMurmur makes what Murmur writes known to all connections of c's
// DuckDB, a locked one too. It hashes, as Appendix B of Iceberg's
// specification has it, BIGINT as 8 bytes, the least first; HUGEINT, a
// decimal's unscaled value, as the fewest bytes of its two's complement, the
// greatest first; UUID as its 16 bytes; VARCHAR as UTF-8, and BLOB as it is.
func RegisterMurmur(c *sql.Conn) error {
	err := duckdb.RegisterScalarUDFSet(c, murmurName,
		&hasher{duckdb.TYPE_BIGINT, func(v driver.Value) uint32 {
			var b [8]byte
			binary.LittleEndian.PutUint64(b[:], uint64(v.(int64)))
			return murmur3(b[:])
		}},
		&hasher{duckdb.TYPE_HUGEINT, func(v driver.Value) uint32 { return murmur3(twosComplement(v.(*big.Int))) }},
		&hasher{duckdb.TYPE_VARCHAR, func(v driver.Value) uint32 { return murmur3(v.(string)) }},
		&hasher{duckdb.TYPE_UUID, func(v driver.Value) uint32 { return murmur3(v.([]byte)) }},
		&hasher{duckdb.TYPE_BLOB, func(v driver.Value) uint32 { return murmur3(v.([]byte)) }},
	)
	if err != nil {
		return fmt.Errorf("register %s: %w", murmurName, err)
	}
	return nil
}

// hasher is the function for one type.
type hasher struct {
	of   duckdb.Type
	hash func(driver.Value) uint32
}

// Config takes NULL for NULL without a call.
func (h *hasher) Config() duckdb.ScalarFuncConfig {
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{plainType(h.of)}, ResultTypeInfo: plainType(duckdb.TYPE_INTEGER)}
}

// Executor goes row by row. The driver's executor for chunks boxes values all
// the same, and its threads set one context without a lock.
func (h *hasher) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		return int32(h.hash(values[0])), nil
	}}
}

func plainType(t duckdb.Type) duckdb.TypeInfo {
	info, err := duckdb.NewTypeInfo(t)
	if err != nil {
		panic("BUG: a type without parameters: " + err.Error())
	}
	return info
}

// murmur3 is MurmurHash3_x86_32 with seed 0, as Austin Appleby published it.
func murmur3[B string | []byte](data B) uint32 {
	h, whole := uint32(0), len(data)&^3
	for i := 0; i < whole; i += 4 {
		k := uint32(data[i]) | uint32(data[i+1])<<8 | uint32(data[i+2])<<16 | uint32(data[i+3])<<24
		h = bits.RotateLeft32(h^scramble(k), 13)*5 + 0xe6546b64
	}
	tail := uint32(0)
	for i := len(data) - 1; i >= whole; i-- {
		tail = tail<<8 | uint32(data[i])
	}
	h ^= scramble(tail) ^ uint32(len(data))
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

func scramble(k uint32) uint32 { return bits.RotateLeft32(k*0xcc9e2d51, 15) * 0x1b873593 }

// twosComplement is v in the fewest bytes that keep its sign, the greatest first.
func twosComplement(v *big.Int) []byte {
	if v.Sign() >= 0 {
		return v.FillBytes(make([]byte, v.BitLen()/8+1))
	}
	out := twosComplement(new(big.Int).Not(v))
	for i := range out {
		out[i] = ^out[i]
	}
	return out
}
