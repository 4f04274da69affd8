package composition

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	cwtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

func scaling(name string) apiclient.Operation { return apiclient.Of("application-autoscaling", name) }

func registerTarget(v *View) managedresource.Call {
	in := &sdk.RegisterScalableTargetInput{
		ResourceId: resourceID(v.Service), ScalableDimension: types.ScalableDimensionECSServiceDesiredCount, ServiceNamespace: types.ServiceNamespaceEcs,
		MinCapacity: &v.Service.Asked.MinTasks, MaxCapacity: &v.Service.Asked.MaxTasks, Tags: owners(v),
	}
	return managedresource.Ask(scaling("RegisterScalableTarget"), in, func(out *sdk.RegisterScalableTargetOutput) (string, bool) {
		return aws.ToString(out.ScalableTargetARN), true
	})
}

// changeTarget has other bounds. Tags are of new scalable targets alone.
func changeTarget(v *View, _ *express.Resource) managedresource.Call {
	c := registerTarget(v)
	in := *c.In.(*sdk.RegisterScalableTargetInput)
	in.Tags, c.In = nil, &in
	return c
}

func lookScalableTarget(v *View, _ *express.Resource) managedresource.Call {
	in := &sdk.DescribeScalableTargetsInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount, ResourceIds: []string{*resourceID(v.Service)},
	}
	return managedresource.Ask(scaling("DescribeScalableTargets"), in, func(out *sdk.DescribeScalableTargetsOutput) (string, bool) {
		for _, t := range out.ScalableTargets {
			return aws.ToString(t.ScalableTargetARN), true
		}
		return "", false
	})
}

func deregisterTarget(v *View, r *express.Resource) managedresource.Call {
	in := &sdk.DeregisterScalableTargetInput{
		ResourceId: resourceID(v.Service), ScalableDimension: types.ScalableDimensionECSServiceDesiredCount, ServiceNamespace: types.ServiceNamespaceEcs,
	}
	return managedresource.Tell(scaling("DeregisterScalableTarget"), in, r.ID)
}

func policyName(v *View) *string { return aws.String("ecs-express-gateway-" + v.eight()) }

func putPolicy(v *View) managedresource.Call {
	in := &sdk.PutScalingPolicyInput{
		PolicyName: policyName(v), ResourceId: resourceID(v.Service), ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
		ServiceNamespace: types.ServiceNamespaceEcs, PolicyType: types.PolicyTypeTargetTrackingScaling,
		TargetTrackingScalingPolicyConfiguration: tracking(v),
	}
	return managedresource.Ask(scaling("PutScalingPolicy"), in, func(out *sdk.PutScalingPolicyOutput) (string, bool) { return aws.ToString(out.PolicyARN), true })
}

// tracking is by the metric that was asked for. Requests count at both target groups: the one that serves changes with each
// deployment, and a predefined metric is of one.
func tracking(v *View) *types.TargetTrackingScalingPolicyConfiguration {
	asked := &v.Service.Asked
	c := &types.TargetTrackingScalingPolicyConfiguration{TargetValue: aws.Float64(float64(asked.Percent))}
	switch asked.Metric {
	case ecstypes.ExpressGatewayServiceScalingMetricRequestCountPerTarget:
		c.CustomizedMetricSpecification = &types.CustomizedMetricSpecification{Metrics: requestsPerTarget(v)}
	case ecstypes.ExpressGatewayServiceScalingMetricAverageMemoryUtilization:
		c.PredefinedMetricSpecification = &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeECSServiceAverageMemoryUtilization}
	default:
		c.PredefinedMetricSpecification = &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeECSServiceAverageCPUUtilization}
	}
	return c
}

func requestsPerTarget(v *View) []types.TargetTrackingMetricDataQuery {
	var list []types.TargetTrackingMetricDataQuery
	for i, k := range bothGroups {
		list = append(list, types.TargetTrackingMetricDataQuery{
			Id: aws.String([]string{"first", "second"}[i]), ReturnData: aws.Bool(false),
			MetricStat: &types.TargetTrackingMetricStat{Stat: aws.String("Sum"), Metric: &types.TargetTrackingMetric{
				Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("RequestCountPerTarget"),
				Dimensions: []types.TargetTrackingMetricDimension{{Name: aws.String("TargetGroup"), Value: aws.String(fullName(v.ID(k)))}},
			}},
		})
	}
	return append(list, types.TargetTrackingMetricDataQuery{
		Id: aws.String("requests"), Expression: aws.String("FILL(first, 0) + FILL(second, 0)"), Label: aws.String("RequestCountPerTarget"), ReturnData: aws.Bool(true),
	})
}

var bothGroups = []express.Kind{express.TargetGroup, express.AlternateTargetGroup}

// fullName is the part of an ARN by which metrics know a resource: targetgroup/web/50dc6c495c0c9188, app/web/50dc6c495c0c9188.
func fullName(id string) string {
	name := id[strings.LastIndexByte(id, ':')+1:]
	return strings.TrimPrefix(name, "loadbalancer/")
}

func lookPolicy(v *View, _ *express.Resource) managedresource.Call {
	in := &sdk.DescribeScalingPoliciesInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
		ResourceId: resourceID(v.Service), PolicyNames: []string{*policyName(v)},
	}
	return managedresource.Ask(scaling("DescribeScalingPolicies"), in, func(out *sdk.DescribeScalingPoliciesOutput) (string, bool) {
		for _, p := range out.ScalingPolicies {
			return aws.ToString(p.PolicyARN), true
		}
		return "", false
	})
}

func removePolicy(v *View, r *express.Resource) managedresource.Call {
	in := &sdk.DeleteScalingPolicyInput{
		PolicyName: policyName(v), ResourceId: resourceID(v.Service), ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
		ServiceNamespace: types.ServiceNamespaceEcs,
	}
	return managedresource.Tell(scaling("DeleteScalingPolicy"), in, r.ID)
}

func monitoring(name string) apiclient.Operation { return apiclient.Of("monitoring", name) }

func alarmName(v *View) string {
	return "ecs-express-gateway-" + managedresource.Short(v.Service.Name, 200) + "-" + v.eight()
}

// putAlarm watches the share of requests that fail, which breaks a deployment (ECS0338).
func putAlarm(v *View) managedresource.Call {
	name := alarmName(v)
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Metrics: failures(v), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, Threshold: aws.Float64(1),
		EvaluationPeriods: aws.Int32(3), DatapointsToAlarm: aws.Int32(2), TreatMissingData: aws.String("notBreaching"), ActionsEnabled: aws.Bool(false),
		AlarmDescription: aws.String("Faulty deployments of Amazon ECS Express Mode service " + v.Service.Name),
		Tags:             tagged(v, func(key, value *string) cwtypes.Tag { return cwtypes.Tag{Key: key, Value: value} }),
	}
	return managedresource.Tell(monitoring("PutMetricAlarm"), in, name)
}

func failures(v *View) []cwtypes.MetricDataQuery {
	var list []cwtypes.MetricDataQuery
	sum := map[string][]string{}
	for i, k := range bothGroups {
		for _, m := range []struct{ id, metric string }{
			{"clients", "HTTPCode_Target_4XX_Count"}, {"servers", "HTTPCode_Target_5XX_Count"}, {"requests", "RequestCount"},
		} {
			id := m.id + []string{"1", "2"}[i]
			sum[m.id] = append(sum[m.id], "FILL("+id+", 0)")
			list = append(list, cwtypes.MetricDataQuery{
				Id: &id, ReturnData: aws.Bool(false), MetricStat: &cwtypes.MetricStat{
					Period: aws.Int32(60), Stat: aws.String("Sum"), Metric: &cwtypes.Metric{
						Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String(m.metric), Dimensions: []cwtypes.Dimension{
							{Name: aws.String("LoadBalancer"), Value: aws.String(fullName(v.ID(express.LoadBalancer)))},
							{Name: aws.String("TargetGroup"), Value: aws.String(fullName(v.ID(k)))},
						},
					},
				},
			})
		}
	}
	failed := strings.Join(append(sum["clients"], sum["servers"]...), " + ")
	return append(list, cwtypes.MetricDataQuery{
		Id: aws.String("faulty"), ReturnData: aws.Bool(true), Label: aws.String("Faulty responses in percent"),
		Expression: aws.String("100 * (" + failed + ") / (" + strings.Join(sum["requests"], " + ") + ")"),
	})
}

func lookAlarm(v *View, _ *express.Resource) managedresource.Call {
	in := &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{alarmName(v)}}
	return managedresource.Ask(monitoring("DescribeAlarms"), in, func(out *cloudwatch.DescribeAlarmsOutput) (string, bool) {
		for _, a := range out.MetricAlarms {
			return aws.ToString(a.AlarmName), true
		}
		return "", false
	})
}

func removeAlarm(_ *View, r *express.Resource) managedresource.Call {
	return managedresource.Tell(monitoring("DeleteAlarms"), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{r.ID}}, r.ID)
}
