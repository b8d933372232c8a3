package duck_test

import (
	"context"
	"database/sql"
	"testing"

	"target-filelake/merge/duck"
	"target-filelake/merge/laketest"
)

// hashing is a connection of a locked DuckDB that another connection taught to hash.
func hashing(t testing.TB, threads int) *sql.Conn {
	t.Helper()
	l := laketest.New(t)
	config := l.Config()
	config.Threads = threads
	db, err := duck.Open(context.Background(), config, duck.Directories(l.Root))
	l.Must(err)
	t.Cleanup(func() { l.Must(db.Close()) })
	first, err := db.Conn(context.Background())
	l.Must(err)
	second, err := db.Conn(context.Background())
	l.Must(err)
	t.Cleanup(func() { l.Must(second.Close()) })
	l.Must(duck.RegisterMurmur(first))
	l.Must(first.Close())
	return second
}

// TestMurmur holds the hash to Appendix B of Iceberg's specification, then to
// vectors that implementations of the algorithm share.
func TestMurmur(t *testing.T) {
	c := hashing(t, 2)
	f := func(x string, want uint32) {
		t.Helper()
		var got int32
		if err := c.QueryRowContext(context.Background(), "SELECT "+duck.Murmur(x)).Scan(&got); err != nil {
			t.Fatalf("%s: %v", x, err)
		}
		if got != int32(want) {
			t.Errorf("%s: %d, want %d", x, got, int32(want))
		}
	}
	negative := func(i int32) uint32 { return uint32(i) }
	f("CAST(34 AS BIGINT)", 2017239379)
	f("CAST(17486 AS BIGINT)", negative(-653330422))
	f("CAST(81068000000 AS BIGINT)", negative(-662762989))
	f("CAST(1510871468000000 AS BIGINT)", negative(-2047944441))
	f("CAST(1510871468000001 AS BIGINT)", negative(-1207196810))
	f("CAST(1420 AS HUGEINT)", negative(-500754589))
	f("'iceberg'", 1210000089)
	f("CAST('f79c3e09-677c-4bbd-a479-3f349cb785e7' AS UUID)", 1488055340)
	f("unhex('00010203')", negative(-188683207))

	f("''", 0)
	f("'Hello, world!'", 0xC0363E43)
	f("unhex('FFFFFFFF')", 0x76293B50)
	f("unhex('21436587')", 0xF55B516B)
	f("unhex('214365')", 0x7E4A8634)
	f("unhex('2143')", 0xA0F7B07A)
	f("unhex('21')", 0x72661CF4)
	f("unhex('00000000')", 0x2362F9DE)
	f("unhex('000000')", 0x85F0B427)
	f("unhex('0000')", 0x30F4C306)
	f("unhex('00')", 0x514E28B7)
}

// TestMurmurBytes holds what is hashed of a value to its bytes.
func TestMurmurBytes(t *testing.T) {
	c := hashing(t, 2)
	f := func(x, bytes string) {
		t.Helper()
		var same bool
		query := "SELECT " + duck.Murmur(x) + " = " + duck.Murmur("unhex("+duck.Lit(bytes)+")")
		if err := c.QueryRowContext(context.Background(), query).Scan(&same); err != nil || !same {
			t.Errorf("%s is not hashed as %s: %v", x, bytes, err)
		}
	}
	f("CAST(-2 AS BIGINT)", "FEFFFFFFFFFFFFFF")
	f("CAST(-9223372036854775808 AS BIGINT)", "0000000000000080")
	f("CAST(0 AS HUGEINT)", "00")
	f("CAST(127 AS HUGEINT)", "7F")
	f("CAST(128 AS HUGEINT)", "0080")
	f("CAST(255 AS HUGEINT)", "00FF")
	f("CAST(-1 AS HUGEINT)", "FF")
	f("CAST(-128 AS HUGEINT)", "80")
	f("CAST(-129 AS HUGEINT)", "FF7F")
	f("CAST(-32769 AS HUGEINT)", "FF7FFF")
	f("CAST('99999999999999999999999999999999999999' AS HUGEINT)", "4B3B4CA85A86C47A098A223FFFFFFFFF")
	f("CAST('-99999999999999999999999999999999999999' AS HUGEINT)", "B4C4B357A5793B85F675DDC000000001")
	f("CAST('0a9c3e09-677c-4bbd-a479-3f349cb785e7' AS UUID)", "0A9C3E09677C4BBDA4793F349CB785E7")
	f("'é𝄞'", "C3A9F09D849E")
	f("'a' || chr(0) || 'b'", "610062")
	f("'more than the twelve bytes that fit' || chr(0)", "6D6F7265207468616E20746865207477656C766520627974657320746861742066697400")
}

// TestMurmurRows hashes on more than one thread, with NULLs between.
func TestMurmurRows(t *testing.T) {
	c := hashing(t, 2)
	rows := "(SELECT CASE WHEN i % 3 > 0 THEN i END AS i FROM range(500000) AS t(i))"
	var all, hashed, same int
	err := c.QueryRowContext(context.Background(), "SELECT count(*), count("+duck.Murmur("i")+"), count(*) FILTER ("+
		duck.Murmur("i")+" = "+duck.Murmur("unhex(printf('%02x%02x%02x0000000000', i & 255, (i >> 8) & 255, i >> 16))")+") FROM "+rows).
		Scan(&all, &hashed, &same)
	if err != nil || all != 500000 || hashed != 333333 || same != hashed {
		t.Errorf("%d rows, %d hashed, %d of them as their bytes: %v", all, hashed, same, err)
	}
}

// BenchmarkMurmur is one row of each type on one thread.
func BenchmarkMurmur(b *testing.B) {
	const rows = 1_000_000
	f := func(name, x string) {
		b.Run(name, func(b *testing.B) {
			c := hashing(b, 1)
			ctx := context.Background()
			if _, err := c.ExecContext(ctx, "CREATE TABLE t AS SELECT "+x+" AS x FROM range(?) AS t(i)", rows); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				var sum int64
				if err := c.QueryRowContext(ctx, "SELECT sum("+duck.Murmur("x")+") FROM t").Scan(&sum); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
	f("BIGINT", "i")
	f("HUGEINT", "CAST(i AS HUGEINT)")
	f("VARCHAR", "'customer ' || i")
	f("UUID", "uuid()")
}
