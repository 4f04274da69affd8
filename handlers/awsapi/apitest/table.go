package apitest

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Table fails when the table of a service has an operation twice, when one takes or
// returns what the SDK's client does not, when the client has none of its name, and, if the
// table is complete, when it lacks one of the client's. apis are what has the methods: each
// that the client has must stand in the table.
func Table(t *testing.T, s awsapi.Service, client reflect.Type, apis ...reflect.Type) {
	t.Helper()
	sdk, methods := operations(client), operations(apis...)
	if len(sdk) == 0 {
		t.Fatalf("no operations found in %v: has the SDK's client changed?", client)
	}
	table := map[string]awsapi.Operation{}
	for _, o := range s.Operations {
		if table[o.Name].Name != "" {
			t.Errorf("%s stands in the table twice", o.Name)
		}
		table[o.Name] = o
		switch method, found := sdk[o.Name]; {
		case !found:
			t.Errorf("the table has an operation %s, which the SDK has not", o.Name)
		case o.Input != nil && difference(o.Input, method.In(2).Elem()) != "":
			t.Errorf("%s takes %v, which is not what the SDK's client sends: %s", o.Name, o.Input, difference(o.Input, method.In(2).Elem()))
		case methods[o.Name] != nil && o.Output == nil:
			t.Errorf("the table says %q of %s, but there is a method", o.Support, o.Name)
		case s.Model != nil && o.Input != nil && o.Input.NumField() > 0 && !s.Model.Prepare(o.Name, o.Input):
			t.Errorf("model.json does not know %s: run make models", o.Name)
		}
	}
	for name := range sdk {
		if s.Complete && table[name].Name == "" {
			t.Errorf("the SDK has an operation %s: add it to the table", name)
		}
	}
	for name := range methods {
		if sdk[name] != nil && table[name].Name == "" {
			t.Errorf("there is a method %s, which is not in the table", name)
		}
	}
}

// operations are the methods func(ctx, *XInput, ...) of types by name.
func operations(of ...reflect.Type) map[string]reflect.Type {
	found := map[string]reflect.Type{}
	for _, t := range of {
		for i := range t.NumMethod() {
			m := t.Method(i)
			if m.Type.NumIn() >= 3 && m.Type.In(1) == reflect.TypeFor[context.Context]() &&
				strings.HasSuffix(m.Type.In(2).String(), m.Name+"Input") {
				found[m.Name] = m.Type
			}
		}
	}
	return found
}
