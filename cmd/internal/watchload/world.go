package watchload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// world is an emulator, whose clock only moves by Advance, and clients.
type world struct {
	*emulator.Server
	ecs        *ecs.Client
	cloudwatch *cloudwatch.Client
	scaling    *applicationautoscaling.Client
}

func newWorld(srv *emulator.Server) *world {
	config := srv.Config()
	return &world{srv, ecs.NewFromConfig(config), cloudwatch.NewFromConfig(config), applicationautoscaling.NewFromConfig(config)}
}

// putAlarm makes an alarm that is OK below 80; dimensions are names and values.
func (w *world) putAlarm(ctx context.Context, i int, namespace, metric string, dimensions ...string) error {
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String(fmt.Sprint("alarm-", i)), Namespace: &namespace, MetricName: &metric, Statistic: types.StatisticAverage, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(80), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
	}
	for i := 0; i < len(dimensions); i += 2 {
		in.Dimensions = append(in.Dimensions, types.Dimension{Name: &dimensions[i], Value: &dimensions[i+1]})
	}
	_, err := w.cloudwatch.PutMetricAlarm(ctx, in)
	return err
}

// allAre says if not all alarms are in a state.
func (w *world) allAre(ctx context.Context, state types.StateValue, alarms int) error {
	n := 0
	pages := cloudwatch.NewDescribeAlarmsPaginator(w.cloudwatch, &cloudwatch.DescribeAlarmsInput{StateValue: state, MaxRecords: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		n += len(page.MetricAlarms)
	}
	if n != alarms {
		return fmt.Errorf("%d of %d alarms are %s", n, alarms, state)
	}
	return nil
}

// services makes services with a task each, and waits until these run.
func (w *world) services(ctx context.Context, n int) error {
	_, err := w.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: ecstypes.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []ecstypes.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
	})
	if err != nil {
		return err
	}
	for i := range n {
		_, err := w.ecs.CreateService(ctx, &ecs.CreateServiceInput{
			ServiceName: aws.String(fmt.Sprint("service-", i)), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(1), LaunchType: ecstypes.LaunchTypeFargate,
			NetworkConfiguration: &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}}},
		})
		if err != nil {
			return err
		}
	}
	return w.Clock().Advance(time.Minute)
}

// trackedServices makes services that are scaled by their CPU.
func (w *world) trackedServices(ctx context.Context, n int) error {
	if err := w.services(ctx, n); err != nil {
		return err
	}
	for i := range n {
		id := aws.String(fmt.Sprint("service/default/service-", i))
		_, err := w.scaling.RegisterScalableTarget(ctx, &applicationautoscaling.RegisterScalableTargetInput{
			ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount, ResourceId: id,
			MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(3),
		})
		_, policyErr := w.scaling.PutScalingPolicy(ctx, &applicationautoscaling.PutScalingPolicyInput{
			ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount, ResourceId: id,
			PolicyName: aws.String("cpu"), PolicyType: scaling.PolicyTypeTargetTrackingScaling,
			TargetTrackingScalingPolicyConfiguration: &scaling.TargetTrackingScalingPolicyConfiguration{
				TargetValue: aws.Float64(50), PredefinedMetricSpecification: &scaling.PredefinedMetricSpecification{PredefinedMetricType: scaling.MetricTypeECSServiceAverageCPUUtilization},
			},
		})
		if err := errors.Join(err, policyErr); err != nil {
			return err
		}
	}
	return nil
}
