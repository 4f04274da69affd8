// Package gotest is an example of a test that needs ECS and no Docker: it checks
// that an application survives the death of a task.
package gotest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func TestServiceSurvivesTheDeathOfATask(t *testing.T) {
	srv := emulator.Start(t) // gone with the test
	client := ecs.NewFromConfig(srv.Config())
	ctx := t.Context()

	_, err := client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu:                     aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String("nginx"),
			// The simulated engine is told what the container does: it ends by
			// itself after ten minutes of the emulator's clock.
			DockerLabels: map[string]string{"ecs-emulator.sim.run-for": "10m", "ecs-emulator.sim.exit-code": "1"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.CreateService(ctx, &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String("web"),
		DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{
			AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	waitUntilStable(t, client)
	before := taskOf(t, client)

	// Ten minutes pass at once, with all that happens in them.
	if err := srv.Clock().Advance(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	waitUntilStable(t, client)
	if after := taskOf(t, client); after == before {
		t.Errorf("task %s was not replaced", before)
	}
}

func waitUntilStable(t *testing.T, client *ecs.Client) {
	t.Helper()
	waiter := ecs.NewServicesStableWaiter(client, func(o *ecs.ServicesStableWaiterOptions) {
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, 100*time.Millisecond
	})
	err := waiter.Wait(t.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
}

// taskOf is the ARN of the service's one task.
func taskOf(t *testing.T, client *ecs.Client) string {
	t.Helper()
	list, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{ServiceName: aws.String("web")})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.TaskArns) != 1 {
		t.Fatalf("the service has tasks %v, want one", list.TaskArns)
	}
	return list.TaskArns[0]
}
