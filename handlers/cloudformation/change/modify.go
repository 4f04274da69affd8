package change

import (
	"slices"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// modify finds what changes about a resource that is there.
func (f *finder) modify(made *fate, old *cfn.Resource, r *template.Resource) {
	filled, err := template.Fill(r.Properties, f.value)
	if err != nil { // what goes wrong is told when the resource is changed
		filled = r.Properties
	}
	made.properties = f.Types.Changes(r.Type, old.Now.Properties, filled)
	c := &cfn.Change{Action: "Modify", LogicalID: r.LogicalID, PhysicalID: old.PhysicalID, Type: r.Type, Replacement: "False"}
	was, now := wasShown(old), f.shown(r)
	for _, p := range made.properties {
		details := f.details(r, p)
		for i := range details {
			withValues(&details[i], p, was, now)
		}
		c.Details = append(c.Details, details...)
		made.replaced = most(made.replaced, recreates(p, details))
	}
	if len(c.Details) > 0 {
		c.Scope = append(c.Scope, "Properties")
	}
	for _, attribute := range f.attributes(old.Now.Spec, r) {
		c.Scope, c.Details = append(c.Scope, attribute), append(c.Details, direct(attribute))
	}
	if len(c.Details) == 0 {
		return
	}
	switch made.replaced {
	case Always:
		c.Replacement, c.PolicyAction = "True", "ReplaceAndDelete"
		if policy := r.UpdateReplacePolicy; policy == "Retain" || policy == "Snapshot" {
			c.PolicyAction = "ReplaceAnd" + policy
		}
	case Conditionally:
		c.Replacement = "Conditional"
	}
	c.BeforeContext, c.AfterContext = wasContext(old), context(now)
	made.change = c
}

// attributes are those of a resource, beside its properties, that change. Its tags are the stack's.
func (f *finder) attributes(old *cfn.Spec, r *template.Resource) (list []string) {
	if old != nil {
		for _, each := range []struct {
			name    string
			differs bool
		}{
			{"Metadata", !r.Metadata.Equal(old.Metadata)}, {"CreationPolicy", !r.CreationPolicy.Equal(old.CreationPolicy)},
			{"UpdatePolicy", !r.UpdatePolicy.Equal(old.UpdatePolicy)}, {"DeletionPolicy", r.DeletionPolicy != old.DeletionPolicy},
			{"UpdateReplacePolicy", r.UpdateReplacePolicy != old.UpdateReplacePolicy},
		} {
			if each.differs {
				list = append(list, each.name)
			}
		}
	}
	if f.tagged && f.Types.Taggable(r.Type) {
		list = append(list, "Tags")
	}
	return list
}

// direct is the detail of what is not a property.
func direct(attribute string) cfn.ChangeDetail {
	return cfn.ChangeDetail{Attribute: attribute, RequiresRecreation: Never, Evaluation: "Static", Source: "DirectModification"}
}

// recreates is what a changed property does to its resource: one that may come to what it was only may replace it.
func recreates(p Property, details []cfn.ChangeDetail) string {
	certain := slices.ContainsFunc(details, func(d cfn.ChangeDetail) bool { return d.Evaluation == "Static" })
	if p.Recreation == Always && !certain {
		return Conditionally
	}
	return p.Recreation
}

func most(a, b string) string {
	switch {
	case a == Always || b == Always:
		return Always
	case a == Conditionally || b == Conditionally:
		return Conditionally
	default:
		return Never
	}
}

// details are the reasons for the change of a property (CFN-42, CFN-44).
func (f *finder) details(r *template.Resource, p Property) (list []cfn.ChangeDetail) {
	base := cfn.ChangeDetail{Attribute: "Properties", Name: p.Name, RequiresRecreation: p.Recreation, Source: "DirectModification", Evaluation: "Static"}
	same := f.before[r.LogicalID] != nil && !template.Modified(f.before[r.LogicalID], r, p.Name)
	causes, certain := f.causes(r.LogicalID, p.Name), false
	for _, c := range causes {
		certain = certain || c.Evaluation == "Static"
	}
	switch {
	case len(causes) == 0:
		return []cfn.ChangeDetail{base}
	case !same || certain:
		if same || !known(p.After) {
			base.Evaluation = "Dynamic"
		}
		list = append(list, base)
	}
	for _, c := range causes {
		c.Attribute, c.Name, c.RequiresRecreation = "Properties", p.Name, p.Recreation
		list = append(list, c)
	}
	return list
}

// causes are the parameters and resources that a property is made of and that change. What is Dynamic, and whose value turns out
// the same as a change in place keeps attributes, is left out where values are shown (CFN-44).
func (f *finder) causes(logicalID, property string) (list []cfn.ChangeDetail) {
	if f.properties[logicalID] == nil {
		f.properties[logicalID] = f.After.Causes(logicalID)
	}
	for _, each := range f.properties[logicalID][property] {
		detail := cfn.ChangeDetail{Source: string(each.Source), Cause: each.Entity(), Evaluation: "Static"}
		made, changes := f.fates[each.Resource], f.changed[each.Parameter]
		if made != nil {
			always := made.added || made.replaced == Always
			switch each.Source {
			case template.ResourceReference:
				changes = made.added || made.replaced != Never
				detail.Evaluation = evaluation(always)
			case template.ResourceAttribute:
				changes = made.added || made.change != nil
				certain := always || made.property(each.Attribute) != nil
				detail.Evaluation, detail.WithoutValue = evaluation(certain), !certain && made.replaced == Never
			}
		}
		if changes && !slices.ContainsFunc(list, func(d cfn.ChangeDetail) bool { return d.Cause == detail.Cause }) {
			list = append(list, detail)
		}
	}
	return list
}

func evaluation(certain bool) string {
	if certain {
		return "Static"
	}
	return "Dynamic"
}

// property is the change of a property that has the name of an attribute, nil without one.
func (made *fate) property(attribute string) *Property {
	for i := range made.properties {
		if made.properties[i].Name == attribute {
			return &made.properties[i]
		}
	}
	return nil
}

// value is what a reference comes to, nil if it is not known before the change is made.
func (f *finder) value(to document.Reference) (*document.Value, error) {
	return f.valueOf(to, func(p *Property) *document.Value { return p.After }), nil
}

// valueShown is value with the mask for NoEcho parameters in what an attribute has of a property.
func (f *finder) valueShown(to document.Reference) (*document.Value, error) {
	return f.valueOf(to, func(*Property) *document.Value {
		return template.FillShown(f.after[to.Resource].Shown, f.valueShown).Get(to.Attribute)
	}), nil
}

func (f *finder) valueOf(to document.Reference, after func(*Property) *document.Value) *document.Value {
	made, old := f.fates[to.Resource], f.stored[to.Resource]
	if old == nil || made == nil || made.added || made.replaced != Never {
		return nil
	}
	switch p := made.property(to.Attribute); {
	case to.Attribute == "":
		return document.NewText(old.PhysicalID)
	case p != nil && p.After != nil && p.After.Known():
		return after(p)
	case made.change != nil:
		return nil
	default:
		return old.Now.Attributes[to.Attribute]
	}
}
