package template

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// body is what the sections with functions say, compiled and checked.
type body struct {
	conditions []document.Member
	rules      []rule
	resources  []*resource
	outputs    []*output
}

// compile compiles the sections, and checks all that does not depend on values.
func (t *Template) compile(root *document.Value) (*body, error) {
	b := &body{}
	var err error
	if b.conditions, err = conditions(t.compiler(intrinsic.Conditions), root.Get("Conditions")); err != nil {
		return nil, err
	}
	if b.rules, err = rules(t.compiler(intrinsic.Rules), root.Get("Rules")); err != nil {
		return nil, err
	}
	if b.resources, err = resources(t.compiler(intrinsic.Resources), root.Get("Resources")); err != nil {
		return nil, err
	}
	if b.outputs, err = outputs(t.compiler(intrinsic.Outputs), root.Get("Outputs")); err != nil {
		return nil, err
	}
	if err := t.checkNames(b, root.Get("Resources").At); err != nil {
		return nil, err
	}
	return b, t.checkReferences(b)
}

func (t *Template) compiler(where intrinsic.Block) intrinsic.Compiler {
	return intrinsic.Compiler{Block: where, Extended: t.extended()}
}

// checkNames refuses names that parameters and resources have in common. Source: cfn-lint's issue 1689, for the text.
func (t *Template) checkNames(b *body, at document.Position) error {
	var common []string
	for _, r := range b.resources {
		if t.parameter(r.name) != nil {
			common = append(common, r.name)
			at = r.at
		}
	}
	if len(common) == 0 {
		return nil
	}
	slices.Sort(common)
	return document.Errorf(at, "all resources and parameters must have unique names. Common name(s):[%s]", strings.Join(common, ", "))
}

// conditions compiles the section, whose members are functions.
func conditions(c intrinsic.Compiler, section *document.Value) (list []document.Member, err error) {
	if section == nil {
		return nil, nil
	}
	for _, m := range section.Members {
		compiled, err := c.Condition(m.Value)
		if err != nil {
			return nil, err
		}
		list = append(list, document.Member{Name: m.Name, At: m.At, Value: compiled})
	}
	return list, nil
}
