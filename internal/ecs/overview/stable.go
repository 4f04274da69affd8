package overview

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Stable reports whether a service is as the waiter services-stable asks: it has one deployment, and as many
// running tasks as desired. The error says why it will not get there as it was asked to: the service is not
// there or DRAINING, which end that waiter as well, or its PRIMARY deployment has failed or is rolled back.
// Source: the waiters of the ECS API model, ServicesStable.
func Stable(tx *store.Tx, serviceARN string) (bool, error) {
	found := state.FindService(tx, serviceARN)
	if found == nil {
		return false, errors.New("there is no such service")
	}
	if status := found.Status(); status != state.ServiceActive {
		return false, fmt.Errorf("it is %s", status)
	}
	if !found.Deploys() {
		return false, fmt.Errorf("its deployment controller is %s: it has no deployment, and the waiter services-stable asks for one", found.DeploymentController)
	}
	s := readService(tx, found, Options{})
	switch primary := s.Deployments[0]; {
	case primary.Rollback != nil:
		back := primary.Rollback
		return false, fmt.Errorf("%s is %s: %s", back.TaskDefinition, back.Status, back.Reason)
	case primary.RolloutState == string(types.DeploymentRolloutStateFailed):
		err := fmt.Errorf("the rollout of %s has FAILED: %s", primary.TaskDefinition, primary.RolloutStateReason)
		if end := primary.Failure; end != nil {
			err = fmt.Errorf("%w %s: %s", err, end.Status, end.Reason)
		}
		return false, err
	}
	return len(s.Deployments) == 1 && s.Running == s.Desired, nil
}

// Reasons is what there is to say of a service that is not stable, besides the error of Stable: what is not as
// wanted, its newest event, and why the task ended that stopped last; empty if the service is not there.
func Reasons(tx *store.Tx, serviceARN string) string {
	found := state.FindService(tx, serviceARN)
	if found == nil || found.Status() == state.ServiceInactive {
		return ""
	}
	s := readService(tx, found, Options{})
	var reasons []string
	if _, err := Stable(tx, serviceARN); err == nil && s.NotAsWanted != "" {
		reasons = append(reasons, s.NotAsWanted)
	}
	if s.LastEvent != nil {
		reasons = append(reasons, s.LastEvent.Message)
	}
	if t := newestEnded(tx, found); t != nil {
		reasons = append(reasons, endOf(readTask(tx, t, Options{})))
	}
	return strings.Join(reasons, "; ")
}

// newestEnded is the task of a service that stopped last, nil if none has.
func newestEnded(tx *store.Tx, s *state.Service) (newest *state.Task) {
	for _, t := range state.Tasks(tx, state.Clusters.Get(tx, s.ClusterARN)) {
		if t.Ended() && t.Spec.Group == "service:"+s.Name && (newest == nil || t.Status.StoppedAt.After(newest.Status.StoppedAt)) {
			newest = t
		}
	}
	return newest
}

// endOf says why a task has stopped, with the exit codes and reasons of its containers.
func endOf(t Task) string {
	parts := []string{"task " + arn.Name(t.ARN) + " of " + t.TaskDefinition + " stopped: " + t.StoppedReason}
	for _, c := range t.Containers {
		if c.ExitCode != nil {
			parts = append(parts, fmt.Sprintf("%s has exit code %d", c.Name, *c.ExitCode))
		}
		if c.Reason != "" {
			parts = append(parts, c.Name+": "+c.Reason)
		}
	}
	return strings.Join(parts, ", ")
}
