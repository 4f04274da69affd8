package emulator_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// A task on the simulated engine, from its start to its end. docs/start/go-test.md shows this
// function; its test compares the two.
func Example() {
	ctx := context.Background()
	srv, err := emulator.New(emulator.Options{}) // simulated engine, a free port
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = srv.Close() }()
	client := ecs.NewFromConfig(srv.Config())

	_, err = client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family:                  aws.String("job"),
		NetworkMode:             types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu:                     aws.String("256"),
		Memory:                  aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name:    aws.String("job"),
			Image:   aws.String("alpine"),
			Command: []string{"sh", "-c", "echo working; sleep 1; exit 3"},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	run, err := client.RunTask(ctx, &ecs.RunTaskInput{
		TaskDefinition: aws.String("job"),
		LaunchType:     types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{
			AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: srv.Subnets()},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	waiter := ecs.NewTasksStoppedWaiter(client, func(o *ecs.TasksStoppedWaiterOptions) { o.MinDelay = time.Second })
	stopped, err := waiter.WaitForOutput(ctx, &ecs.DescribeTasksInput{Tasks: []string{*run.Tasks[0].TaskArn}}, time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	task := stopped.Tasks[0]
	fmt.Printf("%s: %s, exit code %d\n", *task.LastStatus, *task.StoppedReason, *task.Containers[0].ExitCode)
	// Output: STOPPED: Essential container in task exited, exit code 3
}
