package apitest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
)

// RoundTrip holds the names that a service in a Query protocol reads and writes against
// the SDK's client, for each operation that is built: the client sends an input in which
// every member is set, and reads such an output. A name that does not follow from the
// SDK's is missing in query.Rules when this fails.
//
// newClient makes the SDK's client with a transport. It speaks AWS Query.
func RoundTrip(t *testing.T, s awsapi.Service, newClient func(transport *http.Client) any) {
	codec := query.AWS
	for _, p := range s.Protocols() {
		if q, ok := p.(awsapi.Query); ok && q.Codec != nil {
			codec = q.Codec
		}
	}
	var known map[string]bool
	for _, o := range s.Operations {
		if !o.Built() {
			continue
		}
		t.Run(o.Name, func(t *testing.T) {
			x := &exchange{operation: o, codec: codec, answer: Filled(o.Output.Elem())}
			method := reflect.ValueOf(newClient(&http.Client{Transport: x})).MethodByName(o.Name)
			input, output := method.Type().In(1).Elem(), method.Type().Out(0).Elem()
			sent := Filled(input)
			result := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), sent})
			if err, _ := reflect.TypeAssert[error](result[1]); err != nil {
				t.Fatalf("%v\nform: %s\nanswer: %s", err, x.form, x.text)
			}
			if diff := cmp.Diff(sent.Interface(), as(input, x.received).Interface(), members); diff != "" {
				t.Errorf("the form is not what the client sent (-sent +read):\n%s\n%s", diff, x.form)
			}
			if diff := cmp.Diff(as(output, x.answer).Interface(), result[0].Interface(), members); diff != "" {
				t.Errorf("the client does not read the answer (-written +read):\n%s\n%s", diff, x.text)
			}
			if known == nil {
				known = elements(t, input.PkgPath())
			}
			for _, name := range regexp.MustCompile(`<(\w+)>`).FindAllStringSubmatch(x.text, -1) {
				if !known[name[1]] { // the client does not care for capitals, others do
					t.Errorf("the model has no element %s", name[1])
				}
			}
		})
	}
}

// members leaves out what is not on the wire.
var members = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && (field.Name() == "ResultMetadata" || field.Name()[0] >= 'a')
}, cmp.Ignore())

// as copies what a pointer points to into a structure of another type, with the same members.
func as(t reflect.Type, from reflect.Value) reflect.Value {
	if from.Type().Elem() == t {
		return from
	}
	to := reflect.New(t)
	copyTo(to.Elem(), from.Elem())
	return to
}

// copyTo copies a value to one of a type that differs from its own in the package alone. Unions,
// which are not filled, are left out.
func copyTo(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.Struct:
		if from.Type() == to.Type() {
			to.Set(from)
			return
		}
		for i := range from.NumField() {
			if name := from.Type().Field(i).Name; from.Type().Field(i).IsExported() {
				copyTo(to.FieldByName(name), from.Field(i))
			}
		}
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
			copyTo(to.Elem(), from.Elem())
		}
	case reflect.Slice:
		if !from.IsNil() {
			to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		}
		for i := range from.Len() {
			copyTo(to.Index(i), from.Index(i))
		}
	case reflect.Interface:
	default:
		to.Set(from.Convert(to.Type()))
	}
}

// exchange is the transport of one call.
type exchange struct {
	operation        awsapi.Operation
	codec            *query.Codec
	received, answer reflect.Value
	form, text       string
}

// RoundTrip reads the input and writes the output.
func (x *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	x.form = string(body)
	form, err := query.Parse(x.form)
	if err != nil {
		return nil, err
	}
	x.received = reflect.New(x.operation.Input)
	if err := x.codec.Decode(form, x.received.Interface()); err != nil {
		return nil, err
	}
	x.text = string(x.codec.Append(nil, x.answer.Interface()))
	text := x.text
	if !x.codec.EC2() {
		text = "<" + x.operation.Name + "Result>" + text + "</" + x.operation.Name + "Result>"
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(fmt.Sprintf("<%[1]sResponse>%[2]s</%[1]sResponse>", x.operation.Name, text))),
	}, nil
}

// elements are the names of elements that the SDK's client reads, in the model's capitals.
// They stand in its source only: in code that reads answers, or, in newer packages, in schemas.
func elements(t *testing.T, pkg string) map[string]bool {
	t.Helper()
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", pkg).Output()
	if err != nil {
		t.Fatalf("find the SDK's source: %v", err)
	}
	folder, names := strings.TrimSpace(string(dir)), `(?:EqualFold\(|GetElement\()"(\w+)"`
	text, err := os.ReadFile(filepath.Join(folder, "deserializers.go"))
	if errors.Is(err, fs.ErrNotExist) {
		names = `(?m)^var \w+?_(\w+) \*smithy\.Schema$`
		text, err = os.ReadFile(filepath.Join(folder, "schemas", "schemas.go"))
	}
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"member": true, "item": true, "entry": true, "key": true, "value": true}
	for _, name := range regexp.MustCompile(names).FindAllSubmatch(text, -1) {
		known[string(name[1])] = true
	}
	return known
}
