package check

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// membersOf are the members of a structure of the SDK.
func membersOf(t reflect.Type) map[string]reflect.Type {
	members := map[string]reflect.Type{}
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Name != "ResultMetadata" {
			members[strings.ToLower(f.Name[:1])+f.Name[1:]] = f.Type
		}
	}
	return members
}

// unknown tells the members that no structure has.
func (c *checker) unknown(r *request) {
	places := r.input.places(nil)
	byNode := map[*node]*place{}
	for _, p := range places {
		byNode[p.node] = p
	}
	var visit func(n *node, t reflect.Type)
	visit = func(n *node, t reflect.Type) {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case t.Kind() == reflect.Slice:
			for _, item := range n.items {
				visit(item, t.Elem())
			}
		case t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]():
			known := membersOf(t)
			for _, m := range n.members {
				if inner, has := known[m.name]; has {
					visit(m.value, inner)
					continue
				}
				f := Finding{
					Effect: Refused, Operation: r.operation,
					Message: fmt.Sprintf("Unknown parameter in input: %q. The AWS CLI refuses it; the API takes no notice of it.", m.name),
				}
				if near := nearest(m.name, slices.Sorted(maps.Keys(known))); near != "" {
					f.Hint = "did you mean " + near + "?"
				}
				c.add(r, byNode[m.value], f)
			}
		}
	}
	visit(r.input, c.operations[r.operation].input)
}

// nearest is the name to which the fewest letters have to change, empty if that is every third one.
func nearest(name string, names []string) (best string) {
	if len(name) > 100 {
		return ""
	}
	least := len(name)/3 + 1
	for _, each := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(each)); d < least {
			best, least = each, d
		}
	}
	return best
}

// distance counts the letters to insert, remove or replace. Names are short.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
