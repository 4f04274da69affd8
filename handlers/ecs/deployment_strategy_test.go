package ecs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const hookFunction = "arn:aws:lambda:eu-west-1:123456789012:function:gate"

// traffic is a load balancer of either kind whose production rule leads to two target groups.
type traffic struct {
	blue, green      string
	production, test string // rules of an application load balancer, listeners of a network load balancer
	onlyBlue, alb    string // a rule that leads to one of the groups; a listener
	balancer         types.LoadBalancer
}

// traffic puts a load balancer, app or net, for port 80 of the container app.
func (s *server) traffic(t testing.TB, kind string) traffic {
	t.Helper()
	prefix := "arn:aws:elasticloadbalancing:" + testRegion + ":" + testAccount + ":"
	id := prefix + "loadbalancer/" + kind + "/web/0123456789abcdef"
	x := traffic{blue: elbv2.NewTargetGroupARN(testScope, "blue"), green: elbv2.NewTargetGroupARN(testScope, "green")}
	forward := func(groups ...string) []elb.Action {
		var tuples []elb.TargetGroupTuple
		for i, group := range groups {
			tuples = append(tuples, elb.TargetGroupTuple{TargetGroupArn: aws.String(group), Weight: aws.Int32(int32(100 * (1 - i)))})
		}
		return []elb.Action{{Type: elb.ActionTypeEnumForward, ForwardConfig: &elb.ForwardActionConfig{TargetGroups: tuples}}}
	}
	s.update(t, func(tx *store.Tx) {
		protocol := elb.ProtocolEnumHttp
		if kind == "net" {
			protocol = elb.ProtocolEnumTcp
		}
		for _, group := range []string{x.blue, x.green} {
			elbv2.PutTargetGroup(tx, &elbv2.TargetGroup{Scope: testScope, ARN: group, Name: group, Type: elb.TargetTypeEnumIp, Protocol: protocol})
		}
		listen := func(port int32, groups ...string) *elbv2.Listener {
			l := &elbv2.Listener{Scope: testScope, ARN: elbv2.NewListenerARN(id), LoadBalancer: id, Port: port, Protocol: protocol, Actions: forward(groups...)}
			l.DefaultRule = elbv2.NewRuleARN(l.ARN)
			elbv2.PutListener(tx, l)
			return l
		}
		production, test := listen(80, x.blue, x.green), listen(8080, x.blue, x.green)
		x.production, x.test, x.alb = production.DefaultRule, test.DefaultRule, production.ARN
		if kind == "net" {
			x.production, x.test = production.ARN, test.ARN
		}
		only := &elbv2.Rule{ARN: elbv2.NewRuleARN(production.ARN), Listener: production.ARN, LoadBalancer: id, Priority: 1, Actions: forward(x.blue)}
		elbv2.PutRule(tx, only)
		x.onlyBlue = only.ARN
	})
	x.balancer = types.LoadBalancer{
		TargetGroupArn: &x.blue, ContainerName: aws.String("app"), ContainerPort: aws.Int32(80),
		AdvancedConfiguration: &types.AdvancedConfiguration{
			AlternateTargetGroupArn: &x.green, ProductionListenerRule: &x.production, RoleArn: aws.String(infrastructureRole),
		},
	}
	return x
}

// with is the load balancer with a change of its advancedConfiguration.
func (x traffic) with(change func(*types.AdvancedConfiguration)) types.LoadBalancer {
	changed, b := *x.balancer.AdvancedConfiguration, x.balancer
	change(&changed)
	b.AdvancedConfiguration = &changed
	return b
}

func (s *server) fargateWithPort(t testing.TB, family string) {
	t.Helper()
	s.fargate(t, family, func(in *sdk.RegisterTaskDefinitionInput) {
		in.ContainerDefinitions[0].PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(80)}}
	})
}

// TestAdvancedConfigurationRefusals changes a request that differs from one that works in where its
// traffic is shifted.
func TestAdvancedConfigurationRefusals(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	x := s.traffic(t, "app")
	lone := elbv2.NewTargetGroupARN(testScope, "lone")
	instances := elbv2.NewTargetGroupARN(testScope, "instances")
	s.update(t, func(tx *store.Tx) {
		for group, kind := range map[string]elb.TargetTypeEnum{lone: elb.TargetTypeEnumIp, instances: elb.TargetTypeEnumInstance} {
			elbv2.PutTargetGroup(tx, &elbv2.TargetGroup{Scope: testScope, ARN: group, Name: group, Type: kind, Protocol: elb.ProtocolEnumHttp})
		}
		elbv2.PutRule(tx, &elbv2.Rule{ARN: x.onlyBlue + "0", Listener: x.alb, Priority: 2, LoadBalancer: "lb",
			Actions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &instances}}})
	})
	alternate := func(group string) []types.LoadBalancer {
		return []types.LoadBalancer{x.with(func(c *types.AdvancedConfiguration) { c.AlternateTargetGroupArn = &group })}
	}
	rules := func(production, test string) []types.LoadBalancer {
		return []types.LoadBalancer{x.with(func(c *types.AdvancedConfiguration) {
			c.ProductionListenerRule, c.TestListenerRule = &production, &test
		})}
	}
	plain := x.balancer
	plain.AdvancedConfiguration = nil
	other := x.balancer
	other.TargetGroupArn, other.AdvancedConfiguration = aws.String("other"), nil
	for _, c := range []struct {
		name, message string
		balancers     []types.LoadBalancer
	}{
		{"Classic Load Balancer", "advancedConfiguration field is not allowed with ELBv1 loadBalancers",
			[]types.LoadBalancer{{LoadBalancerName: aws.String("elb"), AdvancedConfiguration: &types.AdvancedConfiguration{}}}},
		{"of one only", "Either all or none of the provided loadBalancers must have advancedConfiguration defined", []types.LoadBalancer{x.balancer, other}},
		{"of none", "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy", []types.LoadBalancer{plain}},
		{"no alternate group", "alternateTargetGroupArn is required in advancedConfiguration.", alternate("")},
		{"no production rule", "productionListenerRule is required in advancedConfiguration.", rules("", x.test)},
		{"no role", "roleArn is required in advancedConfiguration.",
			[]types.LoadBalancer{x.with(func(c *types.AdvancedConfiguration) { c.RoleArn = nil })}},
		{"listener of an ALB", "productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: " + x.alb, rules(x.alb, "")},
		{"test rule", "testListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: x", rules(x.production, "x")},
		{"one rule for both", "The following rules cannot be used as both production and test listener rules: " + x.production, rules(x.production, x.production)},
		{"alternate group is the first", "Duplicate targetGroupArn found: " + x.blue, alternate(x.blue)},
		{"unknown alternate group", "The specified target group does not exist.", alternate(elbv2.NewTargetGroupARN(testScope, "none"))},
		{"alternate group without load balancer", "The target group with targetGroupArn " + lone + " does not have an associated load balancer.", alternate(lone)},
		{"alternate group of instances", "The provided target group " + instances + " has target type instance, which is incompatible with the awsvpc network mode specified in the task definition.",
			alternate(instances)},
		{"no way to the alternate group", "For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup",
			rules(x.onlyBlue, "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := serviceInput("web", "web")
			in.LoadBalancers = c.balancers
			in.DeploymentConfiguration = &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen}
			_, err := s.CreateService(ctx, in)
			refused(t, err, invalid, c.message)
		})
	}
}

// TestDeploymentStrategyRefusals are what does not go together in a deploymentConfiguration.
func TestDeploymentStrategyRefusals(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	canary := func(c types.CanaryConfiguration) types.DeploymentConfiguration {
		return types.DeploymentConfiguration{Strategy: types.DeploymentStrategyCanary, CanaryConfiguration: &c}
	}
	linear := func(l types.LinearConfiguration) types.DeploymentConfiguration {
		return types.DeploymentConfiguration{Strategy: types.DeploymentStrategyLinear, LinearConfiguration: &l}
	}
	early := func(percent *int32, cleanup types.ServiceRevisionCleanup) types.DeploymentConfiguration {
		return types.DeploymentConfiguration{EarlySuccessCriteria: &types.DeploymentEarlySuccessCriteria{
			Enable: true, HealthyPercent: percent, SourceServiceRevisionCleanup: cleanup,
		}}
	}
	const (
		canaryPercent = "canaryPercent should be a multiple of 0.1 between 0.1 and 100.0"
		stepPercent   = "stepPercent should be a multiple of 0.1 between 3.0 and 100.0"
	)
	for _, c := range []struct {
		name, message string
		asked         types.DeploymentConfiguration
	}{
		{"canary 0 %", canaryPercent, canary(types.CanaryConfiguration{CanaryPercent: aws.Float64(0)})},
		{"canary 100.1 %", canaryPercent, canary(types.CanaryConfiguration{CanaryPercent: aws.Float64(100.1)})},
		{"canary 0.15 %", canaryPercent, canary(types.CanaryConfiguration{CanaryPercent: aws.Float64(0.15)})},
		{"canary bakes too long", "canaryBakeTimeInMinutes should be between 0 and 1440", canary(types.CanaryConfiguration{CanaryBakeTimeInMinutes: aws.Int32(1441)})},
		{"steps of 2.9 %", stepPercent, linear(types.LinearConfiguration{StepPercent: aws.Float64(2.9)})},
		{"steps of 33.33 %", stepPercent, linear(types.LinearConfiguration{StepPercent: aws.Float64(33.33)})},
		{"step bakes a negative time", "stepBakeTimeInMinutes should be between 0 and 1440", linear(types.LinearConfiguration{StepBakeTimeInMinutes: aws.Int32(-1)})},
		{"bakes too long", "bakeTimeInMinutes should be between 0 and 1440", types.DeploymentConfiguration{BakeTimeInMinutes: aws.Int32(1441)}},
		{"canary of 0.3 % without load balancer", "The CANARY deployment strategy requires a load balancer or Service Connect.",
			canary(types.CanaryConfiguration{CanaryPercent: aws.Float64(0.3)})},
		{"linear without load balancer", "The LINEAR deployment strategy requires a load balancer or Service Connect.", linear(types.LinearConfiguration{})},
		{"early success of 101 %", "healthyPercent should be between 0 and 100", early(aws.Int32(101), types.ServiceRevisionCleanupBlocking)},
		{"early success without a percentage", "earlySuccessCriteria requires healthyPercent and sourceServiceRevisionCleanup when it is enabled.",
			early(nil, types.ServiceRevisionCleanupBlocking)},
		{"early success without a clean-up", "earlySuccessCriteria requires healthyPercent and sourceServiceRevisionCleanup when it is enabled.", early(aws.Int32(100), "")},
		{"early success below the minimum", "healthyPercent must be greater than or equal to minimumHealthyPercent", early(aws.Int32(99), types.ServiceRevisionCleanupDeferred)},
		{"early success of another strategy", "earlySuccessCriteria is only valid with the ROLLING deployment strategy.", func() types.DeploymentConfiguration {
			c := early(aws.Int32(100), types.ServiceRevisionCleanupDeferred)
			c.Strategy = types.DeploymentStrategyBlueGreen
			return c
		}()},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := serviceInput("web", "web")
			in.DeploymentConfiguration = &c.asked
			_, err := s.CreateService(ctx, in)
			refused(t, err, invalid, c.message)
		})
	}
	daemon := serviceInput("web", "bridge")
	daemon.SchedulingStrategy, daemon.DesiredCount, daemon.LaunchType, daemon.NetworkConfiguration = "DAEMON", nil, "", nil
	daemon.DeploymentConfiguration = &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen}
	_, err := s.CreateService(ctx, daemon)
	refused(t, err, invalid, "The daemon scheduling strategy does not support the BLUE_GREEN deployment strategy. Change the deployment strategy to ROLLING, and try again")
}

// TestLifecycleHookRefusals changes a hook that is taken.
func TestLifecycleHookRefusals(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	lambda := func(change func(*types.DeploymentLifecycleHook)) []types.DeploymentLifecycleHook {
		h := types.DeploymentLifecycleHook{
			HookTargetArn: aws.String(hookFunction), RoleArn: aws.String(infrastructureRole),
			LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStageTestTrafficShift},
		}
		change(&h)
		return []types.DeploymentLifecycleHook{h}
	}
	pause := func(stages ...types.DeploymentLifecycleHookStage) []types.DeploymentLifecycleHook {
		return []types.DeploymentLifecycleHook{{TargetType: types.DeploymentLifecycleHookTargetTypePause, LifecycleStages: stages}}
	}
	for _, c := range []struct {
		name, message string
		hooks         []types.DeploymentLifecycleHook
	}{
		{"type", "Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE", lambda(func(h *types.DeploymentLifecycleHook) { h.TargetType = "SNS" })},
		{"no stages", "lifecycleStages can not be empty.", lambda(func(h *types.DeploymentLifecycleHook) { h.LifecycleStages = nil })},
		{"unknown stage", "lifecycleStages should be one of [" + stages() + "]", pause("SCALE_UP")},
		{"no target", "hookTargetArn is required for AWS_LAMBDA lifecycle hooks.", lambda(func(h *types.DeploymentLifecycleHook) { h.HookTargetArn = nil })},
		{"target", "hookTargetArn has an invalid ARN format. Must be a Lambda function ARN. Got: arn:aws:sns:eu-west-1:123456789012:gate",
			lambda(func(h *types.DeploymentLifecycleHook) {
				h.HookTargetArn = aws.String("arn:aws:sns:eu-west-1:123456789012:gate")
			})},
		{"no role", "roleArn is required for AWS_LAMBDA lifecycle hooks.", lambda(func(h *types.DeploymentLifecycleHook) { h.RoleArn = nil })},
		{"pause while traffic shifts", "Invalid lifecycle stage provided for Pause Hook", pause("PRE_SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT")},
		{"pause while test traffic shifts", "Invalid lifecycle stage provided for Pause Hook", pause("TEST_TRAFFIC_SHIFT")},
		{"pause with a target", "hookTargetArn is not valid for PAUSE lifecycle hooks.",
			lambda(func(h *types.DeploymentLifecycleHook) {
				h.TargetType, h.LifecycleStages = "PAUSE", []types.DeploymentLifecycleHookStage{"RECONCILE_SERVICE"}
			})},
		{"11 pauses", "PAUSE lifecycle hooks can have at most 10 items.", slices.Repeat(pause("PRE_SCALE_UP"), 11)},
		{"time-out of 0", "timeoutInMinutes should be between 1 and 20160", lambda(func(h *types.DeploymentLifecycleHook) {
			h.TimeoutConfiguration = &types.DeploymentLifecycleHookTimeoutConfiguration{TimeoutInMinutes: aws.Int32(0)}
		})},
		{"time-out of 15 days", "timeoutInMinutes should be between 1 and 20160", lambda(func(h *types.DeploymentLifecycleHook) {
			h.TimeoutConfiguration = &types.DeploymentLifecycleHookTimeoutConfiguration{TimeoutInMinutes: aws.Int32(20161)}
		})},
		{"time-out with another action", "action should be one of [ROLLBACK,CONTINUE]", lambda(func(h *types.DeploymentLifecycleHook) {
			h.TimeoutConfiguration = &types.DeploymentLifecycleHookTimeoutConfiguration{Action: "ABORT"}
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := serviceInput("web", "web")
			in.DeploymentConfiguration = &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, LifecycleHooks: c.hooks}
			_, err := s.CreateService(ctx, in)
			refused(t, err, invalid, c.message)
		})
	}
}

func stages() string {
	var names []string
	for _, stage := range types.DeploymentLifecycleHookStage("").Values() {
		names = append(names, string(stage))
	}
	return strings.Join(names, ",")
}
