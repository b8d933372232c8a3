package python

import (
	"strings"

	"target-filelake/ingest/mapping/python/fault"
)

// instead are names of Python that stream maps do without, and what does for
// them.
var instead = map[string]string{
	"fake":       "random data is not made here: rows that are loaded again must come out the same; mask with md5(…) or sha256(…)",
	"Faker":      "random data is not made here: rows that are loaded again must come out the same; mask with md5(…) or sha256(…)",
	"rand":       "chance is not available: rows that are loaded again must come out the same; use md5(…) of a property",
	"randint":    "chance is not available: rows that are loaded again must come out the same; use md5(…) of a property",
	"random":     "chance is not available: rows that are loaded again must come out the same; use md5(…) of a property",
	"uuid":       "chance is not available: rows that are loaded again must come out the same; use md5(…) of a property",
	"hashlib":    "write md5(text) or sha256(text), which give the hex digest",
	"re":         "there are no regular expressions; use .startswith(), .endswith(), in, .split() and .replace()",
	"time":       "use datetime.datetime and datetime.date",
	"math":       "use int(), round(), abs(), // and **",
	"Decimal":    "use float(), or leave the property as it is and give its type in streams",
	"format":     "write an f-string: f'{x:.2f}'",
	"format_map": "write an f-string: f'{x:.2f}'",
	"encode":     "md5(), sha256() and all else take text as it is",
	"decode":     "text is never bytes here",
	"translate":  "use .replace()",
	"map":        "write a list comprehension: [f(x) for x in xs]",
	"filter":     "write a list comprehension: [x for x in xs if c]",
	"list":       "write a list comprehension: [x for x in xs]",
	"tuple":      "write a list comprehension: [x for x in xs]",
	"set":        "write a list: x in ['a', 'b']",
	"dict":       "write {'name': value}",
	"repr":       "write f'{x!r}'",
	"isinstance": "compare with None, or convert with str(), int(), float() or bool()",
	"type":       "compare with None, or convert with str(), int(), float() or bool()",
	"min":        "write a if a < b else b",
	"max":        "write a if a > b else b",
	"any":        "write [x for x in xs if c] != []",
	"all":        "write [x for x in xs if not c] == []",
	"sum":        "maps do not add up; do that in a query",
	"sorted":     "lists stay in their order; sort in a query",
	"range":      "loop over a list of the record's",
	"enumerate":  "loop over the list itself",
	"zip":        "loop over one list",
	"lambda":     "write the expression itself",
	"pop":        "values are not changed; use .get() or an index",
	"append":     "values are not changed; write xs + [x]",
	"extend":     "values are not changed; write xs + ys",
	"update":     "values are not changed; write {'name': value}",
	"sort":       "values are not changed",
	"reverse":    "values are not changed; write xs[::-1]",
}

// unsupported refuses a name of Python.
func unsupported(name string, known []string) error {
	if why, ok := instead[name]; ok {
		return fault.New("%s is not supported: %s", name, why)
	}
	return fault.New("%s is not supported; there are %s", name, strings.Join(known, ", "))
}
