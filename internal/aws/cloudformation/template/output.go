package template

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// output is a member of Outputs, compiled.
type output struct {
	name, description, condition string
	at                           document.Position
	value, export                *document.Value // export is nil without one
}

func outputs(c intrinsic.Compiler, section *document.Value) (list []*output, err error) {
	if section == nil {
		return nil, nil
	}
	if err := checkCount(section, "outputs", 200); err != nil {
		return nil, err
	}
	for _, m := range section.Members {
		o, err := compileOutput(c, m)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

// outputMembers are those that an output may have.
var outputMembers = []string{"Condition", "Description", "Export", "Value"}

func compileOutput(c intrinsic.Compiler, m document.Member) (o *output, err error) {
	if err := checkOutput(m); err != nil {
		return nil, err
	}
	o = &output{name: m.Name, at: m.At, description: m.Value.TextOf("Description")}
	if o.condition, err = conditionOf(m.Value); err != nil {
		return nil, err
	}
	export := m.Value.Get("Export")
	if o.value, err = c.Value(m.Value.Get("Value")); err != nil || export == nil {
		return o, err
	}
	o.export, err = c.Value(export.Get("Name"))
	return o, err
}

// checkOutput checks the form of an output. The texts are known by public reports, but for those said to be guesses.
func checkOutput(m document.Member) error {
	if !document.Alphanumeric(m.Name) {
		return document.Formatf(m.At, "Outputs name '%s' is non alphanumeric.", m.Name)
	}
	if m.Value.Kind != document.Map { // a guess, by the form of CFN-79
		return document.Formatf(m.At, "Any Outputs member must be an object.")
	}
	var unknown []string
	for _, each := range m.Value.Members {
		if !slices.Contains(outputMembers, each.Name) {
			unknown = append(unknown, each.Name)
		}
	}
	if len(unknown) > 0 { // a guess: Eucalyptus, which follows AWS, says it so
		return document.Plainf(m.At, "Invalid output property or properties [%s]", strings.Join(unknown, ", "))
	}
	if d := m.Value.Get("Description"); d != nil && !d.Scalar() {
		return document.Formatf(d.At, "Every Description member must be a string.")
	}
	value, export := m.Value.Get("Value"), m.Value.Get("Export")
	switch {
	case value == nil:
		return document.Formatf(m.At, "Every Outputs member must contain a Value object")
	case intrinsic.IsBoolean(value):
		return notText(value.At)
	case !value.MaybeText():
		kind := map[document.Kind]string{document.List: "List", document.Map: "Map"}[value.Kind]
		return document.Formatf(value.At, "The Value field of every Outputs member must evaluate to a String and not a %s.", kind)
	case export == nil:
		return nil
	case export.Kind != document.Map:
		return document.Formatf(export.At, "Output %s is malformed. The Export field of every Outputs member must be a Map.", m.Name)
	case export.Get("Name") == nil || !export.Get("Name").MaybeText() || len(export.Members) > 1:
		return malformedExport(m.At, m.Name)
	}
	return nil
}

// notText is known by public reports.
func notText(at document.Position) error {
	return document.Formatf(at, "The Value field of every Outputs member must evaluate to a String.")
}

// openExport is of a name that is not known before resources are made. Source: cfn-lint's issue 1632, for the text.
func openExport(o *output) error {
	return document.Formatf(o.at, "Output %s is malformed.  The Name field of Export must not depend on any resources, imported values, or Fn::GetAZs.", o.name)
}

// malformedExport is known by public reports.
func malformedExport(at document.Position, output string) error {
	return document.Formatf(at, "Output %s is malformed. The Name field of every Export member must be specified and consist only of alphanumeric characters, colons, or hyphens.", output)
}

// exportName is whether a text can be the name of an export.
func exportName(name string) bool {
	return document.Alphanumeric(strings.NewReplacer("-", "x", ":", "x").Replace(name))
}
