package task

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// Refusals of ExecuteCommand. Source: spec/tasks.md E.12.
var (
	errNotInteractive = kit.InvalidParameter("Interactive is the only mode supported currently.")
	errNoExecAgent    = kit.InvalidParameter("The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. " +
		"Wait and try again or run a new task with execute command enabled and try again.")
	errExecTaskIDLength = kit.InvalidParameter("task length should be one of [32,36]")
	errNotConnected     = &types.TargetNotConnectedException{Message: aws.String("The execute command failed due to an internal error. Try again later.")}
)

// ExecuteCommand makes a session that runs a command in a container. Its client connects to it with the
// token of the answer.
func (a *API) ExecuteCommand(ctx context.Context, in *sdk.ExecuteCommandInput) (*sdk.ExecuteCommandOutput, error) {
	if !in.Interactive {
		return nil, errNotInteractive
	}
	where, err := a.ReadIn(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	t, c, err := execTarget(where, aws.ToString(in.Task), aws.ToString(in.Container))
	if err != nil {
		return nil, err
	}
	switch err := ssmsession.Check(t, c); {
	case errors.Is(err, ssmsession.ErrNotEnabled):
		return nil, errNoExecAgent
	case err != nil:
		return nil, errNotConnected
	}
	call := awsapi.FromContext(ctx)
	ticket, err := a.sessions.Start(ssmsession.Request{
		ID: ssmsession.NewExecID(), Scope: call.Scope(), Target: ssmsession.TargetOf(t, c), Document: ssmsession.ExecuteInteractiveCommand,
		Owner: call.Principal(), TaskARN: t.ARN, Container: c.Name, Command: aws.ToString(in.Command),
	})
	limit := (*ssmsession.LimitError)(nil)
	switch {
	case errors.As(err, &limit):
		return nil, kit.ClientError(limit.Error())
	case errors.Is(err, ssmsession.ErrNoTask):
		return nil, errTaskNotFound
	case err != nil:
		return nil, errNotConnected
	}
	return &sdk.ExecuteCommandOutput{
		ClusterArn: &where.Cluster.ARN, TaskArn: &t.ARN, ContainerName: &c.Name, Interactive: true,
		ContainerArn: aws.String(call.Scope().Container(where.Cluster.Name, arn.Name(t.ARN), c.ID)),
		Session: &types.Session{
			SessionId: &ticket.SessionID, TokenValue: &ticket.Token,
			StreamUrl: aws.String(a.sessions.StreamURL(call.Host, call.Secure, ticket.SessionID)),
		},
	}, nil
}

// execTarget finds the container that is meant. What ECS says of one that is not there, or not named,
// is not published: the words are the emulator's.
func execTarget(in kit.InCluster, task, container string) (*state.Task, *state.Container, error) {
	id, err := in.TaskARN(task)
	switch {
	case errors.Is(err, kit.ErrTaskIDLength):
		return nil, nil, errExecTaskIDLength
	case err != nil:
		return nil, nil, err
	}
	t := state.FindTask(in.Tx, id)
	if t == nil {
		return nil, nil, errTaskNotFound
	}
	list := t.OwnContainers()
	if container == "" && len(list) == 1 {
		return t, &list[0], nil
	}
	if c := t.Status.Container(container); c != nil {
		return t, c, nil
	}
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	switch all := strings.Join(names, ", "); {
	case len(list) == 0:
		return nil, nil, errNoExecAgent
	case container == "":
		return nil, nil, kit.InvalidParameter(fmt.Sprintf("The task has %d containers: set container to one of %s.", len(list), all))
	default:
		return nil, nil, kit.InvalidParameter(fmt.Sprintf("The task has no container %s: set container to one of %s.", container, all))
	}
}
