package record

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
func (p *Progress) AnnounceTargets() {
	for _, g := range p.Generations {
		d := g.Deployment
		registered, deregistered := g.Counts.Registered-d.SeenRegistered, g.Counts.Deregistered-d.SeenDeregistered
		d.SeenRegistered, d.SeenDeregistered = g.Counts.Registered, g.Counts.Deregistered
		for _, b := range d.Revision.ResolvedLoadBalancers() {
			if registered > 0 {
				p.sayRegistered(g, registered, aws.ToString(b.TargetGroupArn))
			}
		}
		p.sayLost(g)
		if deregistered <= 0 || len(d.Revision.LoadBalancers) == 0 { // registries have no such events
			continue
		}
		for _, b := range d.Revision.ResolvedLoadBalancers() {
			p.Plan.Say(event.DeregisteredTargets{Targets: deregistered, Group: aws.ToString(b.TargetGroupArn)})
		}
		among := ""
		if len(p.Service.Deployments) > 1 && g != p.Primary {
			among = d.ID
		}
		p.Plan.Say(event.DrainingConnections{Deployment: among, Tasks: deregistered})
	}
}

// sayLost says of the first running task whose target or target group was removed
// that it is, or that its target is not in use, such as in a zone that the load balancer is not
// in. It is neither healthy nor unhealthy for that: the service is not stable, and goes on.
// Source: ECS developer guide, service event messages, and field reports for the words; what
// becomes of the task is not published.
func (p *Progress) sayLost(g *observe.Generation) {
	if len(g.Deployment.Revision.LoadBalancers) == 0 {
		return
	}
	for _, t := range p.Input.Tasks(g.Deployment.ID) {
		if t.Stop != nil || t.Ended() || t.Traffic == nil {
			continue
		}
		for _, target := range t.Traffic.Targets {
			switch {
			case target.Lost != "":
				p.Plan.SayUnlessSaid(event.TargetLost{Deployment: g.Deployment.ID, Task: arn.Name(t.ARN), Group: target.Group, Reason: target.Lost})
				return
			case target.State == state.TargetUnused:
				p.Plan.SayUnlessSaid(unhealthyTarget(t, target))
				return
			}
		}
	}
}

// sayRegistered leaves out the tasks that a group has refused, and says why it has.
func (p *Progress) sayRegistered(g *observe.Generation, n int, group string) {
	why := ""
	for _, t := range p.Input.Tasks(g.Deployment.ID) {
		if refused := refusedBy(t, group); refused != "" && n > 0 {
			n, why = n-1, refused
		}
	}
	if n > 0 {
		p.Plan.Say(event.RegisteredTargets{Targets: n, Group: group})
	}
	if why != "" {
		p.Plan.SayOnce(event.TargetsRefused{Group: group, Err: why})
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
