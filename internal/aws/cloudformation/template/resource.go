package template

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// resource is a member of Resources, compiled.
type resource struct {
	name, kind, condition string
	dependsOn             []string
	at                    document.Position
	// properties and metadata, and the policies, are nil where the template has none.
	properties, metadata, creation, update, deletion, replace *document.Value
}

// resourceMembers are those that a resource may have. Version is of custom resources.
var resourceMembers = []string{
	"Type", "Properties", "Metadata", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy",
	"UpdatePolicy", "Description", "Version",
}

func resources(c intrinsic.Compiler, section *document.Value) (list []*resource, err error) {
	if err := checkCount(section, "resources", 500); err != nil {
		return nil, err
	}
	for _, m := range section.Members {
		r, err := compileResource(c, m)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

func compileResource(c intrinsic.Compiler, m document.Member) (*resource, error) {
	if err := checkResource(m); err != nil {
		return nil, err
	}
	v := m.Value
	r := &resource{name: m.Name, kind: v.Get("Type").Text, at: m.At}
	for _, each := range v.Members {
		policy := each.Name == "DeletionPolicy" || each.Name == "UpdateReplacePolicy"
		if policy && !each.Value.Scalar() && !c.Extended { // by public reports
			return nil, document.Formatf(each.Value.At, "Every %s member must be a string.", each.Name)
		}
		if part := r.part(each.Name); part != nil {
			compiled, err := c.Value(each.Value)
			if err != nil {
				return nil, err
			}
			*part = compiled
		}
	}
	if d := v.Get("DependsOn"); d != nil {
		var ok bool
		if r.dependsOn, ok = d.Texts(); !ok { // by public reports
			return nil, document.Formatf(d.At, "Every DependsOn value must be a string.")
		}
	}
	var err error
	r.condition, err = conditionOf(v)
	return r, err
}

// part is where a member goes that may have functions, nil of others.
func (r *resource) part(name string) **document.Value {
	switch name {
	case "Properties":
		return &r.properties
	case "Metadata":
		return &r.metadata
	case "CreationPolicy":
		return &r.creation
	case "UpdatePolicy":
		return &r.update
	case "DeletionPolicy":
		return &r.deletion
	case "UpdateReplacePolicy":
		return &r.replace
	default:
		return nil
	}
}

// conditionOf is the condition of a resource or output, empty without one. Source of the text: AWS's knowledge center.
func conditionOf(v *document.Value) (string, error) {
	c := v.Get("Condition")
	if c != nil && !c.Scalar() {
		return "", document.Formatf(c.At, "Every Condition member must be a string.")
	}
	return v.TextOf("Condition"), nil
}

// checkResource checks the form of a resource (CFN-79 to 81).
func checkResource(m document.Member) error {
	if strings.HasPrefix(m.Name, forEach) { // as AWS was seen to answer without the transform
		return document.Formatf(m.At, "[/Resources/%s] resource definition is malformed", m.Name)
	}
	if !document.Alphanumeric(m.Name) || len(m.Name) > 255 {
		return document.Formatf(m.At, "Resource name %s is non alphanumeric.", m.Name)
	}
	if m.Value.Kind != document.Map {
		return document.Formatf(m.At, "Any Resources member must be an object.")
	}
	for _, each := range m.Value.Members {
		if !slices.Contains(resourceMembers, each.Name) {
			return document.Plainf(each.At, "Invalid template resource property '%s'", each.Name)
		}
	}
	if m.Value.TextOf("Type") == "" {
		return document.Formatf(m.At, "[/Resources/%s] Every Resources object must contain a Type member.", m.Name)
	}
	for _, name := range []string{"Metadata", "CreationPolicy", "UpdatePolicy"} { // of the others a guess: cfn-lint's issue 2758
		if v := m.Value.Get(name); v != nil && v.Kind != document.Map {
			return document.Formatf(v.At, "Any %s member must be an object.", name)
		}
	}
	if d := m.Value.Get("Description"); d != nil && !d.Scalar() {
		return document.Formatf(d.At, "Every Description member must be a string.")
	}
	if p := m.Value.Get("Properties"); p != nil && p.Kind != document.Map { // a guess
		return document.Formatf(p.At, "[/Resources/%s/Properties] Every Properties member must be an object.", m.Name)
	}
	return nil
}

// parts are all that may have functions.
func (r *resource) parts() []*document.Value {
	return []*document.Value{r.properties, r.metadata, r.creation, r.update, r.deletion, r.replace}
}
