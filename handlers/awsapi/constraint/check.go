package constraint

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/systemtag"
)

// Check returns the refusal of a request, with everything that its members violate; nil if that
// is nothing. in is a pointer to an input of the SDK.
func (m *Model) Check(operation string, in any) error {
	v := reflect.ValueOf(in).Elem()
	c := &checker{style: &m.style}
	c.structure(v, "", m.planOf(v.Type(), operation+"Input"))
	if len(c.violations) == 0 {
		return nil
	}
	if m.style.First != nil {
		return m.style.First(c.first.member, c.first.demand)
	}
	if m.style.Err != nil {
		return m.style.Err(c.violations.text())
	}
	code := m.style.Code
	if code == "" {
		code = "ValidationException"
	}
	return awsapi.Errorf(code, "%s", c.violations.text())
}

// checker collects the violations of a request.
type checker struct {
	style      *Style
	violations Violations
	first      struct{ member, demand string }
}

func (c *checker) structure(v reflect.Value, path string, p *plan) {
	for _, d := range *p {
		at := path + d.name
		field := v.Field(d.field)
		if absent(field) {
			if d.required {
				c.null(at, d.rule)
			}
			continue
		}
		if field.Kind() == reflect.Pointer {
			field = field.Elem()
		}
		switch kind := field.Kind(); {
		case kind == reflect.Struct:
			if d.inner != nil {
				c.structure(field, at+".", d.inner)
			}
		case kind == reflect.Slice && field.Type().Elem().Kind() != reflect.Uint8:
			c.list(field, at, d)
		case d.rule != nil:
			c.value(field, at, d.rule)
		}
	}
}

func (c *checker) null(at string, r *rule) {
	shown := "null"
	if r != nil && r.Sensitive {
		shown = ""
	}
	c.add(shown, at, "not be null")
}

// absent reports whether a request does not have a member. Enumerations have no pointers, and are
// empty then.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return false
}

// value checks a text, a number, bytes or a map.
func (c *checker) value(v reflect.Value, at string, r *rule) {
	switch v.Kind() {
	case reflect.String:
		c.text(v.String(), at, r)
	case reflect.Int32, reflect.Int64:
		c.number(float64(v.Int()), strconv.FormatInt(v.Int(), 10), at, r)
	case reflect.Float32, reflect.Float64:
		c.number(v.Float(), strconv.FormatFloat(v.Float(), 'f', -1, 64), at, r)
	case reflect.Slice, reflect.Map:
		c.length("", at, v.Len(), r)
	}
}

func (c *checker) text(s, at string, r *rule) {
	shown := quote(s)
	if r.Sensitive {
		shown = ""
	}
	if r.values != nil && !slices.Contains(r.values, s) {
		c.add(shown, at, oneOf(r.values))
	}
	n := utf8.RuneCountInString(s)
	mismatch := r.pattern != nil && !r.pattern.MatchString(s)
	short := r.Min != nil && n < int(*r.Min)
	if mismatch && c.style.PatternFirst && !short {
		c.add(shown, at, matches(r.Pattern))
	}
	c.length(shown, at, n, r)
	if mismatch && !c.style.PatternFirst {
		c.add(shown, at, matches(r.Pattern))
	}
}

func (c *checker) number(n float64, shown, at string, r *rule) {
	switch {
	case r.Min != nil && n < *r.Min:
		c.add(quote(shown), at, "have value greater than or equal to "+bound(*r.Min))
	case r.Max != nil && n > *r.Max:
		c.add(quote(shown), at, "have value less than or equal to "+bound(*r.Max))
	}
}

func (c *checker) length(shown, at string, n int, r *rule) {
	if r.Max != nil && n > int(*r.Max) {
		c.add(shown, at, "have length less than or equal to "+bound(*r.Max))
	}
	if r.Min != nil && n < int(*r.Min) {
		c.add(shown, at, "have length greater than or equal to "+bound(*r.Min))
	}
}

// list checks how many elements a list has, and each of them. Of texts, also those of an
// enumeration, AWS tells the demands together, and of structures the place.
func (c *checker) list(v reflect.Value, at string, d *demand) {
	texts := v.Type().Elem().Kind() == reflect.String
	shown := ""
	if texts || v.Len() == 0 {
		shown = quote("[" + strings.Join(textsOf(v), ", ") + "]")
	}
	if d.rule != nil {
		length := v.Len()
		if d.rule.Max != nil && length > int(*d.rule.Max) {
			length -= systemtag.In(v)
		}
		c.length(shown, at, length, d.rule)
	}
	switch {
	case d.inner != nil:
		for i := range v.Len() {
			c.structure(v.Index(i), fmt.Sprintf("%s.%d.member.", at, i+1), d.inner)
		}
	case d.rule == nil || d.rule.element == nil || !texts:
	default:
		for i := range v.Len() {
			one := &checker{style: c.style}
			if one.text(v.Index(i).String(), "", d.rule.element); len(one.violations) > 0 {
				c.add(shown, at, "satisfy constraint: ["+c.demands(d.rule.element)+"]")
				return
			}
		}
	}
}

// demands are all those on the elements of a list.
func (c *checker) demands(r *rule) string {
	var all []string
	if r.values != nil {
		all = append(all, oneOf(r.values))
	}
	if r.Max != nil {
		all = append(all, "have length less than or equal to "+bound(*r.Max))
	}
	if r.Min != nil {
		all = append(all, "have length greater than or equal to "+bound(*r.Min))
	}
	if r.Pattern != "" {
		all = append(all, matches(r.Pattern))
	}
	if r.notNull {
		all = append(all, "not be null")
	}
	return "Member must " + strings.Join(all, ", Member must ")
}

func (c *checker) add(shown, at, demand string) {
	if c.style.HidesValues {
		shown = c.style.InPlaceOfValues
	}
	if len(c.violations) == 0 {
		c.first.member, c.first.demand = at, "Member must "+demand
	}
	c.violations.Add(shown, at, demand)
}

func textsOf(v reflect.Value) (list []string) {
	for i := range v.Len() {
		list = append(list, v.Index(i).String())
	}
	return list
}

func oneOf(values []string) string {
	return "satisfy enum value set: [" + strings.Join(values, ", ") + "]"
}

func matches(pattern string) string { return "satisfy regular expression pattern: " + pattern }

func bound(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
