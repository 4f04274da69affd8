package capacity

import (
	"slices"
	"time"

	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// work tells which instances of a group managed termination protection keeps: those with tasks other than those
// of DAEMON services. Managed scaling protects them each minute. The group looks for itself when it chooses, so
// that no task is lost that an instance got since.
func work(tx *store.Tx, g *autoscaling.Group) func(m *autoscaling.Member) bool {
	provider := capacityprovider.ByGroup(tx, g.ARN())
	if !provider.Protects() {
		return func(*autoscaling.Member) bool { return false }
	}
	return func(m *autoscaling.Member) bool {
		c := state.ContainerInstanceOf(tx, g.Scope, m.InstanceID)
		return c != nil && capacityprovider.HasWork(tx, c.ARN)
	}
}

// protected reports whether scale in does not take the instance.
func (m GroupMember) protected() bool { return m.Protected || m.Work }

// keep says, once for each request, that protection keeps the group from the desired capacity.
func (v GroupView) keep(p *GroupPlan, active []GroupMember) {
	if v.unexplained() {
		p.Kept, p.Explained = v.change()+v.at()+"group reached equilibrium.", true
	}
	if slices.ContainsFunc(active, func(m GroupMember) bool { return m.Work && !m.Protected }) {
		p.wake(v.Now.Truncate(time.Minute).Add(time.Minute)) // no row of the group tells when its tasks end
	}
}

// tellKept writes the activity that says so. Source: recorded answers.
func tellKept(tx *store.Tx, v GroupView, cause string) {
	a := autoscaling.NewActivity(v.Group, v.Now)
	a.Description = "Could not scale to desired capacity because all remaining instances are protected from scale-in."
	a.Cause, a.Status, a.Progress, a.EndTime = cause, astypes.ScalingActivityStatusCodeCancelled, 100, v.Now
	autoscaling.PutActivity(tx, a)
}
