package change

import (
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// unknown stands for what only shows when the change is made (CFN-43).
const unknown = "{{changeSet:KNOWN_AFTER_APPLY}}"

// shown are the properties of a resource as a change set shows them, with a mask for NoEcho parameters, and what is not known.
func (f *finder) shown(r *template.Resource) *document.Value {
	return opaque(template.FillShown(r.Shown, f.valueShown))
}

// opaque has a text for each call that is left.
func opaque(v *document.Value) *document.Value {
	if v == nil || v.Known() {
		return v
	}
	if v.Kind == document.Call {
		return document.NewText(unknown)
	}
	made, _ := v.Each(func(each *document.Value) (*document.Value, error) { return opaque(each), nil }) // opaque does not fail
	return made
}

// known is whether a value is there and has nothing to be known later.
func known(v *document.Value) bool { return v == nil || v.Known() }

// wasShown are the properties of a resource as its last event had them.
func wasShown(old *cfn.Resource) *document.Value {
	if old.Now.Shown == "" {
		return nil
	}
	v, err := document.Read(old.Now.Shown)
	if err != nil {
		return nil
	}
	return v
}

func wasContext(old *cfn.Resource) string {
	return context(wasShown(old))
}

// context is the text of BeforeContext and AfterContext (CFN-43).
func context(properties *document.Value) string {
	if properties == nil {
		properties = &document.Value{Kind: document.Map}
	}
	return `{"Properties":` + properties.JSON() + `}`
}

// text is a value as a change set has it, and whether there is one.
func text(v *document.Value) (string, bool) {
	switch {
	case v == nil:
		return "", false
	case v.Scalar():
		return v.Text, true
	default:
		return v.JSON(), true
	}
}
