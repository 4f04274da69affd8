package rest

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// Error is a request whose path or query cannot be read. The words are the emulator's.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func malformed(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Read reads what stands in the path and in the query into an input, a pointer to a structure that has been read from the body,
// so that a body cannot say it. The error is an *[Error].
func (r *Route) Read(in any, labels map[string]string, query string) error {
	v := reflect.ValueOf(in).Elem()
	for member, value := range labels {
		if err := bind(v, member, member, []string{value}); err != nil {
			return err
		}
	}
	given, err := url.ParseQuery(query)
	if err != nil {
		return malformed("The query string of the request cannot be read: %v.", err)
	}
	for parameter, member := range r.Query {
		if err := bind(v, member, parameter, given[parameter]); err != nil {
			return err
		}
	}
	return nil
}

// bind sets a member of an input, in the words of errors the parameter, to what was given; nothing
// leaves it out.
func bind(in reflect.Value, member, parameter string, given []string) error {
	field := fieldOf(in, member)
	field.SetZero()
	if len(given) == 0 {
		return nil
	}
	if field.Kind() == reflect.Slice {
		field.Set(reflect.ValueOf(given).Convert(field.Type()))
		return nil
	}
	if len(given) > 1 {
		return malformed("The parameter %s is given %d times.", parameter, len(given))
	}
	value := strings.Clone(given[0])
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(value, 10, field.Type().Bits())
		if err != nil {
			return malformed("The parameter %s is %.100q, which is not an integer.", parameter, value)
		}
		field.SetInt(n)
	case reflect.Bool:
		if value != "true" && value != "false" {
			return malformed("The parameter %s is %.100q, which is neither true nor false.", parameter, value)
		}
		field.SetBool(value == "true")
	default:
		panic(fmt.Sprintf("a member of type %v cannot stand in a query", field.Type()))
	}
	return nil
}

func fieldOf(in reflect.Value, member string) reflect.Value {
	field := in.FieldByName(member)
	if !field.IsValid() {
		panic(fmt.Sprintf("the input %v has no member %s", in.Type(), member))
	}
	return field
}
