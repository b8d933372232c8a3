// Package python evaluates the part of Python that stream maps are written in.
//
// An expression gives what Python would give, or it is refused: what is not
// supported when it is parsed, before any record, with what to write instead;
// what a value does not allow when it is evaluated, with the step that failed.
// Nothing it can say reads a file, a clock or chance, and no value of a record
// is in an error. One evaluation is bounded in work and memory by a budget that
// grows with the record.
//
// Parse reads the text (package syntax), Compile finds what its names stand for
// and translates it, every operation the call of a function of package object,
// for github.com/expr-lang/expr, whose machine runs it: this is that library's
// only importer. Package object has the values, too.
package python
