package apitest

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
)

// texts are values that no caller means. The last ones are fit for somewhere else.
var texts = []string{
	"", " ", "x", strings.Repeat("a", 5000), `<&>"'`, "]]>", "\x00", "\x01\x1b\r\n", "\ufffe", "😀", "%00", "../../etc", "#{host}", "*", "null",
	"-1", "0", "99999", "9999999999999999999999", "1.5", "true", "arn:::::::", "10.0.0.0/8", "HTTP", "forward",
}

// Nonsense calls an operation with one value of a request after another left out, doubled, or
// replaced by what no caller means. The service answers or refuses each of these, in a form
// that the SDK's client reads.
func Nonsense[In, Out, O any](t *testing.T, call Operation[In, Out, O], in In) {
	t.Helper()
	value := reflect.ValueOf(&in).Elem()
	try := func(place, what string) {
		t.Helper()
		given := in
		_, err := call(t.Context(), &given)
		var refusal smithy.APIError
		var unsent smithy.InvalidParamsError  // the client itself refuses it
		var noPath *smithy.SerializationError // as here, where it has no place in a path, or below in a host
		switch {
		case err == nil || errors.As(err, &unsent) || errors.As(err, &noPath) || strings.Contains(err.Error(), "resolve endpoint: "):
		case !errors.As(err, &refusal):
			t.Errorf("%T with %s of %.40q: %v", in, place, what, err)
		case refusal.ErrorFault() == smithy.FaultServer && refusal.ErrorCode() != "NotImplementedException", refusal.ErrorCode() == "":
			t.Errorf("%T with %s of %.40q answers %v", in, place, what, err)
		}
	}
	replace(value, value.Type().Name(), try)
}

// replace tries other values in the place of v, and of each that is in it. All are as before
// when it is done.
func replace(v reflect.Value, place string, try func(place, what string)) {
	was := reflect.New(v.Type()).Elem()
	was.Set(v)
	defer v.Set(was)
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		inner := reflect.New(v.Type().Elem())
		inner.Elem().Set(v.Elem())
		v.Set(inner)
		replace(inner.Elem(), place, try)
		v.SetZero()
		try(place, "nothing")
	case reflect.String:
		for _, text := range texts {
			v.SetString(text)
			try(place, text)
		}
	case reflect.Bool:
		v.SetBool(!v.Bool())
		try(place, "the other one")
	case reflect.Int32, reflect.Int64:
		for _, n := range []int64{-1, 0, 1, math.MaxInt32, math.MinInt32} {
			v.SetInt(n)
			try(place, "a number")
		}
	case reflect.Slice:
		replaceList(v, was, place, try)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "ResultMetadata" {
				replace(v.Field(i), place+"."+f.Name, try)
			}
		}
	}
}

func replaceList(v, was reflect.Value, place string, try func(place, what string)) {
	v.SetZero()
	try(place, "nothing")
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	try(place, "an empty list")
	list := reflect.MakeSlice(v.Type(), max(1, was.Len()), max(1, was.Len()))
	reflect.Copy(list, was)
	v.Set(reflect.AppendSlice(list, list))
	try(place, "all of it twice")
	many := list
	for many.Len() < 1100 {
		many = reflect.AppendSlice(many, many)
	}
	v.Set(many)
	try(place, "very much")
	v.Set(list)
	replace(list.Index(0), place+"[0]", try)
}
