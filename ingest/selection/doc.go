// Package selection says which properties of a stream are loaded.
//
// What is not selected reaches no column: neither one of its own, nor a JSON
// column that an object around it became, nor what is kept of undeclared
// properties. A Selection is made of two things, both of which must want a
// property: the patterns of the configuration, and the metadata of a Singer
// catalog. It never leaves out a property of the stream's key: Lost names
// those it would have to.
//
// A path is the names of a property and of the objects around it, outermost
// first. Arrays have no step of their own: items.price is the price of each of
// the items. Nothing here reads a record but Prune.
package selection
