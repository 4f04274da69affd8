package emulator_test

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"pgregory.net/rapid"
)

// putAlarm makes the alarm that deployments may name.
func (m *model) putAlarm() {
	m.Helper()
	_, err := cloudwatch.NewFromConfig(m.srv.Config()).PutMetricAlarm(m.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("slow"), Namespace: aws.String("web"), MetricName: aws.String("latency"), Statistic: cwtypes.StatisticAverage,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
	})
	m.must(err)
}

func (m *model) alarm(to cwtypes.StateValue) {
	m.Helper()
	m.steps = append(m.steps, string(to))
	_, err := cloudwatch.NewFromConfig(m.srv.Config()).SetAlarmState(m.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: aws.String("slow"), StateValue: to, StateReason: aws.String("a rehearsal"),
	})
	m.must(err)
}

// remake deletes the service at any stage, and makes it anew. Nothing of it goes on, and a deployment
// that was under way has not succeeded, unless it was a rolling update.
func (m *model) remake(r *rapid.T) {
	m.Helper()
	arn := *m.last().ServiceDeploymentArn
	_, err := m.client.DeleteService(m.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
	m.must(err)
	was := m.serviceDeployment(arn) // it may have gone on until the service was deleted
	if rapid.Bool().Draw(r, "restart") {
		m.steps = append(m.steps, "restart")
		m.srv.Die()
		m.open()
	}
	for end := 60; aws.ToString(m.service("web").Status) != "INACTIVE"; end-- {
		if end == 0 {
			r.Fatalf("the service is %s", *m.service("web").Status)
		}
		m.must(m.srv.Clock().Advance(10 * time.Second))
	}
	is, shifts := m.serviceDeployment(arn), was.DeploymentConfiguration.Strategy != types.DeploymentStrategyRolling
	if is.FinishedAt == nil || shifts && was.FinishedAt == nil &&
		(is.Status == types.ServiceDeploymentStatusSuccessful || is.Status == types.ServiceDeploymentStatusRollbackSuccessful) {
		r.Fatalf("its deployment was %s at %s and is %s", was.Status, was.LifecycleStage, is.Status)
	}
	if tasks, healthy := m.listTasks(), m.healthyTargets(); len(tasks) > 0 || healthy != [2]int{} {
		r.Fatalf("%d tasks and %v healthy targets are left", len(tasks), healthy)
	}
	before := m.weights(m.live) // the rule stays, and may have led to tasks of the old service until these stopped
	m.createService(types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0)})
	m.served(r, before)
}

func (m *model) serviceDeployment(arn string) types.ServiceDeployment {
	m.Helper()
	out, err := m.client.DescribeServiceDeployments(m.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{arn}})
	m.must(err)
	return out.ServiceDeployments[0]
}
