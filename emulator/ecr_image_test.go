package emulator_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// The log tells how an image that is in no registry gets the name of one in ECR.
func TestTheLogTellsHowToHaveAnImageOfECR(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	srv := emulator.Start(t, emulator.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	client := ecs.NewFromConfig(srv.Config())
	const image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/missing:1"
	_, err := client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate}, NetworkMode: types.NetworkModeAwsvpc,
		Cpu: aws.String("256"), Memory: aws.String("512"), ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/execution"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String(image)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ran, err := client.RunTask(t.Context(), &ecs.RunTaskInput{
		TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	waiter := ecs.NewTasksStoppedWaiter(client, func(o *ecs.TasksStoppedWaiterOptions) { o.MinDelay, o.MaxDelay = 10*time.Millisecond, time.Second })
	if err := waiter.Wait(t.Context(), &ecs.DescribeTasksInput{Tasks: []string{*ran.Tasks[0].TaskArn}}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if text := log.String(); strings.Count(text, "give a local one this name") != 1 || !strings.Contains(text, "image="+image) {
		t.Error(text)
	}
}
