package observe

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// eachInstance are the container instances that shall have a task of a DAEMON service.
type eachInstance struct {
	wanted []*state.ContainerInstance
	// unheard is how many have a task, but an agent that is not connected: the task goes on,
	// and its state is unknown.
	unheard int
}

func (v *View) daemons() eachInstance {
	if v.each == nil {
		g := v.Kept()
		if g == nil {
			g = v.Generations[0]
		}
		v.each = &eachInstance{wanted: v.Instances.Matching(g.Of)}
		for _, t := range v.Tasks(g) {
			if v.Instances.InstanceOf(t.Task) == Unheard {
				v.each.unheard++
			}
		}
	}
	return *v.each
}

// DaemonInstances are the container instances that shall have a task of a DAEMON service.
func (v *View) DaemonInstances() []*state.ContainerInstance { return v.daemons().wanted }

// IsDaemon reports whether the service has the scheduling strategy DAEMON.
func (v *View) IsDaemon() bool {
	return v.Service.SchedulingStrategy == types.SchedulingStrategyDaemon
}

// DesiredCount is how many tasks the service shall have.
func (v *View) DesiredCount() int {
	if v.IsDaemon() {
		each := v.daemons()
		return len(each.wanted) + each.unheard
	}
	return v.Service.DesiredCount
}

// Kept is the generation that is to have the desired count of tasks; nil: none is, and the service
// stalls. See KeptDeployment.
func (v *View) Kept() *Generation {
	d := KeptDeployment(v.Service)
	for _, g := range v.Generations {
		if g.Deployment == d {
			return g
		}
	}
	return nil
}

// Upper is the most tasks that may be present: D*maximumPercent, rounded down.
func (v *View) Upper() int {
	maximum, _ := bounds.Percentages(v.Service.DeploymentConfiguration, v.Service.SchedulingStrategy)
	return v.DesiredCount() * maximum / 100
}

// Lower is the fewest healthy tasks to keep: D*minimumHealthyPercent, rounded up.
func (v *View) Lower() int {
	_, minimum := bounds.Percentages(v.Service.DeploymentConfiguration, v.Service.SchedulingStrategy)
	return (v.DesiredCount()*minimum + 99) / 100
}
