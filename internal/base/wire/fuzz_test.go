package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// FuzzUnmarshal compares with encoding/json: what we accept is JSON, what we call
// malformed is not, and what we decoded encodes to something that decodes the same.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(webAndSidecar))
	f.Add([]byte(`{"a":[1,-2.5e3,true,null,"\ud83d\ude00"],"volumes":[{"host":{}},null],"tags":[{"key":"\u00e9"}]}`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := new(ecs.RegisterTaskDefinitionInput)
		err := wire.Unmarshal(data, in)
		var malformed *wire.SyntaxError
		switch valid := json.Valid(data) || len(bytes.Trim(data, " \t\r\n")) == 0; {
		case err == nil && !valid:
			t.Fatalf("accepted what is not JSON: %q", data)
		case errors.As(err, &malformed) && valid && !bytes.Contains([]byte(err.Error()), []byte("levels")):
			t.Fatalf("refused JSON: %v: %q", err, data)
		case err != nil:
			return
		}
		text := wire.Marshal(in)
		if !utf8.Valid(text) || !json.Valid(text) {
			t.Fatalf("wrote %q", text)
		}
		again := new(ecs.RegisterTaskDefinitionInput)
		if err := wire.Unmarshal(text, again); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if got := wire.Marshal(again); !bytes.Equal(got, text) {
			t.Fatalf("not stable:\n%s\n%s", text, got)
		}
	})
}

// fill makes an arbitrary value, as deep as its type is.
func fill(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "set") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMilli(rapid.Int64Range(-1e12, 1e13).Draw(t, "time")).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[sdk.Document]() {
			return // it has no form in CBOR, and no service that speaks that has one
		}
		if n := rapid.IntRange(-1, 3).Draw(t, "len"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(t, v.Index(i))
			}
		}
	case reflect.Map:
		if n := rapid.IntRange(-1, 3).Draw(t, "len"); n >= 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n {
				value := reflect.New(v.Type().Elem()).Elem()
				fill(t, value)
				v.SetMapIndex(reflect.ValueOf(rapid.String().Draw(t, "key")), value)
			}
		}
	case reflect.Interface: // a union
		if v.Type() == reflect.TypeFor[types.ServiceConnectContainerConfiguration]() {
			level := new(types.ServiceConnectContainerConfigurationMemberLogLevel)
			fill(t, reflect.ValueOf(level).Elem())
			v.Set(reflect.ValueOf(level))
		}
	case reflect.String:
		v.SetString(rapid.String().Draw(t, "string"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int32:
		v.SetInt(int64(rapid.Int32().Draw(t, "int32")))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "int64"))
	case reflect.Float64:
		v.SetFloat(rapid.Float64().Draw(t, "float64"))
	}
}

// samples hold every kind of member between them.
var samples = []reflect.Type{
	reflect.TypeFor[types.ContainerDefinition](),
	reflect.TypeFor[types.Task](),
	reflect.TypeFor[types.Service](),
	reflect.TypeFor[ecs.CreateServiceInput](),
	reflect.TypeFor[ecs.RegisterContainerInstanceInput](),
}

func TestWhatIsEncodedDecodesTheSame(t *testing.T) {
	for _, typ := range samples {
		t.Run(typ.Name(), rapid.MakeCheck(func(t *rapid.T) {
			v := reflect.New(typ)
			fill(t, v.Elem())
			text := wire.Marshal(v.Interface())
			back := reflect.New(typ)
			if err := wire.Unmarshal(text, back.Interface()); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			if !reflect.DeepEqual(v.Interface(), back.Interface()) {
				t.Fatalf("%s became %s", text, wire.Marshal(back.Interface()))
			}
		}))
	}
}

// TestEncodingJSONReadsTheSame holds the encoder against an independent decoder,
// whose member names ignore case, on a type without times.
func TestEncodingJSONReadsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := new(types.ContainerDefinition)
		fill(t, reflect.ValueOf(v).Elem())
		text := wire.Marshal(v)
		back := new(types.ContainerDefinition)
		if err := json.Unmarshal(text, back); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if !reflect.DeepEqual(v, back) {
			t.Fatalf("%s became %s", text, wire.Marshal(back))
		}
	})
}
