package template

import (
	"errors"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/dynamicreference"
)

// mask stands for values of NoEcho parameters (CFN0006; CFN-74).
const mask = "****"

// hidden is shown in place of properties (CFN-76).
func hidden() *document.Value {
	return &document.Value{Kind: document.Map, Members: []document.Member{{Name: mask, Value: document.NewText(mask)}}}
}

// one begins a resource or output.
func (r *resolver) one() {
	r.evaluator.one()
	if r.shown != nil {
		r.shown.one()
	}
}

// known is what an expression comes to. No error says what a NoEcho parameter has.
func (r *resolver) known(v *document.Value) (*document.Value, error) {
	got, err := r.value(v)
	if err != nil && r.shown != nil {
		err = maskedError(err, func() error {
			_, shown := r.shown.value(v)
			return shown
		})
	}
	return got, err
}

// masked is what is shown of an expression that comes to a value.
func (r *resolver) masked(v, comesTo *document.Value) *document.Value {
	if r.shown == nil {
		return comesTo
	}
	shown, err := r.shown.value(v)
	if err != nil || shown.Kind != document.Call && !shown.Scalar() {
		return document.NewText(mask)
	}
	return shown
}

// maskedError is an error of functions without values of NoEcho parameters: the one of the same functions with the mask in
// place of these. If the mask brings no error, the text names nothing.
func maskedError(err error, again func() error) error {
	var own, shown *document.Error
	switch {
	case !errors.As(err, &own):
		return err
	case errors.As(again(), &shown):
		return shown
	default:
		return document.Errorf(own.At, "the value of a NoEcho parameter does not fit a function")
	}
}

// checkDynamicReferences finds what is wrong with the form of dynamic references in properties.
func checkDynamicReferences(properties, shown *document.Value) error {
	_, err := dynamicreference.In(properties)
	if err != nil && properties != shown {
		err = maskedError(err, func() error {
			_, masked := dynamicreference.In(shown)
			return masked
		})
	}
	return err
}

// missed are the exports that are not there.
func (r *resolver) missed() (names []string) {
	for name := range r.missing {
		if r.shown != nil && !r.shown.missing[name] {
			name = mask
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// noEcho is whether a value has a Ref to a NoEcho parameter.
func (t *Template) noEcho(v *document.Value) bool {
	for _, r := range v.References() {
		if p := t.parameter(r.Resource); p != nil && p.NoEcho && r.Attribute == "" {
			return true
		}
	}
	return false
}
