package template

import (
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

func compileOutput(c intrinsic.Compiler, m document.Member) (o *output, err error) {
	if !document.Alphanumeric(m.Name) { // by public reports
		return nil, document.Formatf(m.At, "Outputs name '%s' is non alphanumeric.", m.Name)
	}
	value, export := m.Value.Get("Value"), m.Value.Get("Export")
	switch {
	case value == nil:
		return nil, document.Formatf(m.At, "Every Outputs member must contain a Value object")
	case !value.MaybeText():
		return nil, notText(value.At)
	case export != nil && (export.Get("Name") == nil || !export.Get("Name").MaybeText()):
		return nil, malformedExport(m.At, m.Name)
	}
	o = &output{name: m.Name, at: m.At, description: m.Value.TextOf("Description")}
	if o.condition, err = conditionOf(m.Value); err != nil {
		return nil, err
	}
	if o.value, err = c.Value(value); err != nil || export == nil {
		return o, err
	}
	o.export, err = c.Value(export.Get("Name"))
	return o, err
}

// notText is known by public reports.
func notText(at document.Position) error {
	return document.Formatf(at, "The Value field of every Outputs member must evaluate to a String.")
}

// malformedExport is known by public reports.
func malformedExport(at document.Position, output string) error {
	return document.Formatf(at, "Output %s is malformed. The Name field of every Export member must be specified and consist only of alphanumeric characters, colons, or hyphens.", output)
}

// exportName is whether a text can be the name of an export.
func exportName(name string) bool {
	return document.Alphanumeric(strings.NewReplacer("-", "x", ":", "x").Replace(name))
}
