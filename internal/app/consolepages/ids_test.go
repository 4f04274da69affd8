package consolepages_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Names that are alike once they are put together do not give two elements of a page the same id: a browser would put the changes of
// one into the other.
func TestIDsOfNamesThatAreAlike(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t, emulator.Options{})
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	_, err := w.ecs.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{Family: aws.String("job"), ContainerDefinitions: []types.ContainerDefinition{
		{Name: aws.String("app"), Image: aws.String("shop/job"), Memory: aws.Int32(64)},
	}})
	w.must(err)
	for cluster, service := range map[string]string{"a-b": "c", "a": "b-c"} {
		w.scaled(cluster, service)
	}
	// Two policies have the alarm "a b".
	var actions []string
	scaling := applicationautoscaling.NewFromConfig(srv.Config())
	for _, policy := range []string{"up", "up-again"} {
		out, err := scaling.PutScalingPolicy(t.Context(), &applicationautoscaling.PutScalingPolicyInput{
			ServiceNamespace: autoscaling.ServiceNamespaceEcs, ResourceId: aws.String("service/a/b-c"), ScalableDimension: autoscaling.ScalableDimensionECSServiceDesiredCount,
			PolicyName: &policy, PolicyType: autoscaling.PolicyTypeStepScaling, StepScalingPolicyConfiguration: &autoscaling.StepScalingPolicyConfiguration{
				AdjustmentType: autoscaling.AdjustmentTypeChangeInCapacity, StepAdjustments: []autoscaling.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}},
			},
		})
		w.must(err)
		actions = append(actions, *out.PolicyARN)
	}
	for _, name := range []string{"a b", "a_b"} {
		_, err := cloudwatch.NewFromConfig(srv.Config()).PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
			AlarmName: &name, Namespace: aws.String("Shop"), MetricName: aws.String("Latency"), Statistic: cloudwatchtypes.StatisticAverage, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1),
			Threshold: aws.Float64(1), ComparisonOperator: cloudwatchtypes.ComparisonOperatorGreaterThanThreshold, AlarmActions: actions,
		})
		w.must(err)
	}
	w.shows("", ok, "/services/a-b/c", "/services/a/b-c")
	w.shows("/scaling", ok, ">a-b/c<", ">a/b-c<")
	w.shows("/scaling/a/b-c", ok, "up-again")
	w.shows("/services/a/b-c", ok, "up-again")
	w.shows("/alarms", ok, "a b", "a_b")
}

// scaled creates a service that finds no container instance, and has it scaled.
func (w *world) scaled(cluster, service string) {
	w.Helper()
	_, err := w.ecs.CreateCluster(w.Context(), &ecs.CreateClusterInput{ClusterName: &cluster})
	w.must(err)
	_, err = w.ecs.CreateService(w.Context(), &ecs.CreateServiceInput{
		Cluster: &cluster, ServiceName: &service, TaskDefinition: aws.String("job"), DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeEc2,
	})
	w.must(err)
	_, err = applicationautoscaling.NewFromConfig(w.srv.Config()).RegisterScalableTarget(w.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: autoscaling.ServiceNamespaceEcs, ResourceId: aws.String("service/" + cluster + "/" + service),
		ScalableDimension: autoscaling.ScalableDimensionECSServiceDesiredCount, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(2),
	})
	w.must(err)
}
