package schema

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Change is a property that differs between two sets of properties of a resource.
type Change struct {
	Property string
	// Before and After are its converted values, nil where it is not.
	Before, After *document.Value
	// Recreation is what the change does. The row of the type decides those that are Conditionally.
	Recreation Recreation
}

// AttributeChangeType is Add, Remove or Modify (CFN-43).
func (c Change) AttributeChangeType() string {
	switch {
	case c.Before == nil:
		return "Add"
	case c.After == nil:
		return "Remove"
	default:
		return "Modify"
	}
}

// Known is whether the new value is known. One that is not may come to what it was.
func (c Change) Known() bool { return c.After.Known() }

// Changes returns the properties that differ, in order of their names. Values that come to the same for the type do not: 5 and "5".
func (t *Type) Changes(before, after *document.Value) (list []Change) {
	before, after = t.Convert(before), t.Convert(after)
	for _, name := range allNames(before, after) {
		c := Change{Property: name, Before: before.Get(name), After: after.Get(name)}
		if !c.Before.Equal(c.After) {
			c.Recreation = t.recreation(c)
			list = append(list, c)
		}
	}
	return list
}

// Replacement is what all changes of a resource come to, Never without one.
func Replacement(changes []Change) Recreation {
	most := Never
	for _, c := range changes {
		switch {
		case c.Recreation == Always:
			return Always
		case c.Recreation == Conditionally:
			most = Conditionally
		}
	}
	return most
}

func allNames(values ...*document.Value) (list []string) {
	for _, v := range values {
		if v == nil {
			continue
		}
		for _, m := range v.Members {
			list = append(list, m.Name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// recreation is the property's own, or Always where a member has changed that replaces the resource.
func (t *Type) recreation(c Change) Recreation {
	p := t.Properties[c.Property]
	if p == nil {
		return Never
	}
	for _, path := range t.nested {
		if path[0] == c.Property && !equalAt(path[1:], c.Before, c.After) {
			return Always
		}
	}
	return p.Recreation
}

// equalAt compares what is at a path, in which * stands for each item of a list.
func equalAt(path []string, a, b *document.Value) bool {
	switch {
	case len(path) == 0 || a == nil || b == nil:
		return a.Equal(b)
	case path[0] != "*":
		return equalAt(path[1:], a.Get(path[0]), b.Get(path[0]))
	case len(a.Items) != len(b.Items):
		return false
	}
	for i := range a.Items {
		if !equalAt(path[1:], a.Items[i], b.Items[i]) {
			return false
		}
	}
	return true
}
