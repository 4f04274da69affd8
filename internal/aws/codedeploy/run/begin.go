package run

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// begin looks whether the deployment can be, and lists its lifecycle events.
func (a *advance) begin() bool {
	a.run.Status, a.run.StartedAt = types.DeploymentStatusInProgress, a.now
	if a.Deployment.RollbackOf != "" { // its run has been written with what it takes back
		return true
	}
	a.run.Events = a.events()
	why := a.unfit()
	if why == nil {
		a.adopt(Listeners(a.Deployment))
		why = a.unfitRules()
	}
	switch {
	case why == nil:
		return true
	case a.Stop != nil:
		return a.end(types.DeploymentStatusStopped, why, false)
	default:
		return a.end(types.DeploymentStatusFailed, why, false)
	}
}

// unfit is why a deployment cannot be, and finds the pair.
func (a *advance) unfit() *types.ErrorInformation {
	if a.Stop != nil {
		return a.stopped()
	}
	if r := a.seen.Refused; r != nil {
		return r.failure()
	}
	if a.Invalid != "" || a.Spec == nil {
		return failure(types.ErrorCodeInvalidRevision, "%s", a.Invalid)
	}
	if lost := a.lost(); lost != nil {
		return lost
	}
	var blue *ecs.TaskSet
	for i, s := range a.seen.Service.TaskSets {
		if aws.ToString(s.Status) == primary {
			blue = &a.seen.Service.TaskSets[i]
		}
	}
	if blue == nil {
		return failure(types.ErrorCodeInvalidEcsService, "The ECS service %s has no primary task set.", aws.ToString(a.seen.Service.ServiceName))
	}
	return a.pair(blue)
}

// pair finds the target groups of both task sets: blue is the PRIMARY one's.
// Source: CodeDeploy user guide, deployments on an Amazon ECS compute platform.
func (a *advance) pair(blue *ecs.TaskSet) *types.ErrorInformation {
	a.run.Blue = codedeploy.Set{ID: aws.ToString(blue.Id), ARN: aws.ToString(blue.TaskSetArn), TargetGroup: targetGroup(blue)}
	names := GroupNames(a.Deployment)
	found, green := false, ""
	for _, name := range names {
		switch group := a.seen.Groups[name]; group {
		case "":
			return failure(types.ErrorCodeElasticLoadBalancingInvalid, "There is no target group %s.", name)
		case a.run.Blue.TargetGroup:
			found = true
		default:
			green = group
		}
	}
	if !found || green == "" || len(names) != 2 {
		return failure(types.ErrorCodeElasticLoadBalancingInvalid,
			"The primary task set is in the target group %s, and the deployment group has the pair %s.", a.run.Blue.TargetGroup, strings.Join(names, ", "))
	}
	a.run.Green.TargetGroup = green
	return nil
}

// unfitRules is why traffic cannot be led.
func (a *advance) unfitRules() *types.ErrorInformation {
	production, _, _ := routes(a.Settings)
	rules := a.rules(production)
	if len(rules) == 0 {
		return failure(types.ErrorCodeElasticLoadBalancingInvalid, "No rule of the listener %s forwards to a target group of the pair.", strings.Join(production, ", "))
	}
	for _, r := range rules {
		if r.Network && !a.course.AtOnce() { // (CD0013)
			return failure(types.ErrorCodeElasticLoadBalancingInvalid, "Traffic of a Network Load Balancer shifts all at once: %s does not.",
				aws.ToString(a.Settings.DeploymentConfigName))
		}
	}
	return nil
}

// lost is that the service is not there any more, or not CodeDeploy's.
func (a *advance) lost() *types.ErrorInformation {
	s := a.seen.Service
	switch {
	case s == nil || aws.ToString(s.Status) == "INACTIVE":
		return failure(types.ErrorCodeInvalidEcsService, "The ECS service %s is not there.", a.ServiceARN)
	case aws.ToString(s.Status) == draining:
		return failure(types.ErrorCodeInvalidEcsService, "The ECS service %s is being deleted.", a.ServiceARN)
	case s.DeploymentController == nil || s.DeploymentController.Type != ecs.DeploymentControllerTypeCodeDeploy:
		return failure(types.ErrorCodeInvalidEcsService, "The ECS service %s has no CODE_DEPLOY deployment controller.", a.ServiceARN)
	}
	return nil
}
