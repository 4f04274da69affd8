package kit

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// Filters say where a description has the values that filters ask for. Filters by tag are known
// where a description has tags. Source of the filters: EC2 API reference.
type Filters struct {
	// Named are filters that are called as the members: route.nat-gateway-id is Routes.NatGatewayId.
	Named []string
	// Members are the members of other filters, or after = what all have. What is missing has an
	// empty value, and none at all before a question mark.
	Members map[string]string
	// Unused are those to which nothing has a value here.
	Unused []string
}

// Values is what knows filters of descriptions of a type. It panics if one has no member, so
// it is for variables of packages.
func Values[T any](f Filters) valuesOf[T] {
	find := f.of(reflect.TypeFor[T]())
	return func(row *T, filter string) ([]string, bool) { return find(reflect.ValueOf(row).Elem(), filter) }
}

// of is Values of any type.
func (f Filters) of(row reflect.Type) func(row reflect.Value, filter string) ([]string, bool) {
	known := map[string]member{}
	for _, name := range f.Named {
		known[name] = memberOf(row, strings.Split(camelCase(name), "."))
	}
	for name, path := range f.Members {
		if same, constant := strings.CutPrefix(path, "="); constant {
			known[name] = member{same: []string{same}}
		} else {
			known[name] = memberOf(row, strings.Split(path, "."))
		}
	}
	for _, name := range f.Unused {
		known[name] = member{same: []string{}}
	}
	tags := tagsOf(row)
	return func(row reflect.Value, filter string) ([]string, bool) {
		m, found := known[filter]
		switch {
		case !found && tags == nil:
			return nil, false
		case !found:
			return TagValues(row.FieldByIndex(tags).Interface().([]types.Tag), filter)
		case m.same != nil:
			return m.same, true
		}
		return m.values(nil, row, m.path, false), true
	}
}

// tagsOf is the place of the tags in a description, nil if it has none.
func tagsOf(row reflect.Type) []int {
	for _, name := range [...]string{"Tags", "TagSet"} {
		if f, found := row.FieldByName(name); found && f.Type == reflect.TypeFor[[]types.Tag]() {
			return f.Index
		}
	}
	return nil
}

// camelCase makes the name of a member from the name of a filter.
func camelCase(filter string) string {
	var name strings.Builder
	for part := range strings.SplitSeq(filter, ".") {
		if name.Len() > 0 {
			name.WriteByte('.')
		}
		for word := range strings.SplitSeq(part, "-") {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return name.String()
}

// member is where the values of a filter are: a path through structures and lists, and the
// value where something on the way is missing; or what all descriptions have.
type member struct {
	path   []step
	absent string
	same   []string
}

// step leads to a part of a structure. Where that is missing and may be, there is no value.
type step struct {
	index   []int
	mayMiss bool
}

// memberOf finds a member; lists may be named by their singular.
func memberOf(t reflect.Type, names []string) (m member) {
	for _, name := range names {
		name, mayMiss := strings.CutSuffix(name, "?")
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		f, found := t.FieldByName(name)
		if !found {
			f, found = t.FieldByName(name + "s")
		}
		if !found {
			panic("kit: " + t.String() + " has no " + name)
		}
		m.path, t = append(m.path, step{f.Index, mayMiss}), f.Type
	}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() == reflect.Bool {
		m.absent = "false"
	}
	return m
}

// values adds what is at the end of a path.
func (m member) values(to []string, at reflect.Value, path []step, mayMiss bool) []string {
	switch {
	case at.Kind() == reflect.Pointer && !at.IsNil():
		return m.values(to, at.Elem(), path, mayMiss)
	case at.Kind() == reflect.Pointer && mayMiss:
		return to
	case at.Kind() == reflect.Pointer:
		return append(to, m.absent)
	case at.Kind() == reflect.Slice:
		for i := range at.Len() {
			to = m.values(to, at.Index(i), path, mayMiss)
		}
		return to
	case len(path) > 0:
		return m.values(to, at.FieldByIndex(path[0].index), path[1:], path[0].mayMiss)
	}
	return append(to, textOf(at))
}

// textOf is a value as filters compare it.
func textOf(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Struct:
		at, _ := reflect.TypeAssert[time.Time](v)
		return at.UTC().Format(time.RFC3339)
	}
	return strconv.FormatInt(v.Int(), 10)
}
