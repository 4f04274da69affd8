package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// TestTasksShowWhetherCommandsMayBeExecuted: the role is the definition's, or the override's.
func TestTasksShowWhetherCommandsMayBeExecuted(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	in := runInput("role")
	in.EnableExecuteCommand = true
	ran := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, in)).Tasks[0]
	in = runInput("web")
	in.EnableExecuteCommand = true
	in.Overrides = &types.TaskOverride{TaskRoleArn: aws.String("arn:aws:iam::123456789012:role/app")}
	other := must[*sdk.RunTaskOutput](t)(s.RunTask(ctx, in)).Tasks[0]
	s.shop(t)
	s.bridge(t, "bridged")
	started := must[*sdk.StartTaskOutput](t)(s.StartTask(ctx, &sdk.StartTaskInput{
		Cluster: aws.String("shop"), TaskDefinition: aws.String("bridged"), EnableExecuteCommand: true, Overrides: in.Overrides,
		ContainerInstances: []string{*s.registerInstance(t, nil).ContainerInstanceArn},
	})).Tasks[0]
	seen := must[*sdk.DescribeTasksOutput](t)(s.DescribeTasks(ctx, &sdk.DescribeTasksInput{Tasks: []string{*ran.TaskArn, *other.TaskArn}})).Tasks
	for _, task := range append(seen, ran, other, started) {
		if !task.EnableExecuteCommand || len(task.Containers[0].ManagedAgents) > 0 {
			t.Errorf("enabled: %t; managed agents: %v", task.EnableExecuteCommand, task.Containers[0].ManagedAgents)
		}
	}
	_, err := s.ExecuteCommand(ctx, &sdk.ExecuteCommandInput{Task: ran.TaskArn, Command: aws.String("sh"), Interactive: true})
	refused(t, err, "NotImplementedException", "ecs-emulator does not implement ExecuteCommand yet; see docs/reference/compatibility/ecs.md.")
}

// TestServicesShowWhetherCommandsMayBeExecuted turns it off and on, without a deployment.
func TestServicesShowWhetherCommandsMayBeExecuted(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	in := serviceInput("web", "role")
	in.EnableExecuteCommand = true
	if !s.create(t, in).EnableExecuteCommand {
		t.Error("the answer of CreateService does not show it")
	}
	for _, enable := range []bool{false, true} {
		must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), EnableExecuteCommand: &enable}))
		must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(1)}))
		if seen := s.describe(t, "web"); seen.EnableExecuteCommand != enable || len(seen.Deployments) != 1 {
			t.Errorf("%t, with %d deployments; want %t", seen.EnableExecuteCommand, len(seen.Deployments), enable)
		}
	}
}
