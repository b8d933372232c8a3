// Package draft4 holds JSON values against JSON Schemas, Draft 4 in full.
//
// Parse reads a schema and refuses what no value should be held against:
// references that lead to themselves or, to a file or an address, out of the
// schema (nothing is ever opened), more than 100,000 schemas once references
// are followed, regular expressions that RE2 lacks, numbers out of all measure.
// Formats check nothing.
//
// A Compiler turns schemas into Checks, which a Checker holds well-formed values
// against in one pass over their bytes, numbers exactly, without a tree and
// without memory of its own. Where such a pass cannot know, it is Unsure, and a
// Judge asks gojsonschema, which only this package imports: a property that
// stands twice, objects or arrays that look equal under uniqueItems, and what
// its caller says may be JSON text in strings.
//
// A Judge's Reasons words all that is wrong with a record: the same pass, which
// goes on after a fault. No value and no schema makes a check take more than a
// moment: nesting that would double the work at each level is refused.
//
// A Reason tells no value; whoever prints one escapes the names in it.
package draft4
