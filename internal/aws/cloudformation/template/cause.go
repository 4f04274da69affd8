package template

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"

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
		c := collector{stack: s, had: map[Cause]bool{}, decided: map[string]bool{}}
		c.value(m.Value)
		if len(c.list) > 0 {
			causes[m.Name] = c.list
		}
	}
	return causes
}

// Modified is whether a template says something else for a property than another did, so that the source of a change is
// DirectModification (CFN-42). What parameters, mappings and resources have counts for nothing here. A resource is nil where
// there is none.
func Modified(before, after *Resource, property string) bool {
	var was, is *document.Value
	if before != nil {
		was = before.Written.Get(property)
	}
	if after != nil {
		is = after.Written.Get(property)
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
