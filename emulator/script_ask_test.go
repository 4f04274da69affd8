package emulator_test

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// scriptAsk has a task in a security group ask a server, http:// or udp://, for an answer,
// which it gets, or with ! does not.
func scriptAsk(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] ask <security group> <url>")
	}
	ctx, cancel := context.WithTimeout(context.Background(), scriptPatience)
	defer cancel()
	client := ecs.NewFromConfig(ts.Value(emulatorKey{}).(*emulator.Server).Config())
	definition, err := client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("ask"), NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("ask"), Image: aws.String(ts.Getenv("IMAGE")), Command: []string{"check", args[1]}}},
	})
	ts.Check(err)
	made, err := client.RunTask(ctx, &ecs.RunTaskInput{
		TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{"subnet-0ec5e3a1a70000001"}, SecurityGroups: []string{args[0]},
		}},
	})
	ts.Check(err)
	for {
		found, err := client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Tasks: []string{aws.ToString(made.Tasks[0].TaskArn)}})
		ts.Check(err)
		t := found.Tasks[0]
		if code := t.Containers[0].ExitCode; aws.ToString(t.LastStatus) == state.Stopped {
			if code == nil {
				ts.Fatalf("the task that asks ended: %s", aws.ToString(t.StoppedReason))
			}
			if (*code == 0) == neg {
				ts.Fatalf("%s answers a member of %s: %v", args[1], args[0], neg)
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
