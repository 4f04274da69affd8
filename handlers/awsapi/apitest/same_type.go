package apitest

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/smithy-go"
	smithydocument "github.com/aws/smithy-go/document"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk"
)

// SameValue fails when a constant is another one than the SDK's.
func SameValue(t *testing.T, ours, theirs any) {
	t.Helper()
	if ours != theirs {
		t.Errorf("%v is %v in the SDK; make generate writes it", ours, theirs)
	}
}

// SameType fails when the type of a value is another one than the SDK's, which is that of theirs: in
// its name, in names, order, types and tags of its members, in the values of an enumeration, in what
// an error says of itself. What does not travel is left out.
func SameType(t *testing.T, ours, theirs any) {
	t.Helper()
	if d := difference(reflect.TypeOf(ours), reflect.TypeOf(theirs)); d != "" {
		t.Errorf("%T is not as in the SDK: %s; make generate writes it", ours, d)
	}
}

// difference tells two types apart, with an empty text if nothing does.
func difference(ours, theirs reflect.Type) string {
	return comparison{}.difference(ours, theirs)
}

// comparison has the pairs of types that are compared, which may refer to themselves.
type comparison map[[2]reflect.Type]bool

// A document is text here, and in the SDK what a client marshals.
var (
	documentType   = reflect.TypeFor[sdk.Document]()
	clientDocument = reflect.TypeFor[smithydocument.Marshaler]()
)

func (c comparison) difference(ours, theirs reflect.Type) string {
	pair := [2]reflect.Type{ours, theirs}
	if ours == theirs || c[pair] || ours == documentType && theirs.Implements(clientDocument) {
		return ""
	}
	c[pair] = true
	if ours.Kind() != theirs.Kind() || ours.Name() != theirs.Name() {
		return fmt.Sprintf("%v is not %v", ours, theirs)
	}
	switch ours.Kind() {
	case reflect.Struct:
		if d := c.members(ours, theirs); d != "" {
			return d
		}
		return said(ours, theirs)
	case reflect.Map:
		if d := c.difference(ours.Key(), theirs.Key()); d != "" {
			return d
		}
		return c.difference(ours.Elem(), theirs.Elem())
	case reflect.Pointer, reflect.Slice:
		return c.difference(ours.Elem(), theirs.Elem())
	case reflect.String:
		return values(ours, theirs)
	}
	return ""
}

func (c comparison) members(ours, theirs reflect.Type) string {
	a, b := travelling(ours), travelling(theirs)
	if len(a) != len(b) {
		return fmt.Sprintf("%v has %d members, %v has %d", ours, len(a), theirs, len(b))
	}
	for i := range a {
		if a[i].Name != b[i].Name || a[i].Tag != b[i].Tag {
			return fmt.Sprintf("%v.%s %s is %s %s", ours, a[i].Name, a[i].Tag, b[i].Name, b[i].Tag)
		}
		if d := c.difference(a[i].Type, b[i].Type); d != "" {
			return a[i].Name + ": " + d
		}
	}
	return ""
}

// travelling are the members of a structure that are on the wire.
func travelling(t reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Name != "ResultMetadata" {
			fields = append(fields, f)
		}
	}
	return fields
}

// said compares what two errors say of themselves.
func said(ours, theirs reflect.Type) string {
	a, _ := reflect.TypeAssert[smithy.APIError](reflect.New(ours))
	b, isError := reflect.TypeAssert[smithy.APIError](reflect.New(theirs))
	switch {
	case (a != nil) != isError:
		return fmt.Sprintf("one of %v and %v is no error", ours, theirs)
	case isError && (a.ErrorCode() != b.ErrorCode() || a.ErrorFault() != b.ErrorFault() || a.Error() != b.Error()):
		return fmt.Sprintf("%v with fault %v is %v with fault %v", a, a.ErrorFault(), b, b.ErrorFault())
	}
	return ""
}

// values compares those of two enumerations.
func values(ours, theirs reflect.Type) string {
	list := func(t reflect.Type) string {
		method := reflect.Zero(t).MethodByName("Values")
		if !method.IsValid() {
			return ""
		}
		return fmt.Sprintf("%q", method.Call(nil)[0])
	}
	if a, b := list(ours), list(theirs); a != b {
		return fmt.Sprintf("%v has the values %s instead of %s", ours, a, b)
	}
	return ""
}
