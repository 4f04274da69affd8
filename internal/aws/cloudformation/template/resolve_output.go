package template

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"

func (r *resolver) resolveOutputs() error {
	exports := map[string]bool{}
	for _, each := range r.outputs {
		if each.condition != "" && !r.stack.Conditions[each.condition] {
			continue
		}
		made, err := r.output(each)
		if err != nil {
			return err
		}
		if each.export != nil {
			if err := r.export(made, each, exports); err != nil {
				return err
			}
		}
		r.stack.Outputs = append(r.stack.Outputs, made)
	}
	return nil
}

func (r *resolver) output(from *output) (made *Output, err error) {
	r.one()
	made = &Output{Name: from.name, Description: from.description, At: from.at}
	if made.Value, err = r.known(from.value); err != nil {
		return nil, err
	}
	if made.Value.Kind != document.Call && !made.Value.Scalar() {
		return nil, notText(from.at)
	}
	made.Shown = r.masked(from.value, made.Value)
	return made, nil
}

// export is the name under which an output is exported, which no other output may have.
func (r *resolver) export(made *Output, from *output, others map[string]bool) error {
	name, err := r.known(from.export)
	if err != nil {
		return err
	}
	made.Export, made.ShownExport = name, r.masked(from.export, name)
	switch {
	case r.open && !name.Known():
		return nil
	case !name.Scalar(), !exportName(name.Text):
		return malformedExport(from.at, from.name)
	case others[name.Text]: // a guess, by the form of CFN-72
		return document.Plainf(from.at, "Export with name %s is already exported by stack %s.", made.ShownExport.Text, r.pseudo.StackName)
	}
	others[name.Text] = true
	return nil
}
