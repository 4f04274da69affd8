package overview

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// What is not as wanted. A text says why; an empty one says that all is as wanted. Tasks that have
// STOPPED do not count: services start others, and what a task that runs once has done is its exit code.

// serviceNotAsWanted asks for what the waiter services-stable asks for, one deployment and as many running
// tasks as desired, for a rollout that has COMPLETED and was not rolled back, and for no unhealthy target.
// A service that is DRAINING is on its way out, as wanted.
func serviceNotAsWanted(s *Service) string {
	if s.Status != state.ServiceActive {
		return ""
	}
	for _, d := range s.Deployments {
		if d.RolloutState == string(types.DeploymentRolloutStateFailed) {
			return fmt.Sprintf("the rollout of %s has FAILED", d.TaskDefinition)
		}
	}
	for _, g := range s.TargetGroups {
		if n := g.Targets[state.TargetUnhealthy]; n > 0 {
			return fmt.Sprintf("%d unhealthy in target group %s: %s", n, g.Name, g.Unhealthy)
		}
	}
	if len(s.Deployments) == 0 {
		return cmp.Or(s.CodeDeploy.Text(), taskSetsNotAsWanted(s.TaskSets))
	}
	switch primary := s.Deployments[0]; {
	case primary.Rollback != nil:
		return "its service deployment is " + primary.Rollback.Status
	case primary.TrafficShift != nil:
		return fmt.Sprintf("the deployment of %s is at %s", primary.TaskDefinition, primary.TrafficShift.Stage)
	case s.Running != s.Desired:
		return fmt.Sprintf("%d of %d tasks are RUNNING", s.Running, s.Desired)
	case primary.RolloutState == string(types.DeploymentRolloutStateInProgress):
		return fmt.Sprintf("the rollout of %s is IN_PROGRESS", primary.TaskDefinition)
	case len(s.Deployments) > 1:
		return fmt.Sprintf("%d deployments have tasks", len(s.Deployments))
	}
	return ""
}

// serviceSettled reports whether a service that is not as wanted stays so: its last deployment has FAILED or was
// rolled back, and no task is still to come. Task sets never give up, but CodeDeploy may have.
func serviceSettled(s *Service) bool {
	if len(s.Deployments) == 0 {
		return s.CodeDeploy != nil && s.CodeDeploy.ended() && taskSetsNotAsWanted(s.TaskSets) == "" && !hasUnhealthyTargets(s)
	}
	failed := s.Deployments[0].RolloutState == string(types.DeploymentRolloutStateFailed)
	if !failed && (s.Deployments[0].Rollback == nil || s.Running != s.Desired) {
		return false
	}
	for _, d := range s.Deployments {
		if d.RolloutState == string(types.DeploymentRolloutStateInProgress) || d.Pending > 0 || d.Running < d.Desired {
			return false
		}
	}
	return !hasUnhealthyTargets(s)
}

// hasUnhealthyTargets reports whether tasks are still to be replaced for the health of their targets.
func hasUnhealthyTargets(s *Service) bool {
	return slices.ContainsFunc(s.TargetGroups, func(g TargetGroup) bool { return g.Targets[state.TargetUnhealthy] > 0 })
}

// taskNotAsWanted asks for the lastStatus to be the desiredStatus, and for no unhealthy container or
// target.
func taskNotAsWanted(t *state.Task) string {
	switch last, desired := t.Status.LastStatus, t.DesiredStatus(); {
	case t.Ended():
		return ""
	case last != desired:
		return "lastStatus " + last + ", desiredStatus " + desired
	case t.Status.HealthStatus == types.HealthStatusUnhealthy:
		return "healthStatus " + string(types.HealthStatusUnhealthy)
	}
	if target := t.UnhealthyTarget(); target != nil {
		return "unhealthy target: " + cmp.Or(target.Description, target.State)
	}
	return ""
}

// InstanceNotAsWanted is why a container instance is not as wanted; empty: it is. It asks for an agent that is connected, and of a managed
// instance that its daemons come first, and stay.
func InstanceNotAsWanted(c *state.ContainerInstance) string {
	switch {
	case !c.AgentConnected:
		return "its agent is not connected"
	case c.Status == state.InstanceRegistering:
		return "its daemons do not run yet"
	case c.LacksDaemon:
		return "a critical daemon does not run"
	}
	return ""
}
