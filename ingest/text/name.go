package text

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// longestText bounds what hostile names can do to a message.
const longestText = 1000

// Printable escapes what a terminal could take for an order, and cuts off what
// is past 1000 bytes.
func Printable(s string) string {
	if len(s) > longestText {
		s = s[:longestText] + "…"
	}
	if strings.IndexFunc(s, unprintable) < 0 {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		if !unprintable(r) {
			out.WriteRune(r)
			continue
		}
		out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return out.String()
}

func unprintable(r rune) bool { return !strconv.IsPrint(r) }

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// Pointer appends one step to a JSON pointer.
func Pointer(path, name string) string { return path + "/" + pointerEscapes.Replace(name) }

// BadName reports whether no file, column or view could carry the name: it
// holds NUL or a line break, or is not UTF-8.
func BadName(name string) bool {
	return strings.ContainsAny(name, "\x00\n\r") || !utf8.ValidString(name)
}
