package servicescheduler

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// shiftFixture is a service behind a load balancer with two target groups, of which blue has all
// production and test traffic at first.
type shiftFixture struct {
	*fixture
	blue, green string // ARNs of target groups
	live, test  string // ARNs of rules
	balancer    string
	away        bool   // the load balancer takes nothing
	unused      bool   // it leads traffic to no target
	nowhere     string // target group of which no target is in use
	deaf        string // ARN of a task that goes on to run
}

func newShiftFixture(t fatal, c types.DeploymentConfiguration, change func(*state.Service)) *shiftFixture {
	t.Helper()
	return newShiftFixtureOn(t, elb.LoadBalancerTypeEnumApplication, c, change)
}

func newShiftFixtureOn(t fatal, kind elb.LoadBalancerTypeEnum, c types.DeploymentConfiguration, change func(*state.Service)) *shiftFixture {
	t.Helper()
	f := &shiftFixture{}
	f.fixture = newFixture(t, func(s *state.Service) {
		s.DesiredCount = 0
		s.Deployments = nil
	})
	f.update(func(tx *store.Tx) {
		f.putBalancer(tx, kind)
		s := &state.Service{
			ARN: serviceARN, Name: "web", ClusterARN: scope.Cluster("c"), DesiredCount: 2, CreatedAt: f.now,
			SchedulingStrategy: types.SchedulingStrategyReplica, DeploymentController: types.DeploymentControllerTypeEcs,
			DeploymentConfiguration: &c, Deployments: []*state.Deployment{f.inTwoGroups(f.newDeployment(f.register(tx, false)))},
		}
		c.MaximumPercent, c.MinimumHealthyPercent = aws.Int32(200), aws.Int32(100)
		if change != nil {
			change(s)
		}
		state.PutService(tx, s)
	})
	return f
}

func (f *shiftFixture) putBalancer(tx *store.Tx, kind elb.LoadBalancerTypeEnum) {
	b := &elbv2.LoadBalancer{Scope: scope, Name: "web", ARN: elbv2.NewLoadBalancerARN(scope, kind, "web")}
	f.balancer = b.ARN
	elbv2.PutLoadBalancer(tx, b)
	l := &elbv2.Listener{Scope: scope, ARN: elbv2.NewListenerARN(b.ARN), LoadBalancer: b.ARN, Port: 80, Protocol: elb.ProtocolEnumHttp}
	l.DefaultRule = elbv2.NewRuleARN(l.ARN)
	l.Actions = []elb.Action{{Type: elb.ActionTypeEnumFixedResponse}}
	elbv2.PutListener(tx, l)
	var groups []elb.TargetGroupTuple
	for name, arn := range map[string]*string{"blue": &f.blue, "green": &f.green} {
		*arn = elbv2.NewTargetGroupARN(scope, name)
		elbv2.PutTargetGroup(tx, &elbv2.TargetGroup{Scope: scope, ARN: *arn, Name: name})
	}
	groups = append(groups, elb.TargetGroupTuple{TargetGroupArn: &f.blue, Weight: aws.Int32(1)}, elb.TargetGroupTuple{TargetGroupArn: &f.green, Weight: aws.Int32(0)})
	for i, arn := range []*string{&f.live, &f.test} {
		*arn = elbv2.NewRuleARN(l.ARN)
		elbv2.PutRule(tx, &elbv2.Rule{ARN: *arn, Listener: l.ARN, LoadBalancer: b.ARN, Priority: int32(i + 1), Actions: []elb.Action{
			{Type: elb.ActionTypeEnumForward, ForwardConfig: &elb.ForwardActionConfig{TargetGroups: slices.Clone(groups)}},
		}})
	}
}

// inTwoGroups has the tasks of a deployment be targets of one of the two groups.
func (f *shiftFixture) inTwoGroups(d *state.Deployment) *state.Deployment {
	d.Revision.LoadBalancers = []types.LoadBalancer{{
		TargetGroupArn: &f.blue, ContainerName: aws.String("app"), ContainerPort: aws.Int32(80),
		AdvancedConfiguration: &types.AdvancedConfiguration{
			AlternateTargetGroupArn: &f.green, ProductionListenerRule: &f.live, TestListenerRule: &f.test, RoleArn: aws.String("r"),
		},
	}}
	return d
}

// release updates the service to another revision.
func (f *shiftFixture) release() {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		s := state.FindService(tx, serviceARN).Clone()
		s.SetPrimary(f.inTwoGroups(f.newDeployment(f.register(tx, false))))
		state.PutService(tx, s)
	})
}

// work is an agent and a load balancer for which all goes well.
func (f *shiftFixture) work() (busy bool) {
	f.t.Helper()
	for _, t := range f.tasks() {
		unused := t.Spec.Balanced() && (f.unused || *t.Spec.LoadBalancers[0].TargetGroupArn == f.nowhere)
		switch {
		case t.Stop != nil && t.ARN == f.deaf:
			continue
		case t.Stop != nil:
			f.deregister(t)
			f.end(t, "")
		case t.Status.LastStatus != state.Running:
			f.run(t)
		case unused && !t.Unused():
			f.target(t, state.TargetUnused)
		case t.Spec.Balanced() && !unused && t.Health() != types.HealthStatusHealthy:
			f.target(t, state.TargetHealthy)
		default:
			continue
		}
		busy = true
	}
	return f.obeyRules() || busy
}

// obeyRules has the load balancer go by its rules.
func (f *shiftFixture) obeyRules() (news bool) {
	f.t.Helper()
	if f.away {
		return false
	}
	f.update(func(tx *store.Tx) {
		var rules []*elbv2.Rule
		for _, l := range elbv2.LoadBalancerListeners(tx, f.balancer) {
			rules = append(rules, elbv2.ListenerRules(tx, l.ARN)...)
		}
		if news = elbv2.NewlyApplied(tx, f.balancer, rules); news {
			elbv2.PutApplied(tx, f.balancer, rules)
		}
	})
	return news
}

// deregister takes a task that is registered anywhere out of that.
func (f *fixture) deregister(t *state.Task) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		if traffic := state.FindTask(tx, t.ARN).Traffic; traffic != nil {
			gone := *traffic
			gone.DeregisteredAt = f.now
			state.PutTaskTraffic(tx, t.ARN, gone)
		}
	})
}

// target says how the target of a task is.
func (f *shiftFixture) target(t *state.Task, health string) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		traffic := state.TaskTraffic{RegisteredAt: f.now}
		for _, b := range t.Spec.LoadBalancers {
			traffic.Targets = append(traffic.Targets, state.TaskTarget{Group: *b.TargetGroupArn, ID: "10.0.0.1", Port: 80, State: health})
		}
		state.PutTaskTraffic(tx, t.ARN, traffic)
	})
}

// goOn runs scheduler, agent and load balancer while nothing has to be waited for.
func (f *shiftFixture) goOn() {
	f.t.Helper()
	for range 200 {
		f.schedule()
		if !f.work() {
			f.schedule()
			return
		}
	}
	f.t.Fatalf("nothing settles: %s", f.state())
}

// pass lets time go by, with everything that is due meanwhile.
func (f *shiftFixture) pass(d time.Duration) {
	f.t.Helper()
	end := f.now.Add(d)
	for f.goOn(); !f.wakeAt.IsZero() && !f.wakeAt.After(end); f.goOn() {
		f.now = f.wakeAt
	}
	f.now = end
	f.goOn()
}

// record is the newest service deployment.
func (f *shiftFixture) record() *state.ServiceDeployment {
	f.t.Helper()
	return f.records()[0]
}

// weights are the weights of a rule, blue first.
func (f *shiftFixture) weights(rule string) string {
	_, w := elbv2.Forwarding(f.store.Read(), rule)
	return fmt.Sprintf("%d/%d", w[f.blue], w[f.green])
}

// state is a line about the deployment: stage, weights of both rules, tasks of each deployment with
// their group.
func (f *shiftFixture) state() string {
	f.t.Helper()
	r := f.record()
	var parts []string
	if s := r.Shift; s != nil {
		stage := string(s.Stage)
		if s.Step > 0 {
			stage += fmt.Sprintf(" %d", s.Step)
		}
		if s.Back {
			stage = "back " + stage
		}
		parts = append(parts, stage)
	}
	parts = append(parts, string(r.Status), "live "+f.weights(f.live), "test "+f.weights(f.test))
	for _, d := range f.service().ListedDeployments() {
		c := state.FindServiceSummary(f.store.Read(), serviceARN).Of(d.ID)
		group := "none"
		if len(d.Revision.TargetGroups) > 0 {
			group = map[string]string{f.blue: "blue", f.green: "green"}[d.Revision.TargetGroups[0]]
		}
		parts = append(parts, fmt.Sprintf("%s %s in %s %d/%d", f.service().DeploymentStatus(d), d.RolloutState, group, c.Active, d.DesiredCount))
	}
	return strings.Join(parts, ", ")
}

func (f *shiftFixture) expectState(want string) {
	f.t.Helper()
	if got := f.state(); got != want {
		f.t.Fatalf("it is\n  %s\nwant\n  %s", got, want)
	}
}

// tasksOf are the tasks of a deployment that shall run.
func (f *shiftFixture) tasksOf(d *state.Deployment) []*state.Task {
	return slices.DeleteFunc(f.tasks(), func(t *state.Task) bool { return t.Spec.DeploymentID != d.ID || t.Stop != nil })
}

// lead sets weights as a user does by hand.
func (f *shiftFixture) lead(tx *store.Tx, rule string, w elbv2.Weights) {
	if err := elbv2.SetWeights(tx, rule, w); err != nil {
		f.t.Fatalf("%v", err)
	}
}

// expectWeights compares what the newest service deployment shows of production and test traffic, of its
// target and of its source.
func (f *shiftFixture) expectWeights(want string) {
	f.t.Helper()
	r := f.record()
	got := fmt.Sprintf("%v %v, %v %v", *r.Target.ProductionWeight, *r.Target.TestWeight, *r.Sources[0].ProductionWeight, *r.Sources[0].TestWeight)
	if got != want {
		f.t.Fatalf("weights are %s, want %s", got, want)
	}
}

// expectWeightsSum checks that revisions share all traffic.
func (f *shiftFixture) expectWeightsSum() {
	f.t.Helper()
	r := f.record()
	if r.Target.ProductionWeight == nil || r.Shift.Source == "" { // a first revision shares with none
		return
	}
	live, test := *r.Target.ProductionWeight, *r.Target.TestWeight
	for _, s := range r.Sources {
		live, test = live+*s.ProductionWeight, test+*s.TestWeight
	}
	if live != 100 || test != 100 {
		f.t.Fatalf("weights are %v and %v of 100", live, test)
	}
}
