package main

import (
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// deepestNode bounds aliases that lead to themselves.
const deepestNode = 100

// appendNode appends a YAML value as JSON. Objects keep the order they are
// written in: it is that of the columns that stream maps make.
func appendNode(dst []byte, n *yaml.Node, depth int) ([]byte, error) {
	if depth > deepestNode {
		return nil, fmt.Errorf("line %d: nested deeper than %d", n.Line, deepestNode)
	}
	switch {
	case n.Kind == yaml.AliasNode:
		return appendNode(dst, n.Alias, depth+1)
	case n.Kind == yaml.SequenceNode:
		return appendNodes(append(dst, '['), n.Content, ']', depth, 1)
	case n.Kind == yaml.MappingNode && !merges(n):
		return appendNodes(append(dst, '{'), n.Content, '}', depth, 2)
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, err
	}
	data, err := json.Marshal(v)
	return append(dst, data...), err
}

// merges reports whether an object takes in another one's properties.
func merges(n *yaml.Node) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			return true
		}
	}
	return false
}

// appendNodes appends values with commas between them, of objects (step 2) a
// name before each, and the bracket.
func appendNodes(dst []byte, nodes []*yaml.Node, end byte, depth, step int) ([]byte, error) {
	for i := 0; i < len(nodes); i += step {
		if i > 0 {
			dst = append(dst, ',')
		}
		if step == 2 {
			name, err := json.Marshal(nodes[i].Value)
			if err != nil {
				return nil, err
			}
			dst = append(append(dst, name...), ':')
		}
		var err error
		if dst, err = appendNode(dst, nodes[i+step-1], depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, end), nil
}
