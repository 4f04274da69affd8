package query

import (
	"net/url"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Form is the parameters of a request, sorted so that those that begin alike stand
// together.
type Form []parameter

// parameter is one key of a form and its value: Filter.1.Name, vpc-id.
type parameter struct{ key, value string }

// maxShared is the longest text, in bytes, that values may share: rows and decisions keep some of them, and would keep all of it.
const maxShared = 4 << 10

// Parse reads the text of a form. The error is a *[SyntaxError].
func Parse(text string) (Form, error) {
	form, long := make(Form, 0, strings.Count(text, "&")+1), len(text) > maxShared
	for text != "" {
		var pair string
		if pair, text, _ = strings.Cut(text, "&"); pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		var err, valueErr error
		key, err = unescape(key)
		value, valueErr = unescape(value)
		if err != nil || valueErr != nil {
			return nil, &SyntaxError{pair}
		}
		if long {
			value = strings.Clone(value)
		}
		form = append(form, parameter{key, value})
	}
	sorting.By(form, func(a, b parameter) int { return comparePaths(a.key, b.key) })
	return form, nil
}

// Get returns the value of a parameter, empty if there is none.
func (f Form) Get(key string) string {
	i, found := slices.BinarySearchFunc(f, key, func(p parameter, key string) int { return comparePaths(p.key, key) })
	if !found {
		return ""
	}
	return f[i].value
}

func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s, nil
	}
	return url.QueryUnescape(s)
}

// comparePaths orders keys by their parts: a dot comes before all other characters, so
// that Tag.1 and Tag.1.Key are not separated by Tag.1-.
func comparePaths(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		switch {
		case a[i] == '.':
			return -1
		case b[i] == '.':
			return 1
		}
		return int(a[i]) - int(b[i])
	}
	return len(a) - len(b)
}

// Has reports whether a form has a member of the input, or a part of one.
func (f Form) Has(member string) bool {
	return slices.ContainsFunc(f, func(p parameter) bool {
		rest, found := strings.CutPrefix(p.key, member)
		return found && (rest == "" || rest[0] == '.')
	})
}
