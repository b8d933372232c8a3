// Package text scans, checks and converts JSON text where it stands, without
// making a tree of it.
//
// A text that a Scanner has passed is one that every reader of JSON takes, in
// valid UTF-8, with no NUL in a property's name and no deeper than was asked
// for; half of a surrogate pair alone is taken, and counted. Conversions ask
// for text so checked, or say why they refuse it, and lose nothing without a
// sign: a number that does not fit and a day that the calendar lacks are
// refused, digits cut off a time are reported.
//
// It knows nothing of schemas or columns, and keeps no text it was given.
package text
