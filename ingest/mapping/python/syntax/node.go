package syntax

// Kind is what a Node is, and which of its fields say so.
type Kind byte

const (
	Constant      Kind = iota // Value
	Name                      // Text
	List                      // Of
	Set                       // Of
	Dict                      // Of: keys and values in turn
	Unary                     // Text, Of[0]
	Binary                    // Text, Of[0], Of[1]
	Compare                   // Words between the members of Of
	Both                      // and: Of
	Either                    // or: Of
	Choice                    // Of: condition, if true, if false
	Attribute                 // Text of Of[0]
	Index                     // Of[0][Of[1]]
	Slice                     // Of[0][Of[1]:Of[2]:Of[3]]
	Call                      // Of[0](Of[1:]); the last of them have names, Words
	Comprehension             // [Of[0] for Text in Of[1] if Of[2:]]
	Template                  // Of, put together as text
	Formatted                 // Of[0] in the format Text, converted by Words[0]
)

// Node is a part of an expression.
type Node struct {
	Kind  Kind
	Text  string
	Words []string
	Value any // nil, a bool, an int, a float64 or a string
	Of    []*Node
}
