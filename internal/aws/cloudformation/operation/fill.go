package operation

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// filled is what a resource is to have, with the values of those that it refers to.
type filled struct {
	properties *document.Value
	shown      string
	uses       []string // incarnations
	// updatePolicy is nil without one.
	updatePolicy *document.Value
}

// fill gives a resource the values of others, which are there.
func (d *Decider) fill(spec *cloudformation.Spec) (f filled, err error) {
	if f.properties, err = d.known(spec.Properties, spec.Shown); err != nil {
		return f, err
	}
	if spec.Shown == nil || spec.Shown == spec.Properties {
		f.shown = f.properties.JSON()
	} else {
		f.shown = template.FillShown(spec.Shown, d.attribute).JSON()
	}
	f.uses = d.uses(spec)
	for _, v := range []*document.Value{spec.Metadata, spec.CreationPolicy, spec.UpdatePolicy} {
		if _, err := d.known(v, nil); err != nil {
			return f, unsuited(v) // it has no form that could be told
		}
	}
	f.updatePolicy, _ = d.known(spec.UpdatePolicy, nil)
	return f, nil
}

// addPolicies gives a call what else the template says of its resource, which fill has found good.
func (d *Decider) addPolicies(c *Call, spec *cloudformation.Spec) {
	c.Metadata, _ = d.known(spec.Metadata, nil)
	c.CreationPolicy, _ = d.known(spec.CreationPolicy, nil)
	c.UpdatePolicy, _ = d.known(spec.UpdatePolicy, nil)
}

func (d *Decider) uses(spec *cloudformation.Spec) (list []string) {
	for _, name := range spec.Dependencies {
		if n := d.nodes[name]; n != nil && n.row.Now != nil {
			list = append(list, n.row.Now.Incarnation)
		}
	}
	return list
}

// known fills a value. An error is about what is shown, or it might tell a value that is not (CFN-75).
func (d *Decider) known(v, shown *document.Value) (*document.Value, error) {
	made, err := template.Fill(v, d.attribute)
	if err == nil && made != nil {
		for _, r := range made.References() {
			return nil, d.missing(r)
		}
		return made, nil
	}
	if err == nil {
		return nil, nil
	}
	if shown == nil {
		shown = v
	}
	if _, told := template.Fill(shown, d.attribute); told != nil {
		return nil, told
	}
	return nil, unsuited(v)
}

// unsuited is a guess.
func unsuited(v *document.Value) error {
	return document.Errorf(v.At, "a function cannot take the values that it is given")
}

// missing is known by CFN-58, without what comes before it.
func (d *Decider) missing(r document.Reference) error {
	if n := d.nodes[r.Resource]; n != nil && n.row.Now != nil {
		return document.Plainf(document.Position{}, "Resource type %s does not support attribute {%s}.", n.row.Type, r.Attribute)
	}
	return document.Plainf(document.Position{}, "Unresolved resource dependencies [%s] in the template", r.Resource)
}

// attribute is the value of a Ref or of Fn::GetAtt, nil where there is none.
func (d *Decider) attribute(r document.Reference) (*document.Value, error) {
	n := d.nodes[r.Resource]
	switch {
	case n == nil || n.row.Now == nil:
		return nil, nil
	case r.Attribute == "":
		return document.NewText(n.row.Now.ID), nil
	default:
		return n.row.Now.Attributes[r.Attribute], nil
	}
}
