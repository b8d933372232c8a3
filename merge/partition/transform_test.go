package partition_test

import (
	"context"
	"database/sql"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"target-filelake/merge/duck"
	"target-filelake/merge/partition"
)

// TestSQL divides values of columns by what Iceberg's specification says.
func TestSQL(t *testing.T) {
	c, _ := locked(t)
	f := func(text, value, want string) {
		t.Helper()
		if got := valueOf(t, c, text, value); got.String != want || !got.Valid {
			t.Errorf("%s of %s: %v, want %s", text, value, got, want)
		}
	}
	f("boolean", "true", "true")
	f("id", "-9223372036854775808", "-9223372036854775808")
	f("double", "1e300", "1e+300")
	f("double", "-0.1", "-0.1")
	f("double", "'nan'", "nan")
	f("decimal", "-0.05", "-0.05")
	f("small", "-0.05", "-0.050")
	f("small", "0", "0.000")
	f("wide", "1", "1.0000000000")
	f("name", "''", "")
	f("uuid", "'F79C3E09-677C-4BBD-A479-3F349CB785E7'", "f79c3e09-677c-4bbd-a479-3f349cb785e7")
	f("date", "'1969-12-31'", "1969-12-31")
	f("time", "'22:31:08.5'", "22:31:08.5")
	f("createdAt", "'2017-11-16 14:31:08.25-08'", "2017-11-16T22:31:08.25Z")
	f("createdAt", "'2017-11-16 22:00:00+00'", "2017-11-16T22:00:00Z")

	f("year(createdAt)", "'2026-11-22 10:59:59+00'", "2026")
	f("month(createdAt)", "'2026-11-22 10:59:59+00'", "2026-11")
	f("day(createdAt)", "'2026-11-22 10:59:59+00'", "2026-11-22")
	f("hour(createdAt)", "'2026-11-22 10:59:59+00'", "2026-11-22-10")
	f("day(createdAt)", "'2026-11-22 23:30:00-01'", "2026-11-23")
	f("year(createdAt)", "'1969-12-31 23:59:59.999999+00'", "1969")
	f("month(createdAt)", "'1969-12-31 23:59:59.999999+00'", "1969-12")
	f("day(createdAt)", "'1969-12-31 23:59:59.999999+00'", "1969-12-31")
	f("hour(createdAt)", "'1969-12-31 23:59:59.999999+00'", "1969-12-31-23")
	f("hour(createdAt)", "'0001-01-01 00:00:00+00'", "0001-01-01-00")
	f("month(date)", "'1969-01-01'", "1969-01")
	f("day(date)", "'0999-02-03'", "0999-02-03")

	f("truncate(10, id)", "1", "0")
	f("truncate(10, id)", "-1", "-10")
	f("truncate(10, id)", "-10", "-10")
	f("truncate(1, id)", "-7", "-7")
	f("truncate(2147483647, id)", "9223372036854775807", "9223372036854775806")
	f("truncate(10, id)", "-9223372036854775808", "9223372036854775806")
	f("truncate(10, id)", "-9223372036854775800", "-9223372036854775800")
	f("truncate(10, id)", "-9223372036854775801", "9223372036854775806")
	f("truncate(2147483647, id)", "-9223372036854775808", "9223372034707292163")
	f("truncate(50, decimal)", "10.65", "10.50")
	f("truncate(50, decimal)", "-0.01", "-0.50")
	f("truncate(50, decimal)", "0.05", "0.00")
	f("truncate(10000, decimal)", "-9999999.99", "-10000000.00")
	f("truncate(10, small)", "0.999", "0.990")
	f("truncate(2000, small)", "-0.001", "-2.000")
	f("truncate(3, wide)", "-9999999999999999999999999999.9999999999", "-9999999999999999999999999999.9999999999")
	f("truncate(10, whole)", "-99999999999999999999999999999999999999", "-100000000000000000000000000000000000000")
	f("truncate(10, wide)", "-9999999999999999999999999999.9999999999", "-10000000000000000000000000000.0000000000")
	f("truncate(3, name)", "'iceberg'", "ice")
	f("truncate(3, name)", "'ic'", "ic")
	f("truncate(2, name)", "'𝄞é!'", "𝄞é")
	f("truncate(1, name)", "'e\u0301'", "e")
	f("truncate(2, name)", "'👩\u200d👧'", "👩\u200d")
	f("truncate(9, "+`"a ""b"", (c)=%'/.."`+")", "'it''s'", "it's")
}

// TestBucket divides the values of Iceberg's Appendix B: with as many buckets
// as an int counts the bucket is the hash without its sign.
func TestBucket(t *testing.T) {
	c, _ := locked(t)
	f := func(column, value string, hash int32) {
		t.Helper()
		for _, n := range []int32{1, 16, 1<<31 - 1} {
			text := "bucket(" + strconv.Itoa(int(n)) + ", " + column + ")"
			want := strconv.Itoa(int(hash & (1<<31 - 1) % n))
			if got := valueOf(t, c, text, value); got.String != want {
				t.Errorf("%s of %s: %v, want %s", text, value, got, want)
			}
		}
	}
	f("id", "34", 2017239379)
	f("decimal", "14.20", -500754589)
	f("wide", "0.0000001420", -500754589)
	f("date", "'2017-11-16'", -653330422)
	f("time", "'22:31:08'", -662762989)
	f("createdAt", "'2017-11-16 22:31:08+00'", -2047944441)
	f("createdAt", "'2017-11-16 14:31:08-08'", -2047944441)
	f("createdAt", "'2017-11-16 22:31:08.000001+00'", -1207196810)
	f("name", "'iceberg'", 1210000089)
	f("uuid", "'f79c3e09-677c-4bbd-a479-3f349cb785e7'", 1488055340)
	// In one byte, 00 and FF.
	f("small", "0", 0x514E28B7)
	f("small", "-0.001", -0x02930EF3)
	f("name", "''", 0)
}

func TestNull(t *testing.T) {
	c, _ := locked(t)
	for _, text := range []string{"boolean", "id", "double", "decimal", "small", "name", "uuid", "date", "time", "createdAt",
		"year(createdAt)", "month(date)", "day(date)", "hour(createdAt)", "truncate(3, id)", "truncate(3, decimal)",
		"truncate(3, whole)", "truncate(3, name)", "bucket(3, id)", "bucket(3, decimal)", "bucket(3, date)",
		"bucket(3, time)", "bucket(3, createdAt)", "bucket(3, name)", "bucket(3, uuid)"} {
		if got := valueOf(t, c, text, "NULL"); got.Valid {
			t.Errorf("%s of NULL: %v", text, got)
		}
	}
}

// TestTruncateAsBig holds random numbers to arithmetic without bounds.
func TestTruncateAsBig(t *testing.T) {
	c, _ := locked(t)
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		digits, n := 1+r.IntN(38), 1+r.IntN(1<<r.IntN(31))
		var text strings.Builder
		for i := range digits {
			text.WriteByte("123456789"[r.IntN(9)])
			if digits-i == 11 {
				text.WriteByte('.')
			}
		}
		value := text.String()
		if r.IntN(2) == 0 {
			value = "-" + value
		}
		if digits <= 10 {
			value += ".0000000000"
		}
		v, ok := new(big.Int).SetString(strings.ReplaceAll(value, ".", ""), 10)
		if !ok {
			t.Fatal(value)
		}
		want := v.Sub(v, new(big.Int).Mod(v, big.NewInt(int64(n))))
		got := valueOf(t, c, "truncate("+strconv.Itoa(n)+", wide)", value).String
		if i := len(got) - 11; got[i] != '.' || strings.TrimLeft(got[:i]+got[i+1:], "-0") != strings.TrimLeft(want.String(), "-0") ||
			strings.HasPrefix(got, "-") != (want.Sign() < 0) {
			t.Fatalf("truncate(%d) of %s: %s, want %s", n, value, got, want)
		}
	}
}

// valueOf is the value of a field of table's, of a value in its column's type.
func valueOf(t testing.TB, c *sql.Conn, text, value string) sql.NullString {
	t.Helper()
	spec, err := partition.Parse([]string{text}, table)
	must(t, err)
	// From a table, so that no value is a constant.
	from := "(SELECT CAST(" + value + " AS " + duck.TypeOf(&spec[0].Column) + ") AS x FROM range(2) AS t(i) WHERE i = 1)"
	var got sql.NullString
	query := "SELECT " + spec[0].SQL("x") + " FROM " + from
	if err := c.QueryRowContext(context.Background(), query).Scan(&got); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return got
}
