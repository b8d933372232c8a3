package schema

// limits are the keywords that limit values of the types beside them.
var limits = map[string]Types{
	"enum": Any, "not": Any,
	"minimum": Number, "maximum": Number, "multipleOf": Number,
	"minLength": String, "maxLength": String, "pattern": String,
	"minItems": Array, "maxItems": Array, "uniqueItems": Array,
	"minProperties": Object, "maxProperties": Object, "dependencies": Object,
}
