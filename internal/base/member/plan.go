package member

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// Plan finds refused members in values of T, and those without effect. It knows the fields to look at by their
// position, so that a look costs no walk over the tables. It is made when it is first used.
type Plan[T any] struct {
	tables []Table
	made   sync.Once
	root   *structure // leads to what is refused
	kept   *structure // to what is kept without effect
	gaps   []string
}

// Found is a member that a value has, and its row.
type Found struct {
	// Path is as users write it: "containerDefinitions[0].secrets".
	Path string
	// Value is what is refused where other values of the member act; else it is empty.
	Value string
	Row   *Row
}

// String is the path, and the value if that is what is refused.
func (f Found) String() string {
	if f.Value != "" {
		return f.Path + " " + f.Value
	}
	return f.Path
}

// structure is the fields of a struct type that lead to what is looked for.
type structure struct{ fields []field }

type field struct {
	at   int
	name string
	list bool
	// row says when the field itself is found; if it is nil, below does.
	row   *Row
	below *structure
}

// NewPlan is the plan of T, whose table must be among the tables.
func NewPlan[T any](tables ...Table) *Plan[T] { return &Plan[T]{tables: tables} }

func (p *Plan[T]) make() {
	t := reflect.TypeFor[T]()
	tables := p.tables
	planner := planner{tables: map[reflect.Type]*Table{}, used: map[*Row]bool{}, wanted: (*Row).mayBeRefused}
	for i := range tables {
		planner.tables[tables[i].Type] = &tables[i]
	}
	if planner.tables[t] == nil {
		p.root, p.kept, p.gaps = &structure{}, &structure{}, []string{"no table of " + t.Name()}
		return
	}
	p.root = planner.structure(t, planner.tables[t], "")
	for i := range tables {
		planner.unused(&tables[i])
	}
	p.gaps = planner.gaps
	planner.wanted = func(row *Row) bool { return row.Fate == Kept }
	p.kept = planner.structure(t, planner.tables[t], "")
}

func (r *Row) mayBeRefused() bool { return r.Fate == Refused || r.only != nil }

// Gaps are the members of T, and of all that it consists of, that have no row, and the
// rows that have no member.
func (p *Plan[T]) Gaps() []string {
	p.made.Do(p.make)
	return p.gaps
}

// Refused returns the refused members that v has, which may be nil, as users write them:
// "containerDefinitions[0].secrets"; where a value is what is refused, with that. They come
// in the order of the SDK's types, and of the lists in v.
func (p *Plan[T]) Refused(v *T) (members []string) {
	for _, found := range p.FindRefused(v) {
		members = append(members, found.String())
	}
	return members
}

// FindRefused is Refused with what the tables say of each member.
func (p *Plan[T]) FindRefused(v *T) []Found {
	p.made.Do(p.make)
	return p.root.find(reflect.ValueOf(v))
}

// FindKept returns the members that v has and that are kept without effect.
func (p *Plan[T]) FindKept(v *T) []Found {
	p.made.Do(p.make)
	return p.kept.find(reflect.ValueOf(v))
}

// find looks into a structure, or into what a pointer leads to.
func (s *structure) find(v reflect.Value) (members []Found) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	for i := range s.fields {
		members = append(members, s.fields[i].find(v.Field(s.fields[i].at))...)
	}
	return members
}

func (f *field) find(v reflect.Value) (members []Found) {
	switch {
	case f.row != nil:
		if member, found := f.itself(v); found {
			members = append(members, member)
		}
	case f.list:
		for i := range v.Len() {
			for _, member := range f.below.find(v.Index(i)) {
				member.Path = fmt.Sprintf("%s[%d].%s", f.name, i, member.Path)
				members = append(members, member)
			}
		}
	default:
		for _, member := range f.below.find(v) {
			member.Path = f.name + "." + member.Path
			members = append(members, member)
		}
	}
	return members
}

func (f *field) itself(v reflect.Value) (member Found, found bool) {
	member = Found{Path: f.name, Row: f.row}
	switch {
	case !inUse(v):
		return Found{}, false
	case f.row.only != nil:
		member.Value = reflect.Indirect(v).String()
		return member, !slices.Contains(f.row.only, member.Value)
	}
	return member, true
}

// inUse tells whether a member says anything: an empty list, an empty string, zero and
// false mean the same as nothing.
func inUse(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && (v.Elem().Kind() == reflect.Struct || inUse(v.Elem()))
	case reflect.Slice, reflect.Map:
		return v.Len() > 0
	default:
		return !v.IsZero()
	}
}

// planner makes plans, and sees what the tables forget.
type planner struct {
	tables map[reflect.Type]*Table
	used   map[*Row]bool
	wanted func(*Row) bool // which rows the plan leads to
	gaps   []string
}

// structure plans a struct type; prefix is its path in the table.
func (p *planner) structure(t reflect.Type, table *Table, prefix string) *structure {
	s := &structure{}
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() || sf.Name == "ResultMetadata" {
			continue
		}
		f := field{at: i, name: memberName(sf)}
		var part reflect.Type
		if part, f.list = item(sf.Type); p.plan(&f, part, table, prefix+f.name) {
			s.fields = append(s.fields, f)
		}
	}
	return s
}

// plan completes a field, and tells whether it leads to something that is wanted.
func (p *planner) plan(f *field, part reflect.Type, table *Table, path string) bool {
	composed := part.Kind() == reflect.Struct && part != reflect.TypeFor[time.Time]()
	row := table.row(path)
	switch {
	case row != nil:
		p.used[row] = true
		if composed && row.Fate != Refused {
			p.gaps = append(p.gaps, fmt.Sprintf("%s of %s %s as a whole: its members need rows", path, table.Type.Name(), row.Fate))
		}
		f.row = row
		return p.wanted(row)
	case !composed:
		p.gaps = append(p.gaps, fmt.Sprintf("%s of %s has no row", path, table.Type.Name()))
		return false
	case p.tables[part] != nil:
		f.below = p.structure(part, p.tables[part], "")
	case f.list:
		f.below = p.structure(part, table, path+"[].")
	default:
		f.below = p.structure(part, table, path+".")
	}
	return len(f.below.fields) > 0
}

// unused reports the rows of a table that led to no member.
func (p *planner) unused(table *Table) {
	for i := range table.Rows {
		if row := &table.Rows[i]; !p.used[row] {
			p.gaps = append(p.gaps, fmt.Sprintf("%s has no member %s, or it is refused as a whole", table.Type.Name(), row.Path))
		}
	}
}

func (t *Table) row(path string) *Row {
	for i := range t.Rows {
		if t.Rows[i].Path == path {
			return &t.Rows[i]
		}
	}
	return nil
}

// item is what a member consists of: the items of a list, what a pointer leads to.
func item(t reflect.Type) (part reflect.Type, list bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		list = list || t.Kind() == reflect.Slice
		t = t.Elem()
	}
	return t, list
}

// memberName is how users write a field of the SDK.
func memberName(f reflect.StructField) string { return strings.ToLower(f.Name[:1]) + f.Name[1:] }
