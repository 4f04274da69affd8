package template

import (
	"errors"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// evaluator gives expressions their values. What is not known yet stays as it is.
type evaluator struct {
	// reference is the value of a call of Ref or Fn::GetAtt, nil if it is not known yet.
	reference func(call *document.Value) (*document.Value, error)
	// condition, mappings and environment are used before resources are made alone: nothing that needs them is left then.
	condition   func(name string) (bool, error)
	mappings    intrinsic.Mappings
	environment Environment
	pseudo      *Pseudo
	imports     map[string]bool // names of the exports that were imported
	missing     map[string]bool // and of those that are not there
	mayMiss     bool
	open        bool // there are open parameters, so what is not known need not be a resource's
	elsewhere   bool // by Input.Open: what parameters name cannot be looked at
	whole       *intrinsic.Budget
	budget      *intrinsic.Budget // of the resource at hand, a part of the whole
	// types are the types of parameters, for the functions of rules.
	types map[string]parameterType
}

// one begins a resource or output, whose budget is a part of the whole.
func (e *evaluator) one() { e.budget = e.whole.One() }

func (e *evaluator) value(v *document.Value) (*document.Value, error) {
	switch v.Kind {
	case document.List, document.Map:
		return v.Each(e.value)
	case document.Call:
		return e.call(v)
	default:
		return v, nil
	}
}

// call evaluates a function. Of Fn::If only the branch that counts is.
func (e *evaluator) call(call *document.Value) (*document.Value, error) {
	if call.Text == "Fn::If" {
		holds, err := e.condition(call.Items[0].Text)
		if errors.Is(err, errOpen) {
			return call, nil
		}
		if err != nil {
			return nil, err
		}
		if holds {
			return e.value(call.Items[1])
		}
		return e.value(call.Items[2])
	}
	made, err := call.Each(e.value)
	if err != nil {
		return nil, err
	}
	switch made.Text {
	case "Ref", "Fn::GetAtt":
		got, err := e.reference(made)
		if got == nil || err != nil {
			return made, err
		}
		return got, e.budget.Take(call.At, got.Size())
	case "Condition":
		holds, err := e.condition(made.Items[0].Text)
		if errors.Is(err, errOpen) {
			return made, nil
		}
		return document.NewBool(holds), err
	}
	if got, err := intrinsic.Apply(made, e.budget); got != nil || err != nil {
		return got, err
	}
	return e.outside(made)
}

// outside evaluates functions that ask mappings or what is outside of the template, which no resource may decide.
func (e *evaluator) outside(call *document.Value) (*document.Value, error) {
	at, arguments := call.At, call.Items
	known := !slices.ContainsFunc(arguments, func(v *document.Value) bool { return !v.Known() })
	if !known && call.Text == "Fn::FindInMap" && len(arguments) == 4 {
		known = arguments[0].Known() && arguments[1].Known() && arguments[2].Known() // the default may wait
	}
	if e.environment == nil { // as Fill, which finds only what Input.MissingExports has left
		return call, nil
	}
	if !known && e.open {
		return call, nil
	}
	if !known {
		return nil, dependsOnResources(call)
	}
	switch call.Text {
	case "Fn::FindInMap":
		var fallback *document.Value
		if len(arguments) == 4 {
			fallback = arguments[3].Get("DefaultValue")
		}
		got, err := intrinsic.FindInMap(at, e.mappings, arguments[:3], fallback)
		if err != nil {
			return nil, err
		}
		return got, e.budget.Take(at, got.Size())
	case "Fn::ImportValue":
		return e.importValue(call)
	case "Fn::GetAZs":
		return e.zones(at, arguments[0])
	default:
		return e.ofParameters(call)
	}
}

// dependsOnResources is the text of functions that must be known before resources are made. Of others than Fn::ImportValue it
// is a guess.
func dependsOnResources(call *document.Value) error {
	if call.Text == "Fn::ImportValue" {
		return document.Errorf(call.At, "the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs")
	}
	return document.Errorf(call.At, "the attributes in %s must not depend on any resources", call.Text)
}

// importValue is the value of an export (CFN-73).
func (e *evaluator) importValue(call *document.Value) (*document.Value, error) {
	at, name := call.At, call.Items[0]
	if !name.Scalar() {
		return nil, document.Errorf(at, "the attribute in Fn::ImportValue must be a string") // a guess
	}
	value, found, err := e.environment.Export(name.Text)
	if err != nil {
		return nil, err
	}
	if !found && e.mayMiss {
		e.missing[name.Text] = true
		return call, nil
	}
	if !found {
		return nil, &document.Error{Message: "No export named " + name.Text + " found.", At: at, Import: name.Text}
	}
	e.imports[name.Text] = true
	return e.budget.Text(at, value)
}

func (e *evaluator) zones(at document.Position, region *document.Value) (*document.Value, error) {
	if !region.Scalar() { // by public reports
		return nil, document.Errorf(at, "every Fn::GetAZs object must have a String-typed value.")
	}
	name := region.Text
	if name == "" {
		name = e.pseudo.Region
	}
	zones, err := e.environment.Zones(name)
	if err != nil {
		return nil, err
	}
	return e.budget.List(at, zones)
}
