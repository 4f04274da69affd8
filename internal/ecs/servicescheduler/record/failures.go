package record

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/bounds"
)

// ForgiveFailures has failedTasks begin anew of deployments with a task that has become healthy. That is the number of
// failures while a deployment is IN_PROGRESS, whether or not the circuit breaker is on. It comes before new ones are counted.
//
// Source: ECS API reference, Deployment: failedTasks is no longer evaluated once tasks
// run successfully.
func (p *Progress) ForgiveFailures() {
	reset := bounds.CircuitBreaker(p.Service.DeploymentConfiguration).ResetOnHealthyTask
	if reset != nil && !*reset {
		return
	}
	for _, g := range p.Generations {
		if d := g.Deployment; d.FailedTasks > 0 && !g.Failed() && p.BecameHealthy(g) {
			d.FailedTasks = 0
		}
	}
}
