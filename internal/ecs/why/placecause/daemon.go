package placecause

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// lacking are the container instances that are to have a task of a DAEMON service, and have neither one nor a place for it.
func lacking(in *observe.Input, tx *store.Tx, g *state.Generation, findings []placement.Finding) []placement.Finding {
	matching := in.Instances.Matching(g)
	return slices.DeleteFunc(findings, func(f placement.Finding) bool {
		return f.Reason == "" ||
			!slices.ContainsFunc(matching, func(c *state.ContainerInstance) bool { return c.ARN == f.Instance.ARN }) ||
			slices.ContainsFunc(state.InstanceTasks(tx, f.Instance.ARN), func(t *state.Task) bool { return t.Spec.DeploymentID == g.ID && t.Stop == nil })
	})
}
