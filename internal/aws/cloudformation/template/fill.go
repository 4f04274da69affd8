package template

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// Attributes is the value of a Ref, or of an attribute, of a resource that is made; nil if it is not known yet.
type Attributes func(document.Reference) (*document.Value, error)

// Fill gives what a Resource or an Output has the values of other resources. What is not known yet is left.
func Fill(v *document.Value, attributes Attributes) (*document.Value, error) {
	if v == nil || v.Known() {
		return v, nil
	}
	e := &evaluator{budget: intrinsic.NewBudget(), reference: func(call *document.Value) (*document.Value, error) {
		r, _ := call.Reference()
		return attributes(r)
	}}
	return e.value(v)
}

// FillShown fills what is shown. Where a function cannot take the mask, nothing is (CFN-76).
func FillShown(v *document.Value, attributes Attributes) *document.Value {
	filled, err := Fill(v, attributes)
	if err != nil {
		return hidden()
	}
	return filled
}

// hidden is shown in place of properties (CFN-76).
func hidden() *document.Value {
	return &document.Value{Kind: document.Map, Members: []document.Member{{Name: mask, Value: document.NewText(mask)}}}
}
