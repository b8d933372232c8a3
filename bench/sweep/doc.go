// Package sweep measures loads with one setting after another, so that who runs
// them can choose by evidence: what the load takes, what it leaves, and what
// queries take afterwards.
//
// A run is the whole program in a new lake, in a process of its own, and then
// DuckDB on that lake in another. Runs take turns, setting after setting and then
// again, so that what else the machine does meets them all. Results keep every
// run; a figure is their median.
package sweep
