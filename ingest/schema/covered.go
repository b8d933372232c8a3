package schema

// limits are the keywords that a plan does not check, with the types they limit.
var limits = map[string]Types{
	"enum": Any, "not": Any,
	"minimum": Number, "maximum": Number, "multipleOf": Number,
	"minLength": String, "maxLength": String, "pattern": String,
	"minItems": Array, "maxItems": Array, "uniqueItems": Array,
	"minProperties": Object, "maxProperties": Object, "dependencies": Object,
}

// constraints sets full if a schema limits its values by more than their types.
func (c *compiler) constraints(n *node, accept Types) {
	for _, name := range n.names {
		c.full = c.full || limits[name].Has(accept)
	}
	c.full = c.full || n.get("items").is('[') && accept.Has(Array)
}

// constrainsInside reports whether a schema whose values are kept as JSON text
// says something of what is in them.
func constrainsInside(n *node, accept Types) bool {
	inside := func(name string, t Types) bool {
		v := n.get(name)
		return accept.Has(t) && v != nil && !v.isTrue() && (v.kind == 't' || len(v.items) > 0)
	}
	return inside("properties", Object) || inside("patternProperties", Object) ||
		inside("additionalProperties", Object) || inside("required", Object) || inside("items", Array)
}
