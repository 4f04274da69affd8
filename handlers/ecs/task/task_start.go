package task

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// maxStartInstances is how many container instances a call may name.
// Source: ECS API reference, StartTask.
const maxStartInstances = 10

// StartTask makes a task on each of the container instances that a scheduler other than
// ECS's has chosen. One that has no room, or does not satisfy what the definition asks
// for, is a failure.
//
// Source: ECS API reference, StartTask; ECS developer guide, API failure reasons. All members of its answer: ECS0383.
func (a *API) StartTask(ctx context.Context, in *sdk.StartTaskInput) (*TasksOutput, error) {
	run := startTaskAsRun(in)
	if err := checkStartTask(ctx, in, run); err != nil {
		return nil, err
	}
	scope := kit.Scope(ctx)
	if err := a.NeedCluster(scope, run.Cluster); err != nil {
		return nil, err
	}
	var made newTasks
	err := a.Store.Update(func(tx *store.Tx) error {
		call, err := findTaskCall(tx, scope, run, a.Now())
		if err != nil {
			return err
		}
		made, err = a.startTask(tx, call, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.answer(made), nil
}

// startTaskAsRun is what RunTask would be told, but for the instances.
func startTaskAsRun(in *sdk.StartTaskInput) *sdk.RunTaskInput {
	return &sdk.RunTaskInput{
		TaskDefinition: in.TaskDefinition, Cluster: in.Cluster, NetworkConfiguration: in.NetworkConfiguration, Overrides: in.Overrides,
		EnableECSManagedTags: in.EnableECSManagedTags, EnableExecuteCommand: in.EnableExecuteCommand,
		Group: in.Group, StartedBy: in.StartedBy, PropagateTags: in.PropagateTags, Tags: in.Tags,
		VolumeConfigurations: in.VolumeConfigurations,
	}
}

// checkStartTask is what the request alone tells.
func checkStartTask(ctx context.Context, in *sdk.StartTaskInput, run *sdk.RunTaskInput) error {
	if err := kit.CheckInstanceCount(len(in.ContainerInstances), maxStartInstances); err != nil {
		return err
	}
	return checkTaskRequest(ctx, run)
}

func (a *API) startTask(tx *store.Tx, call taskCall, in *sdk.StartTaskInput) (made newTasks, err error) {
	c := kit.InCluster{Tx: tx, Scope: call.scope, Cluster: call.cluster}
	pool := placement.NewPool(tx, call.cluster, nil)
	started := map[types.LaunchType]*startable{}
	for _, ref := range in.ContainerInstances {
		instance, err := c.InstanceARN(ref)
		if err != nil {
			return newTasks{}, err
		}
		launchType := types.LaunchTypeEc2
		if known := state.FindContainerInstance(tx, instance); known != nil {
			launchType = known.LaunchType
		}
		if launchType == types.LaunchTypeManagedInstances { // ECS places tasks there; the words are the emulator's
			return newTasks{}, kit.InvalidParameter("StartTask does not start tasks on Amazon ECS Managed Instances. Use RunTask with a capacity provider strategy.")
		}
		if started[launchType] == nil {
			if started[launchType], err = a.startable(tx, call, in, launchType); err != nil {
				return newTasks{}, err
			}
		}
		s := started[launchType]
		place, reason := pool.PlaceOn(instance, s.demand)
		if reason != "" {
			made.fail(instance, reason)
			continue
		}
		made.add(tx, s.template.New(place))
	}
	return made, nil
}

// startable is what a call starts on the container instances of one launch type.
type startable struct {
	template *task.Template
	demand   *placement.Demand
}

func (a *API) startable(tx *store.Tx, call taskCall, in *sdk.StartTaskInput, launchType types.LaunchType) (*startable, error) {
	l := launch.Spec{Capacity: launch.Capacity{LaunchType: launchType}, Network: in.NetworkConfiguration, Volumes: in.VolumeConfigurations}
	template, vpc, err := a.taskTemplate(tx, call, l, StartTaskMembers.Refused(in), func() error { return nil })
	if err != nil {
		return nil, err
	}
	engines, err := a.enginesFor(tx, template)
	if err != nil {
		return nil, err
	}
	return &startable{template, template.Demand(task.Where{Subnets: vpc.Subnets, Engines: engines})}, nil
}
