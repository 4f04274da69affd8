package service

import (
	"cmp"
	"context"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// UpdateService changes a service. A change of what its tasks are made of makes a new
// deployment; the answer shows it as the PRIMARY one with no
// task wanted yet, and the scheduler does the rest.
//
// Source: ECS API reference, UpdateService; field reports for the messages. That an
// equal value makes no deployment is remembered.
func (a *API) UpdateService(ctx context.Context, in *sdk.UpdateServiceInput) (*sdk.UpdateServiceOutput, error) {
	if err := checkUpdateService(in, a.Quotas); err != nil {
		return nil, err
	}
	if err := passRoles(ctx, ofUpdate(in)); err != nil {
		return nil, err
	}
	out := &sdk.UpdateServiceOutput{}
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		old, err := activeService(c, in.Service)
		if err != nil {
			return err
		}
		if err := checkManagedUpdate(ctx, old, in); err != nil {
			return err
		}
		if old, err = a.migrateController(c, old, in.DeploymentController); err != nil {
			return err
		}
		service, err := a.updateService(ctx, c, old, in)
		if err != nil {
			return err
		}
		if service.DesiredCount != old.DesiredCount {
			service.Resized = &state.Resize{
				At: a.Now(), By: awsapi.FromContext(ctx).Principal(), From: old.DesiredCount, To: service.DesiredCount,
			}
		}
		if !reflect.DeepEqual(service, old) {
			state.PutService(c.Tx, service)
		}
		out.Service = describeService(c.Tx, service, false)
		return nil
	})
	return out, err
}

// activeService returns the service that a request refers to, or ECS's error.
func activeService(c kit.InCluster, ref *string) (*state.Service, error) {
	id, err := c.ServiceARN(aws.ToString(ref))
	if err != nil {
		return nil, err
	}
	switch s := state.FindService(c.Tx, id); {
	case s == nil:
		return nil, kit.ErrServiceNotFound
	case s.Status() != state.ServiceActive:
		return nil, kit.ErrServiceNotActive
	default:
		return s, nil
	}
}

// checkUpdateService is what the request alone tells.
func checkUpdateService(in *sdk.UpdateServiceInput, quotas quota.Quotas) error {
	switch n := aws.ToInt32(in.DesiredCount); {
	case n < 0:
		return kit.InvalidParameter("Task count can not be lesser than 0") // ECS0085
	case !quotas.Allows(quota.TasksPerService, int(n)):
		return errDesiredCount
	}
	if err := launch.CheckPlacement(in.PlacementStrategy, in.PlacementConstraints); err != nil {
		return err
	}
	if err := launch.CheckPropagateTags(in.PropagateTags); err != nil {
		return err
	}
	if err := launch.CheckMonitoring(in.Monitoring); err != nil {
		return err
	}
	return ofUpdate(in).check()
}

// updateService returns the changed copy of a service.
func (a *API) updateService(ctx context.Context, c kit.InCluster, old *state.Service, in *sdk.UpdateServiceInput) (*state.Service, error) {
	if !old.Deploys() {
		return a.updateSetService(c, old, in)
	}
	if err := updateDaemon(old, in); err != nil {
		return nil, err
	}
	s := old.Clone()
	found, err := updatedDefinition(c, old.Revision(), in.TaskDefinition)
	if err != nil {
		return nil, err
	}
	before := old.Revision()
	l, err := a.updatedLaunch(c, before, in, found.Definition())
	if err != nil {
		return nil, err
	}
	updateSpec(s, in)
	resolving := &resolving{
		InCluster: c, Request: ofUpdate(in), launches: &a.launches, updates: true, renews: in.ForceNewDeployment, quotas: a.Quotas, now: a.Now(), definition: found.Definition(), launchType: l.Capacity.LaunchType,
		service: s, before: before, revision: launch.NewRevision(found.Definition(), l),
	}
	if err := resolving.resolve(); err != nil {
		return nil, err
	}
	revision := resolving.revision
	if err := resolving.checkSupported(UpdateServiceMembers.Refused(in)); err != nil {
		return nil, err
	}
	now := a.Now()
	deploys := resolving.renews || !sameRevision(revision, before)
	if deploys || !reflect.DeepEqual(s, old) {
		s.Primary().UpdatedAt = now // ECS0083
	}
	if deploys {
		d := newDeployment(deploymentID(ctx, c.Tx, s.ARN), revision, now)
		d.Connect = a.connected(c, s, revision, found.Definition())
		s.SetPrimary(d)
	}
	return s, nil
}

// updateSpec changes what makes no deployment and is not among serviceMembers.
func updateSpec(s *state.Service, in *sdk.UpdateServiceInput) {
	if in.DesiredCount != nil {
		s.DesiredCount = int(*in.DesiredCount)
	}
	if in.PlacementConstraints != nil {
		s.PlacementConstraints = slices.Clone(in.PlacementConstraints)
	}
	if in.PlacementStrategy != nil {
		s.PlacementStrategy = launch.KeptStrategies(in.PlacementStrategy)
	}
	if in.EnableECSManagedTags != nil {
		s.EnableECSManagedTags = *in.EnableECSManagedTags
	}
	s.PropagateTags = cmp.Or(in.PropagateTags, s.PropagateTags)
}

// updatedLaunch is how tasks run after the update: the members that were left out keep their value.
func (a *API) updatedLaunch(c kit.InCluster, before *state.ServiceRevision, in *sdk.UpdateServiceInput, def *types.TaskDefinition) (l launch.Spec, err error) {
	l = launch.Spec{
		Network: before.NetworkConfiguration, PlatformVersion: before.PlatformVersion,
		Monitoring:        launch.Monitoring(before.Monitoring, in.Monitoring),
		PlacementStrategy: in.PlacementStrategy, PlacementConstraints: in.PlacementConstraints,
		Volumes: task.VolumeConfigurations(shownVolumes(ofUpdate(in), before)),
	}
	if l.Capacity, err = a.updatedCapacity(c, before, in); err != nil {
		return l, err
	}
	if in.NetworkConfiguration != nil {
		l.Network = in.NetworkConfiguration
	}
	switch {
	case in.PlatformVersion != nil:
		l.PlatformVersion = *in.PlatformVersion
	case l.Capacity.LaunchType != types.LaunchTypeFargate: // it may have left Fargate: ECS API reference, UpdateService
		l.PlatformVersion = ""
	}
	if err := launch.Check(def, l); err != nil {
		return l, err
	}
	return l, checkUpdatedPlatform(c, before, def, l.PlatformVersion)
}

// checkUpdatedPlatform lets a service on that an earlier version of the emulator took with what CheckPlatform refuses.
func checkUpdatedPlatform(c kit.InCluster, before *state.ServiceRevision, def *types.TaskDefinition, version string) error {
	err := launch.CheckPlatform(def, version)
	if err == nil {
		return nil
	}
	if old, _ := updatedDefinition(c, before, nil); old != nil && launch.CheckPlatform(old.Definition(), before.PlatformVersion) != nil {
		return nil
	}
	return err
}

// updatedDefinition is the definition asked for, which must be ACTIVE, or the one
// that the service has, which need not be. Source: ECS developer guide, task
// definition states.
func updatedDefinition(c kit.InCluster, before *state.ServiceRevision, ref *string) (*taskdefinition.TaskDefinition, error) {
	if ref == nil {
		found, err := kit.FindTaskDefinition(c.Tx, c.Scope, before.TaskDefinition)
		if err == nil && found == nil {
			err = kit.ClientError("TaskDefinition not found.")
		}
		return found, err
	}
	found, err := kit.FindTaskDefinition(c.Tx, c.Scope, *ref)
	if err != nil {
		return nil, err
	}
	return found, kit.CheckActive(found, kit.ClientError)
}

// updatedCapacity changes a strategy only together with a forced deployment. An
// empty strategy takes the service back to its launch type.
// Source: field reports.
func (a *API) updatedCapacity(c kit.InCluster, before *state.ServiceRevision, in *sdk.UpdateServiceInput) (launch.Capacity, error) {
	kept := launch.Capacity{LaunchType: before.TasksLaunchType(), Strategy: before.CapacityProviderStrategy}
	if in.CapacityProviderStrategy == nil {
		return kept, nil
	}
	asked := launch.Capacity{LaunchType: kept.LaunchType}
	if len(in.CapacityProviderStrategy) > 0 {
		var err error
		if asked, err = a.launches.StrategyCapacity(c.Tx, c.Cluster, in.CapacityProviderStrategy); err != nil {
			return launch.Capacity{}, err
		}
	}
	if !in.ForceNewDeployment && !sameStrategy(asked.Strategy, kept.Strategy) {
		return launch.Capacity{}, kit.InvalidParameter("When switching from launch type to capacity provider strategy on an existing service, " +
			"or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.")
	}
	return asked, nil
}
