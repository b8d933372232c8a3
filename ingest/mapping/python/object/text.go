package object

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"target-filelake/ingest/mapping/python/fault"
)

// method is what a method or function does with its arguments, of a method
// the value first; those left out are nil.
type method func(e *Evaluation, args []any) (any, error)

// onText is a method of str with no arguments.
func onText(name string, do func(s string) any) method {
	return func(_ *Evaluation, args []any) (any, error) {
		s, ok := args[0].(string)
		if !ok {
			return nil, noMethod(args[0], name)
		}
		return do(s), nil
	}
}

// withText is a method of str whose arguments are all str, or left out.
func withText(name string, do func(e *Evaluation, s string, args []string) (any, error)) method {
	return func(e *Evaluation, args []any) (any, error) {
		s, ok := args[0].(string)
		if !ok {
			return nil, noMethod(args[0], name)
		}
		texts := make([]string, len(args)-1)
		for i, a := range args[1:] {
			if texts[i], ok = a.(string); !ok && a != nil {
				return nil, fault.New(".%s() takes str, not %s", name, TypeName(a))
			}
		}
		return do(e, s, texts)
	}
}

func capitalized(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToTitle(r)) + strings.ToLower(s[n:])
}

// titled starts each run of letters with a capital.
func titled(s string) string {
	inside := false
	return strings.Map(func(r rune) rune {
		was := inside
		if inside = unicode.IsLetter(r); was {
			return unicode.ToLower(r)
		}
		return unicode.ToTitle(r)
	}, s)
}

func swapped(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

// made is whether s has characters and all are of a kind.
func made(s string, of func(rune) bool) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !of(r) }) < 0
}

// cased is whether s has letters with a case and all have that one.
func cased(s string, is, isNot func(rune) bool) bool {
	return strings.IndexFunc(s, is) >= 0 && strings.IndexFunc(s, isNot) < 0
}

// stripped is a method that cuts characters off: those of its argument, or
// white space.
func stripped(name string, cut func(s string, is func(rune) bool) string) method {
	return func(e *Evaluation, args []any) (any, error) {
		if args[1] == nil {
			return onText(name, func(s string) any { return cut(s, unicode.IsSpace) })(e, args)
		}
		return withText(name, func(_ *Evaluation, s string, chars []string) (any, error) {
			return cut(s, func(r rune) bool { return strings.ContainsRune(chars[0], r) }), nil
		})(e, args)
	}
}

// affix is .startswith() or .endswith(), of one text or any of several.
func affix(name string, has func(s, affix string) bool) method {
	return func(_ *Evaluation, args []any) (any, error) {
		s, ok := args[0].(string)
		if !ok {
			return nil, noMethod(args[0], name)
		}
		several, ok := args[1].([]any)
		if !ok {
			several = args[1:2]
		}
		for _, a := range several {
			text, ok := a.(string)
			if !ok {
				return nil, fault.New(".%s() takes str, not %s", name, TypeName(a))
			}
			if has(s, text) {
				return true, nil
			}
		}
		return false, nil
	}
}

// split is .split(sep, maxsplit), or from the right .rsplit().
func split(name string, right bool) method {
	return func(e *Evaluation, args []any) (any, error) {
		s, ok := args[0].(string)
		if !ok {
			return nil, noMethod(args[0], name)
		}
		most, ok := args[2].(int)
		if args[2] == nil || ok && most < 0 {
			most = len(s) + 1
		} else if !ok {
			return nil, fault.New(".%s() splits at most an int of times, not %s", name, TypeName(args[2]))
		}
		sep, ok := args[1].(string)
		switch {
		case args[1] == nil:
			return listed(e, splitSpace(s, most, right))
		case !ok:
			return nil, fault.New(".%s() takes str, not %s", name, TypeName(args[1]))
		case sep == "":
			return nil, fault.New(".%s() wants a separator that is not empty", name)
		case right:
			return listed(e, splitRight(s, sep, most))
		}
		return listed(e, strings.SplitN(s, sep, most+1))
	}
}

func listed(e *Evaluation, parts []string) (any, error) {
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, e.spend(len(parts))
}

func splitRight(s, sep string, most int) []string {
	all := strings.Split(s, sep)
	if n := len(all) - most; n > 1 {
		return append([]string{strings.Join(all[:n], sep)}, all[n:]...)
	}
	return all
}

// splitSpace splits at white space, whatever its length.
func splitSpace(s string, most int, right bool) []string {
	all := strings.Fields(s)
	if len(all) <= most {
		return all
	}
	if right {
		rest := strings.TrimRightFunc(s, unicode.IsSpace)
		for range most {
			rest = strings.TrimRightFunc(rest[:strings.LastIndexFunc(rest, unicode.IsSpace)], unicode.IsSpace)
		}
		return append([]string{rest}, all[len(all)-most:]...)
	}
	rest := strings.TrimLeftFunc(s, unicode.IsSpace)
	for range most {
		rest = strings.TrimLeftFunc(rest[strings.IndexFunc(rest, unicode.IsSpace):], unicode.IsSpace)
	}
	return append(all[:most:most], rest)
}

func splitLines(s string) any {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	var out []any
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		out = append(out, line)
	}
	if s == "" {
		return []any{}
	}
	return out
}

// replace is .replace(old, new, count).
func replace(e *Evaluation, args []any) (any, error) {
	count, ok := args[3].(int)
	if args[3] == nil {
		count = -1
	} else if !ok {
		return nil, fault.New(".replace() counts with an int, not with %s", TypeName(args[3]))
	}
	return withText("replace", func(e *Evaluation, s string, by []string) (any, error) {
		n := strings.Count(s, by[0])
		if count >= 0 {
			n = min(n, count)
		}
		if err := e.room(len(s)); err != nil {
			return nil, err
		}
		if err := e.product(max(len(by[1])-len(by[0]), 0), n); err != nil {
			return nil, err
		}
		return strings.Replace(s, by[0], by[1], count), nil
	})(e, args[:3])
}

// found is .find() and those like it, which count characters.
func found(name string, in func(s, sub string) int, must bool) method {
	return func(e *Evaluation, args []any) (any, error) {
		if xs, ok := args[0].([]any); ok && must {
			for i, x := range xs {
				if equal(x, args[1]) {
					return i, nil
				}
			}
			return nil, fault.New(".%s() finds nothing", name)
		}
		return withText(name, func(_ *Evaluation, s string, sub []string) (any, error) {
			n := in(s, sub[0])
			if n < 0 && must {
				return nil, fault.New(".%s() finds nothing; write .find(), which gives -1", name)
			}
			if n > 0 {
				n = utf8.RuneCountInString(s[:n])
			}
			return n, nil
		})(e, args)
	}
}

func count(e *Evaluation, args []any) (any, error) {
	if xs, ok := args[0].([]any); ok {
		n := 0
		for _, x := range xs {
			n += asInt(equal(x, args[1]))
		}
		return n, nil
	}
	return withText("count", func(_ *Evaluation, s string, sub []string) (any, error) {
		return strings.Count(s, sub[0]), nil
	})(e, args)
}

// join is sep.join(list).
func join(e *Evaluation, args []any) (any, error) {
	sep, ok := args[0].(string)
	xs, isList := args[1].([]any)
	switch {
	case !ok:
		return nil, noMethod(args[0], "join")
	case !isList:
		return nil, fault.New(".join() takes a list of str, not %s", TypeName(args[1]))
	}
	parts := make([]string, len(xs))
	size := 0
	for i, x := range xs {
		if parts[i], ok = x.(string); !ok {
			return nil, fault.New(".join() takes a list of str, and one is %s; write .join([str(x) for x in xs])", TypeName(x))
		}
		size += len(parts[i])
	}
	if err := e.product(len(sep), len(xs)); err != nil {
		return nil, err
	}
	return strings.Join(parts, sep), e.room(size)
}

// partition is .partition() or .rpartition().
func partition(name string, in func(s, sub string) int, right bool) method {
	return withText(name, func(_ *Evaluation, s string, sep []string) (any, error) {
		if sep[0] == "" {
			return nil, fault.New(".%s() wants a separator that is not empty", name)
		}
		n := in(s, sep[0])
		switch {
		case n >= 0:
			return []any{s[:n], sep[0], s[n+len(sep[0]):]}, nil
		case right:
			return []any{"", "", s}, nil
		}
		return []any{s, "", ""}, nil
	})
}

// padded is a method that fills text up to a width.
func padded(name string, fill func(s string, missing int, with string) string) method {
	return func(e *Evaluation, args []any) (any, error) {
		s, ok := args[0].(string)
		width, isInt := args[1].(int)
		with, isText := " ", true
		if len(args) > 2 && args[2] != nil {
			with, isText = args[2].(string)
		}
		switch {
		case !ok:
			return nil, noMethod(args[0], name)
		case !isInt || !isText || utf8.RuneCountInString(with) != 1:
			return nil, fault.New(".%s() takes a width, and one character to fill with", name)
		}
		missing := max(0, width-utf8.RuneCountInString(s))
		if err := e.product(len(with), missing); err != nil {
			return nil, err
		}
		return fill(s, missing, with), e.room(len(s))
	}
}

func padRight(s string, missing int, with string) string { return s + strings.Repeat(with, missing) }

func padLeft(s string, missing int, with string) string { return strings.Repeat(with, missing) + s }

// padBoth puts the odd one where Python does.
func padBoth(s string, missing int, with string) string {
	left := missing / 2
	if missing%2 == 1 && (utf8.RuneCountInString(s)+missing)%2 == 1 {
		left++
	}
	return strings.Repeat(with, left) + s + strings.Repeat(with, missing-left)
}

// padZeros puts zeros behind the sign.
func padZeros(s string, missing int, _ string) string {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[:1] + strings.Repeat("0", missing) + s[1:]
	}
	return strings.Repeat("0", missing) + s
}
