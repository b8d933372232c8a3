// Package ingest turns a Singer stream into checked, typed columns.
//
// What comes out of it is right: a row holds exactly what its RECORD said, in
// the columns its SCHEMA asked for, and a record or line that breaks a rule is
// refused with its line, stream, JSON pointer and reason. Nothing of a refused
// record stays in a batch, and nothing that stands after a refusal in the same
// block is decoded; or a Decoder sets refused records aside whole, in their
// order, and goes on. Values are never printed; names are printed escaped.
//
// A Reader cuts the input into Blocks of whole lines; a block ends at a message
// that changes how later lines are read. Compile turns a SCHEMA into a
// schema.Shape, Bind fits the shape to the table it is loaded into, and a Decoder
// takes blocks along the Plans made so. Blocks decode independently of one another. Nothing
// here starts a goroutine, reads a clock or opens a file.
//
// # Messages
//
// The message type is matched in any case, keys stand in any order, unknown
// ones are passed over (STREAM beside stream too).
//
//	RECORD            a row of its stream, which needs a SCHEMA before it
//	STATE             a Mark: its value, byte for byte
//	SCHEMA            ends the block, unless it is the stream's last SCHEMA byte for byte
//	ACTIVATE_VERSION  ends the block
//	BATCH             ends the block; Records reads its files
//	LOG, and lines of only level and message, and blank lines: passed over
//
// # Framing
//
// Refused with a *LineError: a line cut off by the end of input, a line over
// Limits.MaxLine, anything nested deeper than Limits.MaxDepth (the message's own
// object is the first level), malformed JSON, NUL bytes, control characters in
// strings, invalid UTF-8, UTF-16, a byte order mark after line 1, two values on
// a line, a line that is no object, an unknown or missing message type, a RECORD
// or STATE without its parts, a RECORD before its SCHEMA.
//
// Taken: CRLF, a byte order mark on line 1, a last line without its newline.
// Of a property that stands twice in an object the last one counts. Half of a
// surrogate pair becomes U+FFFD. Notes counts both.
//
// # Values
//
//	integer    1 and 1.0 and 1e2; beyond 64 bits refused
//	number     the nearest double; beyond a double's range refused
//	decimal    of format singer.decimal and the size it names, or multiples of a power of
//	           ten; singer.decimal without a size is kept as text. Exactly, from the text; more digits than the column has refused. In a
//	           string too where the SCHEMA sends it so
//	string     as it is; \u0000 is taken
//	date-time  T or a space, optional seconds and fraction, zone Z, +05:30, +0530 or none
//	           (UTC), or a bare date; cut to microseconds, counted
//	date       a date, or a date-time at 00:00
//	time       HH:MM, optional seconds and fraction; no zone but UTC
//	uuid       36 bytes, in either case
//	object, array  also as JSON text in a string, where no string may stand
//
// Year 0000, years past 9999, leap seconds, 24:00 and days the calendar lacks
// are refused, or null and counted with Options.NullDates. A column of mixed scalars holds strings as they are and other
// values as JSON text; a JSON column holds the received bytes without the white
// space outside strings. Numbers in strings are strings. An absent property is
// null. Undeclared properties are kept in the batch's Extra, as one JSON object
// a row: top-level ones under their names, nested ones (and names that start
// with a slash) under their JSON pointers. A top-level _sdc_deleted_at is none of
// them: it is a timestamp, in the batch's Late where the table has no column for
// it, and taken whatever the SCHEMA or the options say of undeclared properties.
//
// A column whose type Options.Types names, not the SCHEMA, takes what has a
// value of that type: numbers, dates and UUIDs in strings, true and false in
// strings, anything as text. What has none is refused. Where the table has the
// column as another type already, it gets the type that holds both: Plan.Wider.
//
// # Schemas
//
// Package schema says which are taken. What a Shape's Root says is checked as
// the record is decoded; where a schema says more of a value, a draft4.Check is
// held against its bytes once they are. Package text reads the JSON.
package ingest
