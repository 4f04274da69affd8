package apitest

import (
	"fmt"
	"reflect"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk"
)

// Filled returns a pointer to a structure of type t in which every member is set, to a
// value that no other has.
func Filled(t reflect.Type) reflect.Value {
	v := reflect.New(t)
	(&filler{open: map[reflect.Type]bool{}}).fill(v.Elem())
	return v
}

type filler struct {
	n    int
	open map[reflect.Type]bool // structures around the value, which may refer to themselves
}

func (f *filler) fill(v reflect.Value) {
	f.n++
	if v.Type() == reflect.TypeFor[sdk.Document]() {
		v.Set(reflect.ValueOf(sdk.Document(fmt.Sprintf(`{"n":%d}`, f.n))))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("<%d> & co.=?", f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(f.n) + 0.5)
	case reflect.Uint8:
		v.SetUint(uint64(f.n % 256))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key)
			f.fill(value)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		f.structure(v)
	}
}

func (f *filler) structure(v reflect.Value) {
	t := v.Type()
	if t == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Unix(1<<30+int64(f.n), 0).UTC()))
		return
	}
	if f.open[t] {
		return
	}
	f.open[t] = true
	for i := range t.NumField() {
		if m := t.Field(i); m.IsExported() && m.Name != "ResultMetadata" && !f.leftOut(m.Type) {
			f.fill(v.Field(i))
		}
	}
	delete(f.open, t)
}

// leftOut reports whether a member is a union, which Query does not have, or holds what is
// being filled around it.
func (f *filler) leftOut(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t.Kind() == reflect.Interface || f.open[t]
}
