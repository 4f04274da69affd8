package template

import (
	"slices"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// ChangeSource is why a property may change (CFN-42).
type ChangeSource string

// The sources of changes: Modified tells of the first, Causes of the others.
const (
	DirectModification ChangeSource = "DirectModification"
	ParameterReference ChangeSource = "ParameterReference"
	ResourceReference  ChangeSource = "ResourceReference"
	ResourceAttribute  ChangeSource = "ResourceAttribute"
)

// Cause is one of the things that a property is made of.
type Cause struct {
	Source ChangeSource
	// Resource is the logical id that is referred to, and Attribute what Fn::GetAtt asks of it; both empty of parameters.
	Resource, Attribute string
	// Parameter is empty of resources.
	Parameter string
	// Condition is the one by which a parameter chooses a branch of Fn::If, empty where the parameter's value is used. That
	// AWS calls this a ParameterReference is a guess.
	Condition string
}

// Entity is the CausingEntity (CFN-42).
func (c Cause) Entity() string {
	switch {
	case c.Parameter != "":
		return c.Parameter
	case c.Attribute != "":
		return c.Resource + "." + c.Attribute
	default:
		return c.Resource
	}
}

// Causes are, for each property of a resource that is made of others' values, what it is made of: each once, in the order of the
// template. Of Fn::If it is the branch that counts, and the parameters that decide which one does. Nil for a resource that the
// stack has not.
func (s *Stack) Causes(logicalID string) map[string][]Cause {
	r := s.resource(logicalID)
	if r == nil {
		return nil
	}
	causes := map[string][]Cause{}
	for _, m := range r.Written.Members {
		if list := s.CausesOf(r, m.Name); len(list) > 0 {
			causes[m.Name] = list
		}
	}
	return causes
}

// CausesOf is Causes for a part of a resource of the stack, by the path of Part.
func (s *Stack) CausesOf(r *Resource, path ...string) []Cause {
	v := Part(r.Written, path...)
	if v == nil {
		return nil
	}
	c := collector{stack: s, had: map[Cause]bool{}, decided: map[string]bool{}}
	c.value(v)
	return c.list
}

// Part is the part of a value with a path of names of members and places in lists, nil where there is none. It is what has the part
// where that is a function, or a list in which a condition decides about places.
func Part(v *document.Value, path ...string) *document.Value {
	for _, name := range path {
		switch {
		case v == nil:
			return nil
		case v.Kind == document.Map:
			v = v.Get(name)
		case v.Kind == document.List && !slices.ContainsFunc(v.Items, mayGo):
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(v.Items) {
				return nil
			}
			v = v.Items[i]
		default:
			return v
		}
	}
	return v
}

// mayGo is whether an item is a function that AWS::NoValue may come of.
func mayGo(v *document.Value) bool {
	return v.Kind == document.Call && (v.Text == "Fn::If" || v.Text == "Ref" && v.Items[0].Text == "AWS::NoValue")
}

// Modified is whether a template says something else for a part of a resource than another did, so that the source of a change is
// DirectModification (CFN-42). What parameters, mappings and resources have counts for nothing here. A resource is nil where
// there is none.
func Modified(before, after *Resource, path ...string) bool {
	var was, is *document.Value
	if before != nil {
		was = Part(before.Written, path...)
	}
	if after != nil {
		is = Part(after.Written, path...)
	}
	return !was.Equal(is)
}

func (s *Stack) resource(logicalID string) *Resource {
	for _, r := range s.Resources {
		if r.LogicalID == logicalID {
			return r
		}
	}
	return nil
}

// collector gathers causes.
type collector struct {
	stack *Stack
	list  []Cause
	had   map[Cause]bool
	// decided are the conditions whose parameters are there.
	decided map[string]bool
}

func (c *collector) add(cause Cause) {
	if !c.had[cause] {
		c.had[cause] = true
		c.list = append(c.list, cause)
	}
}

func (c *collector) value(v *document.Value) {
	if v.Kind == document.Call {
		switch v.Text {
		case "Fn::If":
			c.choice(v)
			return
		case "Ref":
			c.reference(v.Items[0].Text, "")
			return
		case "Fn::GetAtt":
			c.reference(v.Items[0].Text, c.attribute(v.Items[1]))
			return
		}
	}
	for _, item := range v.Items {
		c.value(item)
	}
	for _, m := range v.Members {
		c.value(m.Value)
	}
}

// attribute is the text of an attribute, which a parameter may have.
func (c *collector) attribute(v *document.Value) string {
	if v.Kind != document.Call || v.Text != "Ref" {
		return v.Text
	}
	c.reference(v.Items[0].Text, "")
	if p := c.stack.parameters[v.Items[0].Text]; p != nil {
		return p.value().Text
	}
	return ""
}

func (c *collector) reference(name, attribute string) {
	switch {
	case c.stack.parameters[name] != nil:
		c.add(Cause{Source: ParameterReference, Parameter: name})
	case isPseudo(name): // none of them changes while there is a stack
	case attribute != "":
		c.add(Cause{Source: ResourceAttribute, Resource: name, Attribute: attribute})
	default:
		c.add(Cause{Source: ResourceReference, Resource: name})
	}
}

// choice adds the parameters that decide a Fn::If, and what its branch has.
func (c *collector) choice(call *document.Value) {
	condition := call.Items[0].Text
	if !c.decided[condition] {
		c.decided[condition] = true
		c.decides(condition, condition, map[string]bool{})
	}
	if c.stack.Conditions[condition] {
		c.value(call.Items[1])
	} else {
		c.value(call.Items[2])
	}
}

// decides adds the parameters that a condition asks, by itself or by other conditions.
func (c *collector) decides(condition, by string, seen map[string]bool) {
	if seen[by] {
		return
	}
	seen[by] = true
	for call := range c.stack.definitions[by].Calls {
		name := call.Items[0].Text
		switch {
		case call.Text == "Condition" || call.Text == "Fn::If":
			c.decides(condition, name, seen)
		case call.Text == "Ref" && c.stack.parameters[name] != nil:
			c.add(Cause{Source: ParameterReference, Parameter: name, Condition: condition})
		}
	}
}
