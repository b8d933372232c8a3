// Package python evaluates the part of Python that stream maps are written in.
//
// An expression gives what Python would give, or it is refused: what is not
// supported when it is parsed, before any record, with what to write instead;
// what a value does not allow when it is evaluated, with the step that failed.
// Nothing it can say reads a file, a clock or chance, and no value of a record
// is in an error. One evaluation is bounded in work and memory by a Budget.
//
// Parse reads the text, Compile finds what its names stand for and translates
// it, every operation a call, for github.com/expr-lang/expr, whose machine runs
// it: this is that library's only importer.
//
// # Values
//
// None, bool, int, float, str, list, dict, date, datetime and timedelta are
// nil, bool, int, float64, string, []any, *Dict, Date, Datetime and Timedelta.
// Tuples are lists. Integers have 64 bits; one that would need more is a fault.
package python
