package containerinstance

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// DeregisterContainerInstance makes a container instance INACTIVE. With force its tasks go
// as well: on AWS their containers run on, unknown to ECS; here the agent that has them
// stops them, and those of a container instance registered by hand are STOPPED at once.
//
// Source: ECS API reference, DeregisterContainerInstance; field reports for the messages.
func (a *API) DeregisterContainerInstance(ctx context.Context, in *sdk.DeregisterContainerInstanceInput) (*sdk.DeregisterContainerInstanceOutput, error) {
	var out types.ContainerInstance
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		instance, err := c.RegisteredInstance(aws.ToString(in.ContainerInstance))
		if err != nil {
			return err
		}
		if instance.LaunchType == types.LaunchTypeManagedInstances {
			return errManaged
		}
		tasks := state.InstanceTasks(c.Tx, instance.ARN)
		if len(tasks) > 0 && !aws.ToBool(in.Force) {
			return kit.InvalidParameter("Found running tasks on the instance.")
		}
		now := a.Now()
		for _, task := range tasks {
			if err := orphan(c.Tx, task, now, awsapi.FromContext(ctx).Principal()); err != nil {
				return err
			}
		}
		gone := state.DeregisterContainerInstance(c.Tx, instance.ARN, now)
		out = describeContainerInstance(c.Tx, gone, nil, now)
		return nil
	})
	return &sdk.DeregisterContainerInstanceOutput{ContainerInstance: &out}, err
}

// orphan ends a task whose container instance is deregistered. Source: ECS developer
// guide, stopped tasks, for the reason; the code is remembered.
func orphan(tx *store.Tx, task *state.Task, now time.Time, by string) error {
	state.StopTask(tx, task.ARN, state.Stop{
		Code: types.TaskStopCodeUserInitiated, Reason: "Container instance deregistration forced by user", At: now, By: by,
	})
	if !task.Placement.ByHand {
		return nil
	}
	status := task.Status.Clone()
	status.LastStatus, status.StoppedAt = state.Stopped, now
	for i := range status.Containers {
		status.Containers[i].Phase = state.ContainerStopped
	}
	return state.PutTaskStatus(tx, task.ARN, state.TaskStep{Status: status, Announced: true, At: now})
}
