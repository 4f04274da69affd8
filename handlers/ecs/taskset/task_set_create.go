package taskset

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/calledby"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// maxClientToken is how long a client token can be. Source: ECS API reference, CreateTaskSet.
const maxClientToken = 36

// CreateTaskSet makes a task set, ACTIVE and at a scale of 0 where the request says nothing (ECS0331); the scheduler starts the tasks.
// The same request again, with the same token, returns the set that exists.
//
// Source: ECS API reference, CreateTaskSet. All members of a task set: ECS0382.
func (a *API) CreateTaskSet(ctx context.Context, in *sdk.CreateTaskSetInput) (*sdk.CreateTaskSetOutput, error) {
	if err := checkCreate(ctx, in); err != nil {
		return nil, err
	}
	out := &sdk.CreateTaskSetOutput{}
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		s, err := ownService(ctx, c, in.Service)
		if err != nil {
			return err
		}
		set, err := a.createOnce(ctx, c, s, in)
		if err != nil {
			return err
		}
		shown := launch.ShownTaskSet(s, set, state.FindServiceSummary(c.Tx, s.ARN))
		if len(set.Tags) > 0 {
			shown.Tags = set.Tags
		}
		out.TaskSet = &shown
		return nil
	})
	return out, err
}

// checkCreate is what the request alone tells.
func checkCreate(ctx context.Context, in *sdk.CreateTaskSetInput) error {
	if err := kit.CheckClientToken(aws.ToString(in.ClientToken), maxClientToken); err != nil {
		return err
	}
	if err := checkScale(in.Scale); err != nil {
		return err
	}
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return err
	}
	if err := launch.CheckSetLoadBalancers(in.LoadBalancers); err != nil {
		return err
	}
	return launch.CheckRegistryCount(in.ServiceRegistries)
}

// createOnce writes the task set of a request, or returns the one that an equal request with the same token made before, as long as
// that is there. Another request with the token is refused in words by analogy with CreateService (ECS0082).
func (a *API) createOnce(ctx context.Context, c kit.InCluster, s *state.Service, in *sdk.CreateTaskSetInput) (*taskset.TaskSet, error) {
	sets, token, request := taskset.Of(c.Tx, s.ARN), aws.ToString(in.ClientToken), digest(in)
	for _, set := range sets {
		switch {
		case token == "" || set.ClientToken != token:
		case set.Request != request:
			return nil, kit.InvalidParameter("Creation of task set was not idempotent.")
		default:
			return set, nil
		}
	}
	if most, bound := a.Quotas.Of(quota.TaskSetsPerService); bound && len(sets) >= most { // ECS0332; DRAINING ones count
		return nil, kit.InvalidParameter(fmt.Sprintf("%d deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.", len(sets)))
	}
	revision, err := a.newRevision(c, s, in)
	if err != nil {
		return nil, err
	}
	set := launch.NewTaskSet(s, revision, a.Now())
	set.ClientToken, set.Request, set.ExternalID = token, request, aws.ToString(in.ExternalId)
	if calledby.Service(ctx) == codeDeploy {
		set.StartedBy = taskset.StartedByCodeDeploy
	}
	if in.Scale != nil {
		set.Scale = in.Scale.Value
	}
	set.Tags = kit.OwnTags(in.Tags)
	taskset.Put(c.Tx, set)
	return set, nil
}

// digest tells requests with one token apart, by what was sent without the tags.
func digest(in *sdk.CreateTaskSetInput) string {
	request := *in
	request.ClientToken, request.Tags = nil, nil
	return kit.Digest(&request)
}

// newRevision is what the tasks of a new task set are made of. They are placed as the service says.
func (a *API) newRevision(c kit.InCluster, s *state.Service, in *sdk.CreateTaskSetInput) (*state.ServiceRevision, error) {
	found, err := kit.FindTaskDefinition(c.Tx, c.Scope, *in.TaskDefinition)
	if err != nil {
		return nil, err
	}
	if err := kit.CheckActive(found, kit.ClientError); err != nil {
		return nil, err
	}
	def := found.Definition()
	l := launch.Spec{
		Network: in.NetworkConfiguration, PlatformVersion: aws.ToString(in.PlatformVersion),
		PlacementStrategy: s.PlacementStrategy, PlacementConstraints: s.PlacementConstraints,
	}
	if l.Capacity, err = a.launches.ChooseCapacity(c.Tx, c.Cluster, in.LaunchType, in.CapacityProviderStrategy); err != nil {
		return nil, err
	}
	if err := a.checkLaunch(c, s, in, def, l); err != nil {
		return nil, err
	}
	r := launch.NewRevision(def, l)
	r.LoadBalancers, r.ServiceRegistries = slices.Clone(in.LoadBalancers), slices.Clone(in.ServiceRegistries)
	return r, nil
}

// checkLaunch holds a task set against its definition, and against what there is, as CreateService does.
func (a *API) checkLaunch(c kit.InCluster, s *state.Service, in *sdk.CreateTaskSetInput, def *types.TaskDefinition, l launch.Spec) error {
	if err := launch.Check(def, l); err != nil {
		return err
	}
	if err := launch.CheckPlatform(def, l.PlatformVersion); err != nil {
		return err
	}
	if err := launch.CheckTargetGroups(c.Tx, def, l.Capacity.LaunchType, in.LoadBalancers); err != nil {
		return err
	}
	if err := launch.CheckServiceRegistries(c, def, l.Capacity.LaunchType, in.ServiceRegistries); err != nil {
		return err
	}
	if l.Network != nil {
		if _, err := a.launches.Network(c.Tx, c.Scope, l.Network.AwsvpcConfiguration); err != nil {
			return err
		}
	}
	if s.EnableExecuteCommand && aws.ToString(def.TaskRoleArn) == "" { // the words are CreateService's
		return kit.InvalidParameter("The task set couldn't be created because a valid taskRoleArn is not being used. " +
			"Specify a valid task role in your task definition and try again.")
	}
	return a.launches.CheckSupported(CreateTaskSetMembers.Refused(in), def, l.Capacity.LaunchType)
}
