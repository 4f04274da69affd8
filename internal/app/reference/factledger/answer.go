package factledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Wanted is what a fact wants an answer to be, member by member: JSON in which a text between slashes is a regular expression
// for a value, and "=NAME" stands for the same value each time, "=NAME /pattern/" for one that also has a form.
type Wanted struct{ value any }

// NewWanted reads what an answer shall be. The second and later parts change the first as merge patches do (RFC 7396), and a
// text "@name.json" anywhere in them is what the file of that name has.
func NewWanted(parts []string, file func(name string) (string, error)) (Wanted, error) {
	var whole any
	for i, part := range parts {
		value, err := parseJSON(part)
		if err == nil {
			value, err = include(value, file)
		}
		if err != nil {
			return Wanted{}, fmt.Errorf("%s: %w", part, err)
		}
		if i == 0 {
			whole = value
		} else {
			whole = merge(whole, value)
		}
	}
	return Wanted{whole}, nil
}

func parseJSON(text string) (value any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return value, d.Decode(&value)
}

func include(value any, file func(name string) (string, error)) (any, error) {
	var err error
	switch v := value.(type) {
	case string:
		name, found := strings.CutPrefix(v, "@")
		if !found || !strings.HasSuffix(name, ".json") {
			return v, nil
		}
		text, err := file(name)
		if err != nil {
			return nil, err
		}
		inner, err := parseJSON(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return include(inner, file)
	case []any:
		for i := range v {
			if v[i], err = include(v[i], file); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range v {
			if v[name], err = include(v[name], file); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

// merge changes a value as a merge patch says: null removes a member, a list replaces one.
func merge(value, patch any) any {
	p, isObject := patch.(map[string]any)
	if !isObject {
		return patch
	}
	v, isObject := value.(map[string]any)
	if !isObject {
		v = map[string]any{}
	}
	for name, change := range p {
		if change == nil {
			delete(v, name)
		} else {
			v[name] = merge(v[name], change)
		}
	}
	return v
}

// Names are the names that stand in it.
func (w Wanted) Names() (names []string) {
	for _, found := range anyNamed.FindAllStringSubmatch(compact(w.value), -1) {
		names = append(names, found[1])
	}
	return names
}

// Names are values by the names that stand for them.
type Names map[string]string

// Bind returns what is wanted with known values in the place of their names.
func (w Wanted) Bind(known Names) Wanted { return Wanted{bind(w.value, known)} }

// exactly is a value that is known by its text, whether it is a text or a number.
type exactly string

func bind(value any, known Names) any {
	switch v := value.(type) {
	case string:
		if name, _, named := placeholder(v); named && known[name] != "" {
			return exactly(known[name])
		}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = bind(v[i], known)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name := range v {
			out[name] = bind(v[name], known)
		}
		return out
	}
	return value
}

var anyNamed = regexp.MustCompile(`"=([A-Z][A-Z0-9_]*)`)

var named = regexp.MustCompile(`^=([A-Z][A-Z0-9_]*)(?: /(.*)/)?$`)

// placeholder is a name, and the pattern of what it stands for.
func placeholder(text string) (name, pattern string, is bool) {
	if found := named.FindStringSubmatch(text); found != nil {
		return found[1], found[2], true
	}
	return "", "", false
}

// Differences are the members in which an answer is not what is wanted, and the values of names that stand in it.
func (w Wanted) Differences(answer string) ([]string, Names) {
	got, err := parseJSON(answer)
	if err != nil {
		return []string{"it is no JSON"}, nil
	}
	c := comparison{names: Names{}}
	c.compare("", w.value, got)
	return c.differ, c.names
}

// Is says whether an answer is what is wanted.
func (w Wanted) Is(answer string) bool {
	differ, _ := w.Differences(answer)
	return len(differ) == 0
}

type comparison struct {
	names  Names
	differ []string
}

func (c *comparison) compare(path string, want, got any) {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			c.members(path, w, g)
			return
		}
	case []any:
		if g, ok := got.([]any); ok && len(g) == len(w) {
			for i := range w {
				c.compare(fmt.Sprintf("%s[%d]", path, i), w[i], g[i])
			}
			return
		}
	default:
		if c.same(want, got) {
			return
		}
	}
	c.differ = append(c.differ, fmt.Sprintf("%s is %s, not %s", path, compact(got), compact(want)))
}

func (c *comparison) members(path string, want, got map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if value, there := got[name]; there {
			c.compare(join(path, name), want[name], value)
		} else {
			c.differ = append(c.differ, join(path, name)+" is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, wanted := want[name]; !wanted {
			c.differ = append(c.differ, fmt.Sprintf("%s is there: %s", join(path, name), compact(got[name])))
		}
	}
}

// same compares a value without members with what is wanted in its place.
func (c *comparison) same(want, got any) bool {
	text := plain(got)
	switch w := want.(type) {
	case exactly:
		return text == string(w)
	case string:
		if name, pattern, is := placeholder(w); is {
			if known, seen := c.names[name]; seen {
				return text == known
			}
			c.names[name] = text
			return text != "" && (pattern == "" || matches(pattern, text))
		}
		if len(w) > 2 && w[0] == '/' && w[len(w)-1] == '/' {
			return matches(w[1:len(w)-1], text)
		}
	}
	return want == got
}

func matches(pattern, text string) bool {
	re, err := regexp.Compile("^(?:" + pattern + ")$")
	return err == nil && re.MatchString(text)
}

// plain is a text itself, and any other value as JSON.
func plain(value any) string {
	if text, is := value.(string); is {
		return text
	}
	return compact(value)
}

func compact(value any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}
