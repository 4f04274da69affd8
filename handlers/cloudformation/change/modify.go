package change

import (
	"slices"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
)

// modify finds what changes about a resource that is there. A change is sure if the value is another one as far as it is known;
// the others are told, too, but not where values are shown (CFN-44).
func (f *finder) modify(made *fate, old *cfn.Resource, r *template.Resource) {
	made.properties = f.Types.Changes(r.Type, old.Now.Properties, made.wanted)
	c := &cfn.Change{Action: "Modify", LogicalID: r.LogicalID, PhysicalID: old.PhysicalID, Type: r.Type, Replacement: "False"}
	was, now := wasShown(old), f.shown(r)
	for _, p := range f.Types.Changes(r.Type, old.Now.Properties, fill(r, f.open)) {
		sure := made.changed(p.Name)
		details := f.details(r, p, sure, p.Name)
		whole := part{path: []string{p.Name}, before: was.Get(p.Name), after: now.Get(p.Name)}
		c.Details = append(c.Details, ofTags(whole.withValues(details, p))...)
		c.Parts = append(c.Parts, ofTags(f.parts(r, p, sure, whole, details))...)
		made.maybe = most(made.maybe, recreates(p, details))
		if sure {
			made.replaced = most(made.replaced, recreates(p, details))
		}
	}
	for _, d := range c.Details {
		if !slices.Contains(c.Scope, d.Attribute) {
			c.Scope = append(c.Scope, d.Attribute)
		}
	}
	for _, attribute := range f.attributes(old.Now.Spec, r) {
		if !slices.Contains(c.Scope, attribute) {
			c.Scope = append(c.Scope, attribute)
		}
		c.Details, c.Parts = append(c.Details, direct(attribute)), append(c.Parts, direct(attribute))
	}
	if len(c.Details) == 0 {
		return
	}
	switch made.maybe {
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

// ofTags has the property Tags be an attribute of its own, without a name. Source: CloudFormation user guide, viewing property-level
// changes.
func ofTags(details []cfn.ChangeDetail) []cfn.ChangeDetail {
	for i := range details {
		if details[i].Name == "Tags" {
			details[i].Attribute, details[i].Name = "Tags", ""
		}
	}
	return details
}

// attributes are what changes of a resource beside its properties. Its tags are the stack's.
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

// details are the reasons for the change of a property, or of a part of it (CFN-42, CFN-44).
func (f *finder) details(r *template.Resource, p Property, sure bool, path ...string) (list []cfn.ChangeDetail) {
	base := cfn.ChangeDetail{Attribute: "Properties", Name: p.Name, RequiresRecreation: p.Recreation, Source: "DirectModification", Evaluation: "Static"}
	same := f.before[r.LogicalID] != nil && !template.Modified(f.before[r.LogicalID], r, path...)
	causes, certain := f.causes(r, path), false
	for _, c := range causes {
		certain = certain || c.Evaluation == "Static"
	}
	switch {
	case len(causes) == 0:
		return []cfn.ChangeDetail{base}
	case sure && (!same || certain):
		if same || !known(template.Part(p.After, path[1:]...)) {
			base.Evaluation = "Dynamic"
		}
		list = append(list, base)
	}
	for _, c := range causes {
		c.Attribute, c.Name, c.RequiresRecreation, c.WithoutValue = "Properties", p.Name, p.Recreation, !sure
		list = append(list, c)
	}
	return list
}

// causes are the parameters and resources that a part of a resource is made of and that change.
func (f *finder) causes(r *template.Resource, path []string) (list []cfn.ChangeDetail) {
	for _, each := range f.After.CausesOf(r, path...) {
		detail := cfn.ChangeDetail{Source: string(each.Source), Cause: each.Entity(), Evaluation: "Static"}
		made, changes := f.fates[each.Resource], f.changed[each.Parameter]
		if made != nil {
			always := made.added || made.replaced == Always
			switch each.Source {
			case template.ResourceReference:
				changes = made.added || made.maybe != Never
				detail.Evaluation = evaluation(always)
			case template.ResourceAttribute:
				changes = made.added || made.change != nil
				detail.Evaluation = evaluation(made.changed(each.Attribute) || always && made.wanted.Get(each.Attribute) == nil)
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

// changed is whether a property with the name of an attribute changes.
func (made *fate) changed(attribute string) bool {
	return slices.ContainsFunc(made.properties, func(p Property) bool { return p.Name == attribute })
}
