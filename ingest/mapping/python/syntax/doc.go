// Package syntax reads the text of one Python expression as a tree.
//
// A text that is no expression, or one of a kind that is not supported, is
// refused by a *fault.Fault that says what to write instead. Any other gives a
// tree of whole Nodes, bounded in size and depth, so that who walks it needs no
// bounds of his own. It says what was written and nothing of what that means:
// names stand for nothing yet, and nothing is evaluated.
package syntax
