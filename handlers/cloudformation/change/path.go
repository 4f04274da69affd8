package change

import (
	"strconv"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// part is what differs of a property: its smallest parts, in their order.
type part struct {
	path          string
	before, after *document.Value // nil where it is not there
}

// withValues tells the values of a property before and after, with the paths of the parts that differ (CFN-43). Of several parts
// each is a change of its own where all have one cause, which is the template itself. Else it is not known which has which.
// Source: CloudFormation user guide, viewing property-level changes; field reports.
func withValues(details []cfn.ChangeDetail, p Property, was, now *document.Value) (list []cfn.ChangeDetail) {
	whole := part{"/Properties/" + p.Name, was.Get(p.Name), now.Get(p.Name)}
	parts := whole.differing()
	direct := len(details) == 1 && details[0].Source == "DirectModification"
	if len(parts) == 0 || len(parts) > 1 && !direct || p.Before == nil || p.After == nil {
		parts = []part{whole}
	}
	for _, d := range details {
		for _, each := range parts {
			d.Path = each.path
			d.Before, d.KnownBefore = text(each.before)
			d.After, d.KnownAfter = text(each.after)
			d.AttributeChange = each.kind()
			if each == whole { // whose value may not be shown
				d.AttributeChange = part{before: p.Before, after: p.After}.kind()
			}
			list = append(list, d)
		}
	}
	return list
}

func (p part) kind() string {
	switch {
	case p.before == nil:
		return "Add"
	case p.after == nil:
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
			list = append(list, part{p.path + "/" + m.Name, m.Value, a.Get(m.Name)}.differing()...)
		}
		for _, m := range a.Members {
			if b.Get(m.Name) == nil {
				list = append(list, part{p.path + "/" + m.Name, nil, m.Value})
			}
		}
	case b.Kind == document.List:
		for i := range max(len(b.Items), len(a.Items)) {
			list = append(list, part{p.path + "/" + strconv.Itoa(i), item(b, i), item(a, i)}.differing()...)
		}
	default:
		return []part{p}
	}
	return list
}

// item is one of a list, nil if there is none.
func item(list *document.Value, i int) *document.Value {
	if i < len(list.Items) {
		return list.Items[i]
	}
	return nil
}
