package check

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"
)

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
