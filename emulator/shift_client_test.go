package emulator_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// twoGroups makes a load balancer whose listener leads to the first of two target groups, and returns
// what a service says of them.
func (w *world) twoGroups() []types.LoadBalancer {
	w.Helper()
	b := w.withLoadBalancer(80)
	green, err := b.elb.CreateTargetGroup(w.Context(), &elb.CreateTargetGroupInput{
		Name: aws.String("green"), TargetType: elbtypes.TargetTypeEnumIp, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: b.loadBalancer.VpcId,
	})
	w.must(err)
	alternate, listener := green.TargetGroups[0].TargetGroupArn, &b.shown().Listeners[0].ARN
	_, err = b.elb.ModifyListener(w.Context(), &elb.ModifyListenerInput{
		ListenerArn: listener,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{TargetGroups: []elbtypes.TargetGroupTuple{
			{TargetGroupArn: &b.group, Weight: aws.Int32(100)}, {TargetGroupArn: alternate, Weight: aws.Int32(0)},
		}}}},
	})
	w.must(err)
	rules, err := b.elb.DescribeRules(w.Context(), &elb.DescribeRulesInput{ListenerArn: listener})
	w.must(err)
	return []types.LoadBalancer{{
		TargetGroupArn: &b.group, ContainerName: aws.String("app"), ContainerPort: aws.Int32(8080),
		AdvancedConfiguration: &types.AdvancedConfiguration{
			AlternateTargetGroupArn: alternate, ProductionListenerRule: rules.Rules[0].RuleArn, RoleArn: aws.String(hookRole),
		},
	}}
}

// registerServing registers a definition whose container has the port of the target groups.
func (w *world) registerServing() *string {
	w.Helper()
	out, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("app"), StopTimeout: aws.Int32(2), PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080)}},
		}},
	})
	w.must(err)
	return out.TaskDefinition.TaskDefinitionArn
}

// shiftSince finds the record of the PRIMARY deployment as the Terraform provider does: among those
// made since its call, by the id that its revision shares with it.
func (w *world) shiftSince(began time.Time) types.ServiceDeployment {
	w.Helper()
	_, id, _ := strings.Cut(*w.service("web").Deployments[0].Id, "/")
	list, err := w.client.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{
		Cluster: aws.String("default"), Service: aws.String("web"), CreatedAt: &types.CreatedAt{After: &began},
	})
	w.must(err)
	at := slices.IndexFunc(list.ServiceDeployments, func(d types.ServiceDeploymentBrief) bool {
		return strings.HasSuffix(*d.TargetServiceRevisionArn, id)
	})
	if at < 0 {
		w.Fatalf("no service deployment since %s is of %s: %+v", began, id, list.ServiceDeployments)
	}
	out, err := w.client.DescribeServiceDeployments(w.Context(), &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{*list.ServiceDeployments[at].ServiceDeploymentArn},
	})
	w.must(err)
	return out.ServiceDeployments[0]
}

// stages are in the order in which `ecspresso deploy --wait-until=ecs:STAGE` compares them.
var stages = []types.ServiceDeploymentLifecycleStage{
	types.ServiceDeploymentLifecycleStageReconcileService, types.ServiceDeploymentLifecycleStagePreScaleUp,
	types.ServiceDeploymentLifecycleStageScaleUp, types.ServiceDeploymentLifecycleStagePostScaleUp,
	types.ServiceDeploymentLifecycleStageTestTrafficShift, types.ServiceDeploymentLifecycleStagePostTestTrafficShift,
	types.ServiceDeploymentLifecycleStageProductionTrafficShift, types.ServiceDeploymentLifecycleStagePostProductionTrafficShift,
	types.ServiceDeploymentLifecycleStageBakeTime, types.ServiceDeploymentLifecycleStageCleanUp,
}

// reaches waits until the deployment since a time is at a stage, or at a later one.
func (w *world) reaches(stage types.ServiceDeploymentLifecycleStage, began time.Time) types.ServiceDeployment {
	w.Helper()
	var d types.ServiceDeployment
	w.eventually("the deployment is at "+string(stage), func() bool {
		d = w.shiftSince(began)
		if d.Status != types.ServiceDeploymentStatusPending && d.Status != types.ServiceDeploymentStatusInProgress {
			w.Fatalf("the tool gives up at %s: %s", d.Status, aws.ToString(d.StatusReason))
		}
		return slices.Index(stages, d.LifecycleStage) >= slices.Index(stages, stage)
	})
	return d
}

// deploysAgain calls UpdateService with all that a service has and another definition, and returns when.
func (w *world) deploysAgain(definition *string) time.Time {
	w.Helper()
	s, began := w.service("web"), w.srv.Clock().Now()
	_, err := w.client.UpdateService(w.Context(), &ecs.UpdateServiceInput{
		Cluster: aws.String("default"), Service: aws.String("web"), TaskDefinition: definition, DesiredCount: &s.DesiredCount,
		DeploymentConfiguration: s.DeploymentConfiguration, LoadBalancers: s.LoadBalancers, NetworkConfiguration: s.NetworkConfiguration,
	})
	w.must(err)
	return began
}

// stable tells whether the waiter services-stable would end now.
func (w *world) stable() bool {
	w.Helper()
	s := w.service("web")
	return len(s.Deployments) == 1 && s.RunningCount == s.DesiredCount
}

// succeeds has time pass until the deployment since then has succeeded, and the waiter ends.
func (w *world) succeeds(began time.Time) {
	w.Helper()
	w.eventually("the service deployment succeeds", func() bool {
		w.must(w.srv.Clock().Advance(time.Minute))
		return w.shiftSince(began).Status == types.ServiceDeploymentStatusSuccessful
	})
	w.untilStable("web")
}

// The calls of the Terraform provider 6, ecspresso and the GitHub action for a service that shifts traffic,
// and the answers by which they end.
func TestDeployToolsShiftTraffic(t *testing.T) {
	t.Parallel()
	w := start(t)
	began, first := w.srv.Clock().Now().Add(-time.Second), w.registerServing()
	created := types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(5),
		DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{
			ResetOnHealthyTask: aws.Bool(true), ThresholdConfiguration: &types.ThresholdConfiguration{Type: types.ThresholdTypeBoundedPercent, Value: 50},
		},
		MaximumPercent: aws.Int32(200), MinimumHealthyPercent: aws.Int32(100),
		LifecycleHooks: []types.DeploymentLifecycleHook{{
			TargetType: types.DeploymentLifecycleHookTargetTypePause, LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePostScaleUp},
			TimeoutConfiguration: &types.DeploymentLifecycleHookTimeoutConfiguration{TimeoutInMinutes: aws.Int32(10), Action: types.DeploymentLifecycleHookActionContinue},
		}},
	}
	balancers := w.twoGroups()
	_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String("default"), ServiceName: aws.String("web"), TaskDefinition: first, DesiredCount: aws.Int32(2), SchedulingStrategy: types.SchedulingStrategyReplica,
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(), LoadBalancers: balancers, DeploymentConfiguration: &created,
	})
	w.must(err)
	w.succeeds(began)
	w.reads(created, balancers)

	// ecspresso waits for a stage, and the pipeline goes on; a rollback is asked for then.
	second := w.registerServing()
	began = w.deploysAgain(second)
	var paused types.ServiceDeployment
	w.eventually("the hook waits", func() bool {
		paused = w.reaches(types.ServiceDeploymentLifecycleStagePostScaleUp, began)
		return len(paused.LifecycleHookDetails) == 1 && paused.LifecycleHookDetails[0].Status == types.DeploymentLifecycleHookStatusAwaitingAction
	})
	_, err = w.client.ContinueServiceDeployment(t.Context(), &ecs.ContinueServiceDeploymentInput{
		ServiceDeploymentArn: paused.ServiceDeploymentArn, HookId: paused.LifecycleHookDetails[0].HookId,
	})
	w.must(err)
	baking := w.reaches(types.ServiceDeploymentLifecycleStageBakeTime, began)
	if weight := aws.ToFloat64(baking.TargetServiceRevision.RequestedProductionTrafficWeight); weight != 100 || w.stable() {
		t.Errorf("in bake time the weight is %v, stable %v", weight, w.stable())
	}
	_, err = w.client.StopServiceDeployment(t.Context(), &ecs.StopServiceDeploymentInput{
		ServiceDeploymentArn: baking.ServiceDeploymentArn, StopType: types.StopServiceDeploymentStopTypeRollback,
	})
	w.must(err)
	w.eventually("the first definition is back", func() bool {
		w.must(w.srv.Clock().Advance(time.Minute))
		return w.stable() && *w.service("web").TaskDefinition == *first
	})

	// The GitHub action, and the provider with other strategies.
	created.LifecycleHooks = []types.DeploymentLifecycleHook{}
	for _, strategy := range []types.DeploymentStrategy{types.DeploymentStrategyCanary, types.DeploymentStrategyLinear} {
		created.Strategy = strategy
		created.CanaryConfiguration, created.LinearConfiguration = nil, nil
		if strategy == types.DeploymentStrategyCanary {
			created.CanaryConfiguration = &types.CanaryConfiguration{CanaryPercent: aws.Float64(10), CanaryBakeTimeInMinutes: aws.Int32(2)}
		} else {
			created.LinearConfiguration = &types.LinearConfiguration{StepPercent: aws.Float64(50), StepBakeTimeInMinutes: aws.Int32(2)}
		}
		began = w.srv.Clock().Now()
		_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
			Cluster: aws.String("default"), Service: aws.String("web"), TaskDefinition: w.registerServing(), ForceNewDeployment: false,
			DeploymentConfiguration: &created,
		})
		w.must(err)
		w.succeeds(began)
		read := created
		read.LifecycleHooks = nil // as there are none
		w.reads(read, balancers)
	}

	// The provider removes a service.
	_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Cluster: aws.String("default"), Service: aws.String("web"), DesiredCount: aws.Int32(0)})
	w.must(err)
	_, err = w.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Cluster: aws.String("default"), Service: aws.String("web"), Force: aws.Bool(true)})
	w.must(err)
	w.eventually("the service is INACTIVE", func() bool {
		w.must(w.srv.Clock().Advance(time.Minute))
		return *w.service("web").Status == "INACTIVE"
	})
}

// reads wants DescribeServices to show what was sent: else the provider's next plan is not empty.
func (w *world) reads(configuration types.DeploymentConfiguration, balancers []types.LoadBalancer) {
	w.Helper()
	s := w.service("web")
	for _, two := range [][2]any{{s.DeploymentConfiguration, configuration}, {s.LoadBalancers, balancers}} {
		got, err := json.Marshal(two[0])
		w.must(err)
		want, err := json.Marshal(two[1])
		w.must(err)
		if string(got) != string(want) {
			w.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
