package python

import (
	"slices"
	"strconv"
	"strings"

	"target-filelake/ingest/mapping/python/fault"
	"target-filelake/ingest/mapping/python/object"
	"target-filelake/ingest/mapping/python/syntax"
)

// name writes what a name stands for.
func (t *translator) name(text string) string {
	if v := t.locals[text]; v != "" {
		return v
	}
	if slices.Contains(recordNames, text) {
		t.program.Whole = true
		return "record"
	}
	if s, ok := t.scope.Texts[text]; ok {
		return t.constant(s)
	}
	switch text {
	case "config":
		return t.constant(t.scope.Config)
	case "self":
		if t.scope.Self == "" && !t.lenient {
			return t.fail(fault.New("self is the property that is made, and there is none here"))
		}
		return t.property(t.scope.Self)
	}
	if t.lenient {
		return "nil"
	}
	if t.scope.Property != nil {
		if err := t.scope.Property(text); err != nil {
			if _, known := instead[text]; known {
				err = unsupported(text, nil)
			}
			return t.fail(err)
		}
	}
	return t.property(text)
}

func (t *translator) property(name string) string { return slotName(t.program.slot(name)) }

// dotted is a chain of names: datetime.datetime.now.
func (t *translator) dotted(n *syntax.Node) (string, bool) {
	switch n.Kind {
	case syntax.Name:
		return n.Text, t.locals[n.Text] == ""
	case syntax.Attribute:
		of, ok := t.dotted(n.Of[0])
		return of + "." + n.Text, ok
	}
	return "", false
}

func (t *translator) attribute(n *syntax.Node) string {
	if path, ok := t.dotted(n); ok {
		switch {
		case path == "datetime.timezone.utc" || path == "datetime.UTC":
			return "true"
		case strings.HasPrefix(path, "datetime.") || strings.HasPrefix(path, "json."):
			return t.fail(unsupported(path, object.Globals()))
		}
	}
	if t.isRecord(n.Of[0]) {
		return t.property(n.Text)
	}
	if n.Of[0].Kind == syntax.Name && n.Of[0].Text == "config" {
		return t.setting(n.Text)
	}
	return t.op("field", t.value(n.Of[0]), t.constant(n.Text))
}

// setting writes a value of config.
func (t *translator) setting(key string) string {
	if t.lenient {
		return "nil"
	}
	v, ok := t.scope.Config.Get(key)
	if !ok {
		return t.fail(fault.New("stream_map_config has no %s; write config.get(%s), or set it", strconv.Quote(key), object.Quoted(key)))
	}
	return t.constant(v)
}

func (t *translator) index(n *syntax.Node) string {
	if key, ok := t.textOf(n.Of[1]); ok {
		if t.isRecord(n.Of[0]) {
			return t.property(key)
		}
		if n.Of[0].Kind == syntax.Name && n.Of[0].Text == "config" && t.locals["config"] == "" {
			return t.setting(key)
		}
	}
	return t.op("item", t.values(n.Of)...)
}
