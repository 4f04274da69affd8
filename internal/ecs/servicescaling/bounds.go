package servicescaling

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// enforce moves the desired count of a service into bounds that were given since it was moved last. A desired count that
// leaves them later stays until a policy acts (AAS0020.1; ECS developer guide, service auto scaling considerations).
func (c *Controller) enforce(key string) error {
	return c.update(key, func(tx *store.Tx) {
		t := applicationautoscaling.Targets.Get(tx, key)
		if t == nil {
			return
		}
		enforced := *t
		enforced.EnforcedAt = t.BoundsAt
		applicationautoscaling.Targets.Put(tx, &enforced)
		service := serviceOf(tx, t.Of())
		if service == nil {
			return
		}
		desired := int32(service.DesiredCount)
		change := applicationautoscaling.Change{From: desired, To: max(min(desired, t.Max), t.Min)}
		change.Base = change.To
		switch {
		case desired < t.Min:
			begin(tx, t.Of(), change, minimumWas(t.Min), c.Clock.Now())
		case desired > t.Max:
			begin(tx, t.Of(), change, maximumWas(t.Max), c.Clock.Now())
		}
	})
}
