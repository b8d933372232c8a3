package text

import (
	"strings"
	"testing"
)

// BenchmarkScan passes over values without keeping any: what reading JSON costs
// at the least.
func BenchmarkScan(b *testing.B) {
	bench := func(name, value string) {
		b.Run(name, func(b *testing.B) {
			text := []byte("[" + strings.Repeat(value+",", 1000) + value + "]\n")
			s := Scanner{Max: 512}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if !s.WellFormed(text) {
					b.Fatal(s.Malformed())
				}
			}
		})
	}
	bench("order", `{"id":1234567,"status":"paid","total":2412.07,"discount":null,"paid":true,"note":"leave at the \"blue\" door",`+
		`"customer":{"id":85123,"name":"Zo\u00eb Marsh","email":"c85123@a.example"},"items":[{"sku":"S-4711","qty":2,"price":99.50}],`+
		`"tags":["gift","new"],"attributes":{"channel":"web"},"shipped_on":"2026-11-30","updated_at":"2026-11-26T09:36:51.042771Z"}`)
	bench("numbers", `[1,23,456.7,-8.9e-3,1234567890123]`)
	bench("text", `"`+strings.Repeat("The quick brown fox jumps over the lazy dog. ", 20)+`"`)
	bench("escapes", `"`+strings.Repeat(`\n\u00e9\ud83d\ude00\"`, 20)+`"`)
	bench("spaced", `{ "id" : 1 , "status" : "paid" , "tags" : [ "gift" , "new" ] }`)
	bench("nested", strings.Repeat(`{"a":[`, 50)+`1`+strings.Repeat(`]}`, 50))
}
