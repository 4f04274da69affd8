package task

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// ListTasks lists the ARNs of tasks that pass all filters, by id. Without a desired
// status only tasks that shall run are listed.
//
// Source: ECS API reference, ListTasks.
func (a *API) ListTasks(ctx context.Context, in *sdk.ListTasksInput) (*sdk.ListTasksOutput, error) {
	c, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	filter, err := newTaskFilter(c, in)
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, task := range state.Tasks(c.Tx, c.Cluster) {
		if filter.passes(task) {
			arns = append(arns, task.ARN)
		}
	}
	arns, next, err := kit.Page(arns, func(arn string) string { return arn }, kit.PageQuery{
		Operation: "ListTasks", Scope: c.Scope, Filters: filter.words(c.Cluster),
		Size: kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	return &sdk.ListTasksOutput{TaskArns: kit.Listed(arns), NextToken: next}, err
}

// taskFilter is what listed tasks have in common; empty members are not asked for.
type taskFilter struct {
	family, startedBy, serviceARN, daemonARN, instanceARN string
	launchType                                            types.LaunchType
	desiredStatus                                         string
}

func newTaskFilter(c kit.InCluster, in *sdk.ListTasksInput) (taskFilter, error) {
	f := taskFilter{
		family: aws.ToString(in.Family), startedBy: aws.ToString(in.StartedBy), launchType: in.LaunchType,
		desiredStatus: string(in.DesiredStatus),
	}
	switch in.DesiredStatus {
	case "":
		f.desiredStatus = state.Running
	case types.DesiredStatusRunning, types.DesiredStatusPending, types.DesiredStatusStopped:
	default:
		return f, kit.InvalidParameter("desiredStatus should be one of [RUNNING,PENDING,STOPPED]")
	}
	if err := checkTogether(in); err != nil {
		return f, err
	}
	if in.ContainerInstance != nil {
		instance, err := c.RegisteredInstance(*in.ContainerInstance)
		if err != nil {
			return f, err
		}
		f.instanceARN = instance.ARN
	}
	if in.ServiceName != nil {
		id, err := c.ServiceARN(*in.ServiceName)
		if err != nil {
			return f, err
		}
		if state.FindService(c.Tx, id) == nil {
			return f, kit.ErrServiceNotFound
		}
		f.serviceARN = id
	}
	if in.DaemonName != nil { // one that is not there has no tasks: the operation has no exception for it
		f.daemonARN = daemon.ARN(c.Scope, c.Cluster.Name, *in.DaemonName)
	}
	return f, nil
}

// checkTogether refuses an overlong filter and filters that exclude each other (ECS0310), before it is known whether what they name
// is there. A desired status is let pass, because widespread clients send it along, and so is a launch
// type beside a service: no report has it refused.
func checkTogether(in *sdk.ListTasksInput) error {
	switch {
	case len(aws.ToString(in.StartedBy)) > maxStartedBy:
		return kit.InvalidParameter(fmt.Sprintf("ownerId longer than %d.", maxStartedBy))
	case in.StartedBy != nil && (in.Family != nil || in.ServiceName != nil || in.ContainerInstance != nil || in.LaunchType != ""):
		return kit.InvalidParameter("cannot specify startedBy with other arguments")
	case in.ServiceName != nil && (in.Family != nil || in.ContainerInstance != nil):
		return kit.InvalidParameter("cannot specify serviceName with other arguments")
	}
	return nil
}

func (f *taskFilter) passes(t *state.Task) bool {
	return t.DesiredStatus() == f.desiredStatus &&
		(f.family == "" || t.Spec.Family == f.family && t.Spec.Daemon == "") && // families of daemons are others (ECS0400)
		(f.startedBy == "" || t.Spec.StartedBy == f.startedBy) &&
		(f.serviceARN == "" || t.Spec.ServiceARN == f.serviceARN) &&
		(f.daemonARN == "" || t.Spec.Daemon == f.daemonARN) &&
		(f.instanceARN == "" || t.Placement.ContainerInstance == f.instanceARN) &&
		(f.launchType == "" || t.Spec.LaunchType == f.launchType)
}

// words bind a page token to the filter.
func (f *taskFilter) words(cluster *state.Cluster) []string {
	return []string{cluster.ARN, f.family, f.startedBy, f.serviceARN, f.daemonARN, f.instanceARN, string(f.launchType), f.desiredStatus}
}
