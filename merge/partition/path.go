package partition

import (
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// hiveNull is what every reader of hive directories takes for NULL.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// maxPart bounds a name, and a value, in bytes: both and the = between them fit
// in one name of any file system.
const maxPart = 120

// A cut text keeps maxKept bytes; beside them stand ~ and 26 characters, a hash
// of hashBytes.
const (
	hashBytes = 16
	maxKept   = maxPart - 1 - 26
)

// Dir is a partition's directory below that of its table, of the values that
// SQL found: "" of the empty spec.
func (s Spec) Dir(values []sql.NullString) string {
	if len(values) != len(s) {
		panic(fmt.Sprintf("BUG: %d values of %d fields", len(values), len(s)))
	}
	parts := make([]string, len(s))
	for i, v := range values {
		parts[i] = encode(s[i].Name()) + "=" + encodeValue(v)
	}
	return strings.Join(parts, "/")
}

// Matches reports whether dir is a partition of fields with these names in this
// order.
func (s Spec) Matches(dir string) bool {
	if len(s) == 0 {
		return dir == ""
	}
	return slices.EqualFunc(strings.Split(dir, "/"), s, func(part string, f Field) bool {
		name, _, ok := strings.Cut(part, "=")
		return ok && name == encode(f.Name())
	})
}

func encodeValue(v sql.NullString) string {
	switch {
	case !v.Valid:
		return hiveNull
	case v.String == hiveNull:
		return "%5F" + hiveNull[1:]
	}
	return encode(v.String)
}

// encode is text in letters, digits, _ - . and percent codes; of one that needs
// more than maxPart bytes its beginning and, behind a ~ that no text has, a hash.
func encode(text string) string {
	var b strings.Builder
	kept := 0
	for i := 0; i < len(text) && b.Len() <= maxPart; {
		if b.Len() <= maxKept {
			kept = b.Len() // between characters: half of one is text to no reader
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		for range size {
			encodeByte(&b, text[i], i == 0 || i == len(text)-1)
			i++
		}
	}
	if b.Len() <= maxPart {
		return b.String()
	}
	sum := sha256.Sum256([]byte(text))
	return b.String()[:kept] + "~" + hash32.EncodeToString(sum[:hashBytes])
}

// encodeByte encodes a dot at an end: . and .. are directories, and Windows
// drops the last.
func encodeByte(b *strings.Builder, c byte, end bool) {
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' && !end {
		b.WriteByte(c)
		return
	}
	fmt.Fprintf(b, "%%%02X", c)
}

var hash32 = base32.HexEncoding.WithPadding(base32.NoPadding)
