// Package input writes the properties of a resource into the input of an operation, as the SDK's structures have it:
//
//	err := input.Fill(properties, &in, input.Renamed("Volumes.Host", "HostVolume"), input.Skipped("Tags"))
//
// A property goes to the member of its name, in any case of letters; which names are right says the type table (CFN-115).
package input

import (
	"errors"
	"reflect"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Exception is a property that does not go to the member of its name.
type Exception struct {
	path string
	to   string // empty: it goes nowhere
	rest bool   // all that has no place goes nowhere
}

// Renamed is a property that goes to a member of another name. The path has no places in lists.
func Renamed(path, to string) Exception { return Exception{path: path, to: to} }

// Skipped is a property that is not for this operation.
func Skipped(path string) Exception { return Exception{path: path} }

// Others are all properties, at the top, that have no member in the input: an operation that changes something does not
// have those that only a create has.
func Others() Exception { return Exception{rest: true} }

// Fill writes properties into the structure that in points to. Texts become numbers and booleans where these are wanted,
// and what is written as JSON becomes text where the SDK has a text. Of properties without a place, or with a value that does
// not fit, the error has a *Problem each; all others are written.
func Fill(properties *document.Value, in any, exceptions ...Exception) error {
	f := filler{map[string]string{}, false}
	for _, e := range exceptions {
		f.others = f.others || e.rest
		f.exceptions[e.path] = e.to
	}
	if properties == nil {
		return nil
	}
	return f.structure("", properties, reflect.ValueOf(in).Elem())
}

type filler struct {
	exceptions map[string]string
	others     bool
}

// structure writes the members of a map into a structure.
func (f *filler) structure(path string, v *document.Value, to reflect.Value) error {
	if v.Kind != document.Map {
		return mismatch(path, "an object")
	}
	var problems []error
	for _, m := range v.Members {
		if m.Value.Kind == document.None || m.Value.Kind == document.Null {
			continue
		}
		at, name := join(path, m.Name), m.Name
		if other, excepted := f.exceptions[at]; excepted {
			name = other
		}
		if name == "" {
			continue
		}
		field := fieldOf(to, name)
		if field.IsValid() {
			problems = append(problems, f.value(at, m.Value, field))
		} else if path != "" || !f.others {
			problems = append(problems, noPlace(at))
		}
	}
	return errors.Join(problems...)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// fieldOf is the field of a name, in these letters if there is one, else in any case.
func fieldOf(structure reflect.Value, name string) reflect.Value {
	if field := structure.FieldByName(name); field.IsValid() {
		return field
	}
	return structure.FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, name) })
}
