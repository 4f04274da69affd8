package eventload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const hours = 365 * 24

// year is for how many seconds the clock goes through a year in which a schedule starts a task of a minute each hour.
func year(ctx context.Context) (seconds float64, err error) {
	err = with(emulator.Options{}, func(w *world) error {
		if err := w.hourly(ctx); err != nil {
			return err
		}
		began := time.Now()
		if err := w.Clock().Advance(hours*time.Hour + 2*time.Minute); err != nil {
			return err
		}
		seconds = time.Since(began).Seconds()
		started, err := w.sent(ctx)
		if err != nil || started != hours && started != hours+1 { // it is due at once as well
			return errors.Join(err, fmt.Errorf("%d tasks were started in a year of %d hours", started, hours))
		}
		return nil
	})
	return seconds, err
}

// hourly has a schedule start a task each hour, which ends after a minute.
func (w *world) hourly(ctx context.Context) error {
	_, err := w.client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("job"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("app"), DockerLabels: map[string]string{"ecs-emulator.sim.run-for": "1m"},
		}},
	})
	_, clusterErr := w.client.CreateCluster(ctx, &ecs.CreateClusterInput{})
	const account = "arn:aws:ecs:us-east-1:000000000000:"
	_, scheduleErr := scheduler.NewFromConfig(w.Config()).CreateSchedule(ctx, &scheduler.CreateScheduleInput{
		Name: aws.String("hourly"), ScheduleExpression: aws.String("rate(1 hour)"),
		FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
		Target: &schedulertypes.Target{
			Arn: aws.String(account + "cluster/default"), RoleArn: aws.String("arn:aws:iam::000000000000:role/scheduler"),
			EcsParameters: &schedulertypes.EcsParameters{
				TaskDefinitionArn: aws.String(account + "task-definition/job"), LaunchType: schedulertypes.LaunchTypeFargate,
				NetworkConfiguration: &schedulertypes.NetworkConfiguration{AwsvpcConfiguration: &schedulertypes.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}}},
			},
		},
	})
	return errors.Join(err, clusterErr, scheduleErr)
}
