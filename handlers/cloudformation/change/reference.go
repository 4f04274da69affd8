package change

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// value is what a reference comes to as far as it is known, nil where it is not. An attribute with the name of a property has
// what that has, and the others stay as they are while their resource does.
func (f *finder) value(to document.Reference) (*document.Value, error) {
	made, old := f.fates[to.Resource], f.stored[to.Resource]
	if made == nil {
		return nil, nil
	}
	if v := made.wanted.Get(to.Attribute); v != nil {
		if !v.Known() {
			return nil, nil
		}
		return v, nil
	}
	switch {
	case made.added || made.replaced != Never:
		return nil, nil
	case to.Attribute == "":
		return document.NewText(old.PhysicalID), nil
	default:
		return old.Now.Attributes[to.Attribute], nil
	}
}

// open is value without what only is likely: that a resource which may be replaced is not, and that an attribute of one that
// changes stays as it is (CFN-44).
func (f *finder) open(to document.Reference) (*document.Value, error) {
	switch made := f.fates[to.Resource]; {
	case made == nil, to.Attribute == "" && made.maybe != Never, to.Attribute != "" && made.change != nil && !made.changed(to.Attribute):
		return nil, nil
	}
	return f.value(to)
}

// valueShown is value with the mask for NoEcho parameters in what an attribute has of a property.
func (f *finder) valueShown(to document.Reference) (*document.Value, error) {
	v, err := f.value(to)
	if v != nil && f.fates[to.Resource].wanted.Get(to.Attribute) != nil {
		v = template.FillShown(f.after[to.Resource].Shown, f.valueShown).Get(to.Attribute)
	}
	return v, err
}

// fill are the properties of a resource with values in place of references. What goes wrong is told when the resource is changed.
func fill(r *template.Resource, values template.Attributes) *document.Value {
	filled, err := template.Fill(r.Properties, values)
	if err != nil {
		return r.Properties
	}
	return filled
}
