// Package object is the values of Python, and all that is done to them here.
//
// An operation gives what CPython would give, or a *fault.Fault. None of them
// reads a file, a clock or chance, or changes a value that it is given; each
// spends of the Evaluation it is part of before it takes memory or time that
// its arguments could make large.
//
// None, bool, int, float, str, list, dict, date, datetime and timedelta are
// nil, bool, int, float64, string, []any, *Dict, Date, Datetime and Timedelta.
// Tuples are lists. Integers have 64 bits; one that would need more is a fault.
package object
