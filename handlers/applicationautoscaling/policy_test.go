package applicationautoscaling_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// described is a policy of the service web.
func (s *scene) described(name string) types.ScalingPolicy {
	s.t.Helper()
	got := apitest.OK(s.t, s.DescribeScalingPolicies, &sdk.DescribeScalingPoliciesInput{
		ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, PolicyNames: []string{name},
	})
	if len(got.ScalingPolicies) != 1 {
		s.t.Fatalf("%d policies are called %s", len(got.ScalingPolicies), name)
	}
	return got.ScalingPolicies[0]
}

// A step policy is told as it was given, and keeps its type and steps where a request leaves them out.
func TestStepPolicies(t *testing.T) {
	s := registered(t)
	made := apitest.OK(t, s.PutScalingPolicy, exact("step"))
	target := apitest.OK(t, s.DescribeScalableTargets, &sdk.DescribeScalableTargetsInput{ServiceNamespace: namespace}).ScalableTargets[0]
	id := (*target.ScalableTargetARN)[strings.LastIndex(*target.ScalableTargetARN, "/0ec5")+5:]
	want := "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:" + strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-") +
		":resource/ecs/service/c/web:policyName/step"
	if *made.PolicyARN != want || len(made.Alarms) != 0 {
		t.Errorf("%+v, not %s", made, want)
	}
	given := exact("step").StepScalingPolicyConfiguration
	if got := s.described("step"); !reflect.DeepEqual(got.StepScalingPolicyConfiguration, given) || got.PolicyType != types.PolicyTypeStepScaling || *got.PolicyARN != want {
		t.Errorf("%+v", got)
	}
	change := func(c *types.StepScalingPolicyConfiguration) *types.StepScalingPolicyConfiguration {
		t.Helper()
		apitest.OK(t, s.PutScalingPolicy, put("step", func(in *sdk.PutScalingPolicyInput) { in.StepScalingPolicyConfiguration = c }))
		return s.described("step").StepScalingPolicyConfiguration
	}
	cooled := *given
	cooled.Cooldown = aws.Int32(17)
	if got := change(&types.StepScalingPolicyConfiguration{Cooldown: aws.Int32(17)}); !reflect.DeepEqual(got, &cooled) {
		t.Errorf("with a cool-down: %+v", got)
	}
	if got := change(nil); !reflect.DeepEqual(got, &cooled) {
		t.Errorf("with nothing: %+v", got)
	}
	if got := change(&types.StepScalingPolicyConfiguration{}); !reflect.DeepEqual(got, given) {
		t.Errorf("with an empty configuration: %+v", got)
	}
}

func TestTrackingPolicies(t *testing.T) {
	s := registered(t)
	made := apitest.OK(t, s.PutScalingPolicy, tracking("cpu", 50, types.MetricTypeECSServiceAverageCPUUtilization))
	if len(made.Alarms) != 2 || !strings.HasPrefix(*made.Alarms[0].AlarmName, "TargetTracking-service/c/web-AlarmHigh-") ||
		!strings.HasPrefix(*made.Alarms[1].AlarmName, "TargetTracking-service/c/web-AlarmLow-") ||
		*made.Alarms[0].AlarmARN != "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:"+*made.Alarms[0].AlarmName {
		t.Errorf("%+v", made.Alarms)
	}
	first := s.described("cpu")
	if c := first.TargetTrackingScalingPolicyConfiguration; *c.TargetValue != 50 || c.DisableScaleIn != nil || c.ScaleInCooldown != nil || c.ScaleOutCooldown != nil {
		t.Errorf("%+v", c)
	}

	s.now = s.now.Add(1e9)
	again := apitest.OK(t, s.PutScalingPolicy, put("cpu", func(in *sdk.PutScalingPolicyInput) {
		in.TargetTrackingScalingPolicyConfiguration = &types.TargetTrackingScalingPolicyConfiguration{TargetValue: aws.Float64(60), DisableScaleIn: aws.Bool(true)}
	}))
	second := s.described("cpu")
	if len(again.Alarms) != 1 || *again.Alarms[0].AlarmName == *made.Alarms[0].AlarmName || *again.PolicyARN != *made.PolicyARN || !second.CreationTime.Equal(*first.CreationTime) {
		t.Errorf("%+v, %+v", again, second)
	}
	if c := second.TargetTrackingScalingPolicyConfiguration; *c.TargetValue != 60 || c.PredefinedMetricSpecification == nil || !*c.DisableScaleIn {
		t.Errorf("%+v", c)
	}
	if alarms := s.alarms(); len(alarms) != 1 || alarms[0].Name != *again.Alarms[0].AlarmName || alarms[0].Threshold != 60 {
		t.Errorf("%+v", alarms)
	}

	gone := &sdk.DeleteScalingPolicyInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, PolicyName: aws.String("cpu")}
	apitest.OK(t, s.DeleteScalingPolicy, gone)
	apitest.Refused(t, s.DeleteScalingPolicy, gone, "ObjectNotFoundException",
		"No scaling policy found for service namespace: ecs, resource ID: service/c/web, scalable dimension: ecs:service:DesiredCount, policy name: cpu")
	if alarms := s.alarms(); len(alarms) != 0 {
		t.Errorf("alarms are left: %+v", alarms)
	}
}

// A target takes all along that belongs to it.
func TestDeregisteredTargets(t *testing.T) {
	s := registered(t)
	apitest.OK(t, s.PutScalingPolicy, tracking("cpu", 50, types.MetricTypeECSServiceAverageCPUUtilization))
	apitest.OK(t, s.PutScheduledAction, nightly(func(*sdk.PutScheduledActionInput) {}))
	apitest.OK(t, s.DeregisterScalableTarget, &sdk.DeregisterScalableTargetInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension})
	policies := apitest.OK(t, s.DescribeScalingPolicies, &sdk.DescribeScalingPoliciesInput{ServiceNamespace: namespace})
	actions := apitest.OK(t, s.DescribeScheduledActions, &sdk.DescribeScheduledActionsInput{ServiceNamespace: namespace})
	if len(policies.ScalingPolicies)+len(actions.ScheduledActions)+len(s.alarms()) > 0 {
		t.Errorf("%+v, %+v, %+v", policies, actions, s.alarms())
	}
	const none = "No scalable target registered for service namespace: ecs, resource ID: service/c/web, scalable dimension: ecs:service:DesiredCount"
	apitest.Refused(t, s.PutScalingPolicy, exact("step"), "ObjectNotFoundException", none)
	apitest.Refused(t, s.PutScheduledAction, nightly(func(*sdk.PutScheduledActionInput) {}), "ObjectNotFoundException", none)
	apitest.Refused(t, s.DeleteScalingPolicy, &sdk.DeleteScalingPolicyInput{ServiceNamespace: namespace, ResourceId: web, ScalableDimension: dimension, PolicyName: aws.String("cpu")},
		"ObjectNotFoundException", none)
}

func TestRefusedStepPolicies(t *testing.T) {
	s := registered(t)
	apitest.OK(t, s.PutScalingPolicy, exact("step"))
	zero, one, two := aws.Float64(0), aws.Float64(1), aws.Float64(2)
	for _, test := range []struct {
		text   string
		change func(in *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration)
	}{
		{"Scaling policy type must be specified", func(in *sdk.PutScalingPolicyInput, _ *types.StepScalingPolicyConfiguration) { in.PolicyType = "" }},
		{"1 validation error detected: Value 'SimpleScaling' at 'policyType' failed to satisfy constraint: Member must satisfy enum value set: " +
			"[PredictiveScaling, RightSizing, StepScaling, TargetTrackingScaling]", func(in *sdk.PutScalingPolicyInput, _ *types.StepScalingPolicyConfiguration) {
			in.PolicyType = "SimpleScaling"
		}},
		{"1 validation error detected: Value 'café' at 'policyName' failed to satisfy constraint: Member must satisfy regular expression pattern: \\p{Print}+",
			func(in *sdk.PutScalingPolicyInput, _ *types.StepScalingPolicyConfiguration) {
				in.PolicyName = aws.String("café")
			}},
		{"StepScaling policy configuration must be specified", func(in *sdk.PutScalingPolicyInput, _ *types.StepScalingPolicyConfiguration) {
			in.StepScalingPolicyConfiguration = nil
		}},
		{"Adjustment type must be specified", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			*c = types.StepScalingPolicyConfiguration{}
		}},
		{"There must be at least one step adjustment", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{}
		}},
		{"Step adjustment intervals cannot have gaps between them", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{step(nil, zero, -1), step(one, nil, 1)}
		}},
		{"Step adjustment intervals cannot overlap", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{step(nil, two, -1), step(one, nil, 1)}
		}},
		{"Both lower and upper bounds of a step adjustment cannot be left unspecified", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{step(nil, nil, 1)}
		}},
		{"Lower bound must be less than upper bound for a step adjustment", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{step(two, one, 1)}
		}},
		{"At most one step adjustment may have an unspecified lower bound", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{step(nil, one, 1), step(nil, zero, 1), step(one, nil, 1)}
		}},
		{"At most one step adjustment may have an unspecified upper bound", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{step(nil, zero, 1), step(zero, nil, 1), step(two, nil, 1)}
		}},
		{"There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative lower bound", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{step(aws.Float64(-1), zero, 1), step(zero, nil, 1)}
		}},
		{"There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper bound", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{step(zero, one, 1)}
		}},
		{"Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.StepAdjustments = []types.StepAdjustment{step(nil, zero, -1), step(zero, nil, 1)}
		}},
		{"Minimum adjustment magnitude is only allowed for adjustment type PercentChangeInCapacity", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.MinAdjustmentMagnitude = aws.Int32(2)
		}},
		{"Cooldown must be nonnegative", func(_ *sdk.PutScalingPolicyInput, c *types.StepScalingPolicyConfiguration) {
			c.Cooldown = aws.Int32(-1)
		}},
		{"You must only provide a single scaling policy configuration, which must match the scaling policy type specified.",
			func(in *sdk.PutScalingPolicyInput, _ *types.StepScalingPolicyConfiguration) {
				in.TargetTrackingScalingPolicyConfiguration = tracking("", 50, types.MetricTypeECSServiceAverageCPUUtilization).TargetTrackingScalingPolicyConfiguration
			}},
		{"You cannot change a StepScaling policy to a non StepScaling policy, or vice versa.", func(in *sdk.PutScalingPolicyInput, _ *types.StepScalingPolicyConfiguration) {
			*in = *tracking("step", 50, types.MetricTypeECSServiceAverageCPUUtilization)
		}},
	} {
		in := exact("bad")
		test.change(in, in.StepScalingPolicyConfiguration)
		apitest.Refused(t, s.PutScalingPolicy, in, "ValidationException", test.text)
	}
	const page = "; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/application-autoscaling.md."
	apitest.Refused(t, s.PutScalingPolicy, put("forecast", func(in *sdk.PutScalingPolicyInput) { in.PolicyType = types.PolicyTypePredictiveScaling }),
		"NotImplementedException", "ecs-emulator does not implement policies of type PredictiveScaling"+page)
	if got := s.described("step"); got.PolicyType != types.PolicyTypeStepScaling {
		t.Errorf("what was refused changed %+v", got)
	}
}

func TestRefusedTrackingPolicies(t *testing.T) {
	s := registered(t)
	const cpu, memory, requests = types.MetricTypeECSServiceAverageCPUUtilization, types.MetricTypeECSServiceAverageMemoryUtilization, types.MetricTypeALBRequestCountPerTarget
	apitest.OK(t, s.PutScalingPolicy, tracking("cpu", 50, cpu))
	for _, test := range []struct {
		text   string
		change func(in *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration)
	}{
		{"TargetTrackingScaling policy configuration must be specified", func(in *sdk.PutScalingPolicyInput, _ *types.TargetTrackingScalingPolicyConfiguration) {
			in.TargetTrackingScalingPolicyConfiguration = nil
		}},
		{"For target tracking scaling, target value must be between '8.51592E-109' and '1.174271E108', but was '0.0'.",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				*c.TargetValue = 0
			}},
		{"For target tracking scaling, target value must be between '8.51592E-109' and '1.174271E108', but was '-1.0'.",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				*c.TargetValue = -1
			}},
		{"For target tracking scaling, target value must be between '8.51592E-109' and '1.174271E108', but was '1.5E110'.",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				*c.TargetValue = 1.5e110
			}},
		{"PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling.",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				c.PredefinedMetricSpecification = nil
			}},
		{"Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be set for target tracking scaling.",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				c.CustomizedMetricSpecification = &types.CustomizedMetricSpecification{}
			}},
		{"Resource label should be specified for predefined metric type ALBRequestCountPerTarget",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				c.PredefinedMetricSpecification.PredefinedMetricType = requests
			}},
		{"Invalid resource label 'net/a/1/targetgroup/b/1' for predefined metric type ALBRequestCountPerTarget",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				c.PredefinedMetricSpecification = &types.PredefinedMetricSpecification{PredefinedMetricType: requests, ResourceLabel: aws.String("net/a/1/targetgroup/b/1")}
			}},
		{"Target group targetgroup/c/d is not attached to resource service/c/web",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				c.PredefinedMetricSpecification = &types.PredefinedMetricSpecification{PredefinedMetricType: requests, ResourceLabel: aws.String("app/a/b/targetgroup/c/d")}
			}},
		{"Predefined metric type DynamoDBReadCapacityUtilization is not supported for service namespace ecs",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				c.PredefinedMetricSpecification.PredefinedMetricType = types.MetricTypeDynamoDBReadCapacityUtilization
			}},
		{"The customized metric specification is not valid. You can use a specification with metric math or a specification without metric math, but not a combination of both.",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				c.PredefinedMetricSpecification, c.CustomizedMetricSpecification = nil, queries(query("work", "Work", true))
				c.CustomizedMetricSpecification.MetricName = aws.String("Work")
			}},
		{"High-resolution metrics are not fully enabled on the ECS service.",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				c.PredefinedMetricSpecification.PredefinedMetricType = memory + "HighResolution"
			}},
		{"Cooldown must be nonnegative", func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
			c.ScaleInCooldown = aws.Int32(-1)
		}},
		{"Only one TargetTrackingScaling policy for a given metric specification is allowed.",
			func(_ *sdk.PutScalingPolicyInput, c *types.TargetTrackingScalingPolicyConfiguration) {
				c.PredefinedMetricSpecification.PredefinedMetricType = cpu
			}},
	} {
		in := tracking("bad", 60, memory)
		test.change(in, in.TargetTrackingScalingPolicyConfiguration)
		apitest.Refused(t, s.PutScalingPolicy, in, "ValidationException", test.text)
	}
	apitest.OK(t, s.PutScalingPolicy, tracking("fine", 50, cpu+"HighResolution")) // another metric than cpu
	s.update(func(tx *store.Tx) {
		service := state.FindService(tx, scope.Service("c", "web")).Clone()
		service.Deployments[0].RolloutState = "IN_PROGRESS"
		state.PutService(tx, service)
	})
	apitest.Refused(t, s.PutScalingPolicy, tracking("fine", 50, cpu+"HighResolution"), "ValidationException",
		"High-resolution metrics are not fully enabled on the ECS service.")
	if alarms := s.alarms(); len(alarms) != 4 {
		t.Errorf("%+v", alarms)
	}
}
