package python

import (
	"slices"
	"strconv"
	"strings"
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
			return t.fail(fault("self is the property that is made, and there is none here"))
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
func (t *translator) dotted(n *node) (string, bool) {
	switch n.kind {
	case name:
		return n.text, t.locals[n.text] == ""
	case attribute:
		of, ok := t.dotted(n.of[0])
		return of + "." + n.text, ok
	}
	return "", false
}

func (t *translator) attribute(n *node) string {
	if path, ok := t.dotted(n); ok {
		switch {
		case path == "datetime.timezone.utc" || path == "datetime.UTC":
			return "true"
		case strings.HasPrefix(path, "datetime.") || strings.HasPrefix(path, "json."):
			return t.fail(unsupported(path, Globals()))
		}
	}
	if t.isRecord(n.of[0]) {
		return t.property(n.text)
	}
	if n.of[0].kind == name && n.of[0].text == "config" {
		return t.setting(n.text)
	}
	return t.op("field", t.value(n.of[0]), t.constant(n.text))
}

// setting writes a value of config.
func (t *translator) setting(key string) string {
	if t.lenient {
		return "nil"
	}
	v, ok := t.scope.Config.Get(key)
	if !ok {
		return t.fail(fault("stream_map_config has no %s; write config.get(%s), or set it", strconv.Quote(key), quotedText(key)))
	}
	return t.constant(v)
}

func (t *translator) index(n *node) string {
	if key, ok := t.textOf(n.of[1]); ok {
		if t.isRecord(n.of[0]) {
			return t.property(key)
		}
		if n.of[0].kind == name && n.of[0].text == "config" && t.locals["config"] == "" {
			return t.setting(key)
		}
	}
	return t.op("item", t.values(n.of)...)
}
