package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func (p *process) scaling() *applicationautoscaling.Client {
	o := p.client.Options()
	return applicationautoscaling.New(applicationautoscaling.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials, HTTPClient: o.HTTPClient})
}

// scaled makes a service without tasks that an alarm of its name scales to the count that its metric has.
func (p *process) scaled(name, definition string, most int) {
	p.Helper()
	_, err := p.client.CreateService(p.Context(), &ecs.CreateServiceInput{
		ServiceName: &name, TaskDefinition: &definition, DesiredCount: aws.Int32(0), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	p.must(err)
	resource := aws.String("service/default/" + name)
	_, err = p.scaling().RegisterScalableTarget(p.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: aastypes.ServiceNamespaceEcs, ResourceId: resource, ScalableDimension: aastypes.ScalableDimensionECSServiceDesiredCount,
		MinCapacity: aws.Int32(0), MaxCapacity: aws.Int32(int32(most)),
	})
	p.must(err)
	var steps []aastypes.StepAdjustment
	for n := range most {
		step := aastypes.StepAdjustment{ScalingAdjustment: aws.Int32(int32(n + 1)), MetricIntervalLowerBound: aws.Float64(float64(n))}
		if n+1 < most {
			step.MetricIntervalUpperBound = aws.Float64(float64(n + 1))
		}
		steps = append(steps, step)
	}
	policy, err := p.scaling().PutScalingPolicy(p.Context(), &applicationautoscaling.PutScalingPolicyInput{
		ServiceNamespace: aastypes.ServiceNamespaceEcs, ResourceId: resource, ScalableDimension: aastypes.ScalableDimensionECSServiceDesiredCount,
		PolicyName: &name, PolicyType: aastypes.PolicyTypeStepScaling,
		StepScalingPolicyConfiguration: &aastypes.StepScalingPolicyConfiguration{AdjustmentType: aastypes.AdjustmentTypeExactCapacity, StepAdjustments: steps},
	})
	p.must(err)
	_, err = p.cloudWatch().PutMetricAlarm(p.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("Shop"), MetricName: &name, Statistic: cwtypes.StatisticMaximum, Period: aws.Int32(86400), EvaluationPeriods: aws.Int32(1),
		Threshold: aws.Float64(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold, AlarmActions: []string{*policy.PolicyARN},
	})
	p.must(err)
}

// raise has the alarm of a service ask for a count, and reports whether the emulator has answered.
func (p *process) raise(ctx context.Context, name string, count int) bool {
	set := func(to cwtypes.StateValue, data string) bool {
		_, err := p.cloudWatch().SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
			AlarmName: &name, StateValue: to, StateReason: aws.String("a test"), StateReasonData: &data,
		}, func(o *cloudwatch.Options) { o.RetryMaxAttempts = 1 })
		return err == nil
	}
	data := fmt.Sprintf(`{"queryDate":%q,"recentDatapoints":[%d]}`, time.Now().UTC().Format("2006-01-02T15:04:05.000+0000"), count)
	return set(cwtypes.StateValueOk, "{}") && set(cwtypes.StateValueAlarm, data)
}

// steps counts the activities of a service by the count that they set.
func (p *process) steps(name string) map[string]int {
	p.Helper()
	out, err := p.scaling().DescribeScalingActivities(p.Context(), &applicationautoscaling.DescribeScalingActivitiesInput{
		ServiceNamespace: aastypes.ServiceNamespaceEcs, ResourceId: aws.String("service/default/" + name), IncludeNotScaledActivities: aws.Bool(true),
	})
	p.must(err)
	counts := map[string]int{}
	for _, a := range out.ScalingActivities {
		counts[*a.Description]++
		if a.StatusCode == aastypes.ScalingActivityStatusCodeFailed {
			p.Errorf("%s: %s %s", name, *a.Description, aws.ToString(a.StatusMessage))
		}
	}
	return counts
}

// The emulator is killed while the alarms of three services ask for one task more each time. Each step that was asked for
// is made once, and the last one is what the service has.
func TestScalingSurvivesKills(t *testing.T) {
	t.Parallel()
	kills := 18
	if testing.Short() {
		kills = 4
	}
	args := []string{"--engine", "sim", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "error"}
	p := startServe(t, args...)
	definition, err := p.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
	})
	p.must(err)
	services := []string{"a", "b", "c"}
	for _, name := range services {
		p.scaled(name, *definition.TaskDefinition.TaskDefinitionArn, kills)
	}
	accepted := map[string]int{} // the last count that was answered
	for n := range kills {
		var mu sync.Mutex
		var raising sync.WaitGroup
		answered := make(chan struct{}, len(services))
		for _, name := range services {
			raising.Go(func() {
				if p.raise(t.Context(), name, n+1) {
					mu.Lock()
					accepted[name] = n + 1
					mu.Unlock()
				}
				answered <- struct{}{}
			})
		}
		if n%2 == 0 { // else it may die before it has heard of any
			<-answered
		}
		point := time.NewTimer(time.Duration(rand.IntN(30)) * time.Millisecond)
		<-point.C
		p.kill()
		raising.Wait()
		p = startServe(t, args...)
	}
	all := 0
	for _, name := range services {
		p.eventually(name+" has what was asked for last", func() bool {
			out, err := p.client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{name}})
			p.must(err)
			s := out.Services[0]
			return int(s.DesiredCount) >= accepted[name] && s.RunningCount == s.DesiredCount
		})
		for step, count := range p.steps(name) {
			if count != 1 || !strings.HasPrefix(step, "Setting desired count to ") {
				t.Errorf("%s: %d times %s", name, count, step)
			}
			all++
		}
	}
	if all < kills/2 {
		t.Errorf("%d steps of 3 services in %d rounds: one of an alarm that was set is missing", all, kills)
	}
	t.Logf("%d steps, %d kills", all, kills)
}
