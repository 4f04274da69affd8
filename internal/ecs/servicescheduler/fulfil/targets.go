package fulfil

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// AnnounceTargets says what has happened to the targets of tasks since it was last said: for
// each target group of the deployment, as each task is in all of them.
//
//	1 new task, then 1 old one less:  registered 1 targets in (target-group A)
//	                                  deregistered 1 targets in (target-group A)
//	                                  has begun draining connections on 1 tasks.
//
// Source: field reports of service events.
func (e *Executor) AnnounceTargets() {
	for _, g := range e.Generations {
		d := g.Of
		registered, deregistered := g.Counts.Registered-d.SeenRegistered, g.Counts.Deregistered-d.SeenDeregistered
		d.SeenRegistered, d.SeenDeregistered = g.Counts.Registered, g.Counts.Deregistered
		for _, b := range d.Revision.ResolvedLoadBalancers() {
			if registered > 0 {
				e.sayRegistered(g, registered, aws.ToString(b.TargetGroupArn))
			}
		}
		e.sayLost(g)
		if deregistered <= 0 || len(d.Revision.LoadBalancers) == 0 { // registries have no such events
			continue
		}
		for _, b := range d.Revision.ResolvedLoadBalancers() {
			e.Plan.Say(event.DeregisteredTargets{Targets: deregistered, Group: aws.ToString(b.TargetGroupArn)})
		}
		e.Plan.Say(event.DrainingConnections{Deployment: e.kind.Among(g), Tasks: deregistered})
	}
}

// sayLost says of the first running task whose target or target group was removed
// that it is, or that its target is not in use, such as in a zone that the load balancer is not
// in. It is neither healthy nor unhealthy for that: the service is not stable, and goes on.
// Source: ECS developer guide, service event messages, and field reports for the words; what
// becomes of the task is not published.
func (e *Executor) sayLost(g *observe.Generation) {
	if len(g.Of.Revision.LoadBalancers) == 0 {
		return
	}
	for _, t := range e.Input.Tasks(g.Of.ID) {
		if t.Stop != nil || t.Ended() || t.Traffic == nil {
			continue
		}
		for _, target := range t.Traffic.Targets {
			switch {
			case target.Lost != "":
				e.Plan.SayUnlessSaid(event.TargetLost{Deployment: g.Of.ID, Task: arn.Name(t.ARN), Group: target.Group, Reason: target.Lost})
				return
			case target.State == state.TargetUnused:
				e.Plan.SayUnlessSaid(unhealthyTarget(t, target))
				return
			}
		}
	}
}

// sayRegistered leaves out the tasks that a group has refused, and says why it has.
func (e *Executor) sayRegistered(g *observe.Generation, n int, group string) {
	why := ""
	for _, t := range e.Input.Tasks(g.Of.ID) {
		if refused := refusedBy(t, group); refused != "" && n > 0 {
			n, why = n-1, refused
		}
	}
	if n > 0 {
		e.Plan.Say(event.RegisteredTargets{Targets: n, Group: group})
	}
	if why != "" {
		e.Plan.SayOnce(event.TargetsRefused{Group: group, Err: why})
	}
}

func refusedBy(t *state.Task, group string) string {
	if t.Traffic == nil {
		return ""
	}
	for _, target := range t.Traffic.Targets {
		if target.Group == group {
			return target.Refused
		}
	}
	return ""
}
