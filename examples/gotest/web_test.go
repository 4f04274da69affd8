package gotest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// registerWeb registers a revision of the task definition web, with what its container shall do on
// the simulated engine, and returns its ARN; see docs/guide/sim.md.
func registerWeb(t *testing.T, client *ecs.Client, command []string, labels map[string]string) string {
	t.Helper()
	out, err := client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu:                     aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String("nginx"), Command: command, DockerLabels: labels,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *out.TaskDefinition.TaskDefinitionArn
}

// createWeb creates the service web with one task, which rolls back a deployment that fails.
func createWeb(t *testing.T, srv *emulator.Server, client *ecs.Client, taskDefinition string) {
	t.Helper()
	_, err := client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(taskDefinition),
		DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(srv),
		DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// network is the default VPC.
func network(srv *emulator.Server) *types.NetworkConfiguration {
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: srv.Subnets()}}
}

// exitCode waits for the end of a task, in short steps of real time.
func exitCode(t *testing.T, client *ecs.Client, cluster, task string) int32 {
	t.Helper()
	waiter := ecs.NewTasksStoppedWaiter(client, func(o *ecs.TasksStoppedWaiterOptions) {
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, 100*time.Millisecond
	})
	out, err := waiter.WaitForOutput(t.Context(), &ecs.DescribeTasksInput{
		Cluster: aws.String(cluster), Tasks: []string{task},
	}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	code := out.Tasks[0].Containers[0].ExitCode
	if code == nil {
		t.Fatalf("the task has no exit code: %s", aws.ToString(out.Tasks[0].StoppedReason))
	}
	return *code
}
