package apitest

import (
	"maps"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/accesskeys"
)

// Access fails for an operation that the front end asks for and that has no row, for a row of no operation, and for a row
// with a condition key that AWS does not have, or has for another number of values. Handler panics for a row whose
// templates do not fit its input.
func Access(t *testing.T, s awsapi.Service) {
	t.Helper()
	s.Handler(awsapi.Options{})
	for _, fault := range accessFaults(s) {
		t.Error(fault)
	}
}

func accessFaults(s awsapi.Service) (faults []string) {
	names := map[string]bool{}
	for _, o := range s.Operations {
		names[o.Name] = true
		shape := s.AccessShape(o)
		switch {
		case o.Input == nil: // it answers before it reads a request
		case shape.Row && shape.AsksItself:
			faults = append(faults, o.Name+" has a row, which nothing reads, as its method asks")
		case !shape.Row && !shape.AsksItself:
			faults = append(faults, o.Name+" has no row that says what it asks")
		}
		for _, fault := range keyFaults(shape) {
			faults = append(faults, o.Name+" gives "+fault)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Access)) {
		if !names[name] {
			faults = append(faults, "there is a row for "+name+", which is no operation")
		}
	}
	return faults
}

func keyFaults(shape awsapi.AccessShape) (faults []string) {
	for _, k := range shape.Keys {
		switch known, found := accesskeys.Find(k.Name); {
		case !found:
			faults = append(faults, k.Name+", which no policy can name")
		case !k.ByFunction && !known.Either && known.Many != k.Many:
			faults = append(faults, known.Name+" with another number of values than AWS declares")
		}
	}
	return faults
}

// AccessKeys fails for what a call asks with a condition key that the shape of its operation does not name, or with another
// number of values than AWS declares. It is for calls of which a function says what they ask.
func AccessKeys(t *testing.T, shape awsapi.AccessShape, wants []awsapi.Access) {
	t.Helper()
	named := map[string]bool{}
	for _, k := range shape.Keys {
		known, _ := accesskeys.Find(k.Name)
		named[known.Name] = true
	}
	for _, w := range wants {
		for name, value := range w.Keys {
			known, found := accesskeys.Find(name)
			switch {
			case !found || !named[known.Name]:
				t.Errorf("%s has the key %s, which its row does not name", w.Action, name)
			case !known.Either && known.Many != value.Many:
				t.Errorf("%s has %s with another number of values than AWS declares", w.Action, known.Name)
			}
		}
	}
}
