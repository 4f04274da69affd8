package change

import (
	"slices"
	"strconv"
	"strings"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// part is a property, or a part of one, by the names of the property and what is in it.
type part struct {
	path          []string
	before, after *document.Value // as they are shown, nil where it is not there
}

// parts are the details of a property that are told with values: of its smallest parts that differ, each with its own reasons
// (CFN-43). What may only come to another value is told as a whole, and so is a property in which a value changes that is not shown.
// Source: CloudFormation user guide, viewing property-level changes; field reports.
func (f *finder) parts(r *template.Resource, p Property, sure bool, whole part, details []cfn.ChangeDetail) (list []cfn.ChangeDetail) {
	parts, real := whole.differing(), part{before: p.Before, after: p.After}.differing()
	if !sure || len(parts) != len(real) || p.Before == nil || p.After == nil {
		return whole.withValues(details, p)
	}
	for _, each := range parts {
		list = append(list, each.withValues(f.details(r, p, sure, each.path...), p)...)
	}
	return list
}

// withValues tells in details the values of a part of a property before and after, and its path.
func (p part) withValues(details []cfn.ChangeDetail, of Property) []cfn.ChangeDetail {
	kind := kindOf(p.before, p.after)
	if len(p.path) == 1 { // whose value may not be shown
		kind = kindOf(of.Before, of.After)
	}
	list := slices.Clone(details)
	for i := range list {
		d := &list[i]
		d.Path, d.AttributeChange = "/Properties/"+strings.Join(p.path, "/"), kind
		d.Before, d.KnownBefore = text(p.before)
		d.After, d.KnownAfter = text(p.after)
	}
	return list
}

func kindOf(before, after *document.Value) string {
	switch {
	case before == nil:
		return "Add"
	case after == nil:
		return "Remove"
	default:
		return "Modify"
	}
}

// differing are the smallest parts that differ: members of maps, and items of lists by their places.
func (p part) differing() (list []part) {
	switch b, a := p.before, p.after; {
	case b.Equal(a):
	case b == nil || a == nil || b.Kind != a.Kind:
		return []part{p}
	case b.Kind == document.Map:
		for _, m := range b.Members {
			list = append(list, p.in(m.Name, m.Value, a.Get(m.Name)).differing()...)
		}
		for _, m := range a.Members {
			if b.Get(m.Name) == nil {
				list = append(list, p.in(m.Name, nil, m.Value))
			}
		}
	case b.Kind == document.List:
		for i := range max(len(b.Items), len(a.Items)) {
			list = append(list, p.in(strconv.Itoa(i), item(b, i), item(a, i)).differing()...)
		}
	default:
		return []part{p}
	}
	return list
}

// in is a part of a part.
func (p part) in(name string, before, after *document.Value) part {
	return part{append(slices.Clip(p.path), name), before, after}
}

// item is one of a list, nil if there is none.
func item(list *document.Value, i int) *document.Value {
	if i < len(list.Items) {
		return list.Items[i]
	}
	return nil
}
