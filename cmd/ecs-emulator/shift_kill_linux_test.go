package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// killsVariable says how often the emulator is killed, and seedVariable begins the same kills again.
const killsVariable, seedVariable = "ECS_EMULATOR_KILLS", "ECS_EMULATOR_KILLS_SEED"

// executions counts the calls of a target by executionId.
type executions struct {
	mu sync.Mutex
	of map[string]int
}

func (e *executions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var event struct{ ExecutionID string }
	if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.of[event.ExecutionID]++
	fmt.Fprint(w, `{"hookStatus": "SUCCEEDED"}`)
}

// again is how many calls were not the first of their execution.
func (e *executions) again() (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, calls := range e.of {
		n += calls - 1
	}
	return n
}

// alternate makes another target group beside the first one, and gives the listener both.
func (p *process) alternate(group string) (other, rule string) {
	p.Helper()
	api := p.elb()
	first, err := api.DescribeTargetGroups(p.Context(), &elb.DescribeTargetGroupsInput{TargetGroupArns: []string{group}})
	p.must(err)
	made, err := api.CreateTargetGroup(p.Context(), &elb.CreateTargetGroupInput{
		Name: aws.String("other"), TargetType: elbtypes.TargetTypeEnumIp, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(webPort),
		VpcId: first.TargetGroups[0].VpcId, HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(4),
	})
	p.must(err)
	other = *made.TargetGroups[0].TargetGroupArn
	_, err = api.ModifyTargetGroupAttributes(p.Context(), &elb.ModifyTargetGroupAttributesInput{
		TargetGroupArn: &other, Attributes: []elbtypes.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("0")}},
	})
	p.must(err)
	listeners, err := api.DescribeListeners(p.Context(), &elb.DescribeListenersInput{LoadBalancerArn: &first.TargetGroups[0].LoadBalancerArns[0]})
	p.must(err)
	_, err = api.ModifyListener(p.Context(), &elb.ModifyListenerInput{
		ListenerArn: listeners.Listeners[0].ListenerArn,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{
			TargetGroups: []elbtypes.TargetGroupTuple{{TargetGroupArn: &group, Weight: aws.Int32(100)}, {TargetGroupArn: &other, Weight: aws.Int32(0)}},
		}}},
	})
	p.must(err)
	rules, err := api.DescribeRules(p.Context(), &elb.DescribeRulesInput{ListenerArn: listeners.Listeners[0].ListenerArn})
	p.must(err)
	return other, *rules.Rules[0].RuleArn
}

// deployment is the newest service deployment.
func (p *process) deployment(service string) types.ServiceDeploymentBrief {
	p.Helper()
	list, err := p.client.ListServiceDeployments(p.Context(), &ecs.ListServiceDeploymentsInput{Service: &service})
	p.must(err)
	return list.ServiceDeployments[0]
}

// ended wants a deployment to have come to its end: all traffic to the group that has all the tasks.
func (k *killed) ended(status types.ServiceDeploymentStatus) {
	k.Helper()
	k.eventually("the deployment has ended", func() bool { return k.deployment(k.web.name).FinishedAt != nil })
	if d := k.deployment(k.web.name); d.Status != status {
		k.Errorf("the deployment is %s: %s", d.Status, aws.ToString(d.StatusReason))
	}
	k.untilStable(k.web.name, k.count)
	if n := len(k.tasksOf(k.web.name)); n != int(k.count) {
		k.Errorf("%d tasks, want %d", n, k.count)
	}
	serving := 0
	for group, weight := range k.weights() {
		if weight == 0 {
			continue
		} else if weight != 100 {
			k.Errorf("a group has the weight %d", weight)
		}
		serving++
		k.untilTargets(group, elbtypes.TargetHealthStateEnumHealthy, int(k.count))
	}
	if serving != 1 {
		k.Errorf("%d groups serve", serving)
	}
}

func (k *killed) untilStage(stage types.ServiceDeploymentLifecycleStage) {
	k.Helper()
	k.eventually("the deployment is at "+string(stage), func() bool {
		out, err := k.client.DescribeServiceDeployments(k.Context(), &ecs.DescribeServiceDeploymentsInput{
			ServiceDeploymentArns: []string{*k.deployment(k.web.name).ServiceDeploymentArn},
		})
		k.must(err)
		return out.ServiceDeployments[0].LifecycleStage == stage
	})
}

// weights are the weights of the rule, by target group.
func (k *killed) weights() map[string]int32 {
	k.Helper()
	out, err := k.elb().DescribeRules(k.Context(), &elb.DescribeRulesInput{RuleArns: []string{k.rule}})
	k.must(err)
	by := map[string]int32{}
	for _, g := range out.Rules[0].Actions[0].ForwardConfig.TargetGroups {
		by[*g.TargetGroupArn] = aws.ToInt32(g.Weight)
	}
	return by
}

// killed is an emulator that is killed again and again, at random, with a service whose deployments shift
// traffic and ask a target at each stage.
type killed struct {
	*process
	args   []string
	random *rand.Rand
	kills  int // so far
	calls  *executions
	web    webService
	rule   string
	count  int32 // of tasks
}

// startKilled creates the service, whose first deployment begins.
func startKilled(t *testing.T, seed uint64, count int32) *killed {
	t.Helper()
	calls := &executions{of: map[string]int{}}
	target := httptest.NewServer(calls)
	t.Cleanup(target.Close)
	args := []string{"--engine", "docker", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn", "--hook", hookTarget + "=" + target.URL}
	k := &killed{process: startServe(t, args...), args: args, random: rand.New(rand.NewPCG(seed, 0)), calls: calls, count: count}
	k.web = webService{"web", k.balance(elbtypes.TargetTypeEnumIp)[0], types.LaunchTypeFargate, types.NetworkModeAwsvpc}
	other, rule := k.alternate(k.web.group)
	k.rule = rule
	_, err := k.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: &k.web.name, TaskDefinition: k.define(k.web, "page"), DesiredCount: &count, LaunchType: k.web.launch,
		NetworkConfiguration:    &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		DeploymentConfiguration: asksAtEachStage(types.DeploymentStrategyBlueGreen),
		LoadBalancers: []types.LoadBalancer{{
			TargetGroupArn: &k.web.group, ContainerName: aws.String("web"), ContainerPort: aws.Int32(webPort),
			AdvancedConfiguration: &types.AdvancedConfiguration{AlternateTargetGroupArn: &other, ProductionListenerRule: &rule, RoleArn: aws.String(hookRole)},
		}},
	})
	k.must(err)
	return k
}

const hookRole = "arn:aws:iam::000000000000:role/hooks"

// asksAtEachStage is a strategy without bake times.
func asksAtEachStage(strategy types.DeploymentStrategy) *types.DeploymentConfiguration {
	c := &types.DeploymentConfiguration{
		Strategy: strategy, BakeTimeInMinutes: aws.Int32(0),
		LifecycleHooks: []types.DeploymentLifecycleHook{{HookTargetArn: aws.String(hookTarget), RoleArn: aws.String(hookRole), LifecycleStages: types.DeploymentLifecycleHookStage("").Values()}},
	}
	switch strategy {
	case types.DeploymentStrategyCanary:
		c.CanaryConfiguration = &types.CanaryConfiguration{CanaryPercent: aws.Float64(10), CanaryBakeTimeInMinutes: aws.Int32(0)}
	case types.DeploymentStrategyLinear:
		c.LinearConfiguration = &types.LinearConfiguration{StepPercent: aws.Float64(25), StepBakeTimeInMinutes: aws.Int32(0)}
	}
	return c
}

// killSoon kills the emulator in the next two seconds, and starts it again.
func (k *killed) killSoon() {
	k.Helper()
	<-time.After(time.Duration(k.random.IntN(2000)) * time.Millisecond)
	k.kill()
	k.process = startServe(k.T, k.args...)
	k.kills++
}

// answersLost expects hooks to have been asked again at most as often as the emulator was killed.
func (k *killed) answersLost() {
	k.Helper()
	if again := k.calls.again(); again > k.kills {
		k.Errorf("hooks were asked again %d times, with %d kills", again, k.kills)
	}
	k.Logf("%d kills, %d answers were lost", k.kills, k.calls.again())
}

// Deployments of all strategies go on where the emulator was killed, at any moment: to their end, and back
// when an alarm goes off in their bake time.
//
//	ECS_EMULATOR_KILLS=100 go test -run TestDockerDeploymentsThatShiftTrafficSurviveKills ./cmd/ecs-emulator
func TestDockerDeploymentsThatShiftTrafficSurviveKills(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	number := func(variable string, otherwise uint64) uint64 {
		if n, err := strconv.ParseUint(os.Getenv(variable), 10, 64); err == nil {
			return n
		}
		return otherwise
	}
	kills, seed := int(number(killsVariable, 4)), number(seedVariable, rand.Uint64())
	t.Logf("%s=%d", seedVariable, seed)
	strategies := []types.DeploymentStrategy{types.DeploymentStrategyBlueGreen, types.DeploymentStrategyCanary, types.DeploymentStrategyLinear}
	t.Run("to the end", func(t *testing.T) {
		t.Parallel()
		k := startKilled(t, seed, 1)
		for deployments := 0; k.kills < kills/2; k.killSoon() {
			if k.deployment(k.web.name).FinishedAt != nil {
				k.ended(types.ServiceDeploymentStatusSuccessful)
				k.update(ecs.UpdateServiceInput{Service: &k.web.name, ForceNewDeployment: true, DeploymentConfiguration: asksAtEachStage(strategies[deployments%3])})
				deployments++
			}
		}
		k.ended(types.ServiceDeploymentStatusSuccessful)
		k.answersLost()
	})
	t.Run("back", func(t *testing.T) {
		t.Parallel()
		k := startKilled(t, seed+1, 2)
		k.alarm("errors")
		k.ended(types.ServiceDeploymentStatusSuccessful)
		rest, tasks := k.weights(), k.tasksOf(k.web.name)
		for deployments := 0; k.kills < kills-kills/2; deployments++ {
			c := asksAtEachStage(strategies[deployments%3])
			c.BakeTimeInMinutes = aws.Int32(600)
			c.Alarms = &types.DeploymentAlarms{AlarmNames: []string{"errors"}, Enable: true, Rollback: true}
			k.setAlarm("errors", cloudwatchtypes.StateValueOk)
			k.update(ecs.UpdateServiceInput{Service: &k.web.name, ForceNewDeployment: true, DeploymentConfiguration: c})
			k.killSoon()
			k.untilStage(types.ServiceDeploymentLifecycleStageBakeTime)
			k.setAlarm("errors", cloudwatchtypes.StateValueAlarm)
			k.killSoon()
			k.ended(types.ServiceDeploymentStatusRollbackSuccessful)
			if got := k.weights(); !maps.Equal(got, rest) {
				k.Errorf("the weights are %v, and were %v", got, rest)
			}
			if got := k.tasksOf(k.web.name); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(tasks))) {
				k.Errorf("the tasks are %q, and were %q", got, tasks)
			}
		}
		k.answersLost()
	})
}
