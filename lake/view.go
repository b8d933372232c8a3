package lake

import "target-filelake/lake/columns"

// View is the schema and name of a table's view.
type View struct {
	Schema string // "": main
	Name   string
}

// String is for people; as SQL, it wants quotes.
func (v View) String() string {
	if v.Schema == "" {
		return v.Name
	}
	return v.Schema + "." + v.Name
}

// View is where readers find the table.
func (t *Table) View() View { return View{t.ViewSchema, t.Name} }

// wantedView is what the settings named the view.
func (t *Table) wantedView() View {
	if t.Wanted != "" {
		return View{t.ViewSchema, t.Wanted}
	}
	return t.View()
}

// Wants reports whether the table's view is named as v asks, but for a number
// that a clash has put behind it.
func (t *Table) Wants(v View) bool { return v.Name == "" || v == t.wantedView() }

// viewNames are the names that are taken, folded, by folded schema.
type viewNames map[string]map[string]bool

func (n viewNames) in(schema string) map[string]bool {
	schema = columns.Fold(schema)
	if n[schema] == nil {
		n[schema] = map[string]bool{}
	}
	return n[schema]
}

func (n viewNames) has(v View) bool { return n.in(v.Schema)[columns.Fold(v.Name)] }

func (n viewNames) take(t *Table) { n.in(t.ViewSchema)[columns.Fold(t.Name)] = true }

// viewName is a name given to a view.
type viewName struct {
	View
	wanted string // "": Name
}

// name takes the name that v asks for, or that with the first free number.
func (n viewNames) name(v View) viewName {
	free := columns.FreeName(v.Name, n.in(v.Schema))
	if free == v.Name {
		return viewName{View: v}
	}
	return viewName{View: View{v.Schema, free}, wanted: v.Name}
}

func (v viewName) give(t *Table) { t.ViewSchema, t.Name, t.Wanted = v.Schema, v.Name, v.wanted }

// nameViews names the views of tables that are new or are to be named
// otherwise. Any other keeps its name, also where the one it asks for is free
// by now: a reader must not find another stream's rows under it.
func (m *Manifest) nameViews(changes []Change) map[string]viewName {
	out := map[string]viewName{}
	for i := range changes {
		if t := m.Tables[changes[i].Stream]; t == nil || !t.Wants(changes[i].View) {
			out[changes[i].Stream] = viewName{}
		}
	}
	if len(out) == 0 {
		return out
	}
	taken := viewNames{}
	for stream, t := range m.Tables {
		if _, ok := out[stream]; !ok { // two may swap their names
			taken.take(t)
		}
	}
	for i := range changes {
		stream, want := changes[i].Stream, changes[i].View
		if _, ok := out[stream]; !ok {
			continue
		}
		if want.Name == "" {
			want.Name = stream
		}
		out[stream] = taken.name(want)
	}
	return out
}
