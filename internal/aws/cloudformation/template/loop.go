package template

import (
	"errors"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// forEach begins the name of a loop: Fn::ForEach::Name has an identifier, a collection and a fragment, which is there once for
// each item. Where an identifier counts was seen at AWS: in the names of the fragment's members, of which &{X} leaves out what
// is not alphanumeric, in the text of Fn::Sub, and in Ref; other texts and deeper names stay as they are.
const forEach = "Fn::ForEach::"

// expander runs the loops of a template.
type expander struct {
	template  *Template
	compiler  intrinsic.Compiler
	evaluator *evaluator
	section   string
	budget    *intrinsic.Budget
}

// expand returns the template without loops, and without functions in places where references must be names.
func (t *Template) expand(e *evaluator) (*document.Value, error) {
	x := expander{template: t, compiler: t.compiler(intrinsic.Resources), evaluator: e, budget: intrinsic.NewBudget()}
	root := *t.root
	root.Members = nil
	for _, m := range t.root.Members {
		if m.Name == "Conditions" || m.Name == "Resources" || m.Name == "Outputs" {
			x.section = m.Name
			expanded, err := x.members(m.Value, nil, true)
			if err != nil {
				return nil, err
			}
			if m.Value, err = x.literals(expanded); err != nil {
				return nil, err
			}
		}
		root.Members = append(root.Members, m)
	}
	if err := checkMacros(&root); err != nil {
		return nil, err
	}
	return &root, checkConditionNames(&root)
}

// checkConditionNames finds conditions of resources and outputs that are not there. The text was seen at AWS, of a name in which
// an identifier does not count.
func checkConditionNames(root *document.Value) error {
	conditions := root.Get("Conditions").Index()
	for _, section := range []*document.Value{root.Get("Resources"), root.Get("Outputs")} {
		if section == nil {
			continue
		}
		for _, m := range section.Members {
			if name := m.Value.Get("Condition"); name != nil && name.Scalar() && conditions[name.Text] == nil {
				return intrinsic.Transformf(name.At, "Key %s is missing in the map.", name.Text)
			}
		}
	}
	return nil
}

func (x *expander) value(v *document.Value, in bindings) (*document.Value, error) {
	if err := x.budget.Take(v.At, 64+len(v.Text)); err != nil {
		return nil, err
	}
	deeper := func(item *document.Value) (*document.Value, error) { return x.value(item, in) }
	name, argument, is := v.Function()
	switch {
	case v.Kind != document.Map:
		return v.Each(deeper)
	case !is || strings.HasPrefix(name, forEach):
		return x.members(v, in, false)
	case name == "Ref" && argument.Scalar():
		if item, bound := in[argument.Text]; bound {
			return &document.Value{Kind: document.Text, Text: item, At: v.At}, nil
		}
		return v, nil
	}
	expanded, err := v.Each(deeper)
	if err != nil {
		return nil, err
	}
	switch argument = expanded.Members[0].Value; name {
	case "Ref":
		argument, err = x.literal(argument)
	case "Fn::GetAtt":
		if argument.Kind == document.List {
			argument, err = argument.Each(x.literal)
		}
	case "Fn::Sub":
		argument, err = in.sub(x.budget, argument)
	}
	if err != nil || argument == expanded.Members[0].Value {
		return expanded, err
	}
	changed := *expanded
	changed.Members = []document.Member{{Name: name, At: expanded.Members[0].At, Value: argument}}
	return &changed, nil
}

// members expands a Map, in which loops are members. Names of a section must be alphanumeric.
func (x *expander) members(v *document.Value, in bindings, section bool) (*document.Value, error) {
	made, places := &document.Value{Kind: document.Map, At: v.At}, map[string]int{}
	for _, m := range v.Members {
		if strings.HasPrefix(m.Name, forEach) {
			if err := x.loop(made, places, m, in, section); err != nil {
				return nil, err
			}
			continue
		}
		expanded, err := x.value(m.Value, in)
		if err != nil {
			return nil, err
		}
		made.Set(document.Member{Name: m.Name, At: m.At, Value: expanded}, places)
	}
	return made, nil
}

// loop adds what a loop makes.
func (x *expander) loop(made *document.Value, places map[string]int, m document.Member, in bindings, section bool) error {
	parts := m.Value.Items
	if len(parts) != 3 || !parts[0].Scalar() || parts[1].Scalar() || parts[2].Kind != document.Map {
		return intrinsic.Transformf(m.At, "Fn::ForEach layout is incorrect")
	}
	items, err := x.collection(parts[1], in)
	if err != nil {
		return err
	}
	for _, item := range items {
		if err := x.budget.Take(m.At, 128); err != nil {
			return err
		}
		inner := bindings{parts[0].Text: item}
		for name, outer := range in {
			if name != parts[0].Text {
				inner[name] = outer
			}
		}
		for _, each := range parts[2].Members {
			if strings.HasPrefix(each.Name, forEach) {
				err = x.loop(made, places, each, inner, section)
			} else {
				err = x.copy(made, places, each, inner, section)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// copy adds one copy of a member of a fragment.
func (x *expander) copy(made *document.Value, places map[string]int, m document.Member, in bindings, section bool) error {
	name, err := in.name(x.budget, m)
	if err != nil {
		return err
	}
	if section && !document.Alphanumeric(name) {
		what := "LogicalId"
		if x.section == "Outputs" {
			what = "OutputKey"
		}
		return intrinsic.Transformf(m.At, "%s '%s' should be alphanumeric", what, name)
	}
	if _, had := places[name]; had { // by a public report
		return intrinsic.Transformf(m.At, "Duplicate key '%s' when merging keys to parent object in Fn::ForEach", name)
	}
	expanded, err := x.value(m.Value, in)
	if err != nil {
		return err
	}
	made.Set(document.Member{Name: name, At: m.At, Value: expanded}, places)
	return nil
}

// collection are the items of a loop. A NoEcho parameter would stand in names and texts that are shown.
func (x *expander) collection(v *document.Value, in bindings) ([]string, error) {
	compiled, err := x.value(v, in)
	if err == nil {
		compiled, err = x.compiler.Value(compiled)
	}
	if err == nil {
		if x.template.noEcho(compiled) {
			return nil, document.NotBuilt(v.At, "Fn::ForEach with a NoEcho parameter")
		}
		compiled, err = x.evaluator.value(compiled)
	}
	var own *document.Error
	if err != nil && (!errors.As(err, &own) || x.budget.Spent() || x.evaluator.budget.Spent()) {
		return nil, err
	}
	if err == nil && compiled.Kind == document.List {
		if items, ok := compiled.Texts(); ok {
			return items, nil
		}
	}
	return nil, intrinsic.Transformf(v.At, "Could not find a collection or could not be resolved for Fn::ForEach")
}

// literal is the text of a function that stands where a name must be known.
func (x *expander) literal(v *document.Value) (*document.Value, error) {
	if v.Scalar() {
		return v, nil
	}
	known, err := x.compiler.Value(v)
	if err == nil && x.template.noEcho(known) {
		return nil, document.NotBuilt(v.At, "A name that is made of a NoEcho parameter")
	}
	if err == nil {
		known, err = x.evaluator.value(known)
	}
	if err == nil && !known.Scalar() { // a guess
		err = intrinsic.Transformf(v.At, "a name could not be resolved")
	}
	return known, err
}

// literals resolves functions in Condition and DependsOn of the members of a section.
func (x *expander) literals(section *document.Value) (*document.Value, error) {
	return section.Each(func(definition *document.Value) (*document.Value, error) {
		made := *definition
		made.Members = nil
		for _, m := range definition.Members {
			var err error
			switch {
			case x.section == "Conditions":
			case m.Name == "Condition", m.Name == "DependsOn" && m.Value.Kind == document.Map:
				m.Value, err = x.literal(m.Value)
			case m.Name == "DependsOn":
				m.Value, err = m.Value.Each(x.literal)
			}
			if err != nil {
				return nil, err
			}
			made.Members = append(made.Members, m)
		}
		return &made, nil
	})
}
