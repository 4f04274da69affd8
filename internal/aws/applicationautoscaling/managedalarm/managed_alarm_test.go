package managedalarm_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/managedalarm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	scope = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	of    = applicationautoscaling.ResourceOfService(scope.Service("c", "web"))
	begin = time.Date(2026, 9, 17, 1, 39, 3, 0, time.UTC)
)

// made are the alarms of a configuration.
func made(t *testing.T, c *types.TargetTrackingScalingPolicyConfiguration) (alarms []*cloudwatch.Alarm) {
	t.Helper()
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Update(func(tx *store.Tx) error {
		p := managedalarm.Replace(tx, &applicationautoscaling.Policy{Of: of, TargetID: "id", Name: "p", CreatedBy: "uuid", Tracking: c}, begin)
		for _, name := range p.Alarms {
			alarms = append(alarms, cloudwatch.Alarms.Find(tx, scope, name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return alarms
}

func predefined(metric types.MetricType, label *string) *types.TargetTrackingScalingPolicyConfiguration {
	return &types.TargetTrackingScalingPolicyConfiguration{PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: metric, ResourceLabel: label}}
}

// Each metric has the alarms that were recorded.
func TestAlarms(t *testing.T) {
	const service = `[{"Name":"ClusterName","Value":"c"},{"Name":"ServiceName","Value":"web"}]`
	for _, test := range []struct {
		name             string
		target, low      float64
		of               *types.TargetTrackingScalingPolicyConfiguration
		namespace        string
		metric           string
		statistic, unit  string
		dimensions       string
		period           int32
		periods, lowOnes int32
	}{
		{"cpu", 50, 45, predefined(types.MetricTypeECSServiceAverageCPUUtilization, nil), "AWS/ECS", "CPUUtilization", "Average", "Percent", service, 60, 3, 15},
		{"memory", 70, 63, predefined(types.MetricTypeECSServiceAverageMemoryUtilization, nil), "AWS/ECS", "MemoryUtilization", "Average", "Percent", service, 60, 3, 15},
		{"fine", 50, 45, predefined(managedalarm.CPUHighResolution, nil), "AWS/ECS", "CPUUtilization", "Average", "Percent", service, 20, 3, 30},
		{"requests", 20, 18, predefined(types.MetricTypeALBRequestCountPerTarget, aws.String("app/a/1/targetgroup/b/2")), "AWS/ApplicationELB", "RequestCountPerTarget", "Sum", "None",
			`[{"Name":"LoadBalancer","Value":"app/a/1"},{"Name":"TargetGroup","Value":"targetgroup/b/2"}]`, 60, 3, 15},
		{"custom", 1, 0.9, &types.TargetTrackingScalingPolicyConfiguration{CustomizedMetricSpecification: &types.CustomizedMetricSpecification{
			Namespace: aws.String("Shop"), MetricName: aws.String("Jobs"), Statistic: types.MetricStatisticSum,
		}}, "Shop", "Jobs", "Sum", "", `[]`, 60, 3, 15},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.of.TargetValue = &test.target
			alarms := made(t, test.of)
			if len(alarms) != 2 {
				t.Fatalf("%d alarms", len(alarms))
			}
			const policy = "arn:aws:autoscaling:us-east-1:000000000000:scalingPolicy:id:resource/ecs/service/c/web:policyName/p:createdBy/uuid"
			for i, want := range []struct {
				comparison string
				threshold  float64
				periods    int32
			}{{"GreaterThanThreshold", test.target, test.periods}, {"LessThanThreshold", test.low, test.lowOnes}} {
				a := alarms[i]
				dimensions, err := json.Marshal(a.Dimensions)
				if err != nil {
					t.Fatal(err)
				}
				if string(a.Comparison) != want.comparison || a.Threshold != want.threshold || a.EvaluationPeriods != want.periods {
					t.Errorf("%s %v, %d periods", a.Comparison, a.Threshold, a.EvaluationPeriods)
				}
				if a.Namespace != test.namespace || a.Metric != test.metric || string(a.Statistic) != test.statistic || string(a.Unit) != test.unit ||
					string(dimensions) != test.dimensions || a.Period != test.period {
					t.Errorf("it looks at %+v", a.Settings)
				}
				if *a.Description != "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy "+policy+"." || len(a.AlarmActions) != 1 || a.AlarmActions[0] != policy ||
					!a.ActionsEnabled || a.DatapointsToAlarm != nil || a.TreatMissingData != nil || a.State != "INSUFFICIENT_DATA" {
					t.Errorf("%+v", a)
				}
			}
		})
	}
}

// Alarms of metric math have the queries, each with a period.
func TestAlarmsOfMath(t *testing.T) {
	target := 10.0
	alarms := made(t, &types.TargetTrackingScalingPolicyConfiguration{
		TargetValue: &target, DisableScaleIn: aws.Bool(true),
		CustomizedMetricSpecification: &types.CustomizedMetricSpecification{Metrics: []types.TargetTrackingMetricDataQuery{
			{Id: aws.String("work"), ReturnData: aws.Bool(false), MetricStat: &types.TargetTrackingMetricStat{
				Stat: aws.String("Sum"), Unit: aws.String("Count"), Metric: &types.TargetTrackingMetric{Namespace: aws.String("Shop"), MetricName: aws.String("Work")},
			}},
			{Id: aws.String("half"), Expression: aws.String("work / 2"), ReturnData: aws.Bool(true)},
		}},
	})
	if len(alarms) != 1 {
		t.Fatalf("%d alarms of a policy that does not scale in", len(alarms))
	}
	a := alarms[0]
	text, err := json.Marshal(a.Metrics)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"Id":"work","AccountId":null,"Expression":null,"Label":null,"MetricStat":{"Metric":{"Dimensions":[],"MetricName":"Work","Namespace":"Shop"},"Period":60,"Stat":"Sum","Unit":"Count"},"Period":null,"ReturnData":false},` +
		`{"Id":"half","AccountId":null,"Expression":"work / 2","Label":null,"MetricStat":null,"Period":60,"ReturnData":true}]`
	if string(text) != want || a.Namespace != "" || a.Metric != "" || a.Statistic != "" || a.Period != 0 {
		t.Errorf("%s, %+v", text, a.Settings)
	}
}
