package targetinput

import (
	"encoding/json"
	"strconv"
	"strings"
)

// step of a path: the member with a name, the element with an index, or all elements.
type step struct {
	name  string
	index int
	all   bool
}

// parsePath reads a path such as $.detail.items[0].name or $.detail.items[*].name. Names in brackets, wildcards of
// members, recursion, slices and negative indexes are refused. Which characters a name may have is known of letters,
// digits, hyphens, underscores and slashes; that all others but those of JSONPath's grammar may be there is a choice.
func parsePath(text string) (steps []step, ok bool) {
	rest, ok := strings.CutPrefix(text, "$")
	for ok && rest != "" {
		var next step
		switch rest[0] {
		case '.':
			end := strings.IndexAny(rest[1:], ".[") + 1
			if end == 0 {
				end = len(rest)
			}
			next.name, rest = rest[1:end], rest[end:]
			ok = next.name != "" && !strings.ContainsAny(next.name, "]()*?'\",@<> \t\r\n")
		case '[':
			var inner string
			if inner, rest, ok = strings.Cut(rest[1:], "]"); !ok {
				return nil, false
			}
			if next.all = inner == "*"; !next.all {
				index, err := strconv.ParseUint(inner, 10, 31)
				next.index, ok = int(index), err == nil
			}
		default:
			ok = false
		}
		steps = append(steps, next)
	}
	return steps, ok
}

// find reads the value at a path, as compact JSON. After [*] it is an array of what the elements have there.
func find(value json.RawMessage, steps []step) (found json.RawMessage, ok bool) {
	for i, s := range steps {
		if s.name != "" {
			var members map[string]json.RawMessage
			if json.Unmarshal(value, &members) != nil {
				return nil, false
			}
			if value, ok = members[s.name]; !ok {
				return nil, false
			}
			continue
		}
		var elements []json.RawMessage
		if json.Unmarshal(value, &elements) != nil || elements == nil {
			return nil, false
		}
		if s.all {
			return ofAll(elements, steps[i+1:]), true
		}
		if s.index >= len(elements) {
			return nil, false
		}
		value = elements[s.index]
	}
	return compact(value), true
}

// ofAll is what the elements of an array have at a path. Elements that have nothing there are left out, and a second
// [*] makes no array in the array; both are as in JSONPath, and AWS was not asked.
func ofAll(elements []json.RawMessage, steps []step) json.RawMessage {
	nested := false
	for _, s := range steps {
		nested = nested || s.all
	}
	all := []string{}
	for _, e := range elements {
		found, ok := find(e, steps)
		switch {
		case !ok:
		case nested:
			if inner := strings.TrimSpace(string(found[1 : len(found)-1])); inner != "" {
				all = append(all, inner)
			}
		default:
			all = append(all, string(found))
		}
	}
	return json.RawMessage("[" + strings.Join(all, ",") + "]")
}
