package ssm

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/ssm/types"
)

// violations are those of Systems Manager's model.
type violations struct{ constraint.Violations }

func (v *violations) tags(tags []types.Tag) {
	for i, t := range tags {
		member := fmt.Sprintf("tags.%d.member.", i+1)
		v.Required(member+"key", t.Key, 1, 128)
		v.Required(member+"value", t.Value, 0, 256)
	}
}

func (v *violations) resource(kind types.ResourceTypeForTagging, id *string) {
	if kind == "" {
		v.Add("null", "resourceType", "not be null")
	}
	constraint.OneOf(&v.Violations, "resourceType", kind, kind.Values()...)
	v.Required("resourceId", id, 1, 0)
}

// page checks the members of every list.
func (v *violations) page(maxResults *int32, most int32) {
	constraint.Between(&v.Violations, "maxResults", maxResults, 1, most)
}

// oldFilter checks a filter of the old kind, of which nothing may be left out. Source: SSM API
// reference, ParametersFilter.
func (v *violations) oldFilter(member string, f types.ParametersFilter) {
	if f.Key == "" {
		v.Add("null", member+"key", "not be null")
	}
	constraint.OneOf(&v.Violations, member+"key", f.Key, f.Key.Values()...)
	if f.Values == nil {
		v.Add("null", member+"values", "not be null")
		return
	}
	v.Count(member+"values", f.Values, 1, 50)
}
