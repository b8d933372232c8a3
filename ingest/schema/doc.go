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
// and whether others may stand beside them: enough to check most records as they
// are decoded. Where a schema says more of a field, the field has a Check, which
// a Checker holds its value against in one pass over the bytes; all of Draft 4
// is so checked, numbers exactly. Where such a pass cannot know, gojsonschema,
// which only this package imports, has the last word: a property that stands
// twice in JSON kept as text, objects or arrays that look equal under
// uniqueItems, JSON text in strings inside a combinator.
//
// Reasons words all that is wrong with a record: the same pass, which goes on
// after a fault. No record or schema makes a check take more than a moment:
// limits on numbers out of all measure, and nesting that would double the work
// at each level, are refused.
//
// Options choose columns where the schema leaves a choice: types by name,
// objects and arrays as JSON text or flattened, columns of metadata. They never
// change what a record must satisfy.
//
// A Reason tells no value; whoever prints one escapes the names in it.
package schema
