package input

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk"
)

var (
	timeType     = reflect.TypeFor[time.Time]()
	documentType = reflect.TypeFor[sdk.Document]()
)

// value writes a value into a member of any type.
func (f *filler) value(path string, v *document.Value, to reflect.Value) error {
	switch to.Kind() {
	case reflect.Pointer:
		made := reflect.New(to.Type().Elem())
		err := f.value(path, v, made.Elem())
		to.Set(made)
		return err
	case reflect.Struct:
		if to.Type() == timeType {
			return instant(path, v, to)
		}
		return f.structure(path, v, to)
	case reflect.Slice:
		return f.list(path, v, to)
	case reflect.Map:
		return f.labels(path, v, to)
	case reflect.Interface:
		return noPlace(path) // which of its structures it is, a name does not say
	default:
		return scalar(path, v, to)
	}
}

func (f *filler) list(path string, v *document.Value, to reflect.Value) error {
	if to.Type() == documentType {
		return opaque(path, v, to)
	}
	if to.Type().Elem().Kind() == reflect.Uint8 {
		to.SetBytes([]byte(text(v)))
		return nil
	}
	items := v.Items
	if v.Scalar() && to.Type().Elem().Kind() == reflect.String {
		items = []*document.Value{v} // AWS takes one for a list of one
	} else if v.Kind != document.List {
		return mismatch(path, "a list")
	}
	var problems []error
	made := reflect.MakeSlice(to.Type(), len(items), len(items))
	for i, item := range items {
		problems = append(problems, f.value(path, item, made.Index(i)))
	}
	to.Set(made)
	return errors.Join(problems...)
}

// labels are a map whose keys are no members: DockerLabels, Options.
func (f *filler) labels(path string, v *document.Value, to reflect.Value) error {
	if v.Kind != document.Map {
		return mismatch(path, "an object")
	}
	var problems []error
	made := reflect.MakeMapWithSize(to.Type(), len(v.Members))
	for _, m := range v.Members {
		value := reflect.New(to.Type().Elem()).Elem()
		problems = append(problems, f.value(join(path, m.Name), m.Value, value))
		made.SetMapIndex(reflect.ValueOf(m.Name).Convert(to.Type().Key()), value)
	}
	to.Set(made)
	return errors.Join(problems...)
}

// opaque writes a member that is any JSON, as the details of a lifecycle hook are. A text that has an object is that object.
func opaque(path string, v *document.Value, to reflect.Value) error {
	source := v.TypedJSON()
	if v.Scalar() && json.Valid([]byte(v.Text)) {
		source = v.Text
	}
	if !json.Valid([]byte(source)) {
		return mismatch(path, "JSON")
	}
	to.SetBytes([]byte(source))
	return nil
}

func instant(path string, v *document.Value, to reflect.Value) error {
	at, err := time.Parse(time.RFC3339, text(v))
	if err != nil {
		return mismatch(path, "a time")
	}
	to.Set(reflect.ValueOf(at))
	return nil
}

// text is a scalar's text, or else JSON: policies may be written as either.
func text(v *document.Value) string {
	if v.Scalar() {
		return v.Text
	}
	return v.TypedJSON()
}

func scalar(path string, v *document.Value, to reflect.Value) error {
	if to.Kind() == reflect.String {
		if v.Kind == document.List && len(v.Items) > 0 && v.Items[0].Scalar() {
			return mismatch(path, "a text")
		}
		to.SetString(text(v))
		return nil
	}
	if !v.Scalar() {
		return mismatch(path, "a single value")
	}
	switch to.Kind() {
	case reflect.Bool:
		is, err := strconv.ParseBool(strings.ToLower(v.Text))
		if err != nil {
			return mismatch(path, "true or false")
		}
		to.SetBool(is)
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, ok := whole(v.Text)
		if !ok || to.OverflowInt(n) {
			return mismatch(path, "a whole number")
		}
		to.SetInt(n)
	case reflect.Float32, reflect.Float64:
		n, err := strconv.ParseFloat(v.Text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return mismatch(path, "a number")
		}
		to.SetFloat(n)
	default:
		return noPlace(path)
	}
	return nil
}

// whole reads a whole number, which may be written as 1e3 or 5.0.
func whole(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	n, err := strconv.ParseFloat(text, 64)
	return int64(n), err == nil && n == math.Trunc(n) && math.Abs(n) < 1<<53
}
