package python

type nodeKind byte

const (
	constant      nodeKind = iota // value
	name                          // text
	list                          // of
	set                           // of
	dict                          // of: keys and values in turn
	unary                         // text, of[0]
	binary                        // text, of[0], of[1]
	compare                       // words between the members of of
	both                          // and: of
	either                        // or: of
	choice                        // of: condition, if true, if false
	attribute                     // text of of[0]
	index                         // of[0][of[1]]
	slice                         // of[0][of[1]:of[2]:of[3]]
	call                          // of[0](of[1:]); the last of them have names, words
	comprehension                 // [of[0] for text in of[1] if of[2:]]
	template                      // of, put together as text
	formatted                     // of[0] in the format text, converted by words[0]
)

type node struct {
	kind  nodeKind
	text  string
	words []string
	value any
	of    []*node
}
