package main

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionmanagerplugin"
)

// only waits until a service has one task, which runs and is none of those before.
func (p *process) only(service string, before ...string) (task string) {
	p.Helper()
	p.eventually("a new task of "+service+" runs alone", func() bool {
		out, err := p.client.ListTasks(p.Context(), &ecs.ListTasksInput{ServiceName: &service})
		p.must(err)
		if len(out.TaskArns) != 1 || strings.Contains(strings.Join(before, " "), out.TaskArns[0]) {
			return false
		}
		task = out.TaskArns[0]
		return *p.task(task).LastStatus == "RUNNING"
	})
	return task
}

// TestADeploymentSwitchesExecuteCommand off and on again. Sessions end with their tasks.
func TestADeploymentSwitchesExecuteCommand(t *testing.T) {
	t.Parallel()
	_ = sessionmanagerplugin.Folder(t)
	onSim(t, func(p *process, image string) {
		shell := dockertest.AppPath + " sh"
		definition, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			TaskRoleArn:          aws.String("arn:aws:iam::000000000000:role/app"),
			ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: &image, Command: []string{"sleep", "600"}}},
		})
		p.must(err)
		_, err = p.client.CreateService(p.Context(), &ecs.CreateServiceInput{
			ServiceName: aws.String("web"), TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, DesiredCount: aws.Int32(1),
			LaunchType: types.LaunchTypeFargate, EnableExecuteCommand: true,
			NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
			// The old task stops first, so that no new one has to be healthy for a while.
			DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(0), MaximumPercent: aws.Int32(100)},
		})
		p.must(err)
		deploy := func(exec bool) {
			p.Helper()
			_, err := p.client.UpdateService(p.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), EnableExecuteCommand: &exec, ForceNewDeployment: true})
			p.must(err)
		}

		first := p.only("web")
		s := p.executes(first, shell)
		s.awaits("# ")
		deploy(false)
		s.ends() // with its task
		second := p.only("web", first)
		if agents := p.task(second).Containers[0].ManagedAgents; len(agents) > 0 {
			p.Errorf("a task without ECS Exec has %d agents", len(agents))
		}
		_, err = p.client.ExecuteCommand(p.Context(), &ecs.ExecuteCommandInput{Task: &second, Command: &shell, Interactive: true})
		if err == nil || !strings.Contains(err.Error(), "execute command was not enabled when the task was run") {
			p.Errorf("a command for it: %v", err)
		}

		deploy(true)
		third := p.only("web", first, second)
		if agents := p.task(third).Containers[0].ManagedAgents; len(agents) != 1 || *agents[0].LastStatus != "RUNNING" {
			p.Errorf("a task with ECS Exec has the agents %+v", agents)
		}
		s = p.executes(third, shell)
		s.awaits("# ")
		s.exits()
	})
}
