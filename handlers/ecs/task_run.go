package ecs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/placement"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/task"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
)

// Limits of RunTask. Source: ECS API reference, RunTask.
const (
	maxCount           = 10
	maxGroup           = 255
	maxStartedBy       = 128
	maxTaskClientToken = 64
)

// RunTask makes tasks in PROVISIONING; the agents bring them to life. A repeated
// call with the same client token makes none and answers the tasks of the first. The
// task definition is looked at before the cluster (ECS0060) and the token (ECS0062).
//
// Source: ECS API reference, RunTask; field reports for the messages.
func (a *API) RunTask(ctx context.Context, in *ecs.RunTaskInput) (*TasksOutput, error) {
	if err := checkRunTask(in); err != nil {
		return nil, err
	}
	scope, err := a.scope(ctx)
	if err != nil {
		return nil, err
	}
	var tasks []*state.Task
	err = a.store.Update(func(tx *state.Tx) error {
		found, err := taskDefinition(tx, scope, aws.ToString(in.TaskDefinition))
		if err != nil {
			return err
		}
		if err := checkActive(found, invalidParameter); err != nil {
			return err
		}
		cluster, err := activeCluster(tx, scope, in.Cluster)
		if err != nil {
			return err
		}
		tasks, err = a.runTaskOnce(tx, runTaskCall{scope, cluster, found, in, a.now()})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &TasksOutput{Failures: []types.Failure{}, Tasks: tasks, answers: taskAnswers{tx: a.store.Read(), withTags: true, change: true}}, nil
}

// checkRunTask is what the request alone tells. Groups of services are theirs alone
// (source: field reports). The words for count, group and
// startedBy out of range, and for propagateTags SERVICE, are not published.
func checkRunTask(in *ecs.RunTaskInput) error {
	count := runCount(in)
	switch {
	case count < 1 || count > maxCount:
		return invalidParameter(fmt.Sprintf("count should be between 1 and %d", maxCount))
	case len(aws.ToString(in.Group)) > maxGroup:
		return invalidParameter(fmt.Sprintf("group can have at most %d characters.", maxGroup))
	case strings.HasPrefix(aws.ToString(in.Group), "service:"):
		return invalidParameter("Invalid namespace for group")
	case len(aws.ToString(in.StartedBy)) > maxStartedBy:
		return invalidParameter(fmt.Sprintf("startedBy can have at most %d characters.", maxStartedBy))
	case in.PropagateTags != "" && in.PropagateTags != types.PropagateTagsTaskDefinition && in.PropagateTags != types.PropagateTagsNone:
		return invalidParameter("propagateTags should be one of [TASK_DEFINITION,NONE]")
	}
	if err := checkClientToken(aws.ToString(in.ClientToken), maxTaskClientToken); err != nil {
		return err
	}
	if err := checkTags(in.Tags); err != nil {
		return err
	}
	return checkPlacement(in.PlacementStrategy, in.PlacementConstraints)
}

func runCount(in *ecs.RunTaskInput) int {
	if in.Count == nil {
		return 1
	}
	return int(*in.Count)
}

// runTaskCall is a call of RunTask and what it refers to.
type runTaskCall struct {
	scope      arn.Scope
	cluster    *state.Cluster
	definition *state.TaskDefinition
	in         *ecs.RunTaskInput
	now        time.Time
}

// runTaskOnce returns the tasks that the call's client token made before, or makes
// them. Tasks that have been forgotten meanwhile are left out.
func (a *API) runTaskOnce(tx *state.Tx, call runTaskCall) ([]*state.Task, error) {
	token := aws.ToString(call.in.ClientToken)
	if token == "" {
		return a.runTask(tx, call)
	}
	id, request := tokenID("RunTask", call.cluster, token), runTaskDigest(call.in)
	if known := rememberedToken(tx, id, call.now); known != nil {
		if known.Request != request {
			return nil, errTokenReused(known.ARNs)
		}
		var tasks []*state.Task
		for _, arn := range known.ARNs {
			if t := tx.Task(arn); t != nil {
				tasks = append(tasks, t)
			}
		}
		return tasks, nil
	}
	tasks, err := a.runTask(tx, call)
	if err != nil {
		return nil, err
	}
	made := &state.ClientToken{ID: id, Request: request, CreatedAt: call.now}
	for _, t := range tasks {
		made.ARNs = append(made.ARNs, t.ARN)
	}
	tx.PutClientToken(made)
	return tasks, nil
}

// runTask validates what needs the store, and makes the tasks.
func (a *API) runTask(tx *state.Tx, call runTaskCall) ([]*state.Task, error) {
	in, def := call.in, call.definition.Definition()
	l, err := a.runTaskLaunch(call.cluster, in)
	if err != nil {
		return nil, err
	}
	if err := checkLaunch(def, l); err != nil {
		return nil, err
	}
	resolved, err := taskdef.ApplyOverrides(def, in.Overrides, l.Capacity.LaunchType)
	if err != nil {
		return nil, err
	}
	if in.EnableExecuteCommand && resolved.TaskRoleArn == "" {
		return nil, invalidParameter("The task couldn't be run because a valid taskRoleArn is not being used. " +
			"Specify a valid task role in your task definition and try again.")
	}
	if obstacle := placement.Obstacle(l.Capacity.LaunchType); obstacle != "" {
		return nil, invalidParameter(obstacle)
	}
	if err := checkMembers(runTaskMembers, in); err != nil {
		return nil, err
	}
	if err := checkSupported(def, l.Capacity.LaunchType); err != nil {
		return nil, err
	}
	if err := a.checkRoles(tx, call.scope, resolved.TaskRoleArn, resolved.ExecutionRoleArn); err != nil {
		return nil, err
	}
	vpc, err := a.network(tx, call.scope, l.Network.AwsvpcConfiguration)
	if err != nil {
		return nil, err
	}
	where := placement.Request{LaunchType: l.Capacity.LaunchType, Strategy: l.Capacity.Strategy, Subnets: a.inTurn(vpc.Subnets)}
	return addTasks(tx, runCount(in), where, task.NewTemplate(task.Request{
		Cluster: call.cluster, Definition: def, Resolved: resolved,
		LaunchType: l.Capacity.LaunchType, PlatformVersion: l.PlatformVersion,
		SecurityGroups: vpc.SecurityGroups, AssignPublicIP: vpc.AssignPublicIP,
		Group: aws.ToString(in.Group), StartedBy: aws.ToString(in.StartedBy),
		Tags: runTaskTags(in, call.cluster, call.definition), Now: call.now,
	}))
}

func (a *API) runTaskLaunch(cluster *state.Cluster, in *ecs.RunTaskInput) (launch, error) {
	if in.LaunchType != "" && len(in.CapacityProviderStrategy) > 0 {
		// ECS0060: services refuse both in other words.
		return launch{}, invalidParameter("You may choose a capacity provider or a launch type but not both.")
	}
	chosen, err := a.chooseCapacity(cluster, in.LaunchType, in.CapacityProviderStrategy)
	return launch{
		Capacity: chosen, Network: in.NetworkConfiguration, PlatformVersion: aws.ToString(in.PlatformVersion),
		PlacementStrategy: in.PlacementStrategy, PlacementConstraints: in.PlacementConstraints,
	}, err
}

// inTurn begins with another subnet at each call, so that calls for one task do not
// all end up in the first. How Fargate chooses is not published.
func (a *API) inTurn(subnets []*state.Subnet) []*state.Subnet {
	first := int(a.turns.Add(1)-1) % len(subnets)
	return slices.Concat(subnets[first:], subnets[:first])
}

// addTasks places and writes n tasks. They are spread among themselves alone.
func addTasks(tx *state.Tx, n int, where placement.Request, template *task.Template) ([]*state.Task, error) {
	view := placement.NewView()
	tasks := make([]*state.Task, n)
	for i := range tasks {
		place, failure := placement.Place(view, where)
		if failure != "" {
			return nil, invalidParameter(failure)
		}
		view.Add(place, 1)
		tasks[i] = template.New(place)
		tx.AddTask(tasks[i])
	}
	return tasks, nil
}

func runTaskTags(in *ecs.RunTaskInput, cluster *state.Cluster, def *state.TaskDefinition) []types.Tag {
	var handedDown []types.Tag
	if in.PropagateTags == types.PropagateTagsTaskDefinition {
		handedDown = def.Tags
	}
	return task.Tags(handedDown, in.Tags, in.EnableECSManagedTags, cluster.Name, "")
}
