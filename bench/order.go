package bench

import "strconv"

// orderProperties are the properties of an order in its SCHEMA, in the order
// in which records have them.
const orderProperties = `"id":{"type":"integer"},` +
	`"status":{"type":"string"},` +
	`"total":{"type":"number"},` +
	`"discount":{"type":["null","number"]},` +
	`"paid":{"type":["boolean","null"]},` +
	`"note":{"type":["string","null"]},` +
	`"customer":{"type":["object","null"],"properties":{"id":{"type":"integer"},"name":{"type":"string"},"email":{"type":["string","null"]}}},` +
	`"items":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string"},"qty":{"type":"integer"},"price":{"type":"number"}}}},` +
	`"tags":{"type":["array","null"],"items":{"type":"string"}},` +
	`"attributes":{"type":["object","null"]},` +
	`"shipped_on":{"anyOf":[{"type":"string","format":"date"},{"type":"null"}]},` +
	`"created_at":{"type":["string","null"],"format":"date-time"},` +
	`"updated_at":{"type":"string","format":"date-time"}`

// narrowProperties are those that every order has.
const narrowProperties = `"id":{"type":"integer"},` +
	`"status":{"type":"string"},` +
	`"total":{"type":"number"},` +
	`"updated_at":{"type":"string","format":"date-time"}`

// extraSchemas are the schemas of the columns beyond an order's, in turn.
var extraSchemas = [...]string{
	`{"type":["integer","null"]}`,
	`{"type":["string","null"]}`,
	`{"type":["number","null"]}`,
	`{"type":["boolean","null"]}`,
	`{"type":["string","null"],"format":"date-time"}`,
}

var (
	statuses = [...]string{`"pending"`, `"paid"`, `"shipped"`, `"delivered"`, `"returned"`}
	// Escapes as taps write them, and letters they leave as they are.
	names = [...]string{`Ada Lund`, `Zo\u00eb Marsh`, `Åse Berg`, `Ivo Novak`, `Mei Tanaka`, `Omar Haddad`, `Lena Fischer`, `Sam O'Neil`}
	notes = [...]string{`null`, `null`, `null`, `null`, `null`, `"leave at the \"blue\" door"`, `"call first\nthen ring"`, `"fragile"`}
	tags  = [...]string{`[]`, `["new"]`, `["gift","new"]`, `["b2b"]`, `["gift",""]`, `null`}
	attrs = [...]string{`{}`, `null`, `{"channel":"web"}`, `{"channel":"app","utm":{"campaign":"spring","rank":12}}`, `{"channel":"web","steps":[1,2.5,null]}`}
)

// appendAmount appends an order's properties behind its id.
func appendAmount(b []byte, d *draw) []byte {
	b = append(append(b, `,"status":`...), statuses[d.below(len(statuses))]...)
	return appendCents(append(b, `,"total":`...), d.below(500_000))
}

// appendOrder appends the properties from there to updated_at, which narrow
// orders lack.
func appendOrder(b []byte, d *draw, created int64) []byte {
	b = append(b, `,"discount":`...)
	if off := d.below(100); off < 50 {
		b = appendCents(b, off)
	} else {
		b = append(b, "null"...)
	}
	b = strconv.AppendBool(append(b, `,"paid":`...), d.below(4) > 0)
	b = append(append(b, `,"note":`...), notes[d.below(len(notes))]...)
	b = appendCustomer(b, d)
	b = appendItems(b, d)
	b = append(append(b, `,"tags":`...), tags[d.below(len(tags))]...)
	b = append(append(b, `,"attributes":`...), attrs[d.below(len(attrs))]...)
	b = append(b, `,"shipped_on":`...)
	if wait := d.below(10); wait > 4 {
		b = append(appendDay(append(b, '"'), created+int64(wait)*86400e6), '"')
	} else {
		b = append(b, "null"...)
	}
	return append(appendTime(append(b, `,"created_at":"`...), created), '"')
}

func appendCustomer(b []byte, d *draw) []byte {
	id := d.below(100_000)
	b = strconv.AppendInt(append(b, `,"customer":{"id":`...), int64(id), 10)
	b = append(append(b, `,"name":"`...), names[id%len(names)]...)
	if id%7 == 0 {
		return append(b, `","email":null}`...)
	}
	b = strconv.AppendInt(append(b, `","email":"c`...), int64(id), 10)
	return append(b, `@a.example"}`...)
}

func appendItems(b []byte, d *draw) []byte {
	b = append(b, `,"items":[`...)
	for n := range d.below(3) {
		if n > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"sku":"S-`...), int64(d.below(9000)+1000), 10)
		b = strconv.AppendInt(append(b, `","qty":`...), int64(d.below(9)+1), 10)
		b = append(appendCents(append(b, `,"price":`...), d.below(50_000)), '}')
	}
	return append(b, ']')
}

// appendCents appends a number of hundredths.
func appendCents(b []byte, n int) []byte {
	b = strconv.AppendInt(b, int64(n/100), 10)
	return append2(append(b, '.'), n%100)
}

// appendExtra appends the value that x makes in column n beyond an order's.
func appendExtra(b []byte, x uint64, n int, updated int64) []byte {
	switch n % len(extraSchemas) {
	case 0:
		return strconv.AppendInt(b, int64(x)>>20, 10)
	case 1:
		return append(strconv.AppendUint(append(b, `"v`...), x>>44, 10), '"')
	case 2:
		return appendCents(b, int(x>>40))
	case 3:
		return strconv.AppendBool(b, x>>63 == 0)
	default:
		return append(appendTime(append(b, '"'), updated+int64(x>>40)), '"')
	}
}
