package draft4

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
)

// pick is one of the choices.
func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

// A stored value is taken where its bytes are.
func TestStored(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	number := func() string {
		return pick(r, "0", "1", "-1", "0.5", "-2.5", "1e2", "99.99", "0.10", "1e-3", "9223372036854775807", "-9223372036854775808",
			"1e19", "-1e19", strconv.Itoa(r.IntN(200)-100), "0.1000000000000000055511151231257827", "1e-390")
	}
	seen := map[string]int{}
	f := func(kind, document, value string, short, got bool) {
		t.Helper()
		check, _, err := checkOf([]byte(document))
		if err != nil {
			t.Fatalf("%s: %v", document, err)
		}
		var k Checker
		k.Begin(len(value))
		want := check == nil || k.Passes(check, []byte(value+"\n"), 0, len(value))
		if short && got != want {
			t.Fatalf("%s: stored %v, bytes %v: %s of %s", kind, got, want, document, value)
		}
		if short {
			seen[fmt.Sprint(kind, want)]++
		}
	}
	for range 5_000 {
		document := fmt.Sprintf(`{"type":"number","minimum":%s,"exclusiveMinimum":%v,"maximum":%s,"exclusiveMaximum":%v}`,
			number(), r.IntN(2) == 0, number(), r.IntN(2) == 0)
		stepped := `{"multipleOf":` + pick(r, "1", "3", "0.01", "0.25", "1e3", "7e-1", "1e19") + "," + document[1:]
		check, _, err := checkOf([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		value := number()
		x, _ := strconv.ParseFloat(value, 64)
		if n := check.Floats(Number); n.Inside(x, len(value)) {
			f("float", document, value, true, true)
		}
		whole := r.Int64N(200) - 100
		for scale, text := range []string{strconv.FormatInt(whole, 10), fmt.Sprintf("%de-1", whole), fmt.Sprintf("%de-2", whole)} {
			for _, document := range []string{document, stepped} {
				check, _, err = checkOf([]byte(document))
				if err != nil {
					t.Fatal(err)
				}
				n := check.Ints(Number, scale)
				f("int", document, text, n != nil, n != nil && n.Has(whole))
			}
		}
		text := pick(r, "", "a", "ab", "é", "日本", "abc9", "😀😀😀")
		document = fmt.Sprintf(`{"minLength":%d,"maxLength":%d%s}`, r.IntN(4), r.IntN(5),
			pick(r, "", `,"pattern":"^[a-z]"`, `,"enum":["a","é",1,"abc9"]`))
		check, _, err = checkOf([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		f("string", document, strconv.Quote(text), true, check.Strings().Has([]byte(text)))
	}
	for _, k := range []string{"floattrue", "inttrue", "intfalse", "stringtrue", "stringfalse"} {
		if seen[k] < 500 {
			t.Errorf("%s: %d cases prove little: %v", k, seen[k], seen)
		}
	}
}
