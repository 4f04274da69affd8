package applicationautoscaling

import (
	"cmp"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ScheduledActions are the scheduled actions of resources, by their names.
var ScheduledActions = store.NewScoped("application-autoscaling-scheduled-action", Resource.has, (*ScheduledAction).Key)

// ScheduledAction changes the bounds of a target at its times. Handlers write it, but for LastDue.
type ScheduledAction struct {
	Of         Resource
	TargetID   string // UUID of the target, which stands in the ARN
	Name       string
	Expression string  // such as cron(0 9 * * ? *), which package scheduleexpression reads
	Zone       *string // of the expression, such as Europe/Berlin; nil: UTC
	Start, End *time.Time
	Min, Max   *int32 // bounds that it sets; nil: it leaves one as it is
	CreatedAt  time.Time

	// Anchor is what the times of a rate without Start count from: when the expression was last written.
	Anchor time.Time
	// LastDue is the newest due time that was acted on, or the zero time. The controller of scaling writes it; what puts
	// the action again with another schedule clears it.
	LastDue time.Time
}

// Key sorts scheduled actions by their target and name.
func (a *ScheduledAction) Key() string { return a.Of.has(a.Name) }

func (a *ScheduledAction) ARN() string {
	return partPrefix(a.Of.Scope) + "scheduledAction:" + a.TargetID + ":resource/" + string(a.Of.Namespace) + "/" + a.Of.Resource + ":scheduledActionName/" + a.Name
}

// ScheduledActionsIn returns the scheduled actions of a namespace, in order of resource, dimension and name.
func ScheduledActionsIn(tx *store.Tx, s arn.Scope, namespace types.ServiceNamespace) []*ScheduledAction {
	return ScheduledActions.Table.List(tx, Resource{Scope: s, Namespace: namespace}.prefix())
}

// OnScheduledActions wakes a watch with the key of the target of each scheduled action that is new, has changed or is
// gone, those that were due included.
func OnScheduledActions() store.Source {
	return store.On(ScheduledActions.Table, func(before, after *ScheduledAction) []string {
		return []string{cmp.Or(after, before).Of.Key()}
	})
}
