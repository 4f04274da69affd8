package task

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// Limits of RunTask. Source: ECS API reference, RunTask.
const (
	maxCount           = 10
	maxTaskClientToken = 64
)

// RunTask makes tasks and places them; the agents bring them to life. A repeated call with
// the same client token makes none and answers the tasks of the first.
//
// Source: ECS API reference, RunTask; field reports for the messages.
func (a *API) RunTask(ctx context.Context, in *sdk.RunTaskInput) (*TasksOutput, error) {
	if err := checkRunTask(ctx, in); err != nil {
		return nil, err
	}
	scope := kit.Scope(ctx)
	if err := a.NeedCluster(scope, in.Cluster); err != nil {
		return nil, err
	}
	var made newTasks
	chance := placement.NewChance(rand.Uint64())
	err := a.Store.Update(func(tx *store.Tx) error {
		call, err := findTaskCall(tx, scope, in, a.Now())
		if err != nil {
			return err
		}
		made, err = a.runTaskOnce(tx, call, chance)
		return err
	})
	if errors.Is(err, errNoContainerInstances) || errors.Is(err, errNoProviderInstances) {
		a.log.Warn(placement.WaysToInstances, "operation", "RunTask", "cluster", aws.ToString(in.Cluster))
	}
	if err != nil {
		return nil, err
	}
	return a.answer(made), nil
}

var errNoContainerInstances = kit.InvalidParameter(placement.NoContainerInstances)

// answer is that of RunTask and StartTask.
func (a *API) answer(made newTasks) *TasksOutput {
	return &TasksOutput{Failures: kit.Listed(made.failures), Tasks: made.tasks, answers: taskAnswers{tx: a.Store.Read(), withTags: true, change: true}}
}

// checkRunTask is what the request alone tells. The words for a count out of range are not
// published.
func checkRunTask(ctx context.Context, in *sdk.RunTaskInput) error {
	if count := runCount(in); count < 1 || count > maxCount {
		return kit.InvalidParameter(fmt.Sprintf("count should be between 1 and %d", maxCount))
	}
	if err := checkTaskRequest(ctx, in); err != nil {
		return err
	}
	if err := kit.CheckClientToken(aws.ToString(in.ClientToken), maxTaskClientToken); err != nil {
		return err
	}
	return launch.CheckPlacement(in.PlacementStrategy, in.PlacementConstraints)
}

func runCount(in *sdk.RunTaskInput) int {
	if in.Count == nil {
		return 1
	}
	return int(*in.Count)
}

// runTaskOnce returns the tasks that the call's client token made before, or makes
// them. Tasks that have been forgotten meanwhile are failures: what AWS answers for them is
// not published. A token with which no task could be placed may be used again, which is the
// emulator's choice.
func (a *API) runTaskOnce(tx *store.Tx, call taskCall, chance placement.Chance) (newTasks, error) {
	token := aws.ToString(call.in.ClientToken)
	if token == "" {
		return a.runTask(tx, call, chance)
	}
	request := clienttoken.New(tokenID("RunTask", call.cluster, token), runTaskDigest(call.in))
	if known, same := request.First(tx); remembered(tx, known, call.now, a.Repeats != nil && a.Repeats(tx, token)) {
		if !same {
			return newTasks{}, errTokenReused(known.ARNs)
		}
		var again newTasks
		for _, arn := range known.ARNs {
			if t := state.FindTask(tx, arn); t != nil {
				again.tasks = append(again.tasks, t)
			} else {
				again.failures = append(again.failures, kit.Missing(arn))
			}
		}
		return again, nil
	}
	made, err := a.runTask(tx, call, chance)
	if err != nil || len(made.tasks) == 0 {
		return made, err
	}
	var arns []string
	for _, t := range made.tasks {
		arns = append(arns, t.ARN)
	}
	request.Remember(tx, call.now, arns...)
	return made, nil
}

// runTask makes the tasks, each of which has a place or is a failure.
func (a *API) runTask(tx *store.Tx, call taskCall, chance placement.Chance) (newTasks, error) {
	l, err := a.runTaskLaunch(tx, call.cluster, call.in)
	if err != nil {
		return newTasks{}, err
	}
	// What DAEMON services have yet to start reserves nothing from these tasks, nor from those
	// of StartTask: the developer guide, daemon scheduling strategy, keeps it from the replica
	// tasks of services, and does not speak of others.
	var pool *placement.Pool
	if l.Capacity.LaunchType != types.LaunchTypeFargate {
		pool = placement.NewPool(tx, call.cluster, chance)
	}
	found := func() error {
		switch {
		case pool == nil:
		case l.Capacity.Strategy != nil:
			return checkProviderInstances(tx, call, l.Capacity, pool)
		case !pool.Has(l.Capacity.LaunchType, ""):
			return errNoContainerInstances
		}
		return nil
	}
	if pool == nil && !a.Rates.Call(call.scope, call.now) {
		return newTasks{}, errTooFast
	}
	template, vpc, err := a.taskTemplate(tx, call, l, RunTaskMembers.Refused(call.in), found)
	if err != nil {
		return newTasks{}, err
	}
	engines, err := a.enginesFor(tx, template)
	if err != nil {
		return newTasks{}, err
	}
	if pool == nil {
		where := placement.Request{
			Strategy: l.Capacity.Strategy, Subnets: a.inTurn(vpc.Subnets), Outages: a.Outages.View(),
			Task:      outage.Task{Cluster: call.cluster.Name, ClusterARN: call.cluster.ARN, Family: call.definition.Family},
			Allowance: a.Quotas.Allowance(tx, call.scope), CPU: template.CPU(), Engines: engines, Engine: template.Engine(),
		}
		made := addFargateTasks(tx, runCount(call.in), where, template)
		if !a.Rates.Launch(call.scope, call.now, made.byProvider()) {
			return newTasks{}, errTooFast
		}
		return made, nil
	}
	where := task.Where{Subnets: vpc.Subnets, Constraints: l.PlacementConstraints, Strategy: l.PlacementStrategy, Engines: engines}
	if l.Capacity.Strategy != nil {
		return addProviderTasks(tx, a.Quotas, call, l.Capacity.Strategy, pool, where, template)
	}
	return addTasks(tx, runCount(call.in), pool, template.Demand(where), template), nil
}

// enginesFor is the room for the tasks on engines. It refuses tasks that no engine can have: the one that their tag names is not
// there or has another architecture, or their file systems are on another one.
func (a *API) enginesFor(tx *store.Tx, template *task.Template) (*engineroom.Room, error) {
	room := a.Engines.View().In(tx)
	if why := room.Refuses(template.Engine()); why != "" {
		return nil, kit.InvalidParameter(why + ".")
	}
	return room, nil
}

// errTooFast is RunTask's answer where Fargate would launch tasks faster than it does. That a call fails
// whole which would launch too many is not published. Source: ECS API reference, common errors; ECS developer
// guide, Fargate throttling quotas.
var errTooFast = &awsapi.Error{Code: "ThrottlingException", Message: "Rate exceeded"}

func (a *API) runTaskLaunch(tx *store.Tx, cluster *state.Cluster, in *sdk.RunTaskInput) (launch.Spec, error) {
	if in.LaunchType != "" && len(in.CapacityProviderStrategy) > 0 {
		// ECS0060: services refuse both in other words.
		return launch.Spec{}, kit.InvalidParameter("You may choose a capacity provider or a launch type but not both.")
	}
	chosen, err := a.launches.ChooseCapacity(tx, cluster, in.LaunchType, in.CapacityProviderStrategy)
	return launch.Spec{
		Capacity: chosen, Network: in.NetworkConfiguration, PlatformVersion: aws.ToString(in.PlatformVersion),
		PlacementStrategy: in.PlacementStrategy, PlacementConstraints: in.PlacementConstraints, Volumes: in.VolumeConfigurations,
	}, err
}

// inTurn begins with another subnet at each call, so that calls for one task do not
// all end up in the first. How Fargate chooses is not published.
func (a *API) inTurn(subnets []*ec2network.Subnet) []*ec2network.Subnet {
	first := int(a.turns.Add(1)-1) % len(subnets)
	return slices.Concat(subnets[first:], subnets[:first])
}

// addTasks places n tasks on container instances and writes them. One that has no place
// is a failure for each instance that was examined.
//
// Source: ECS API reference, RunTask; field reports. That there is one for each instance
// is remembered.
func addTasks(tx *store.Tx, n int, pool *placement.Pool, demand *placement.Demand, template *task.Template) (made newTasks) {
	for range n {
		place, misses := pool.Place(demand)
		made.failOn(misses)
		if place.ContainerInstance != "" {
			made.add(tx, template.New(place))
		}
	}
	return made
}

// addFargateTasks places and writes n tasks. They are spread among themselves alone. One for which
// Fargate has no capacity, or the account no vCPUs, is a failure without an ARN.
//
// Source: ECS developer guide, API failure reasons; field reports.
func addFargateTasks(tx *store.Tx, n int, where placement.Request, template *task.Template) (made newTasks) {
	view := placement.NewView()
	for range n {
		place, lack := placement.Place(view, where)
		if lack != nil {
			made.failures = append(made.failures, types.Failure{Reason: aws.String(lack.Reason())})
			if lack.Outage != nil {
				lack.Outage.ActedIn(tx, where.Task.ClusterARN)
			}
			continue
		}
		made.add(tx, template.New(place))
	}
	return made
}
