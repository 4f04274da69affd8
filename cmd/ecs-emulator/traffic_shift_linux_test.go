package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// shifted is a service whose deployments shift traffic between two target groups.
type shifted struct {
	*process
	web         webService
	green, live string      // the other group, and the production rule
	url         string      // of production traffic
	reach       func(habit) // has clients find it; nil where they do by themselves
	load        *clients
}

// shiftsUnderLoad is such a service at its own emulator, to which requests come constantly.
func shiftsUnderLoad(t *testing.T, engine string, kind elbtypes.LoadBalancerTypeEnum, ask func(*testing.T, string) *clients, args ...string) *shifted {
	t.Helper()
	p := startServe(t, append(args, "--engine", engine, "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn")...)
	s := p.shifts(kind, "one")
	if got := s.weights(); got != "0/100" {
		t.Errorf("after the first deployment the weights are %s", got)
	}
	found, local := p.balancer(2)
	if p.simulated() { // no packet gets to an address of its network
		found.Address = local
	}
	s.url = "http://" + found.Address + "/"
	s.load = ask(t, s.url)
	return s
}

// pair is a load balancer that forwards to two target groups, of which blue has all traffic at first.
type pair struct{ blue, green, live, test string } // the rules for production and test; listeners of a network load balancer

// twoGroups makes a load balancer whose production traffic comes to port 80 and test traffic to port 81.
func (p *process) twoGroups(kind elbtypes.LoadBalancerTypeEnum) pair {
	p.Helper()
	o, client := p.client.Options(), p.elb()
	network := ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
	subnets, err := network.DescribeSubnets(p.Context(), &ec2.DescribeSubnetsInput{})
	p.must(err)
	groups, err := network.DescribeSecurityGroups(p.Context(), &ec2.DescribeSecurityGroupsInput{}) // that of the tasks
	p.must(err)
	made, err := client.CreateLoadBalancer(p.Context(), &elb.CreateLoadBalancerInput{
		Name: aws.String("web"), Type: kind, SecurityGroups: []string{*groups.SecurityGroups[0].GroupId},
		Subnets: []string{*subnets.Subnets[0].SubnetId, *subnets.Subnets[1].SubnetId},
	})
	p.must(err)
	protocol := elbtypes.ProtocolEnumHttp
	if kind == elbtypes.LoadBalancerTypeEnumNetwork {
		protocol = elbtypes.ProtocolEnumTcp
	}
	group := func(name string) string {
		out, err := client.CreateTargetGroup(p.Context(), &elb.CreateTargetGroupInput{
			Name: &name, TargetType: elbtypes.TargetTypeEnumIp, Protocol: protocol, Port: aws.Int32(webPort), VpcId: made.LoadBalancers[0].VpcId,
			HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(4), HealthyThresholdCount: aws.Int32(2),
		})
		p.must(err)
		_, err = client.ModifyTargetGroupAttributes(p.Context(), &elb.ModifyTargetGroupAttributesInput{
			TargetGroupArn: out.TargetGroups[0].TargetGroupArn,
			Attributes:     []elbtypes.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("5")}},
		})
		p.must(err)
		return *out.TargetGroups[0].TargetGroupArn
	}
	blue, green := group("blue"), group("green")
	listen := func(port int32) string {
		out, err := client.CreateListener(p.Context(), &elb.CreateListenerInput{
			LoadBalancerArn: made.LoadBalancers[0].LoadBalancerArn, Port: &port, Protocol: protocol,
			DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{
				TargetGroups: []elbtypes.TargetGroupTuple{{TargetGroupArn: &blue, Weight: aws.Int32(100)}, {TargetGroupArn: &green, Weight: aws.Int32(0)}},
			}}},
		})
		p.must(err)
		if kind == elbtypes.LoadBalancerTypeEnumNetwork {
			return *out.Listeners[0].ListenerArn
		}
		rules, err := client.DescribeRules(p.Context(), &elb.DescribeRulesInput{ListenerArn: out.Listeners[0].ListenerArn})
		p.must(err)
		return *rules.Rules[0].RuleArn
	}
	return pair{blue, green, listen(80), listen(81)}
}

// shifts makes a service behind such a load balancer, with two tasks that answer with a text.
func (p *process) shifts(kind elbtypes.LoadBalancerTypeEnum, text string) *shifted {
	p.Helper()
	made := p.twoGroups(kind)
	s := &shifted{process: p, web: webService{"web", made.blue, types.LaunchTypeFargate, types.NetworkModeAwsvpc}, green: made.green, live: made.live}
	_, err := p.client.CreateService(p.Context(), &ecs.CreateServiceInput{
		ServiceName: &s.web.name, TaskDefinition: p.define(s.web, text), DesiredCount: aws.Int32(2), LaunchType: s.web.launch,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		LoadBalancers: []types.LoadBalancer{{
			TargetGroupArn: &made.blue, ContainerName: aws.String("web"), ContainerPort: aws.Int32(webPort),
			AdvancedConfiguration: &types.AdvancedConfiguration{
				AlternateTargetGroupArn: &made.green, ProductionListenerRule: &made.live, TestListenerRule: &made.test,
				RoleArn: aws.String("arn:aws:iam::000000000000:role/traffic"),
			},
		}},
		DeploymentConfiguration: &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0)},
	})
	p.must(err)
	s.untilEnds(types.ServiceDeploymentStatusSuccessful)
	return s
}

// deploy begins a deployment of another revision, which answers with a text.
func (s *shifted) deploy(text string, c types.DeploymentConfiguration) (before []string) {
	s.Helper()
	if c.LifecycleHooks == nil {
		c.LifecycleHooks = []types.DeploymentLifecycleHook{} // and not those of the deployment before
	}
	if c.Alarms == nil {
		c.Alarms = &types.DeploymentAlarms{AlarmNames: []string{}}
	}
	definition := s.define(s.web, text)
	if text == "" {
		definition = s.defineExiting()
	}
	return s.update(ecs.UpdateServiceInput{Service: &s.web.name, TaskDefinition: definition, DeploymentConfiguration: &c})
}

// defineExiting registers a revision whose containers end at once.
func (s *shifted) defineExiting() (definition *string) {
	s.Helper()
	out, err := s.client.RegisterTaskDefinition(s.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &s.web.name, NetworkMode: s.web.mode, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String(s.image()), Command: []string{"exit", "1"},
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(webPort)}},
		}},
	})
	s.must(err)
	return out.TaskDefinition.TaskDefinitionArn
}

// deployment is the last one.
func (s *shifted) deployment() types.ServiceDeployment { return s.lastDeployment(s.web.name) }

func (p *process) lastDeployment(service string) types.ServiceDeployment {
	p.Helper()
	list, err := p.client.ListServiceDeployments(p.Context(), &ecs.ListServiceDeploymentsInput{Service: &service})
	p.must(err)
	out, err := p.client.DescribeServiceDeployments(p.Context(), &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{*list.ServiceDeployments[0].ServiceDeploymentArn},
	})
	p.must(err)
	return out.ServiceDeployments[0]
}

// untilEnds waits until the last deployment has ended, with a status.
func (s *shifted) untilEnds(status types.ServiceDeploymentStatus) {
	s.Helper()
	s.eventually("the deployment is "+string(status), func() bool {
		d := s.deployment()
		if d.FinishedAt != nil && d.Status != status {
			s.Fatalf("the deployment is %s: %s", d.Status, aws.ToString(d.StatusReason))
		}
		return d.Status == status
	})
}

func (s *shifted) untilStage(stage types.ServiceDeploymentLifecycleStage) {
	s.Helper()
	s.eventually("the deployment is at "+string(stage), func() bool { return s.deployment().LifecycleStage == stage })
}

// pauses is a strategy with a pause before each step and after the last one.
func pauses(c types.DeploymentConfiguration) types.DeploymentConfiguration {
	c.LifecycleHooks = []types.DeploymentLifecycleHook{{
		TargetType: types.DeploymentLifecycleHookTargetTypePause,
		LifecycleStages: []types.DeploymentLifecycleHookStage{
			types.DeploymentLifecycleHookStagePreProductionTrafficShift, types.DeploymentLifecycleHookStagePostProductionTrafficShift,
		},
	}}
	return c
}

func (s *shifted) paused(nth int) (hook string) {
	s.Helper()
	return s.pausedAt(s.web.name, nth)
}

// pausedAt waits until the last deployment of a service has come to its next pause, and returns the hook.
func (p *process) pausedAt(service string, nth int) (hook string) {
	p.Helper()
	p.eventually(fmt.Sprintf("there is pause %d", nth), func() bool {
		d := p.lastDeployment(service)
		if d.FinishedAt != nil {
			p.Fatalf("the deployment is %s: %s", d.Status, aws.ToString(d.StatusReason))
		}
		if len(d.LifecycleHookDetails) != nth {
			return false
		}
		for _, h := range d.LifecycleHookDetails {
			if h.Status == types.DeploymentLifecycleHookStatusAwaitingAction {
				hook = *h.HookId
				return true
			}
		}
		return false
	})
	return hook
}

func (s *shifted) goOn(hook string) {
	s.Helper()
	s.endPause(s.web.name, hook)
}

// endPause has the last deployment of a service go on.
func (p *process) endPause(service, hook string) {
	p.Helper()
	_, err := p.client.ContinueServiceDeployment(p.Context(), &ecs.ContinueServiceDeploymentInput{
		ServiceDeploymentArn: p.lastDeployment(service).ServiceDeploymentArn, HookId: &hook, Action: types.DeploymentLifecycleHookActionContinue,
	})
	p.must(err)
}

// stop has the deployment roll back.
func (s *shifted) stop() {
	s.Helper()
	_, err := s.client.StopServiceDeployment(s.Context(), &ecs.StopServiceDeploymentInput{
		ServiceDeploymentArn: s.deployment().ServiceDeploymentArn, StopType: types.StopServiceDeploymentStopTypeRollback,
	})
	s.must(err)
}

// weights are the weights of the production rule, of blue and green.
func (s *shifted) weights() string {
	s.Helper()
	var actions []elbtypes.Action
	if strings.Contains(s.live, ":listener-rule/") {
		out, err := s.elb().DescribeRules(s.Context(), &elb.DescribeRulesInput{RuleArns: []string{s.live}})
		s.must(err)
		actions = out.Rules[0].Actions
	} else {
		out, err := s.elb().DescribeListeners(s.Context(), &elb.DescribeListenersInput{ListenerArns: []string{s.live}})
		s.must(err)
		actions = out.Listeners[0].DefaultActions
	}
	by := map[string]int32{}
	for _, tuple := range actions[0].ForwardConfig.TargetGroups {
		by[*tuple.TargetGroupArn] = aws.ToInt32(tuple.Weight)
	}
	return fmt.Sprintf("%d/%d", by[s.web.group], by[s.green])
}

// unseen expects that no request has been answered with a text so far.
func (s *shifted) unseen(text string) {
	s.Helper()
	if n := s.load.answerers(text); n > 0 {
		s.Errorf("%d tasks have answered %s before its step", n, text)
	}
}

// goesBack expects the production rule to come to weights, and that a second after it is described with
// them no request is answered with a text any more.
func (s *shifted) goesBack(weights, text string) {
	s.Helper()
	s.eventually("traffic goes back", func() bool { return s.weights() == weights })
	s.silent(s.load, text, time.Now().Add(time.Second))
}

func (p *process) cloudWatch() *cloudwatch.Client {
	o := p.client.Options()
	return cloudwatch.New(cloudwatch.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
}

// alarm makes an alarm that is OK.
func (p *process) alarm(name string) {
	p.Helper()
	_, err := p.cloudWatch().PutMetricAlarm(p.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("HTTPCode_Target_5XX_Count"),
		Statistic: cloudwatchtypes.StatisticSum, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1),
		Threshold: aws.Float64(1), ComparisonOperator: cloudwatchtypes.ComparisonOperatorGreaterThanThreshold,
	})
	p.must(err)
	p.setAlarm(name, cloudwatchtypes.StateValueOk)
}

func (p *process) setAlarm(name string, state cloudwatchtypes.StateValue) {
	p.Helper()
	_, err := p.cloudWatch().SetAlarmState(p.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: &name, StateValue: state, StateReason: aws.String("the test says so"),
	})
	p.must(err)
}
