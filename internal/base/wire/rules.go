package wire

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/systemtag"
)

// Rules knows the constraints of a service model.
type Rules interface {
	// Constraint returns what holds for a member, or nil. structure is the Go type
	// that has the member (RunTaskInput, Ulimit), member its wire name, and value
	// the Go type of the member, or of the elements of a list or map
	// (LaunchType), which is how a service model names its enumerations.
	Constraint(structure, member string, value reflect.Type) *Constraint
}

// Constraint is what a service model says about one member.
type Constraint struct {
	// Required members must be there; a required string must not be empty.
	Required bool
	// Enum lists the values of a string, or of each string in a list.
	Enum []string
	// Min and Max bound a number, the characters of a string, or the elements of
	// a list or map.
	Min, Max *float64
	// Pattern is a regular expression that a whole string matches.
	Pattern string
}

// Kind says which constraint was violated.
type Kind string

// The kinds of violation.
const (
	Missing    Kind = "missing"      // a required member is absent or an empty string
	NotAllowed Kind = "not allowed"  // a value is not in Enum
	OutOfRange Kind = "out of range" // a number is not within Min and Max
	BadLength  Kind = "bad length"   // the characters of a string are not within Min and Max
	BadCount   Kind = "bad count"    // the elements of a list or map are not within Min and Max
	BadPattern Kind = "bad pattern"  // a string does not match Pattern
)

// Violation is the first constraint that a request does not keep.
type Violation struct {
	Kind      Kind
	Structure string  // Go type with the member: RunTaskInput, Ulimit
	Member    string  // wire name: softLimit
	Path      string  // from the body: containerDefinitions[0].ulimits[1].softLimit
	Value     string  // the offending value, or its length
	Text      *string // the offending value if it is a string, however long
	Allowed   []string
	Min, Max  *float64
	Pattern   string
}

func (v *Violation) Error() string {
	switch v.Kind {
	case Missing:
		return v.Path + " is missing"
	case NotAllowed:
		return fmt.Sprintf("%s: %q is not one of %s", v.Path, v.Value, strings.Join(v.Allowed, ", "))
	}
	return fmt.Sprintf("%s: %s (%s)", v.Path, v.Kind, v.Value)
}

// limits is a Constraint ready for checking.
type limits struct {
	*Constraint
	matches func() func(s string) bool // made at first use; nil: no pattern
}

func (c *Codec) limits(structure reflect.Type, member string, t reflect.Type) *limits {
	if c.rules == nil {
		return nil
	}
	for t.Name() == "" && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map) {
		t = t.Elem()
	}
	constraint := c.rules.Constraint(structure.Name(), member, t)
	if constraint == nil {
		return nil
	}
	l := &limits{Constraint: constraint}
	if constraint.Pattern != "" {
		l.matches = sync.OnceValue(func() func(string) bool { return matcher(constraint.Pattern) })
	}
	return l
}

// violate notes a violation, the first one alone unless all are wanted; the structures
// around it add to its path.
func (d *decoder) violate(kind Kind, n *node, f *field, value string) {
	if len(d.violations) > 0 && !d.all {
		return
	}
	d.violations = append(d.violations, &Violation{
		Kind: kind, Structure: n.typ.Name(), Member: f.name, Value: value, Path: f.name,
		Allowed: f.limits.Enum, Min: f.limits.Min, Max: f.limits.Max, Pattern: f.limits.Pattern,
	})
}

// locate adds element to the paths of violations that were found below it, that
// is, since there were so many (had).
func (d *decoder) locate(had int, element string) {
	for _, v := range d.violations[had:] {
		v.Path = joinPath(element, v.Path)
	}
}

// checkRequired notes a member of n that must be there and is not.
func (d *decoder) checkRequired(n *node, seen *bitset) {
	for i, needed := range n.needed {
		if needed&^seen[i] == 0 {
			continue
		}
		for j := range n.fields {
			if n.needed.has(j) && !seen.has(j) {
				d.violate(Missing, n, &n.fields[j], "")
			}
		}
		return
	}
}

// check notes a violation by the value v of field f of n.
func (d *decoder) check(n *node, f *field, v reflect.Value) {
	plan := f.node
	if plan.op == opPointer {
		plan, v = plan.elem, v.Elem()
	}
	switch plan.op {
	case opString:
		d.checkString(n, f, v.String())
	case opStrings:
		d.checkLength(n, f, BadCount, v.Len())
		for i := range v.Len() {
			d.checkEnum(n, f, v.Index(i).String())
		}
	case opSlice:
		length := v.Len()
		if f.limits.Max != nil && length > int(*f.limits.Max) {
			length -= systemtag.In(v)
		}
		d.checkLength(n, f, BadCount, length)
	case opInt:
		i := v.Int()
		d.checkRange(n, f, OutOfRange, float64(i), func() string { return strconv.FormatInt(i, 10) })
	case opFloat:
		x := v.Float()
		d.checkRange(n, f, OutOfRange, x, func() string { return strconv.FormatFloat(x, 'f', -1, 64) })
	}
}

func (d *decoder) checkString(n *node, f *field, s string) {
	had := len(d.violations)
	if s == "" && f.limits.Required {
		d.violate(Missing, n, f, s)
	}
	d.checkEnum(n, f, s)
	d.checkLength(n, f, BadLength, utf8.RuneCountInString(s))
	if f.limits.matches != nil && !f.limits.matches()(s) {
		d.violate(BadPattern, n, f, s)
	}
	for _, v := range d.violations[had:] {
		v.Text = &[]string{s}[0]
	}
}

// checkEnum lets the empty string pass: SDKs that can't tell it from an absent
// value send it.
func (d *decoder) checkEnum(n *node, f *field, s string) {
	if s != "" && f.limits.Enum != nil && !slices.Contains(f.limits.Enum, s) {
		d.violate(NotAllowed, n, f, s)
	}
}

func (d *decoder) checkLength(n *node, f *field, kind Kind, length int) {
	d.checkRange(n, f, kind, float64(length), func() string { return strconv.Itoa(length) })
}

func (d *decoder) checkRange(n *node, f *field, kind Kind, x float64, text func() string) {
	low, high := math.Inf(-1), math.Inf(1)
	if f.limits.Min != nil {
		low = *f.limits.Min
	}
	if f.limits.Max != nil {
		high = *f.limits.Max
	}
	bounded := f.limits.Min != nil || f.limits.Max != nil
	if x < low || x > high || bounded && math.IsNaN(x) {
		d.violate(kind, n, f, text())
	}
}
