package emulator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// asker is a task in a security group, which asks servers.
type asker struct {
	srv    *emulator.Server
	docker *client.Client // nil on the simulated engine
	client *ecs.Client
	arn    string
}

// firstSubnet is the first of the default VPC.
const firstSubnet = "subnet-0ec5e3a1a70000001"

// newAsker runs a task in a subnet and a group with a command.
func newAsker(ctx context.Context, srv *emulator.Server, image, subnet, group string, command ...string) (asker, error) {
	a := asker{srv: srv, client: ecs.NewFromConfig(srv.Config())}
	definition, err := a.client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("ask"), NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("ask"), Image: &image, Command: command}},
	})
	if err != nil {
		return a, err
	}
	made, err := a.client.RunTask(ctx, &ecs.RunTaskInput{
		TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{subnet}, SecurityGroups: []string{group},
		}},
	})
	if err != nil {
		return a, err
	}
	a.arn = aws.ToString(made.Tasks[0].TaskArn)
	return a, nil
}

// await waits until the task has a status.
func (a asker) await(ctx context.Context, status string) (t types.Task, err error) {
	reached := comesTrue(func() bool {
		var found *ecs.DescribeTasksOutput
		if found, err = a.client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Tasks: []string{a.arn}}); err != nil {
			return true
		}
		t = found.Tasks[0]
		now := aws.ToString(t.LastStatus)
		return now == status || now == state.Stopped
	})
	if err == nil && (!reached || aws.ToString(t.LastStatus) != status) {
		err = fmt.Errorf("the task that asks is %s: %s", aws.ToString(t.LastStatus), aws.ToString(t.StoppedReason))
	}
	return t, err
}

// errNothing is what a machine without a filter says of a port at which nothing listens: that
// nothing comes back is no sign of a filter then.
var errNothing = errors.New("nothing listens there")

// ask asks once and reports whether there was an answer. All sandboxes have been told before
// of what was changed so far, and of the task itself: who looks at once may look too early.
func (a asker) ask(ctx context.Context, url string, within time.Duration) (answered bool, err error) {
	if _, err := a.await(ctx, state.Running); err != nil {
		return false, err
	}
	if err := a.srv.Told(ctx, scriptPatience); err != nil {
		return false, err
	}
	found, err := a.docker.ContainerList(ctx, client.ContainerListOptions{Filters: make(client.Filters).
		Add("label", "com.amazonaws.ecs.task-arn="+a.arn)})
	if err != nil || len(found.Items) != 1 {
		return false, fmt.Errorf("the task that asks has %d containers: %w", len(found.Items), err)
	}
	return execCheck(ctx, a.docker, found.Items[0].ID, url, within)
}

// soon is for how long to wait for an answer that may not come, and answerPatience for one that
// comes at once where the machine is not busy.
const (
	soon           = 5 * time.Second
	answerPatience = time.Minute
)

// within is for how long to wait for an answer, or for none.
func within(answered bool) time.Duration {
	if answered {
		return answerPatience
	}
	return soon
}

// execCheck has a container that runs ask.
func execCheck(ctx context.Context, docker *client.Client, id, url string, within time.Duration) (answered bool, err error) {
	made, err := docker.ExecCreate(ctx, id, client.ExecCreateOptions{
		AttachStdout: true, AttachStderr: true, Cmd: []string{dockertest.AppPath, "check", url, within.String()},
	})
	if err != nil {
		return false, err
	}
	stream, err := docker.ExecAttach(ctx, made.ID, client.ExecAttachOptions{})
	if err != nil {
		return false, err
	}
	defer stream.Close()
	var said bytes.Buffer
	if _, err := stdcopy.StdCopy(&said, &said, stream.Reader); err != nil {
		return false, err
	}
	var ended client.ExecInspectResult
	over := comesTrue(func() bool { // the engine may hear of the end of the output first
		ended, err = docker.ExecInspect(ctx, made.ID, client.ExecInspectOptions{})
		return err != nil || !ended.Running
	})
	switch {
	case err != nil:
		return false, err
	case !over:
		return false, fmt.Errorf("check %s does not end", url)
	case strings.Contains(said.String(), "connection refused"):
		return false, fmt.Errorf("%s: %w", url, errNothing)
	case ended.ExitCode != 0 && said.Len() == 0:
		return false, fmt.Errorf("check %s exits %d and says nothing", url, ended.ExitCode)
	}
	return ended.ExitCode == 0, nil
}

// stop ends the task, which is in no test's way afterwards.
func (a asker) stop(ctx context.Context) error {
	_, err := a.client.StopTask(ctx, &ecs.StopTaskInput{Task: &a.arn})
	if err == nil {
		_, err = a.await(ctx, state.Stopped)
	}
	return err
}
