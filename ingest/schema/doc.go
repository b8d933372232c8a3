// Package schema turns a JSON Schema into a Shape, which says what records must
// satisfy and what columns they fill, and holds records against it.
//
// A schema must describe objects with properties, in Draft 4. Formats choose
// columns and check nothing else. References within the schema are followed;
// one that leads back to itself through a property makes a JSON column; one
// that leads nowhere else, and any to a file or an address, is refused, and
// nothing is ever opened. More than 10,000 leaf columns, 100,000 schemas once
// references are followed, and regular expressions that RE2 lacks are refused.
//
// A Shape's Root says which types stand where, which properties are required
// and whether others may stand beside them: enough to check a record as it is
// decoded. Where a schema says more, Full is set, and Reasons holds a record
// against the whole of it by gojsonschema, which only this package imports. No
// record or schema makes a check take more than a moment: numbers out of all
// measure, and nesting that would double its work at each level, are refused.
//
// Options choose columns where the schema leaves a choice: types by name,
// objects and arrays as JSON text or flattened, columns of metadata. They never
// change what a record must satisfy.
//
// A Reason tells no value; whoever prints one escapes the names in it.
package schema
