package ingest

import (
	"bytes"
	"testing"
)

// limitedSchema is orderSchema with a limit on every property.
const limitedSchema = `{"type":"object","properties":{
	"id":{"type":"integer","minimum":0,"maximum":9007199254740991},
	"created_at":{"type":"string","format":"date-time","maxLength":40},
	"updated_at":{"type":["string","null"],"format":"date-time","minLength":10},
	"name":{"type":["string","null"],"maxLength":255},
	"email":{"type":["string","null"],"pattern":"@"},
	"status":{"type":"string","enum":["open","paid","shipped","returned"]},
	"amount":{"type":["number","null"],"minimum":0},
	"quantity":{"anyOf":[{"type":"integer","minimum":0,"maximum":1000},{"type":"null"}]},
	"paid":{"type":["boolean","null"],"enum":[true,false,null]},
	"address":{"type":["object","null"],"properties":{
		"street":{"type":["string","null"],"maxLength":100},"city":{"type":["string","null"],"minLength":1},"zip":{"type":["string","null"],"pattern":"^[0-9]{5}$"}}},
	"tags":{"type":["array","null"],"items":{"type":"string","maxLength":30}},
	"details":{"type":["object","null"],"maxProperties":20}},
	"required":["id"]}`

// What checking costs: the same blocks, with every property limited, checked
// and not; and what gojsonschema takes for the same records.
func BenchmarkChecks(b *testing.B) {
	const n = 2500
	text := orders(n, "")
	bench := func(name string, o Options, after func(p *Plan, line []byte)) {
		b.Run(name, func(b *testing.B) {
			p := planOf(b, &SchemaMessage{Stream: "orders", Key: []string{"id"}, JSON: []byte(limitedSchema)}, o)
			blk, err := NewReader(bytes.NewReader(text), Limits{Block: 2 << 20}, nil).Next()
			if err != nil {
				b.Fatal(err)
			}
			lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
			var d Decoder
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				out := d.Decode(blk, Plans{"orders": p})
				if out.Err != nil || out.Records != n {
					b.Fatal(out.Records, out.Err)
				}
				for _, line := range lines {
					after(p, line)
				}
				p.Recycle(out.Chunks[0].Batch)
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
		})
	}
	nothing := func(*Plan, []byte) {}
	bench("unchecked", Options{NoChecks: true}, nothing)
	bench("checked", Options{}, nothing)
	bench("gojsonschema", Options{NoChecks: true}, func(p *Plan, line []byte) {
		record := line[bytes.Index(line, []byte(`"record":`))+len(`"record":`) : len(line)-1]
		if rs := p.shape.Judge(record); len(rs) > 0 {
			b.Fatal(rs)
		}
	})
}
