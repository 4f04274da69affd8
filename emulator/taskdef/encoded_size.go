package taskdef

import (
	"reflect"
	"strconv"
	"sync"
)

// encodedSize is the length in bytes of v as the API writes it in JSON: members that
// are not set are left out, empty lists are written.
func encodedSize(v any) int {
	return valueSize(reflect.ValueOf(v))
}

// sizePlan lists the members of a struct type that the API writes.
type sizePlan []struct {
	index int
	name  int // length of the member's name
}

var sizePlans sync.Map // reflect.Type to sizePlan

func planOf(t reflect.Type) sizePlan {
	if p, ok := sizePlans.Load(t); ok {
		return p.(sizePlan)
	}
	var plan sizePlan
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			plan = append(plan, struct{ index, name int }{i, len(f.Name)})
		}
	}
	sizePlans.Store(t, plan)
	return plan
}

func valueSize(v reflect.Value) int {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return valueSize(v.Elem())
	case reflect.Struct:
		return structSize(v)
	case reflect.Slice:
		n := len("[]") + max(v.Len()-1, 0)
		for i := range v.Len() {
			n += valueSize(v.Index(i))
		}
		return n
	case reflect.Map:
		n := len("{}") + max(v.Len()-1, 0)
		for entry := v.MapRange(); entry.Next(); {
			n += stringSize(entry.Key().String()) + len(":") + valueSize(entry.Value())
		}
		return n
	case reflect.String:
		return stringSize(v.String())
	case reflect.Bool:
		if v.Bool() {
			return len("true")
		}
		return len("false")
	case reflect.Int32, reflect.Int64, reflect.Int:
		return intSize(v.Int())
	default:
		return 0
	}
}

func structSize(v reflect.Value) int {
	n, members := len("{}"), 0
	for _, m := range planOf(v.Type()) {
		f := v.Field(m.index)
		if isAbsent(f) {
			continue
		}
		n += len(`"":`) + m.name + valueSize(f)
		members++
	}
	return n + max(members-1, 0)
}

func isAbsent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	default:
		return false
	}
}

// stringSize is the length of a JSON string: quotes and backslashes take two bytes,
// control characters two or six, anything else its own.
func stringSize(s string) int {
	n := len(`""`) + len(s)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f':
			n++
		case c < ' ':
			n += len(`\u0000`) - 1
		}
	}
	return n
}

func intSize(n int64) int {
	var buffer [20]byte
	return len(strconv.AppendInt(buffer[:0], n, 10))
}
