package partition_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"target-filelake/merge/duck"
	"target-filelake/merge/partition"
)

const hiveNull = "__HIVE_DEFAULT_PARTITION__"

func TestDir(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		if got := dir(t, value); got != want {
			t.Errorf("%q is in %s, want %s", value, got, want)
		}
	}
	f("DE", "name=DE")
	f("", "name=")
	f(hiveNull, "name=%5F_HIVE_DEFAULT_PARTITION__")
	f(".", "name=%2E")
	f("..", "name=%2E%2E")
	f(".a.b.", "name=%2Ea.b%2E")
	f("a/b\\c=d%41 ~", "name=a%2Fb%5Cc%3Dd%2541%20%7E")
	f("é𝄞\n\x00", "name=%C3%A9%F0%9D%84%9E%0A%00")
	f(strings.Repeat("a", 120), "name="+strings.Repeat("a", 120))
	f(strings.Repeat("a", 121), "name="+strings.Repeat("a", 93)+"~T5GL680IHJ3Q7LG7HQDF0LG330")
	f(strings.Repeat("é", 21), "name="+strings.Repeat("%C3%A9", 15)+"~BNFAL9OC83CNVUSS97QIQM1IV8")
}

func TestDirOfSpecs(t *testing.T) {
	f := func(want string, values []sql.NullString, texts ...string) {
		t.Helper()
		spec, err := partition.Parse(texts, table)
		must(t, err)
		got := spec.Dir(values)
		if got != want || !spec.Matches(got) {
			t.Errorf("%s, want %s; it matches: %v", got, want, spec.Matches(got))
		}
	}
	a := sql.NullString{String: "a/", Valid: true}
	f("", nil)
	f("name="+hiveNull, []sql.NullString{{}}, "name")
	f("id_bucket=a%2F/created_at_day="+hiveNull, []sql.NullString{a, {}}, "bucket(4, id)", "day(createdAt)")
	f("a%20%22b%22%2C%20%28c%29%3D%25%27%2F.._trunc=a%2F", []sql.NullString{a}, `truncate(4, "a ""b"", (c)=%'/..")`)
}

func TestMatches(t *testing.T) {
	f := func(dir string, want bool, texts ...string) {
		t.Helper()
		spec, err := partition.Parse(texts, table)
		must(t, err)
		if got := spec.Matches(dir); got != want {
			t.Errorf("%q is of %q: %v", dir, texts, got)
		}
	}
	f("", true)
	f("", false, "name")
	f("name=a", false)
	f("name=a", true, "name")
	f("name=", true, "name")
	f("name", false, "name")
	f("nam=a", false, "name")
	f("name=a", false, "truncate(1, name)")
	f("name=a/id=1", true, "name", "id")
	f("name=a/id=1", false, "id", "name")
	f("name=a/id=1", false, "name")
	f("name=a", false, "name", "id")
	f("name=a/", false, "name")
}

// TestHive has DuckDB read values back from directories, as any reader of hive
// directories would.
func TestHive(t *testing.T) {
	c, root := locked(t)
	f := func(value, want string) {
		t.Helper()
		at := filepath.Join(root, dir(t, value))
		must(t, os.MkdirAll(at, 0o755))
		file := duck.Lit(filepath.Join(at, "a.parquet"))
		_, err := c.ExecContext(context.Background(), "COPY (SELECT 1 AS id) TO "+file+" (FORMAT parquet)")
		must(t, err)
		var got string
		query := "SELECT name FROM read_parquet(" + file + ", hive_partitioning = true, hive_types_autocast = false)"
		if err := c.QueryRowContext(context.Background(), query).Scan(&got); err != nil || got != want {
			t.Errorf("%q is read as %q: %v", value, got, err)
		}
	}
	for _, v := range []string{"DE", "a/b\\c=d%41 ~", "..", ".a.", "é𝄞\n", "it's \"*?[x]", "2017-11-16T22:31:08Z", "-1.50"} {
		f(v, v)
	}
}

// FuzzDir looks for two values in one directory, and for names that a file
// system might not take.
func FuzzDir(f *testing.F) {
	long := strings.Repeat("a", 200)
	f.Add("", hiveNull)
	f.Add(hiveNull, "%5F"+hiveNull[1:])
	f.Add("a/b", "a%2Fb")
	f.Add(long, long+"a")
	f.Add(long, strings.TrimPrefix(dir(f, long), "name="))
	f.Add(strings.Repeat("é", 40), strings.Repeat("é", 40)+"\xff")
	plain := regexp.MustCompile(`^name=(?:(?:[A-Za-z0-9_-]|%[0-9A-F]{2})(?:[A-Za-z0-9_.-]|%[0-9A-F]{2})*(?:~[0-9A-V]{26})?)?$`)
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := dir(t, a), dir(t, b)
		if (x == y) != (a == b) {
			t.Errorf("%q is in %s, %q in %s", a, x, b, y)
		}
		if x == "name="+hiveNull {
			t.Errorf("%q is where NULL is", a)
		}
		if !plain.MatchString(x) || strings.HasSuffix(x, ".") || len(x) > len("name=")+120 {
			t.Errorf("%q is in %s", a, x)
		}
	})
}

// dir is the directory of a value of the column name.
func dir(t testing.TB, value string) string {
	t.Helper()
	spec, err := partition.Parse([]string{"name"}, table)
	must(t, err)
	got := spec.Dir([]sql.NullString{{String: value, Valid: true}})
	if !spec.Matches(got) {
		t.Errorf("%s does not match", got)
	}
	return got
}
