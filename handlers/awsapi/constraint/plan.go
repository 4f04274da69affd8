package constraint

import (
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// plan is what is demanded of a structure of the SDK, in the order of the model.
type plan []*demand

type demand struct {
	field    int
	name     string // as AWS tells it
	required bool
	rule     *rule // nil: none
	inner    *plan // of a structure, or of the elements of a list; nil if these are none
}

// rule is a shape that can be checked.
type rule struct {
	Shape
	values  []string // of an enumeration
	notNull bool     // which is told of elements
	pattern *lazyregexp.Regexp
	element *rule
}

// planOf is the plan of a type of the SDK. Requests see it when it is whole, with those of all
// types in it.
func (m *Model) planOf(t reflect.Type, name string) *plan {
	if known, found := m.plans.Load(t); found {
		return known.(*plan)
	}
	made := map[reflect.Type]*plan{}
	m.makePlan(t, name, made)
	for each, p := range made {
		m.plans.LoadOrStore(each, p)
	}
	return made[t]
}

// makePlan adds the plan of a type to those that are made, which holds types that have themselves
// as a member.
func (m *Model) makePlan(t reflect.Type, name string, all map[reflect.Type]*plan) *plan {
	if known, found := all[t]; found {
		return known
	}
	made := &plan{}
	all[t] = made
	table := m.table()
	for _, member := range table.Structures[name] {
		full := name + "." + member.Name
		field, found := t.FieldByName(upper(member.Name))
		if !found || slices.Contains(m.style.Own, full) {
			continue
		}
		required := member.Required || slices.Contains(m.style.Required, full)
		d := &demand{field: field.Index[0], name: lower(member.Name), required: required, rule: m.rule(member.Shape, field.Type)}
		if seen, differs := m.style.Seen[full]; differs {
			d.rule = &rule{Shape: seen, values: seen.Values}
		}
		inner, shape := field.Type, member.Shape
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			if inner.Kind() == reflect.Slice {
				shape = table.Shapes[shape].Element
			}
			inner = inner.Elem()
		}
		if _, structure := table.Structures[shape]; structure && inner.Kind() == reflect.Struct {
			d.inner = m.makePlan(inner, shape, all)
		}
		*made = append(*made, d)
	}
	m.addUnknown(made, t, name)
	return made
}

// addUnknown adds the members of a type of the SDK that an older table does not know: its
// enumerations, and those that the style has.
func (m *Model) addUnknown(p *plan, t reflect.Type, name string) {
	members, known := m.table().Structures[name]
	for i := range t.NumField() {
		field := t.Field(i)
		full := name + "." + field.Name
		same := func(member Member) bool { return upper(member.Name) == field.Name }
		if !known || slices.ContainsFunc(members, same) || slices.Contains(m.style.Own, full) {
			continue
		}
		seen, found := m.style.Seen[full]
		r := &rule{Shape: seen, values: seen.Values}
		if field.Type.Kind() == reflect.String {
			r.values = m.valuesOf(field.Type)
		}
		if found || r.values != nil {
			*p = append(*p, &demand{field: i, name: lower(field.Name), rule: r})
		}
	}
}

// rule is the rule of a shape that has a type in the SDK.
func (m *Model) rule(shape string, t reflect.Type) *rule {
	s, found := m.table().Shapes[shape]
	if !found {
		return nil
	}
	r := &rule{Shape: s, notNull: slices.Contains(m.style.NullInElements, shape)}
	switch {
	case s.Element != "" && t.Kind() == reflect.Slice:
		r.element = m.rule(s.Element, t.Elem())
	case s.Enum:
		r.values = m.valuesOf(t)
	case s.Pattern != "":
		r.pattern = m.pattern(s.Pattern)
	}
	return r
}

// valuesOf are the values of an enumeration of the SDK, which has a method Values.
func (m *Model) valuesOf(t reflect.Type) (list []string) {
	if own := m.style.Enums[t.Name()]; own != nil {
		return own
	}
	// The name is a constant, so that the linker keeps the methods called Values and drops the
	// others.
	values, ok := t.MethodByName("Values")
	if !ok {
		return nil
	}
	return textsOf(values.Func.Call([]reflect.Value{reflect.Zero(t)})[0])
}

// Prepare makes the plan of an input, and compiles its patterns: for tests, which hear of a
// pattern that Go does not understand, and of an operation that the table does not have.
func (m *Model) Prepare(operation string, in reflect.Type) (known bool) {
	_, known = m.table().Structures[operation+"Input"]
	var visit func(p *plan)
	seen := map[*plan]bool{}
	visit = func(p *plan) {
		if p == nil || seen[p] {
			return
		}
		seen[p] = true
		for _, d := range *p {
			for r := d.rule; r != nil; r = r.element {
				if r.pattern != nil {
					r.pattern.MatchString("")
				}
			}
			visit(d.inner)
		}
	}
	visit(m.planOf(in, operation+"Input"))
	return known
}

// lower is the name of a member as AWS tells it.
func lower(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// upper is the name of a member in the SDK.
func upper(name string) string { return string(unicode.ToUpper(rune(name[0]))) + name[1:] }
