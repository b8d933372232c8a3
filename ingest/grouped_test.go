package ingest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// plansOf is plans of n streams.
func plansOf(tb testing.TB, n int) Plans {
	plans := Plans{}
	for i := range n {
		stream := fmt.Sprint("s", i)
		plans[stream] = planOf(tb, &SchemaMessage{Stream: stream, Key: []string{"id"}, JSON: []byte(rejectSchema)}, Options{})
	}
	return plans
}

// shown is all that a Decoded says.
func shown(d *Decoded) string {
	var s strings.Builder
	for _, c := range d.Chunks {
		fmt.Fprintln(&s, c.Plan.Stream(), c.Ords, c.Runs, c.Batch.Rows)
		for _, v := range c.Batch.Vectors {
			fmt.Fprintln(&s, v.Def, v.Rep, v.Ints, v.Ends, string(v.Data))
		}
	}
	for _, m := range d.Marks {
		fmt.Fprintln(&s, m.Ord, m.Size, m.Line, string(m.State))
	}
	for _, r := range d.Rejects {
		fmt.Fprintln(&s, r.Ord, r.Line, string(r.JSON))
	}
	fmt.Fprintln(&s, d.Err, d.Records, d.Notes)
	return s.String()
}

// TestGrouped decodes random lines of many streams stream by stream, and in order.
func TestGrouped(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	grouped, faulty := 0, 0
	for range 600 {
		plans := plansOf(t, 1+r.IntN(9))
		odd := r.IntN(6) // in a hundred lines
		var in strings.Builder
		for i := range 1 + r.IntN(300) {
			stream := fmt.Sprint("s", r.IntN(len(plans)))
			record := fmt.Sprintf(`{"id":%d,"v":"%c","l":[%d],"new%d":1}`, i, 'a'+r.IntN(26), r.IntN(9), r.IntN(3))
			switch r.IntN(30) {
			case 0:
				fmt.Fprintf(&in, `{"type":"STATE","value":%d}`, i)
			case 1:
				fmt.Fprintf(&in, `{"type":"RECORD","stream":"%s","version":%d,"record":%s}`, stream, r.IntN(3), record)
			case 2:
				fmt.Fprintf(&in, ` {"stream" : "%s", "type":"RECORD","record":%s, "time_extracted":null }`, stream, record)
			default:
				fmt.Fprintf(&in, `{"type":"RECORD","stream":"%s","record":%s}`, stream, record)
			}
			in.WriteByte('\n')
			if r.IntN(100) < odd {
				in.WriteString([]string{
					`{"type":"RECORD","stream":"s0","record":{"id":"x"}}`,
					`{"type":"RECORD","record":{"id":1,"v":"a"},"stream":"s0"}`,
					`{"type":"RECORD","stream":"\u00730","record":{"id":2,"v":"a"}}`,
					`{"type":"RECORD","stream":"unknown","record":{}}`,
					`{"type":"RECORD","stream":"s0","record":{"id":1,}}`,
					`{"type":"STATE","value":}`,
				}[r.IntN(6)] + "\n")
			}
		}
		quarantine := r.IntN(2) == 0
		one, other := Decoder{Quarantine: quarantine}, Decoder{Quarantine: quarantine}
		read := NewReader(strings.NewReader(in.String()), Limits{Block: 4 << 10}, nil)
		for {
			b, err := read.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			want := other.inOrder(b, plans)
			if one.doubt {
				faulty++
			}
			if out := one.grouped(b, plans); out != nil {
				grouped++
				if got := shown(out); got != shown(want) {
					t.Fatalf("got\n%s\nwant\n%s\nof\n%s", got, shown(want), in.String())
				}
			} else if got := shown(one.inOrder(b, plans)); got != shown(want) {
				t.Fatalf("after giving up: got\n%s\nwant\n%s", got, shown(want))
			}
			if want.Err != nil {
				break
			}
		}
	}
	if grouped < 500 || faulty < 20 {
		t.Fatalf("%d blocks in groups, %d after faults", grouped, faulty)
	}
}

// BenchmarkTurns decodes orders of a hundred streams that take turns.
func BenchmarkTurns(b *testing.B) {
	const n = 4000
	plans := Plans{}
	lines := bytes.SplitAfter(orders(n, ""), []byte("\n"))
	for i := range 100 {
		stream := fmt.Sprint("orders", i)
		plans[stream] = planOf(b, &SchemaMessage{Stream: stream, Key: []string{"id"}, JSON: []byte(orderSchema)}, Options{})
	}
	var in bytes.Buffer
	for i, l := range lines {
		in.Write(bytes.Replace(l, []byte(`"orders"`), fmt.Appendf(nil, `"orders%d"`, i%100), 1))
	}
	bench := func(name string, decode func(*Decoder, *Block, Plans) *Decoded) {
		b.Run(name, func(b *testing.B) {
			blk, err := NewReader(bytes.NewReader(in.Bytes()), Limits{Block: 2 << 20}, nil).Next()
			if err != nil {
				b.Fatal(err)
			}
			var d Decoder
			b.SetBytes(int64(blk.Size()))
			b.ReportAllocs()
			for b.Loop() {
				out := decode(&d, blk, plans)
				if out == nil || out.Err != nil || out.Records != n {
					b.Fatal(out)
				}
				for _, c := range out.Chunks {
					c.Plan.Recycle(c.Batch)
				}
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
		})
	}
	bench("grouped", (*Decoder).grouped)
	bench("in order", (*Decoder).inOrder)
}
