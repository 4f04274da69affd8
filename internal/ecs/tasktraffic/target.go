package tasktraffic

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// registerTargets puts a task into the target groups of its service. Of one that a group refuses, the
// service does not become stable.
func registerTargets(tx *store.Tx, t *state.Task, now time.Time) (targets []state.TaskTarget) {
	for _, b := range t.Spec.LoadBalancers {
		group := elbv2.FindTargetGroup(tx, aws.ToString(b.TargetGroupArn))
		target := state.TaskTarget{Group: aws.ToString(b.TargetGroupArn)}
		target.ID, target.Port = targetOf(tx, t, b)
		switch {
		case group == nil:
			target.Refused = "One or more target groups not found"
		case target.ID == "" || target.Port == 0:
			target.Refused = "The task has no address that the target group could have"
		default:
			elbv2.RegisterTask(tx, group, target.ID, target.Port, zoneOf(t, group), t.ARN, now)
		}
		targets = append(targets, target)
	}
	return targets
}

// targetOf is what a target group has of a task: its address, or the container instance with
// the port that leads to the container.
// Source: ECS developer guide, load balancing by network mode.
func targetOf(tx *store.Tx, t *state.Task, b types.LoadBalancer) (id string, port int32) {
	port = portOf(t, aws.ToString(b.ContainerName), uint16(aws.ToInt32(b.ContainerPort)))
	if t.Spec.HasInterface() {
		return t.Status.Attachment.PrivateIPv4, port
	}
	if on := state.FindContainerInstance(tx, t.Placement.ContainerInstance); on != nil {
		id = on.EC2InstanceID
	}
	return id, port
}

// portOf is the port at which a container's port is reached: that of the container instance which leads there
// in bridge mode; 0 is none.
func portOf(t *state.Task, container string, port uint16) int32 {
	if t.Spec.HasInterface() || t.Spec.NetworkMode == types.NetworkModeHost {
		return int32(port)
	}
	return hostPort(t.Status.Container(container), port)
}

// hostPort is the port of the container instance that leads to one of a container, that of TCP
// where there are two; 0 is none.
func hostPort(c *state.Container, port uint16) int32 {
	if c == nil {
		return 0
	}
	found := int32(0)
	for _, b := range c.Bindings {
		if port < b.ContainerPort || port-b.ContainerPort > b.More {
			continue
		}
		leads := int32(b.HostPort + port - b.ContainerPort)
		if b.Protocol != types.TransportProtocolUdp {
			return leads
		}
		if found == 0 {
			found = leads
		}
	}
	return found
}

// zoneOf is the zone of an address; instances have none in their targets.
func zoneOf(t *state.Task, g *elbv2.TargetGroup) string {
	if g.Type != elb.TargetTypeEnumIp {
		return ""
	}
	return t.Placement.Zone
}

// deregisterTargets takes a task out of its target groups.
func deregisterTargets(tx *store.Tx, taskARN string, targets []state.TaskTarget, now time.Time) {
	for _, target := range targets {
		known := elbv2.FindTarget(tx, target.Group, target.ID, target.Port)
		if known == nil || known.Task != taskARN { // it was deregistered, or is another task's by now
			continue
		}
		elbv2.Deregister(tx, elbv2.FindTargetGroup(tx, target.Group), target.ID, target.Port, now)
	}
}

// drainingTargets are the draining targets of a task that is deregistered.
func drainingTargets(tx *store.Tx, t *state.Task) (list []*elbv2.Target) {
	for _, target := range t.Traffic.Targets {
		known := elbv2.FindTarget(tx, target.Group, target.ID, target.Port)
		if target.Refused == "" && known != nil && known.Task == t.ARN && known.Draining() {
			list = append(list, known)
		}
	}
	return list
}

// withdrawnAll reports whether no load balancer sends a task that is deregistered anything new.
func withdrawnAll(tx *store.Tx, t *state.Task) bool {
	return !slices.ContainsFunc(drainingTargets(tx, t), func(known *elbv2.Target) bool {
		_, is := elbv2.Withdrawn(tx, known)
		return !is
	})
}

// targetsNow are targets with the health that they have.
func targetsNow(tx *store.Tx, targets []state.TaskTarget) []state.TaskTarget {
	targets = slices.Clone(targets)
	for i := range targets {
		target := &targets[i]
		target.State, target.Description, target.Lost = "", "", ""
		if target.Refused != "" {
			continue
		}
		group := elbv2.FindTargetGroup(tx, target.Group)
		if group == nil {
			target.Lost = state.TargetGroupLost
			continue
		}
		h := elbv2.NotRegistered
		if known := elbv2.FindTarget(tx, group.ARN, target.ID, target.Port); known != nil {
			h = ec2.TargetHealth(tx, group, known, state.Registered(tx, group.Scope, known.ID))
		} else {
			target.Lost = state.TargetLost
		}
		target.State, target.Description = string(h.State), strings.TrimSuffix(aws.ToString(h.Description), ".")
	}
	return targets
}
