package operation

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// outputs are what the template says, and why there are none.
func (d *Decider) outputs() (list []cloudformation.Output, why string) {
	names := map[string]bool{}
	for _, o := range d.stack.OutputSpecs {
		value, err := d.known(o.Value, o.Shown)
		if err == nil && !value.Scalar() {
			return nil, "Template format error: The Value field of every Outputs member must evaluate to a String."
		}
		if err != nil { // CFN-58
			return nil, "[Error] /Outputs/" + o.Name + "/Value" + place(o.Value) + ": " + err.Error()
		}
		made := cloudformation.Output{Key: o.Name, Value: value.Text, Description: o.Description}
		if o.Export != nil {
			name, err := d.known(o.Export, o.ShownExport)
			if err != nil || !name.Scalar() || name.Text == "" {
				return nil, "[Error] /Outputs/" + o.Name + "/Export/Name: the name of the export is not known"
			}
			made.ExportName = name.Text
			if names[name.Text] {
				return nil, "Export with name " + d.shownExport(made) + " is already exported by stack " + d.stack.Name + "."
			}
			names[name.Text] = true
		}
		list = append(list, made)
	}
	return list, ""
}

// place is the function in which an output's value fails.
func place(v *document.Value) string {
	if v.Kind == document.Call {
		return "/" + v.Text
	}
	return ""
}

// claim takes the names of exports, and says why it cannot: another stack has one, or uses one that would change (CFN-71, CFN-72).
func (d *Decider) claim(exports Exports, outputs []cloudformation.Output) (why string) {
	for _, o := range outputs {
		if there := exports.Export(o.ExportName); o.ExportName != "" && there != nil && there.StackID != d.stack.ID {
			return "Export with name " + d.shownExport(o) + " is already exported by stack " + there.StackName + "."
		}
	}
	if used := d.usedExport(exports, func(o cloudformation.Output) bool { return stays(o, outputs) }); used != "" {
		return "Update canceled. Cannot update export " + used
	}
	d.changes.Exporting, d.changes.Exports = true, d.exportsOf(outputs)
	return ""
}

// shownExport is the name of an export as a reason may tell it.
func (d *Decider) shownExport(o cloudformation.Output) string {
	for _, spec := range d.stack.OutputSpecs {
		if spec.Name == o.Key && spec.ShownExport != nil {
			if shown, err := d.known(spec.ShownExport, nil); err == nil && shown.Scalar() {
				return shown.Text
			}
			return "****"
		}
	}
	return o.ExportName
}

func (d *Decider) exportsOf(outputs []cloudformation.Output) (list []*cloudformation.Export) {
	for _, o := range outputs {
		if o.ExportName != "" {
			list = append(list, &cloudformation.Export{
				Scope: d.stack.Scope, Name: o.ExportName, Value: o.Value, StackID: d.stack.ID, StackName: d.stack.Name,
			})
		}
	}
	return list
}

// usedExport is the first export in use that does not stay as it is, with its users as AWS tells of them; empty if there is none.
func (d *Decider) usedExport(exports Exports, stays func(cloudformation.Output) bool) string {
	for _, o := range d.stack.Outputs {
		if o.ExportName == "" || stays != nil && stays(o) {
			continue
		}
		if e := exports.Export(o.ExportName); e == nil || e.StackID != d.stack.ID {
			continue
		}
		own := func(name string) bool { return name == d.stack.Name } // does not keep itself from being deleted: a guess
		if users := slices.DeleteFunc(exports.Importers(o.ExportName), own); len(users) > 0 {
			return o.ExportName + " as it is in use by " + strings.Join(users, ", ") + "."
		}
	}
	return ""
}

func stays(o cloudformation.Output, outputs []cloudformation.Output) bool {
	for _, each := range outputs {
		if each.ExportName == o.ExportName {
			return each.Value == o.Value
		}
	}
	return false
}

// foreseen is whether an export may stay as it is, as far as the template tells before any resource has changed (CFN-71).
func (d *Decider) foreseen(o cloudformation.Output) bool {
	for _, spec := range d.stack.OutputSpecs {
		if spec.Export == nil {
			continue
		}
		if !spec.Export.Known() {
			return true
		}
		if spec.Export.Text == o.ExportName {
			return !spec.Value.Known() || spec.Value.Text == o.Value
		}
	}
	return false
}

// exportAgain has outputs and exports be what they are after a rollback: a resource that was made again has another physical id.
func (d *Decider) exportAgain(exports Exports) {
	outputs, why := d.outputs()
	if why != "" {
		return
	}
	for _, e := range d.exportsOf(outputs) {
		if there := exports.Export(e.Name); there != nil && there.StackID != d.stack.ID {
			return
		}
	}
	d.editStack().Outputs = outputs
	d.changes.Exporting, d.changes.Exports = true, d.exportsOf(outputs)
}
