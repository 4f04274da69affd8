package rest

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// Write is the path of a request with its query, of an input that is a pointer to a structure. body is a copy of the input without
// the members that stand there, nil if it has no others. Members that are nil or empty are left out of the query; one that is
// missing in the path is an error, as in SDKs.
func (r *Route) Write(in any) (target string, body any, err error) {
	from := reflect.ValueOf(in).Elem()
	left := reflect.New(from.Type())
	left.Elem().Set(from)
	segments := r.segments()
	for i, segment := range segments {
		member, isMember := label(segment)
		if !isMember {
			continue
		}
		given := texts(fieldOf(from, member))
		if len(given) != 1 || given[0] == "" {
			return "", nil, fmt.Errorf("the input of %s has no %s", r.Operation, member)
		}
		segments[i] = Escape(given[0])
		fieldOf(left.Elem(), member).SetZero()
	}
	target = "/" + strings.Join(segments, "/")
	values := url.Values{}
	for parameter, member := range r.Query {
		if given := texts(fieldOf(from, member)); given != nil {
			values[parameter] = given
		}
		fieldOf(left.Elem(), member).SetZero()
	}
	if len(values) > 0 {
		target += "?" + values.Encode()
	}
	if r.HasBody(in) {
		body = left.Interface()
	}
	return target, body, nil
}

// texts are what a member is in a path or a query, nil if it is left out.
func texts(v reflect.Value) (list []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		if v.Type().Elem().Kind() == reflect.String { // an empty one is said
			return []string{v.Elem().String()}
		}
		return texts(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			list = append(list, v.Index(i).String())
		}
		return list
	case reflect.String:
		if v.Len() == 0 {
			return nil
		}
		return []string{v.String()}
	case reflect.Int32, reflect.Int64:
		return []string{strconv.FormatInt(v.Int(), 10)}
	case reflect.Bool:
		return []string{strconv.FormatBool(v.Bool())}
	}
	panic(fmt.Sprintf("a member of type %v cannot stand in a query", v.Type()))
}

// Escape writes a label of a path as the SDK does: only what is unreserved stays.
func Escape(label string) string {
	return strings.ReplaceAll(url.QueryEscape(label), "+", "%20")
}
