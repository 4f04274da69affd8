package factledger

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// Shape is what a request or an answer may consist of, by the types of the SDK.
type Shape struct {
	members map[string]*member // by the names that they may have on the wire, in small letters
	order   []*member          // each once
	element *Shape             // of a list or map, which is not one itself
	list    bool
}

type member struct {
	name  string // on the wire, as the API reference has it
	shape *Shape
}

// NewShape reads a type of the SDK; nil has no members. A structure within itself has no members there: recursion is cut once.
// Small says that names on the wire begin with a small letter. Unions are the interfaces among the SDK's types with their
// variants, which reflection does not find; another one is a member without members.
func NewShape(t reflect.Type, small bool, unions map[reflect.Type][]reflect.Type) *Shape {
	if t == nil {
		return &Shape{}
	}
	return reader{small, unions}.shape(t, nil)
}

type reader struct {
	small  bool
	unions map[reflect.Type][]reflect.Type
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)

func (r reader) shape(t reflect.Type, within []reflect.Type) *Shape {
	switch {
	case t == timeType || t == bytesType:
		return &Shape{}
	case t.Kind() == reflect.Pointer:
		return r.shape(t.Elem(), within)
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Map:
		return &Shape{element: r.shape(t.Elem(), within), list: t.Kind() == reflect.Slice}
	case t.Kind() == reflect.Interface:
		return r.union(t, within)
	case t.Kind() != reflect.Struct || slices.Contains(within, t):
		return &Shape{}
	}
	s := &Shape{members: map[string]*member{}}
	for f := range t.Fields() {
		if f.IsExported() && f.Name != "ResultMetadata" {
			s.add(f.Name, r.shape(f.Type, append(slices.Clip(within), t)), r.small)
		}
	}
	return s
}

func (s *Shape) add(name string, of *Shape, small bool) {
	m := &member{name: name, shape: of}
	if small {
		m.name = strings.ToLower(name[:1]) + name[1:]
	}
	s.order = append(s.order, m)
	names := []string{strings.ToLower(name)}
	if of.list { // as EC2's dialect calls lists in a form and in an answer
		one := singular(strings.TrimSuffix(strings.ToLower(name), "set"))
		names = append(names, one, one+"set")
	}
	for _, alias := range names {
		if s.members[alias] == nil {
			s.members[alias] = m
		}
	}
}

func singular(name string) string {
	for _, plural := range []struct{ end, one string }{{"ies", "y"}, {"sses", "ss"}, {"xes", "x"}, {"s", ""}} {
		if stem, found := strings.CutSuffix(name, plural.end); found {
			return stem + plural.one
		}
	}
	return name
}

// union is a structure with a member for each variant.
func (r reader) union(t reflect.Type, within []reflect.Type) *Shape {
	s := &Shape{members: map[string]*member{}}
	if r.unions[t] == nil {
		return &Shape{}
	}
	for _, variant := range r.unions[t] {
		name := strings.TrimPrefix(variant.Name(), t.Name()+"Member")
		if value, found := variant.FieldByName("Value"); found {
			s.add(name, r.shape(value.Type, within), r.small)
		}
	}
	return s
}

// Paths are all members, each as a path: "tasks[].containers[].name". A map has {} where a list has [].
func (s *Shape) Paths() []string {
	var paths []string
	s.walk("", func(path string) { paths = append(paths, path) })
	return paths
}

func (s *Shape) walk(above string, visit func(string)) {
	for _, m := range s.order {
		path := m.name
		if above != "" {
			path = above + "." + m.name
		}
		visit(path)
		inner, path := m.shape.entries(path)
		inner.walk(path, visit)
	}
}

// entries goes through lists and maps.
func (s *Shape) entries(path string) (*Shape, string) {
	for s.element != nil {
		if s.list {
			path += "[]"
		} else {
			path += "{}"
		}
		s = s.element
	}
	return s, path
}

func (s *Shape) member(name string) *member { return s.members[strings.ToLower(name)] }
