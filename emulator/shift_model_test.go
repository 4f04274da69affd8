package emulator_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
)

// model is a service to which anything happens.
type model struct {
	*shifts
	steps []string
}

// TestShiftsOfTrafficConvergeAfterAnyActions releases, scales, stops and continues deployments, edits the
// rule, sets an alarm, deletes the service and makes it anew, has containers crash, hooks refuse and the emulator
// be killed, in any order and at any time. What is shown agrees at each moment, and a last deployment succeeds.
// It takes ten seconds at most.
func TestShiftsOfTrafficConvergeAfterAnyActions(t *testing.T) {
	began := time.Now()
	rapid.Check(t, func(r *rapid.T) {
		if time.Since(began) > 8*time.Second {
			return
		}
		m := &model{shifts: startShifts(t, types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0)})}
		m.putAlarm()
		defer func() {
			if t.Failed() || r.Failed() {
				t.Logf("after %s", strings.Join(m.steps, "; "))
			}
			m.srv.Close()
		}()
		actions := m.actions()
		names := make([]string, 0, len(actions))
		for name := range actions {
			names = append(names, name)
		}
		slices.Sort(names)
		for range rapid.IntRange(5, 25).Draw(r, "steps") {
			name := rapid.SampledFrom(names).Draw(r, "action")
			m.steps = append(m.steps, name)
			before := m.weights(m.live)
			actions[name](r)
			m.agree(r)
			if name != "edit" && name != "delete" { // see remake
				m.served(r, before)
			}
		}
		m.converges(r)
	})
}

// allow wants an error to be one of AWS's exceptions for callers.
func (m *model) allow(err error) {
	var api smithy.APIError
	if err != nil && (!errors.As(err, &api) || api.ErrorFault() == smithy.FaultServer) {
		m.Fatal(err)
	}
	if err != nil {
		m.steps = append(m.steps, "refused: "+err.Error()[strings.LastIndex(err.Error(), ", ")+2:])
	}
}

func (m *model) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"release":   m.release,
		"release 2": m.release,
		"scale": func(r *rapid.T) {
			_, err := m.client.UpdateService(m.Context(), &ecs.UpdateServiceInput{
				Service: aws.String("web"), DesiredCount: aws.Int32(rapid.Int32Range(0, 3).Draw(r, "desired")),
			})
			m.allow(err)
		},
		"stop": func(r *rapid.T) {
			arn := m.last().ServiceDeploymentArn
			kind := rapid.SampledFrom(types.StopServiceDeploymentStopType("").Values()).Draw(r, "type")
			m.steps = append(m.steps, string(kind))
			_, err := m.client.StopServiceDeployment(m.Context(), &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: arn, StopType: kind})
			m.allow(err)
		},
		"continue": func(r *rapid.T) {
			last := m.last()
			for _, h := range last.LifecycleHookDetails {
				action := rapid.SampledFrom(types.DeploymentLifecycleHookAction("").Values()).Draw(r, "action")
				_, err := m.client.ContinueServiceDeployment(m.Context(), &ecs.ContinueServiceDeploymentInput{
					ServiceDeploymentArn: last.ServiceDeploymentArn, HookId: h.HookId, Action: action,
				})
				m.allow(err)
			}
		},
		"edit": func(r *rapid.T) {
			m.edit(rapid.SampledFrom([][2]int32{{100, 0}, {0, 100}, {50, 50}, {950, 50}, {1, 0}}).Draw(r, "weights"))
		},
		"crash": func(*rapid.T) {
			if tasks := m.listTasks(); len(tasks) > 0 {
				m.crash(tasks[0])
			}
		},
		"alarm": func(r *rapid.T) {
			m.alarm(rapid.SampledFrom(cwtypes.StateValue("").Values()).Draw(r, "state"))
		},
		"delete": m.remake,
		"refuse": func(r *rapid.T) {
			stage := rapid.SampledFrom(everyHookStage).Draw(r, "stage")
			m.mu.Lock()
			defer m.mu.Unlock()
			clear(m.answers)
			m.answers[string(stage)] = rapid.SampledFrom([]string{`{"hookStatus": "FAILED"}`, `no`, `{"hookStatus": "IN_PROGRESS"}`}).Draw(r, "answer")
		},
		"restart": func(*rapid.T) { m.srv.Die(); m.open() },
		"wait":    func(r *rapid.T) { m.wait(rapid.SampledFrom([]int{1, 10, 70, 600}).Draw(r, "seconds")) },
		"wait 2":  func(r *rapid.T) { m.wait(rapid.SampledFrom([]int{1, 10, 70, 600}).Draw(r, "seconds")) },
		"wait 3":  func(r *rapid.T) { m.wait(rapid.SampledFrom([]int{1, 10, 70, 600}).Draw(r, "seconds")) },
	}
}

// crash ends the containers of a task that runs. It may have crashed before and be on its way to STOPPED.
func (m *model) crash(task string) {
	m.Helper()
	containers, err := m.srv.Engine().List(m.Context(), map[string]string{containerlabel.Task: task})
	m.must(err)
	for _, c := range containers {
		_ = m.srv.Engine().Stop(m.Context(), c.ID, 0) // it may have gone since
	}
}

func (m *model) wait(seconds int) {
	m.steps = append(m.steps, fmt.Sprint(seconds))
	m.must(m.srv.Clock().Advance(time.Duration(seconds) * time.Second))
}

func (m *model) release(r *rapid.T) {
	c := &types.DeploymentConfiguration{
		Strategy:          rapid.SampledFrom(types.DeploymentStrategy("").Values()).Draw(r, "strategy"),
		BakeTimeInMinutes: aws.Int32(rapid.Int32Range(0, 3).Draw(r, "bake")), MaximumPercent: aws.Int32(200), MinimumHealthyPercent: aws.Int32(100),
		DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: rapid.Bool().Draw(r, "rollback")},
		LifecycleHooks:           []types.DeploymentLifecycleHook{{HookTargetArn: aws.String(hookTarget), RoleArn: aws.String(hookRole), LifecycleStages: everyHookStage}},
	}
	if rapid.Bool().Draw(r, "pauses") {
		stage := rapid.SampledFrom([]types.DeploymentLifecycleHookStage{"PRE_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"}).Draw(r, "pause")
		c.LifecycleHooks = append(c.LifecycleHooks, types.DeploymentLifecycleHook{
			TargetType: types.DeploymentLifecycleHookTargetTypePause, LifecycleStages: []types.DeploymentLifecycleHookStage{stage},
			TimeoutConfiguration: &types.DeploymentLifecycleHookTimeoutConfiguration{TimeoutInMinutes: aws.Int32(5), Action: types.DeploymentLifecycleHookActionRollback},
		})
	}
	if rapid.Bool().Draw(r, "alarms") {
		c.Alarms = &types.DeploymentAlarms{Enable: true, Rollback: rapid.Bool().Draw(r, "alarms roll back"), AlarmNames: []string{"slow"}}
	}
	switch c.Strategy {
	case types.DeploymentStrategyCanary:
		c.CanaryConfiguration = &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(1)}
	case types.DeploymentStrategyLinear:
		c.LinearConfiguration = &types.LinearConfiguration{StepPercent: aws.Float64(40), StepBakeTimeInMinutes: aws.Int32(1)}
	case types.DeploymentStrategyRolling:
		c.BakeTimeInMinutes = nil
	}
	m.steps = append(m.steps, string(c.Strategy))
	_, err := m.client.UpdateService(m.Context(), &ecs.UpdateServiceInput{
		Service: aws.String("web"), ForceNewDeployment: true, DeploymentConfiguration: c,
		TaskDefinition: &m.definitions[rapid.IntRange(0, 1).Draw(r, "definition")],
	})
	m.allow(err)
}

// edit gives the production rule weights.
func (m *model) edit(weights [2]int32) {
	m.Helper()
	m.steps = append(m.steps, fmt.Sprint(weights))
	api := elb.NewFromConfig(m.srv.Config())
	listeners, err := api.DescribeListeners(m.Context(), &elb.DescribeListenersInput{LoadBalancerArn: m.balancer(api)})
	m.must(err)
	for _, l := range listeners.Listeners {
		if *l.Port == 80 {
			_, err = api.ModifyListener(m.Context(), &elb.ModifyListenerInput{
				ListenerArn: l.ListenerArn,
				DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{
					TargetGroups: []elbtypes.TargetGroupTuple{{TargetGroupArn: &m.groups[0], Weight: &weights[0]}, {TargetGroupArn: &m.groups[1], Weight: &weights[1]}},
				}}},
			})
			m.must(err)
		}
	}
}

func (m *model) balancer(api *elb.Client) *string {
	m.Helper()
	out, err := api.DescribeLoadBalancers(m.Context(), &elb.DescribeLoadBalancersInput{})
	m.must(err)
	return out.LoadBalancers[0].LoadBalancerArn
}

// agree wants one PRIMARY deployment, counts that agree with the tasks, and weights that are 100 together.
func (m *model) agree(r *rapid.T) {
	m.Helper()
	service := m.service("web")
	primaries, running := 0, int32(0)
	for _, d := range service.Deployments {
		running += d.RunningCount
		if aws.ToString(d.Status) == "PRIMARY" {
			primaries++
		}
	}
	if primaries != 1 || running != service.RunningCount {
		r.Fatalf("%d deployments are PRIMARY, and have %d of %d tasks", primaries, running, service.RunningCount)
	}
	last := m.last()
	if last.TargetServiceRevision.RequestedProductionTrafficWeight == nil {
		return
	}
	sum := *last.TargetServiceRevision.RequestedProductionTrafficWeight
	for _, s := range last.SourceServiceRevisions {
		sum += aws.ToFloat64(s.RequestedProductionTrafficWeight)
	}
	shared := len(last.SourceServiceRevisions) > 0 && (sum > 0 || m.hasSucceeded())
	if sum != 100 && shared || sum < 0 || sum > 100 {
		r.Fatalf("weights are %v together at %s: %+v %+v", sum, last.LifecycleStage, last.TargetServiceRevision, last.SourceServiceRevisions)
	}
}

// hasSucceeded reports whether a deployment of the service has: else no revision has traffic that another one
// could take.
func (m *model) hasSucceeded() bool {
	m.Helper()
	list, err := m.client.ListServiceDeployments(m.Context(), &ecs.ListServiceDeploymentsInput{
		Service: aws.String("web"), Status: []types.ServiceDeploymentStatus{types.ServiceDeploymentStatusSuccessful},
	})
	m.must(err)
	return len(list.ServiceDeployments) > 0
}

// healthyTargets counts those of each group.
func (m *model) healthyTargets() (n [2]int) {
	m.Helper()
	for i, g := range m.groups {
		out, err := elb.NewFromConfig(m.srv.Config()).DescribeTargetHealth(m.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &g})
		m.must(err)
		for _, d := range out.TargetHealthDescriptions {
			if d.TargetHealth.State == elbtypes.TargetHealthStateEnumHealthy {
				n[i]++
			}
		}
	}
	return n
}

// served wants no more traffic than before to go to a group without a healthy target, while the other has one.
func (m *model) served(r *rapid.T, before []int32) {
	m.Helper()
	now, healthy := m.weights(m.live), m.healthyTargets()
	for i := range now {
		other := 1 - i
		more := now[i]*(before[i]+before[other]) > before[i]*(now[i]+now[other])
		if more && healthy[i] == 0 && healthy[other] > 0 {
			r.Fatalf("traffic was %v and is %v, with %v healthy targets", before, now, healthy)
		}
	}
}

// converges has the world behave, and deploys once more.
func (m *model) converges(r *rapid.T) {
	m.Helper()
	m.mu.Lock()
	clear(m.answers)
	m.mu.Unlock()
	m.alarm(cwtypes.StateValueOk)
	for range 8 {
		m.must(m.srv.Clock().Advance(10 * time.Minute))
	}
	if last := m.last(); last.FinishedAt == nil && last.StoppedAt == nil {
		r.Fatalf("the deployment is %s at %s", last.Status, last.LifecycleStage)
	}
	if w := m.weights(m.live); w[0] > 0 && w[1] > 0 {
		m.edit([2]int32{100, 0})
	}
	_, err := m.client.UpdateService(m.Context(), &ecs.UpdateServiceInput{
		Service: aws.String("web"), ForceNewDeployment: true, DesiredCount: aws.Int32(2),
		DeploymentConfiguration: &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0), LifecycleHooks: []types.DeploymentLifecycleHook{}},
	})
	m.must(err)
	for range 4 {
		m.must(m.srv.Clock().Advance(10 * time.Minute))
	}
	last, service, weights, healthy := m.last(), m.service("web"), m.weights(m.live), m.healthyTargets()
	one := slices.Index(weights, 0)
	if last.Status != types.ServiceDeploymentStatusSuccessful || len(service.Deployments) != 1 || service.RunningCount != 2 || len(m.listTasks()) != 2 ||
		one < 0 || weights[1-one] != 100 || healthy[1-one] != 2 || healthy[one] != 0 {
		r.Fatalf("the last deployment is %s at %s: %s; %d deployments, %d tasks, weights %v, healthy %v",
			last.Status, last.LifecycleStage, aws.ToString(last.StatusReason), len(service.Deployments), service.RunningCount, weights, healthy)
	}
}
