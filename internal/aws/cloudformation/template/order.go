package template

import (
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// order finds what resources depend on, names of resources that are not made, attributes that types lack, and cycles.
func (r *resolver) order() error {
	made, places := map[string]*Resource{}, map[string]document.Position{}
	for _, each := range r.stack.Resources {
		made[each.LogicalID], places[each.LogicalID] = each, each.At
	}
	g, missing := graph{}, map[string]bool{}
	var at document.Position // of the first that refers to one that is not made
	for _, each := range r.stack.Resources {
		each.DependsOn = slices.DeleteFunc(slices.Clone(each.DependsOn), func(name string) bool {
			return made[name] == nil // is not waited for
		})
		g.add(each.LogicalID, each.DependsOn...)
		for _, part := range []*document.Value{each.Properties, each.Metadata, each.CreationPolicy, each.UpdatePolicy} {
			needs, err := r.needs(part, made, missing)
			if err != nil {
				return err
			}
			g.add(each.LogicalID, needs...)
		}
		if len(missing) > 0 && at == (document.Position{}) {
			at = each.At
		}
		each.Dependencies = slices.Sorted(maps.Keys(g[each.LogicalID]))
	}
	if err := unresolved(at, missing, intrinsic.Resources); err != nil {
		return err
	}
	for _, each := range r.stack.Outputs {
		if _, err := r.needs(each.Value, made, missing); err != nil {
			return err
		}
		if len(missing) > 0 && at == (document.Position{}) {
			at = each.At
		}
	}
	if err := unresolved(at, missing, intrinsic.Outputs); err != nil {
		return err
	}
	return circular(g, places)
}

// needs are the resources that a value refers to. Those that are not made are added to missing.
func (r *resolver) needs(v *document.Value, made map[string]*Resource, missing map[string]bool) (list []string, err error) {
	for _, reference := range v.References() {
		of := made[reference.Resource]
		switch {
		case of == nil && r.open: // a parameter, or a resource that may be made
			continue
		case of == nil:
			missing[reference.Resource] = true
			continue
		case reference.Attribute != "" && !r.environment.HasAttribute(of.Type, reference.Attribute): // by public reports
			return nil, document.Errorf(v.At, "resource %s does not support attribute type %s in Fn::GetAtt", of.LogicalID, reference.Attribute)
		}
		list = append(list, reference.Resource)
	}
	return list, nil
}
