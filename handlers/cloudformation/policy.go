package cloudformation

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
)

// checkPolicies refuses a CreationPolicy where it would not act, and what is none. What refers to other resources is checked when the
// resource is made.
func checkPolicies(r *template.Resource) error {
	switch {
	case r.CreationPolicy != nil && !slices.Contains(signal.Types, r.Type):
		return notBuilt("CreationPolicy of " + r.Type + " (resource " + r.LogicalID + ")")
	case r.CreationPolicy == nil || len(r.CreationPolicy.References()) > 0:
		return nil
	}
	if _, _, err := signal.OfCreation(r.CreationPolicy); err != nil {
		return ofTemplate(err)
	}
	return nil
}
