package template

import (
	"errors"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// Stack is what a template asks for with the values of its parameters.
type Stack struct {
	Parameters []*ParameterValue
	Conditions map[string]bool
	// Resources are those whose condition holds, in the order of the template.
	Resources []*Resource
	Outputs   []*Output
	// Imports are the names of the exports that it uses, sorted.
	Imports []string
	// Missing are the names of exports that are not there, sorted, if the Input lets them be missing; a mask for one that a
	// NoEcho parameter is part of.
	Missing []string
	// Undecided are the resources whose condition needs a parameter that is open, by Input.Open, in the order of the template. They
	// have no properties.
	Undecided []*Resource
	// Processed is the template without loops, nil if no transform has changed it.
	Processed *document.Value

	// parameters and definitions of conditions are what Causes asks.
	parameters  map[string]*ParameterValue
	definitions map[string]*document.Value
}

// Resource is one that a stack has.
type Resource struct {
	LogicalID, Type string
	Condition       string // empty without one
	At              document.Position
	// Written has the properties as the template has them, with all functions as Calls: what a change set says of causes.
	Written *document.Value
	// Properties is a Map; by Input.Open it may be a Call. What other resources decide are Calls in it, which Fill gives their values.
	Properties *document.Value
	// Shown is Properties as events have them, with a mask for NoEcho parameters (CFN-75, 76).
	Shown *document.Value
	// Metadata, CreationPolicy and UpdatePolicy are nil where there are none.
	Metadata, CreationPolicy, UpdatePolicy *document.Value
	// DeletionPolicy and UpdateReplacePolicy are empty where there are none.
	DeletionPolicy, UpdateReplacePolicy string
	// Dependencies are the logical ids of the resources that must be there first, sorted.
	Dependencies []string
	// DependsOn are the ones among them that the template lists under that name.
	DependsOn []string
}

// Output is one whose condition holds.
type Output struct {
	Name, Description string
	At                document.Position
	Value             *document.Value
	Export            *document.Value // the name, a text; nil without one
	// Shown is Value with a mask for NoEcho parameters. DescribeStacks has Value (CFN-77); reasons and logs are made of this.
	Shown *document.Value
	// ShownExport is Export likewise: for the reasons that name an export (CFN-72).
	ShownExport *document.Value
}

// resolver makes a Stack of a body.
type resolver struct {
	*body
	*evaluator
	shown  *evaluator // with the mask in place of NoEcho parameters, nil without any
	stack  *Stack
	failed map[string]error // of conditions
}

// Resolve says what the template asks for. The error is an *document.Error, or one of the environment.
func (t *Template) Resolve(input Input) (*Stack, error) {
	parameters, err := t.parameterValues(input)
	if err != nil {
		return nil, err
	}
	stack := &Stack{
		Parameters: parameters, Conditions: map[string]bool{},
		parameters: map[string]*ParameterValue{}, definitions: map[string]*document.Value{},
	}
	for _, p := range parameters {
		stack.parameters[p.Name] = p
	}
	r := &resolver{body: t.body, evaluator: t.evaluator(input, parameters, (*ParameterValue).value), stack: stack, failed: map[string]error{}}
	if t.extended() {
		if len(parameters) < len(t.Parameters) {
			return nil, openLoops(t.root.Get("Transform").At)
		}
		if stack.Processed, err = t.expand(r.evaluator); err != nil {
			return nil, err
		}
		if r.body, err = t.compile(stack.Processed); err != nil {
			return nil, err
		}
	}
	r.condition = r.holds
	for _, m := range r.conditions {
		stack.definitions[m.Name] = m.Value
	}
	if slices.ContainsFunc(parameters, func(p *ParameterValue) bool { return p.NoEcho }) {
		r.shown = t.evaluator(input, parameters, (*ParameterValue).shown)
		r.shown.condition = r.holds
	}
	for _, step := range []func() error{r.checkRules, r.resolveConditions, r.resolveResources, r.resolveOutputs} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	stack.Imports, stack.Missing = slices.Sorted(maps.Keys(r.imports)), r.missed()
	return stack, r.order()
}

// evaluator knows parameters and what is outside. A Ref to what is neither of a parameter nor AWS's is to a resource.
func (t *Template) evaluator(input Input, parameters []*ParameterValue, value func(*ParameterValue) *document.Value) *evaluator {
	known, types := map[string]*document.Value{}, map[string]parameterType{}
	for _, p := range parameters {
		known[p.Name], types[p.Name] = value(p), p.kind
	}
	for _, name := range pseudo {
		known[name] = input.Pseudo.value(name)
	}
	whole := intrinsic.NewBudget()
	return &evaluator{
		whole: whole, budget: whole,
		reference: func(call *document.Value) (*document.Value, error) {
			if call.Text == "Ref" {
				return known[call.Items[0].Text], nil
			}
			if !call.Items[1].Scalar() || call.Items[1].Text == "" {
				return nil, intrinsic.AttributeError(call.At)
			}
			return nil, nil
		},
		condition: func(string) (bool, error) { // while loops are run
			return false, intrinsic.Transformf(document.Position{}, "Fn::If layout is incorrect")
		},
		open: len(parameters) < len(t.Parameters), elsewhere: input.Open, mappings: t.mappings, environment: input.Environment, pseudo: &input.Pseudo, types: types,
		imports: map[string]bool{}, missing: map[string]bool{}, mayMiss: input.MissingExports,
	}
}

// holds is whether a condition holds. Parse has found those that need themselves.
func (r *resolver) holds(name string) (bool, error) {
	if holds, had := r.stack.Conditions[name]; had {
		return holds, nil
	}
	if err, had := r.failed[name]; had {
		return false, err
	}
	v, err := r.known(r.stack.definitions[name])
	if err == nil && !v.Known() {
		err = errOpen
	}
	if err != nil {
		r.failed[name] = err
		return false, err
	}
	r.stack.Conditions[name] = v.IsTrue()
	return v.IsTrue(), nil
}

func (r *resolver) resolveConditions() error {
	for _, m := range r.conditions {
		if _, err := r.holds(m.Name); err != nil && !errors.Is(err, errOpen) {
			return err
		}
	}
	return nil
}

func (r *resolver) checkRules() error {
	for _, each := range r.rules {
		if err := each.check(r.known); err != nil {
			return err
		}
	}
	return nil
}

// errOpen is of a condition that needs an open parameter.
var errOpen = errors.New("a condition needs a parameter without a value")

func openLoops(at document.Position) error {
	return document.Plainf(at, "With the transform %s, all parameters need values before anything can be said", intrinsic.LanguageExtensions)
}
