package task

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// Bounds of protection. Source: ECS API reference, UpdateTaskProtection, GetTaskProtection.
const (
	maxProtectedTasks = 10
	maxShownProtected = 100
	defaultProtection = 120 // minutes
	minProtection     = 1
	maxProtection     = 2880
)

// Reasons why a task cannot be protected, or shown to be. Source: ECS developer guide, API
// failure reasons.
const (
	taskNotValid      = "TASK_NOT_VALID"     // no task of a service
	deploymentBlocked = "DEPLOYMENT_BLOCKED" // see blocks
)

// UpdateTaskProtection protects tasks of services from scale-in and deployments for a while,
// or ends that. A task that is protected already gets a new period (ECS0387).
func (a *API) UpdateTaskProtection(ctx context.Context, in *sdk.UpdateTaskProtectionInput) (*sdk.UpdateTaskProtectionOutput, error) {
	period, err := protectionPeriod(in)
	if err == nil {
		err = countTasks(in.Tasks, maxProtectedTasks)
	}
	if err != nil {
		return nil, err
	}
	var out *sdk.UpdateTaskProtectionOutput
	err = a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		now := a.Now()
		out = &sdk.UpdateTaskProtectionOutput{ProtectedTasks: []types.ProtectedTask{}, Failures: []types.Failure{}}
		for _, ref := range in.Tasks {
			t, failure, err := serviceTask(c, ref)
			if err != nil {
				return err
			}
			if failure == nil && in.ProtectionEnabled && !t.Protected(now) && blocks(c, t, now) {
				failure = &types.Failure{Arn: &t.ARN, Reason: aws.String(deploymentBlocked)}
			}
			if failure != nil {
				out.Failures = append(out.Failures, *failure)
				continue
			}
			var until time.Time
			if in.ProtectionEnabled {
				until = now.Add(period)
			}
			state.ProtectTask(c.Tx, t.ARN, until)
			out.ProtectedTasks = append(out.ProtectedTasks, protectedTask(state.FindTask(c.Tx, t.ARN), now))
		}
		return nil
	})
	return out, err
}

// GetTaskProtection tells which tasks are protected. The model lets a call name no task; what
// ECS answers then is not known, so it is refused as DescribeTasks does.
func (a *API) GetTaskProtection(ctx context.Context, in *sdk.GetTaskProtectionInput) (*sdk.GetTaskProtectionOutput, error) {
	if err := countTasks(in.Tasks, maxShownProtected); err != nil {
		return nil, err
	}
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &sdk.GetTaskProtectionOutput{ProtectedTasks: []types.ProtectedTask{}, Failures: []types.Failure{}}
	for _, ref := range in.Tasks {
		t, failure, err := serviceTask(c, ref)
		switch {
		case err != nil:
			return nil, err
		case failure != nil:
			out.Failures = append(out.Failures, *failure)
		default:
			out.ProtectedTasks = append(out.ProtectedTasks, protectedTask(t, a.Now()))
		}
	}
	return out, nil
}

// protectionPeriod is how long a protection lasts. The words of its refusals are the
// emulator's.
func protectionPeriod(in *sdk.UpdateTaskProtectionInput) (time.Duration, error) {
	minutes := int32(defaultProtection)
	if e := in.ExpiresInMinutes; e != nil {
		switch {
		case !in.ProtectionEnabled:
			return 0, kit.InvalidParameter("expiresInMinutes can only be specified when protectionEnabled is true.")
		case *e < minProtection || *e > maxProtection:
			return 0, kit.InvalidParameter(fmt.Sprintf("expiresInMinutes must be between %d and %d.", minProtection, maxProtection))
		}
		minutes = *e
	}
	return time.Duration(minutes) * time.Minute, nil
}

// countTasks refuses no tasks and too many.
func countTasks(tasks []string, most int) error {
	switch {
	case len(tasks) == 0:
		return kit.InvalidParameter("Tasks cannot be empty.")
	case len(tasks) > most:
		return kit.InvalidParameter(fmt.Sprintf("taskIds can have at most %d items.", most))
	}
	return nil
}

// serviceTask finds a task of a service, or says why it is none. That one which stops already
// is none either is the emulator's choice.
func serviceTask(c kit.InCluster, ref string) (*state.Task, *types.Failure, error) {
	id, err := c.TaskARN(ref)
	if err != nil {
		return nil, nil, err
	}
	t := state.FindTask(c.Tx, id)
	if t == nil {
		failure := kit.Missing(id)
		return nil, &failure, nil
	}
	if t.Spec.ServiceARN == "" || t.Stop != nil || t.Ended() {
		return nil, &types.Failure{Arn: &t.ARN, Reason: aws.String(taskNotValid)}, nil
	}
	return t, nil, nil
}

// blocks reports whether the service of a task may have no more protected tasks: as many as it
// desires, or its deployments could never end.
// Source: ECS developer guide, task scale-in protection, for more than it desires; that the
// last one is refused which would be too many follows from what it says to do about it.
func blocks(c kit.InCluster, t *state.Task, now time.Time) bool {
	s := state.FindService(c.Tx, t.Spec.ServiceARN)
	if s == nil {
		return false
	}
	desired := s.DesiredCount
	if s.SchedulingStrategy == types.SchedulingStrategyDaemon {
		desired = s.Daemons
	}
	protected := 0
	for _, g := range taskset.Generations(c.Tx, s) {
		for _, other := range state.DeploymentTasks(c.Tx, s.ARN, g.ID) {
			if other.Stop == nil && other.Protected(now) {
				protected++
			}
		}
	}
	return protected >= desired
}

func protectedTask(t *state.Task, now time.Time) types.ProtectedTask {
	shown := types.ProtectedTask{TaskArn: &t.ARN, ProtectionEnabled: t.Protected(now)}
	if shown.ProtectionEnabled {
		shown.ExpirationDate = aws.Time(t.ProtectedUntil)
	}
	return shown
}
