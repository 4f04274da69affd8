package template

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// Attributes is the value of a Ref, or of an attribute, of a resource that is made; nil if it is not known yet.
type Attributes func(document.Reference) (*document.Value, error)

// Fill gives the properties of a resource the values of others, and what is shown of them. The error names no value of a
// NoEcho parameter.
func (r *Resource) Fill(attributes Attributes) (properties, shown *document.Value, err error) {
	properties, err = FillMasked(r.Properties, r.Shown, attributes)
	if err != nil {
		return nil, nil, err
	}
	shown = properties
	if r.Shown != r.Properties {
		shown = FillShown(r.Shown, attributes)
	}
	return properties, shown, checkDynamicReferences(properties, shown)
}

// Fill gives an output its value, which must be a text, and what is shown of it. The error names no value of a NoEcho parameter.
func (o *Output) Fill(attributes Attributes) (value, shown *document.Value, err error) {
	if value, err = FillMasked(o.Value, o.Shown, attributes); err != nil {
		return nil, nil, err
	}
	if !value.Scalar() && value.Kind != document.Call {
		return nil, nil, notText(o.At)
	}
	if o.Shown == o.Value {
		return value, value, nil
	}
	if shown, err = Fill(o.Shown, attributes); err != nil || shown.Kind != document.Call && !shown.Scalar() {
		shown = document.NewText(mask)
	}
	return value, shown, nil
}

// FillMasked fills a value, and tells its error by what is shown of it: for rows, which have both of a resource or output. Where
// nothing is masked, shown may be nil.
func FillMasked(v, shown *document.Value, attributes Attributes) (*document.Value, error) {
	filled, err := Fill(v, attributes)
	if err != nil && shown != nil && v != shown {
		err = maskedError(err, func() error {
			_, masked := Fill(shown, attributes)
			return masked
		})
	}
	return filled, err
}

// Fill gives what a Resource or an Output has the values of other resources. What is not known yet is left. Its errors may have
// values of NoEcho parameters: for events and reasons there is FillMasked.
func Fill(v *document.Value, attributes Attributes) (*document.Value, error) {
	if v == nil || v.Known() {
		return v, nil
	}
	e := &evaluator{
		budget: intrinsic.ForFill(v),
		reference: func(call *document.Value) (*document.Value, error) {
			r, _ := call.Reference()
			return attributes(r)
		},
		condition: func(string) (bool, error) { return false, errOpen }, // which is left by Input.Open alone
	}
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
