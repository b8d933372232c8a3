package selection

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Want is how much of a property is selected.
type Want byte

// What is not All needs a look at the value.
const (
	None Want = iota
	Part      // some of what is inside, nothing of a scalar
	All
)

// Rules are the patterns that a configuration has for a stream: names with
// dots between them, * and ? and [abc] in each as in file names. A pattern
// holds for all that is inside what it names.
type Rules struct {
	Select  []string // nothing but these, the key and _sdc_ properties; empty: everything
	Exclude []string // none of these, whatever Select has
}

// Validate reports the first pattern that is none.
func (r Rules) Validate() error {
	for _, p := range slices.Concat(r.Select, r.Exclude) {
		if _, err := path.Match(escaped(p), ""); err != nil || strings.Trim(p, ".") != p || p == "" {
			return fmt.Errorf("%s is no pattern of property names; want names with dots between them, * and ? for what differs", strconv.Quote(p))
		}
	}
	return nil
}

// Selection is what is wanted of one stream. A nil one wants everything.
type Selection struct {
	selects, excludes []string // escaped
	catalog           *entry
	key               []string
	sources           map[string]string // properties by the names that they are given
}

// New is what is wanted of a stream by the rules and by its entry in the
// catalog, either of which may be absent; nil if that is everything. key are
// the stream's key_properties.
func New(r Rules, c *Catalog, stream string, key []string) *Selection {
	s := &Selection{catalog: c.entry(stream), key: key}
	for _, p := range r.Select {
		s.selects = append(s.selects, escaped(p))
	}
	for _, p := range r.Exclude {
		s.excludes = append(s.excludes, escaped(p))
	}
	if s.selects == nil && s.excludes == nil && s.catalog.wantsAll() {
		return nil
	}
	return s
}

// Renamed is s for records that were made of the stream's: sources has, by
// name, the property that one is a copy of, or "" of one that was made. Others
// are still themselves.
func (s *Selection) Renamed(sources map[string]string) *Selection {
	if s == nil {
		return nil
	}
	renamed := *s
	renamed.sources = sources
	return &renamed
}

// Stream reports whether the stream is to be loaded at all.
func (s *Selection) Stream() bool { return s == nil || s.catalog == nil || s.catalog.selected }

// Lost are the key's properties that s does not want, in words that name who
// leaves them out.
func (s *Selection) Lost() error {
	if s == nil {
		return nil
	}
	for _, k := range s.key {
		switch {
		case s.excluded([]string{k}):
			return fmt.Errorf("key property %s is in exclude, but a key is always loaded; take it out there", strconv.Quote(k))
		case s.catalog.want([]string{k}) != All:
			return fmt.Errorf("key property %s is not selected in the catalog, but a key is always loaded; select it there", strconv.Quote(k))
		}
	}
	return nil
}

// Want is how much is wanted of the property at p. It is not changed or kept.
func (s *Selection) Want(p []string) Want {
	if s == nil {
		return All
	}
	p, copied := s.source(p)
	if !copied {
		return All
	}
	if s.excluded(p) {
		return None
	}
	w := min(s.bySelect(p), s.catalog.want(p))
	if w == All && slices.ContainsFunc(s.excludes, func(x string) bool { return within(x, p) }) {
		return Part
	}
	return w
}

// source is where the stream itself has what is now at p, if it has it.
func (s *Selection) source(p []string) (at []string, copied bool) {
	name, renamed := s.sources[p[0]]
	if !renamed {
		return p, true
	}
	return slices.Concat([]string{name}, p[1:]), name != ""
}

// excluded reports whether a pattern of exclude holds for p.
func (s *Selection) excluded(p []string) bool {
	return slices.ContainsFunc(s.excludes, func(x string) bool { return covers(x, p) })
}

// bySelect is what select has of p.
func (s *Selection) bySelect(p []string) Want {
	if len(s.selects) == 0 || strings.HasPrefix(p[0], "_sdc_") || slices.Contains(s.key, p[0]) {
		return All
	}
	w := None
	for _, x := range s.selects {
		if covers(x, p) {
			return All
		}
		if within(x, p) {
			w = Part
		}
	}
	return w
}

// Patterns and paths are matched as file names are, where * stops at a slash:
// their dots become slashes, and their slashes a character no name may hold.
var steps = strings.NewReplacer(".", "/", "/", "\x00")

func escaped(pattern string) string { return steps.Replace(pattern) }

// joined is a path in the form of patterns. A dot in a name counts as one
// between names, so that a.b finds either.
func joined(p []string) string { return steps.Replace(strings.Join(p, ".")) }

// Means reports whether a pattern names p or what p is inside of, and whether it may
// name something inside p.
func Means(pattern string, p []string) (names, inside bool) {
	return covers(escaped(pattern), p), within(escaped(pattern), p)
}

// covers reports whether the pattern names p or what p is inside of.
func covers(pattern string, p []string) bool {
	name := joined(p)
	n := strings.Count(pattern, "/") + 1
	return strings.Count(name, "/")+1 >= n && matches(pattern, first(name, n))
}

// within reports whether the pattern may name something inside p.
func within(pattern string, p []string) bool {
	name := joined(p)
	n := strings.Count(name, "/") + 1
	return strings.Count(pattern, "/")+1 > n && matches(first(pattern, n), name)
}

// first is the first n steps of a path.
func first(path string, n int) string {
	for i := range len(path) {
		if path[i] == '/' {
			if n--; n == 0 {
				return path[:i]
			}
		}
	}
	return path
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
