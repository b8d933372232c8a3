package schema

import (
	"slices"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/lake/columns"
)

// coercible reports whether JSON text in strings is read for one of the fields.
func coercible(fields []Field) bool {
	return slices.ContainsFunc(fields, func(f Field) bool {
		return f.Accept.Nested() && !f.Accept.Has(draft4.String) || coercible(f.Fields)
	})
}

// coerced is the document as the decoder takes it: strings parsed where an
// object or array must stand.
func coerced(doc any, f *Field) any {
	if f.inside != nil {
		f = f.inside
	}
	if s, ok := doc.(string); ok && f.Accept.Nested() && !f.Accept.Has(draft4.String) {
		switch parsed, err := draft4.Decode([]byte(s)); parsed.(type) {
		case map[string]any, []any:
			doc = parsed
		case nil:
			if err == nil {
				doc = nil
			}
		}
	}
	switch v := doc.(type) {
	case map[string]any:
		if f.Kind != columns.Struct {
			return doc
		}
		for i := range f.Fields {
			if p, ok := v[f.Fields[i].Name]; ok {
				v[f.Fields[i].Name] = coerced(p, &f.Fields[i])
			}
		}
	case []any:
		if f.Kind != columns.List {
			return doc
		}
		for i := range v {
			v[i] = coerced(v[i], &f.Fields[0])
		}
	}
	return doc
}
