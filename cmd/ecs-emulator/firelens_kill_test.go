package main

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// The emulator is killed while lines flow to a log router: they go on to, none is missing, and the next emulator ends the task
// and leaves no volume.
func TestDockerLogRouterOfAKilledRun(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := t.TempDir()
	p := startServe(t, "--engine", "docker", "--data-dir", dir)
	task := p.runRouted("print", "1000000", "200")
	p.eventually("lines flow", func() bool { return routedLines(t, task) > 0 })
	p.kill()
	before := routedLines(t, task)
	p.eventually("lines flow without an emulator", func() bool { return routedLines(t, task) > before+200 })

	p = startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove")
	before = routedLines(t, task)
	p.eventually("lines flow with the next one", func() bool { return routedLines(t, task) > before+200 })
	_, err := p.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &task})
	p.must(err)
	p.until(task, "STOPPED")
	p.must(p.cmd.Process.Signal(os.Interrupt))
	p.wait()
	left, err := dockertest.Client(t).VolumeList(t.Context(), client.VolumeListOptions{
		Filters: make(client.Filters).Add("label", "com.amazonaws.ecs.task-arn="+task),
	})
	if p.must(err); len(left.Items) > 0 {
		t.Errorf("volumes of the task are left: %v", left.Items)
	}
}

// runRouted runs a task whose application sends its lines to a log router that counts them, until it is RUNNING.
func (p *process) runRouted(command ...string) (task string) {
	p.Helper()
	image := aws.String(dockertest.Image(p.T))
	definition, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("routed"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{
			{Name: aws.String("app"), Image: image, Command: command, StopTimeout: aws.Int32(2), LogConfiguration: &types.LogConfiguration{
				LogDriver: types.LogDriverAwsfirelens, Options: map[string]string{"Name": "null"},
			}},
			{Name: aws.String("router"), Image: image, Command: []string{"route", "count"}, FirelensConfiguration: &types.FirelensConfiguration{
				Type: types.FirelensConfigurationTypeFluentbit,
			}},
		},
	})
	p.must(err)
	started, err := p.client.RunTask(p.Context(), &ecs.RunTaskInput{
		TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	p.must(err)
	task = *started.Tasks[0].TaskArn
	p.until(task, "RUNNING")
	return task
}

// routedLines is how many lines the log router of a task has got, each of them after the one before.
func routedLines(t *testing.T, task string) int {
	t.Helper()
	cli := dockertest.Client(t)
	routers, err := cli.ContainerList(t.Context(), client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", "com.amazonaws.ecs.task-arn="+task, "com.amazonaws.ecs.container-name=router"),
	})
	if err != nil || len(routers.Items) != 1 {
		t.Fatalf("routers %v: %v", routers.Items, err)
	}
	logs, err := cli.ContainerLogs(t.Context(), routers.Items[0].ID, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true})
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	var said bytes.Buffer
	if _, err := stdcopy.StdCopy(&said, &said, logs); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	_, last, found := strings.Cut(lines[len(lines)-1], " ")
	if !found {
		return 0
	}
	n, err := strconv.Atoi(last)
	if err != nil {
		t.Fatalf("the router has got %s", last)
	}
	return n
}
