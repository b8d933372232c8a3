// Package mapping changes records on their way in, as the stream_maps of the
// Singer SDK say: streams are renamed, copied and left out, records filtered,
// properties renamed, left out and made by expressions.
//
// A mapped record is what the same map of the SDK makes of it, or it is
// refused. Faults of a map are found before any record: those of its text when
// it is parsed, those of names when the stream's SCHEMA comes, which is mapped
// too. A map sees only what is selected. Only the properties that expressions
// name are made into values; all else is copied byte for byte, so that numbers
// keep their digits.
//
// Package python says what an expression may be, and bounds what it costs.
package mapping
