package schema

import (
	"slices"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/lake/columns"
)

// attacher gives fields the checks of what their schemas demand beyond them.
type attacher struct {
	compiler *draft4.Compiler
}

func (a *attacher) field(f *Field, n *draft4.Node) {
	n, nullable := a.compiler.Bare(n)
	accept := draft4.TypesOf(n)
	if nullable {
		accept |= draft4.Null
	}
	props, items := n.Get("properties"), n.Get("items")
	switch {
	case f.Kind == columns.Struct && f.Accept == accept && props.Is('{') && sameNames(f.Fields, props.Names()):
		a.object(f, n, props)
	case f.Kind == columns.List && f.Accept == accept && items.Is('{'):
		a.field(&f.Fields[0], items)
		k, inside := a.compiler.BesideItems(n)
		f.Check = k.Coercing(inside && coercible(f.Fields))
	default:
		t, only := a.compiler.OnlyTypes(n)
		if !only || t&^draft4.Null != f.Accept&^draft4.Null || t.Has(draft4.Null) && !f.Accept.Has(draft4.Null) {
			f.Check = a.compiler.Of(n)
		} else if !nullable {
			f.Accept &= t
		}
		f.Check = f.Check.Coercing(f.Kind != columns.JSON && coercible(f.Fields))
	}
	if f.Check != nil && !nullable && f.Accept.Has(draft4.Null) && f.Check.RefusesNull() {
		f.Accept &^= draft4.Null
	}
}

func (a *attacher) object(f *Field, n, props *draft4.Node) {
	for i := range f.Fields {
		a.field(&f.Fields[i], props.Items()[i])
	}
	k, inside := a.compiler.BesideProperties(n, f.Closed, func(name string) bool {
		return slices.ContainsFunc(f.Fields, func(p Field) bool { return p.Name == name && p.Required })
	})
	f.Check = k.Coercing(inside && coercible(f.Fields))
}

func sameNames(fields []Field, names []string) bool {
	return slices.EqualFunc(fields, names, func(f Field, name string) bool { return f.Name == name })
}
