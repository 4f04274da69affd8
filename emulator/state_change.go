package emulator

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// stateChange is an event as the service of AWS that it belongs to sends it to EventBridge.
func stateChange(tx *store.Tx, e state.Event) []byte {
	if a := e.Value.LifecycleAction; a != nil {
		return autoscaling.LifecycleEvent(a, e.At)
	}
	if n := e.Value.SpotNotice; n != nil {
		return ec2.SpotEvent(n, e.At)
	}
	if i := e.Value.InstanceState; i != nil {
		return ec2.StateEvent(i, e.At)
	}
	if a := e.Value.ScalingActivity; a != nil {
		return autoscaling.ActivityEvent(a, e.At)
	}
	if c := e.Value.Alarm; c != nil {
		return cloudwatch.AlarmEvent(c, e.At)
	}
	return ecs.StateChange(tx, e)
}

// aboutChange is what rules are found by: whose an event is, its source and its detail-type, as stateChange has them in
// its JSON. It is false for the emulator's own, which no rule gets.
func aboutChange(e state.Event) (about matching.About, ok bool) {
	source, resource, detailType := "aws.ecs", "", ""
	switch c := e.Value; {
	case c.Fault != nil:
		return about, false
	case c.Task != nil:
		resource, detailType = c.Task.ARN, "ECS Task State Change"
	case c.ServiceAction != nil:
		resource, detailType = c.ServiceAction.ServiceARN, "ECS Service Action"
	case c.Deployment != nil:
		resource, detailType = c.Deployment.ServiceARN, "ECS Deployment State Change"
	case c.Hook != nil:
		resource, detailType = c.Hook.ServiceDeploymentARN, "ECS Hook State Change"
	case c.SpotNotice != nil:
		source, resource, detailType = "aws.ec2", c.SpotNotice.InstanceARN, "EC2 Spot Instance Interruption Warning"
	case c.LifecycleAction != nil:
		source, resource, detailType = "aws.autoscaling", c.LifecycleAction.GroupARN, "EC2 Instance-terminate Lifecycle Action"
		if c.LifecycleAction.Launches {
			detailType = "EC2 Instance-launch Lifecycle Action"
		}
	case c.InstanceState != nil:
		source, resource, detailType = "aws.ec2", c.InstanceState.InstanceARN, ec2.StateDetailType
	case c.Alarm != nil:
		source, resource, detailType = "aws.cloudwatch", c.Alarm.AlarmARN, cloudwatch.AlarmDetailType(c.Alarm)
	case c.ScalingActivity != nil:
		source, resource, detailType = "aws.autoscaling", c.ScalingActivity.GroupARN, autoscaling.ActivityDetailType(c.ScalingActivity)
	default:
		resource, detailType = c.ContainerInstance.ARN, "ECS Container Instance State Change"
	}
	return matching.About{Scope: arn.ScopeOf(resource), Source: source, DetailType: detailType}, true
}
