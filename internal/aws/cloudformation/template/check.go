package template

import (
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// names are what functions in a template may name.
type names struct {
	parameters, resources, conditions map[string]bool
	mappings                          intrinsic.Mappings
	noEcho                            func(*document.Value) bool
}

func (t *Template) names(b *body) names {
	n := names{map[string]bool{}, map[string]bool{}, map[string]bool{}, t.mappings, t.noEcho}
	for _, p := range t.Parameters {
		n.parameters[p.Name] = true
	}
	for _, name := range pseudo {
		n.parameters[name] = true
	}
	for _, r := range b.resources {
		n.resources[r.name] = true
	}
	for _, m := range b.conditions {
		n.conditions[m.Name] = true
	}
	return n
}

// checkReferences checks that all that functions name is there (CFN0007; CFN-82, CFN-85).
func (t *Template) checkReferences(b *body) error {
	n := t.names(b)
	for _, m := range b.conditions {
		if err := n.checkCondition(m.Value); err != nil {
			return err
		}
	}
	for _, r := range b.rules {
		for _, v := range r.values() {
			if err := n.checkCondition(v); err != nil {
				return err
			}
		}
	}
	if err := checkConditionCycles(b.conditions); err != nil {
		return err
	}
	if err := n.checkResources(b.resources); err != nil {
		return err
	}
	if err := n.checkOutputs(b.outputs); err != nil {
		return err
	}
	return checkCertainCycles(b.resources)
}

func (r rule) values() []*document.Value {
	list := []*document.Value{r.condition}
	for _, a := range r.assertions {
		list = append(list, a.assert)
	}
	return list
}

func (n names) checkResources(resources []*resource) error {
	missing := map[string]bool{}
	var at document.Position
	for _, r := range resources {
		if r.condition != "" && !n.conditions[r.condition] {
			return missingCondition(r.at, r.condition, intrinsic.Resources)
		}
		for _, other := range r.dependsOn {
			if !n.resources[other] {
				missing[other], at = true, r.at
			}
		}
		for _, part := range r.parts() {
			if err := n.checkValue(part, missing, &at); err != nil {
				return err
			}
		}
		if n.noEcho(r.deletion) || n.noEcho(r.replace) {
			return document.NotBuilt(r.at, "A policy that is made of a NoEcho parameter")
		}
	}
	return unresolved(at, missing, intrinsic.Resources)
}

func (n names) checkOutputs(outputs []*output) error {
	missing := map[string]bool{}
	var at document.Position
	for _, o := range outputs {
		if o.condition != "" && !n.conditions[o.condition] {
			return missingCondition(o.at, o.condition, intrinsic.Outputs)
		}
		for _, v := range []*document.Value{o.value, o.export} {
			if err := n.checkValue(v, missing, &at); err != nil {
				return err
			}
		}
	}
	if err := unresolved(at, missing, intrinsic.Outputs); err != nil {
		return err
	}
	for _, o := range outputs {
		if n.open(o.export) {
			return openExport(o)
		}
	}
	return nil
}

// unresolved is the error for names that no resource has; the one of outputs has no prefix (CFN-82).
func unresolved(at document.Position, missing map[string]bool, where intrinsic.Block) error {
	if len(missing) == 0 {
		return nil
	}
	prefix := "Template format error: "
	if where == intrinsic.Outputs {
		prefix = ""
	}
	return document.Plainf(at, "%sUnresolved resource dependencies [%s] in the %s block of the template",
		prefix, strings.Join(slices.Sorted(maps.Keys(missing)), ", "), where)
}

// missingCondition is known by public reports.
func missingCondition(at document.Position, name string, where intrinsic.Block) error {
	return document.Formatf(at, "Unresolved condition dependency %s in the %s block of the template", name, where)
}

// checkValue checks what functions in a value name, and adds what no resource has to missing.
func (n names) checkValue(v *document.Value, missing map[string]bool, at *document.Position) error {
	inSub := map[*document.Value]bool{}
	for call := range v.Calls {
		switch call.Text {
		case "Fn::Sub":
			for _, m := range call.Members {
				inSub[m.Value] = true
			}
		case "Ref":
			if name := call.Items[0].Text; !n.parameters[name] && !n.resources[name] {
				missing[name], *at = true, call.At
			}
		case "Fn::GetAtt":
			if n.noEcho(call.Items[1]) { // it would show in refusals
				return document.NotBuilt(call.At, "Fn::GetAtt of an attribute that a NoEcho parameter names")
			}
			if name := call.Items[0].Text; !n.resources[name] {
				if !inSub[call] { // by public reports
					return document.Errorf(call.At, "instance of Fn::GetAtt references undefined resource %s", name)
				}
				missing[name], *at = true, call.At
			}
		default:
			if err := n.checkCall(call); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkCall checks calls that name conditions and mappings, and what imports may ask for.
func (n names) checkCall(call *document.Value) error {
	first := call.Items[0]
	switch call.Text {
	case "Fn::If":
		if !n.conditions[first.Text] {
			return document.Errorf(call.At, "unresolved condition dependency %s in Fn::If", first.Text)
		}
	case "Condition":
		if !n.conditions[first.Text] {
			return missingCondition(call.At, first.Text, intrinsic.Conditions)
		}
	case "Fn::FindInMap":
		if len(call.Items) > 3 || !first.Scalar() {
			return nil
		}
		_, is := n.mappings[first.Text]
		if !is || call.Items[1].Scalar() && call.Items[2].Scalar() { // AWS finds it, also where it would not count
			_, err := intrinsic.FindInMap(call.At, n.mappings, call.Items, nil)
			return err
		}
	case "Fn::ImportValue":
		if n.open(first) {
			return dependsOnResources(call)
		}
	}
	return nil
}

// open is whether a value needs resources, imported values or zones, which names of exports must not.
func (n names) open(v *document.Value) bool {
	for inner := range v.Calls {
		ofResource := inner.Text == "Ref" && !n.parameters[inner.Items[0].Text]
		if ofResource || slices.Contains([]string{"Fn::GetAtt", "Fn::ImportValue", "Fn::GetAZs"}, inner.Text) {
			return true
		}
	}
	return false
}

// checkCondition checks a condition or an assertion, which cannot ask resources. Source of the text: cfn-lint's issue 99.
func (n names) checkCondition(v *document.Value) error {
	for call := range v.Calls {
		if r, is := call.Reference(); is && (r.Attribute != "" || !n.parameters[r.Resource]) {
			return document.Formatf(call.At, "Unresolved dependencies [%s]. Cannot reference resources in the Conditions block of the template", r.Resource)
		}
		if _, is := call.Reference(); !is && len(call.Items) > 0 {
			if err := n.checkCall(call); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkCertainCycles finds cycles that no condition can open: those between resources without conditions, by what stands in no
// branch of Fn::If. Resolve finds the others.
func checkCertainCycles(resources []*resource) error {
	g, places := graph{}, map[string]document.Position{}
	for _, r := range resources {
		if r.condition == "" {
			g.add(r.name)
			places[r.name] = r.at
		}
	}
	for _, r := range resources {
		if r.condition != "" {
			continue
		}
		for _, other := range r.dependsOn {
			if g[other] != nil {
				g.add(r.name, other)
			}
		}
		for _, part := range r.parts() {
			certain(part, func(other string) {
				if g[other] != nil {
					g.add(r.name, other)
				}
			})
		}
	}
	return circular(g, places)
}

// certain calls found with each name of a Ref or Fn::GetAtt that stands in no Fn::If.
func certain(v *document.Value, found func(string)) {
	if v == nil || v.Kind == document.Call && v.Text == "Fn::If" {
		return
	}
	if v.Kind == document.Call {
		if r, is := v.Reference(); is {
			found(r.Resource)
		}
	}
	for _, item := range v.Items {
		certain(item, found)
	}
	for _, m := range v.Members {
		certain(m.Value, found)
	}
}
