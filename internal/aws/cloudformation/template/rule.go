package template

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// rule is a member of Rules. Source: user guide, Rules.
type rule struct {
	name       string
	condition  *document.Value // nil without one
	assertions []assertion
}

type assertion struct {
	assert      *document.Value
	description string
}

// rules compiles the section. The texts of its mistakes are guesses.
func rules(c intrinsic.Compiler, section *document.Value) (list []rule, err error) {
	if section == nil {
		return nil, nil
	}
	for _, m := range section.Members {
		r := rule{name: m.Name}
		assertions := m.Value.Get("Assertions")
		if assertions == nil || assertions.Kind != document.List {
			return nil, document.Formatf(m.At, "Every Rules member must have a list Assertions.")
		}
		if condition := m.Value.Get("RuleCondition"); condition != nil {
			if r.condition, err = c.Condition(condition); err != nil {
				return nil, err
			}
		}
		for _, each := range assertions.Items {
			assert := each.Get("Assert")
			if assert == nil {
				return nil, document.Formatf(each.At, "Every Assertions member must have an Assert.")
			}
			if assert, err = c.Condition(assert); err != nil {
				return nil, err
			}
			r.assertions = append(r.assertions, assertion{assert, each.TextOf("AssertDescription")})
		}
		list = append(list, r)
	}
	return list, nil
}

// check refuses parameters that break a rule. The text is a guess.
func (r rule) check(value func(*document.Value) (*document.Value, error)) error {
	if r.condition != nil {
		if holds, err := value(r.condition); err != nil || !holds.IsTrue() {
			return err
		}
	}
	for _, a := range r.assertions {
		holds, err := value(a.assert)
		if err != nil {
			return err
		}
		if !holds.IsTrue() && holds.Known() {
			return document.Plainf(a.assert.At, "Rule %s failed: %s", r.name, a.description)
		}
	}
	return nil
}

// ofParameters evaluates Fn::RefAll, Fn::ValueOf and Fn::ValueOfAll.
func (e *evaluator) ofParameters(call *document.Value) (*document.Value, error) {
	if e.elsewhere {
		return call, nil
	}
	var names []string
	for _, argument := range call.Items {
		names = append(names, argument.Text)
	}
	var ids, all []string
	var err error
	kind := names[0]
	if call.Text == "Fn::ValueOf" {
		t := e.types[names[0]]
		kind = t.id
		parameter, _ := e.reference(&document.Value{Kind: document.Call, Text: "Ref", Items: call.Items[:1]})
		if parameter == nil { // a guess
			return nil, document.Errorf(call.At, "Fn::ValueOf requires a parameter, which %s is not", names[0])
		}
		ids, _ = parameter.Texts()
	} else if ids, err = e.environment.All(kind); err != nil || call.Text == "Fn::RefAll" {
		return document.NewList(ids...), err
	}
	for _, id := range ids {
		values, err := e.environment.Attribute(kind, id, names[1])
		if err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	if call.Text == "Fn::ValueOf" && len(ids) == 1 && !strings.HasPrefix(e.types[names[0]].name, "List<") {
		return e.budget.Text(call.At, strings.Join(all, ","))
	}
	return e.budget.List(call.At, all)
}
