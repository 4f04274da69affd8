package run_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/appspec"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/run"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	ecs "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// fataler is a test, or one of rapid's.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// world is a service with its task sets and a load balancer, as far as a run sees and changes them, and the rows of deployments.
type world struct {
	t       fataler
	now     time.Time
	desired int32
	sets    []*taskSet
	rules   []*run.Rule
	alarms  []string
	gone    bool // the service
	meddled bool // a user has changed a rule
	refuse  map[string]run.Refusal

	deployments []*codedeploy.Deployment
	runs        map[string]codedeploy.Run
	refused     map[string]*run.Refusal
	uncalled    map[string]string
	badFunction bool
	calls       map[string]int // by deployment and event
	wakeAt      time.Time
	made        int
	states      []string // statuses in their order
	// dies reports whether the emulator dies at this moment.
	dies func() bool
}

type taskSet struct {
	id, external, group, status string
	running                     int32
}

const (
	live, test  = "arn:listener/live", "arn:listener/test"
	blueGroup   = "arn:group/blue"
	greenGroup  = "arn:group/green"
	otherGroup  = "arn:group/other"
	serviceARN  = "arn:aws:ecs:us-east-1:000000000000:service/shop/web"
	originalSet = "ecs-svc/0"
)

func newWorld(t fataler) *world {
	w := &world{
		t: t, now: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC), desired: 2,
		runs: map[string]codedeploy.Run{}, refused: map[string]*run.Refusal{}, uncalled: map[string]string{}, calls: map[string]int{},
		refuse: map[string]run.Refusal{}, dies: func() bool { return false },
	}
	w.sets = []*taskSet{{id: originalSet, group: blueGroup, status: "PRIMARY", running: 2}}
	w.rules = []*run.Rule{
		{Listener: live, Weights: map[string]int32{blueGroup: 1}, Applied: true},
		{Listener: live, Rule: "arn:rule/api", Weights: map[string]int32{blueGroup: 30, otherGroup: 70}, Applied: true},
		{Listener: live, Rule: "arn:rule/other", Weights: map[string]int32{otherGroup: 1}, Applied: true},
	}
	return w
}

// deploy creates a deployment.
func (w *world) deploy(change func(*codedeploy.Deployment)) *codedeploy.Deployment {
	d := &codedeploy.Deployment{
		ID: fmt.Sprintf("d-%d", w.made), CreatedAt: w.now, ServiceARN: serviceARN, Spec: &appspec.Spec{TaskDefinition: "web:2", Container: "web", Port: 80},
		Settings: types.DeploymentGroupInfo{
			LoadBalancerInfo: &types.LoadBalancerInfo{TargetGroupPairInfoList: []types.TargetGroupPairInfo{{
				TargetGroups:     []types.TargetGroupInfo{{Name: aws.String("blue")}, {Name: aws.String("green")}},
				ProdTrafficRoute: &types.TrafficRoute{ListenerArns: []string{live}},
			}}},
			BlueGreenDeploymentConfiguration: &types.BlueGreenDeploymentConfiguration{
				DeploymentReadyOption:                     &types.DeploymentReadyOption{ActionOnTimeout: types.DeploymentReadyActionContinueDeployment},
				TerminateBlueInstancesOnDeploymentSuccess: &types.BlueInstanceTerminationOption{Action: types.InstanceActionTerminate, TerminationWaitTimeInMinutes: 5},
			},
		},
	}
	w.made++
	change(d)
	if len(routesTest(d)) > 0 {
		w.rules = append(w.rules, &run.Rule{Listener: test, Weights: map[string]int32{blueGroup: 1}, Applied: true})
	}
	w.deployments = append(w.deployments, d)
	w.runs[d.ID] = codedeploy.Run{ID: d.ID}
	return d
}

func routesTest(d *codedeploy.Deployment) []string {
	if route := d.Settings.LoadBalancerInfo.TargetGroupPairInfoList[0].TestTrafficRoute; route != nil {
		return route.ListenerArns
	}
	return nil
}

func (w *world) look(d *codedeploy.Deployment) run.Seen {
	seen := run.Seen{
		Groups: map[string]string{"blue": blueGroup, "green": greenGroup}, Alarms: slices.Clone(w.alarms), ID: fmt.Sprintf("d-%d", w.made),
		Refused: w.refused[d.ID], Uncalled: maps.Clone(w.uncalled),
	}
	delete(w.refused, d.ID)
	if !w.gone {
		s := &ecs.Service{
			ServiceName: aws.String("web"), Status: aws.String("ACTIVE"), DesiredCount: w.desired,
			DeploymentController: &ecs.DeploymentController{Type: ecs.DeploymentControllerTypeCodeDeploy},
		}
		for _, t := range w.sets {
			made := ecs.TaskSet{
				Id: &t.id, TaskSetArn: aws.String("arn:" + t.id), ExternalId: &t.external, Status: &t.status, RunningCount: t.running,
				ComputedDesiredCount: w.desired, StabilityStatus: ecs.StabilityStatusStabilizing,
				LoadBalancers: []ecs.LoadBalancer{{TargetGroupArn: &t.group}},
			}
			if t.running == w.desired {
				made.StabilityStatus = ecs.StabilityStatusSteadyState
			}
			s.TaskSets = append(s.TaskSets, made)
		}
		seen.Service = s
	}
	for _, r := range w.rules {
		shown := *r
		shown.Weights = maps.Clone(r.Weights)
		seen.Rules = append(seen.Rules, shown)
	}
	return seen
}

// pass decides about all deployments until there is nothing to do now, or the emulator dies.
func (w *world) pass() {
	w.wakeAt = time.Time{}
	for i := 0; i < len(w.deployments); i++ {
		for n := 0; ; n++ {
			if n > 100 {
				w.t.Fatalf("it is never done: %+v", w.runs[w.deployments[i].ID])
			}
			if w.decide(w.deployments[i]) {
				break
			}
		}
	}
}

// decide makes one decision, and reports whether there is nothing more to do now.
func (w *world) decide(d *codedeploy.Deployment) (idle bool) {
	was := w.runs[d.ID]
	result := run.Next(d, was, w.look(d), w.now, run.Delays{})
	if w.dies() {
		return true
	}
	w.runs[d.ID] = result.Run
	if was.Status != result.Run.Status {
		w.states = append(w.states, d.ID+" "+string(result.Run.Status))
		if result.Run.Status == types.DeploymentStatusSucceeded && len(w.sets) != 1 {
			w.t.Fatalf("%s has succeeded with %d task sets", d.ID, len(w.sets))
		}
	}
	if back := result.Rollback; back != nil {
		w.made++
		if w.deployments = append(w.deployments, &back.Deployment); len(w.deployments) > 10 {
			w.t.Fatalf("what takes a deployment back is taken back, and so on")
		}
		w.runs[back.Run.ID] = back.Run
	}
	for _, each := range result.Do {
		if w.dies() {
			return true
		}
		if w.refused[d.ID] = w.do(d, each); w.refused[d.ID] != nil {
			break
		}
	}
	if at := result.WakeAt; !at.IsZero() && (w.wakeAt.IsZero() || at.Before(w.wakeAt)) {
		w.wakeAt = at
	}
	return len(result.Do) == 0 && was.Status == result.Run.Status
}

func (w *world) do(d *codedeploy.Deployment, action run.Action) *run.Refusal {
	switch do := action.(type) {
	case *run.CreateTaskSet:
		return w.create(d, do)
	case *run.SetWeights:
		if r, refused := w.refuse["ModifyRule"]; refused {
			return &r
		}
		w.setWeights(do)
	case *run.Promote:
		for _, s := range w.sets {
			s.status = map[bool]string{true: "PRIMARY", false: "ACTIVE"}[s.id == do.TaskSet]
		}
	case *run.DeleteTaskSet:
		w.delete(do.TaskSet)
	case *run.Call:
		if w.calls[d.ID+do.Event.Name]++; w.calls[d.ID+do.Event.Name] > 1 {
			w.t.Fatalf("%s is called twice", do.Event.Name)
		}
		if w.badFunction {
			w.uncalled[do.Event.Name] = "there is no such function"
		}
	}
	return nil
}

func (w *world) create(d *codedeploy.Deployment, do *run.CreateTaskSet) *run.Refusal {
	for _, s := range w.sets {
		if s.external == d.ID { // by the client token
			return nil
		}
	}
	if r, refused := w.refuse["CreateTaskSet"]; refused {
		return &r
	}
	if len(w.sets) >= 5 {
		return &run.Refusal{Service: "ecs", Operation: "CreateTaskSet", Code: "InvalidParameterException",
			Message: "5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit."}
	}
	if !slices.ContainsFunc(w.rules, func(r *run.Rule) bool { _, has := r.Weights[do.TargetGroup]; return has }) {
		return &run.Refusal{Service: "ecs", Operation: "CreateTaskSet", Code: "InvalidParameterException",
			Message: "The target group with targetGroupArn " + do.TargetGroup + " does not have an associated load balancer."}
	}
	w.sets = append(w.sets, &taskSet{id: "ecs-svc/" + d.ID, external: d.ID, group: do.TargetGroup, status: "ACTIVE"})
	return nil
}

func (w *world) delete(id string) {
	s := w.set(id)
	if s == nil {
		return
	}
	s.status = "DRAINING"
	for _, r := range w.rules {
		if _, has := r.Weights[s.group]; has && !r.Applied {
			w.t.Fatalf("%s goes before the load balancer leads traffic away from it", id)
		}
	}
}

// setWeights changes a rule, and fails the test if that is wrong.
func (w *world) setWeights(do *run.SetWeights) {
	i := slices.IndexFunc(w.rules, func(r *run.Rule) bool { return r.Listener == do.Rule.Listener && r.Rule == do.Rule.Rule })
	if i < 0 {
		return
	}
	r := w.rules[i]
	before := maps.Clone(r.Weights)
	maps.Copy(r.Weights, do.Weights)
	r.Applied = false
	if r.Weights[otherGroup] != before[otherGroup] {
		w.t.Fatalf("a group that is none of the pair has %v instead of %v", r.Weights, before)
	}
	sum := r.Weights[blueGroup] + r.Weights[greenGroup]
	_, had := before[greenGroup] // a group comes to a rule without traffic, which stays as it is
	want := before[blueGroup] + before[greenGroup]
	if sum != 100 && (had && before[otherGroup] == 0 || sum != want) {
		w.t.Fatalf("weights are no whole: %v after %v", r.Weights, before)
	}
	for group, weight := range do.Weights {
		rises := weight*max(want, 1) > before[group]*sum // as a share
		if weight < 0 || rises && !w.healthy(group) && w.healthy(blueGroup, greenGroup) && w.desired > 0 && !w.meddled {
			w.t.Fatalf("%d of the traffic goes to %s, which has no healthy target", weight, group)
		}
		if group == greenGroup && rises && !w.steady(group) {
			w.t.Fatalf("%d of the traffic goes to %s, whose task set is not steady", weight, group)
		}
	}
}

// healthy reports whether one of the groups has a healthy target.
func (w *world) healthy(groups ...string) bool {
	return slices.ContainsFunc(w.sets, func(s *taskSet) bool {
		return slices.Contains(groups, s.group) && s.running > 0 && s.status != "DRAINING"
	})
}

// steady reports whether the task set of a group has all its tasks.
func (w *world) steady(group string) bool {
	return slices.ContainsFunc(w.sets, func(s *taskSet) bool { return s.group == group && s.running == w.desired })
}

func (w *world) set(id string) *taskSet {
	for _, s := range w.sets {
		if s.id == id {
			return s
		}
	}
	return nil
}

// rest is what ECS and the load balancer do by themselves: tasks start, those that drain go, and weights come into effect.
func (w *world) rest() {
	w.sets = slices.DeleteFunc(w.sets, func(s *taskSet) bool { return s.status == "DRAINING" })
	for _, s := range w.sets {
		s.running = w.desired
	}
	for _, r := range w.rules {
		r.Applied = true
	}
}

// settle has everything take its time until all deployments have ended.
func (w *world) settle() {
	w.t.Helper()
	for range 1000 {
		w.pass()
		if !slices.ContainsFunc(w.deployments, func(d *codedeploy.Deployment) bool { r := w.runs[d.ID]; return !r.Ended() }) {
			return
		}
		w.rest()
		if w.wakeAt.After(w.now) {
			w.now = w.wakeAt
		}
	}
	for _, d := range w.deployments {
		if r := w.runs[d.ID]; !r.Ended() {
			w.t.Fatalf("%s does not end: %+v", d.ID, r)
		}
	}
}

// advance has an amount of time go by, with all that happens meanwhile.
func (w *world) advance(by time.Duration) {
	end := w.now.Add(by)
	for w.pass(); ; w.pass() {
		for range 10 { // one thing makes room for the next
			w.rest()
			w.pass()
		}
		if w.wakeAt.IsZero() || w.wakeAt.After(end) {
			break
		}
		w.now = w.wakeAt
	}
	w.now = end
	w.pass()
}

func (w *world) answer(d *codedeploy.Deployment, event string, s types.LifecycleEventStatus) {
	for _, e := range w.runs[d.ID].Events {
		if e.Name == event && !e.CalledAt.IsZero() {
			if _, has := d.Answers[e.ExecutionID]; !has {
				d.Answers = maps.Clone(d.Answers)
				if d.Answers == nil {
					d.Answers = map[string]codedeploy.Answer{}
				}
				d.Answers[e.ExecutionID] = codedeploy.Answer{Status: s, At: w.now}
			}
		}
	}
}

func (w *world) continues(d *codedeploy.Deployment, wait types.DeploymentWaitType) {
	if d.Continued == nil {
		d.Continued = map[types.DeploymentWaitType]time.Time{}
	}
	d.Continued[wait] = w.now
}
