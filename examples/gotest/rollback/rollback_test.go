// Package rollback has an example of a test that needs ECS and no Docker: a deployment that fails and is
// rolled back. Its one file needs no other.
package rollback

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestFailedDeploymentIsRolledBack deploys a revision whose container ends at once. The circuit
// breaker counts three failed tasks, between which ECS waits longer and longer. Here that takes
// milliseconds, because the test moves the clock.
func TestFailedDeploymentIsRolledBack(t *testing.T) {
	srv := emulator.Start(t)
	client := ecs.NewFromConfig(srv.Config())
	good := registerWeb(t, client)
	createWeb(t, srv, client, good)
	// ECS rolls back to a deployment that is COMPLETED, and a stable service may not be there yet.
	reach(t, srv, client, good, types.DeploymentRolloutStateCompleted)

	bad := registerWeb(t, client, "sh", "-c", "echo no database; exit 1")
	_, err := client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Service: aws.String("web"), TaskDefinition: aws.String(bad),
	})
	if err != nil {
		t.Fatal(err)
	}

	reach(t, srv, client, bad, types.DeploymentRolloutStateFailed)
	if reason := aws.ToString(deploymentOf(t, client, bad).RolloutStateReason); !strings.Contains(reason, "circuit breaker") {
		t.Errorf("the deployment failed for %q, want the circuit breaker", reason)
	}
	reach(t, srv, client, good, types.DeploymentRolloutStateCompleted)
	if runs := revisions(t, client); !slices.Equal(runs, []string{good}) {
		t.Errorf("the service runs %s, want %s", runs, good)
	}
}

// registerWeb registers a revision of the task definition web, whose command says what its container
// shall do on the simulated engine, and returns its ARN; see docs/guide/sim.md.
func registerWeb(t *testing.T, client *ecs.Client, command ...string) string {
	t.Helper()
	out, err := client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu:                     aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String("nginx"), Command: command,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *out.TaskDefinition.TaskDefinitionArn
}

// createWeb creates the service web with one task in the default VPC, which rolls back a
// deployment that fails.
func createWeb(t *testing.T, srv *emulator.Server, client *ecs.Client, taskDefinition string) {
	t.Helper()
	_, err := client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(taskDefinition),
		DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{
			AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: srv.Subnets()},
		},
		DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// reach moves the clock until the deployment of a revision has a rollout state, by an hour at most.
func reach(t *testing.T, srv *emulator.Server, client *ecs.Client, taskDefinition string, state types.DeploymentRolloutState) {
	t.Helper()
	err := srv.Clock().AdvanceUntil(time.Hour, func() bool {
		return deploymentOf(t, client, taskDefinition).RolloutState == state
	})
	if err != nil {
		t.Fatal(err)
	}
}

// deploymentOf is the deployment of a revision, zero if the service has none.
func deploymentOf(t *testing.T, client *ecs.Client, taskDefinition string) types.Deployment {
	t.Helper()
	out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Services) != 1 {
		t.Fatalf("DescribeServices has %d services and failures %v, want the service web", len(out.Services), out.Failures)
	}
	for _, d := range out.Services[0].Deployments {
		if *d.TaskDefinition == taskDefinition {
			return d
		}
	}
	return types.Deployment{}
}

// revisions are the ARNs of the task definitions of the service's tasks.
func revisions(t *testing.T, client *ecs.Client) (arns []string) {
	t.Helper()
	list, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Tasks: list.TaskArns})
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range out.Tasks {
		arns = append(arns, *task.TaskDefinitionArn)
	}
	return arns
}
