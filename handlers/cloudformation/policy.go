package cloudformation

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
)

// checkPolicies refuses a CreationPolicy that is none. What refers to other resources is checked when the resource is made.
func checkPolicies(r *template.Resource) error {
	if r.CreationPolicy == nil || len(r.CreationPolicy.References()) > 0 {
		return nil
	}
	if _, _, err := signal.OfCreation(r.CreationPolicy); err != nil {
		return ofTemplate(err)
	}
	return nil
}
