package emulator

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	groups "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	alarms "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	instances "github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// stateChange is an event as the service of AWS that it belongs to sends it to EventBridge.
func stateChange(tx *store.Tx, e outbox.Event) []byte {
	switch c := e.Value.Value().(type) {
	case *groups.LifecycleChange:
		return autoscaling.LifecycleEvent(c, e.At)
	case *instances.SpotNotice:
		return ec2.SpotEvent(c, e.At)
	case *instances.StateChange:
		return ec2.StateEvent(c, e.At)
	case *groups.ActivityChange:
		return autoscaling.ActivityEvent(c, e.At)
	case *alarms.AlarmChange:
		return cloudwatch.AlarmEvent(c, e.At)
	}
	return ecs.StateChange(tx, e)
}

// aboutChange is what rules are found by: whose an event is, its source and its detail-type, as stateChange has them in
// its JSON. It is false for the emulator's own, which no rule gets.
func aboutChange(e outbox.Event) (about matching.About, ok bool) {
	source, resource, detailType := "aws.ecs", "", ""
	switch c := e.Value.Value().(type) {
	case *state.Task:
		resource, detailType = c.ARN, "ECS Task State Change"
	case *state.InstanceChange:
		resource, detailType = c.ContainerInstance.ARN, "ECS Container Instance State Change"
	case *state.ServiceAction:
		resource, detailType = c.ServiceARN, "ECS Service Action"
	case *state.DeploymentChange:
		resource, detailType = c.ServiceARN, "ECS Deployment State Change"
	case *state.HookChange:
		resource, detailType = c.ServiceDeploymentARN, "ECS Hook State Change"
	case *instances.SpotNotice:
		source, resource, detailType = "aws.ec2", c.InstanceARN, "EC2 Spot Instance Interruption Warning"
	case *groups.LifecycleChange:
		source, resource, detailType = "aws.autoscaling", c.GroupARN, "EC2 Instance-terminate Lifecycle Action"
		if c.Launches {
			detailType = "EC2 Instance-launch Lifecycle Action"
		}
	case *instances.StateChange:
		source, resource, detailType = "aws.ec2", c.InstanceARN, ec2.StateDetailType
	case *alarms.AlarmChange:
		source, resource, detailType = "aws.cloudwatch", c.AlarmARN, cloudwatch.AlarmDetailType(c)
	case *groups.ActivityChange:
		source, resource, detailType = "aws.autoscaling", c.GroupARN, autoscaling.ActivityDetailType(c)
	case *state.FaultChange:
		return about, false
	default:
		panic(fmt.Sprintf("no rule can be asked about a %T", c))
	}
	return matching.About{Scope: arn.ScopeOf(resource), Source: source, DetailType: detailType}, true
}
