package awsapi

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// decode reads the body, and then what stands in the path and in the query, so that a body cannot
// say it.
func (p *restProtocol) decode(x *exchange, in any) error {
	v := reflect.ValueOf(in).Elem()
	route := x.rest.route
	if v.NumField() > len(x.rest.labels)+len(route.Query) { // else a body has nothing to say
		if err := p.Codec.UnmarshalNoting(x.body, in, x.warnUnknown); err != nil {
			return err
		}
	}
	for member, value := range x.rest.labels {
		if err := bind(v, member, member, []string{value}); err != nil {
			return err
		}
	}
	given, err := url.ParseQuery(x.rest.query)
	if err != nil {
		return restMalformed("The query string of the request cannot be read: %v.", err)
	}
	for parameter, member := range route.Query {
		if err := bind(v, member, parameter, given[parameter]); err != nil {
			return err
		}
	}
	return nil
}

// restMalformed has the code of what the framework cannot read. What AWS says of a query that it
// cannot read has not been seen: the words are the emulator's.
func restMalformed(format string, args ...any) error {
	return Errorf("SerializationException", format, args...)
}

// bind sets a member of an input, in the words of errors the parameter, to what was given; nothing
// leaves it out.
func bind(in reflect.Value, member, parameter string, given []string) error {
	field := in.FieldByName(member)
	if !field.IsValid() {
		panic(fmt.Sprintf("the input %v has no member %s", in.Type(), member))
	}
	field.SetZero()
	if len(given) == 0 {
		return nil
	}
	if field.Kind() == reflect.Slice {
		field.Set(reflect.ValueOf(given).Convert(field.Type()))
		return nil
	}
	if len(given) > 1 {
		return restMalformed("The parameter %s is given %d times.", parameter, len(given))
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
			return restMalformed("The parameter %s is %.100q, which is not an integer.", parameter, value)
		}
		field.SetInt(n)
	case reflect.Bool:
		if value != "true" && value != "false" {
			return restMalformed("The parameter %s is %.100q, which is neither true nor false.", parameter, value)
		}
		field.SetBool(value == "true")
	default:
		panic(fmt.Sprintf("a member of type %v cannot stand in a query", field.Type()))
	}
	return nil
}
