package servicescheduler

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/shift"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/strategy"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

var (
	scope      = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	serviceARN = scope.Service("c", "web")
)

// fatal is what the fixture needs of a *testing.T, *testing.B or *rapid.T.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// fixture is a store with a cluster and one service on Fargate, whose scheduler and
// agent move when the test says so.
type fixture struct {
	t     fatal
	store *store.Store
	now   time.Time
	// wakeAt is when the scheduler wants to be asked again.
	wakeAt time.Time
	awaits plan.Condition // what it waits for

	controller *Controller    // of reconcile
	delays     observe.Delays // before the first reconcile
}

func newFixture(t fatal, change func(*state.Service)) *fixture {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	f := &fixture{t: t, store: rows, now: time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)}
	f.update(func(tx *store.Tx) {
		cluster := &state.Cluster{ARN: scope.Cluster("c"), Name: "c", Status: "ACTIVE"}
		state.Clusters.Put(tx, cluster)
		s := &state.Service{
			ARN: serviceARN, Name: "web", ClusterARN: cluster.ARN, DesiredCount: 2,
			SchedulingStrategy:   types.SchedulingStrategyReplica,
			DeploymentController: types.DeploymentControllerTypeEcs,
			CreatedAt:            f.now,
			Deployments:          []*state.Deployment{f.newDeployment(f.register(tx, false))},
		}
		if change != nil {
			change(s)
		}
		if len(s.Deployments) > 0 {
			state.PutService(tx, s)
		}
	})
	return f
}

func (f *fixture) update(fn func(tx *store.Tx)) {
	f.t.Helper()
	if err := f.store.Update(func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		f.t.Fatalf("update: %v", err)
	}
}

// register adds a revision of the task definition and returns its ARN.
func (f *fixture) register(tx *store.Tx, checked bool) string {
	return registerDefinition(tx, f.now, checked)
}

func registerDefinition(tx *store.Tx, now time.Time, checked bool) string {
	container := types.ContainerDefinition{Name: aws.String("app"), Image: aws.String("app"), Essential: aws.Bool(true)}
	if checked {
		container.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "true"}}
	}
	def := taskdefinition.Add(tx, scope, &types.TaskDefinition{
		Family: aws.String("web"), Cpu: aws.String("256"), Memory: aws.String("512"),
		NetworkMode: types.NetworkModeAwsvpc, ContainerDefinitions: []types.ContainerDefinition{container},
	}, []types.Tag{{Key: aws.String("from"), Value: aws.String("definition")}}, scope.Root(), now)
	return def.ARN
}

func (f *fixture) newDeployment(definition string) *state.Deployment {
	return newDeployment(definition, f.now)
}

func newDeployment(definition string, now time.Time) *state.Deployment {
	subnets, _ := ec2network.DefaultNetwork(scope)
	var ids []string
	for _, s := range subnets {
		ids = append(ids, s.ID)
	}
	id := arn.NewDeploymentID()
	return &state.Deployment{
		Generation: state.Generation{
			ID: id, CreatedAt: now,
			Revision: &state.ServiceRevision{
				TaskDefinition: definition, LaunchType: types.LaunchTypeFargate,
				NetworkConfiguration: &types.NetworkConfiguration{
					AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: ids},
				},
			},
		},
		UpdatedAt: now, RolloutState: types.DeploymentRolloutStateInProgress,
		RolloutStateReason: "ECS deployment " + id + " in progress.",
	}
}

// deploy updates the service to a new revision of its task definition.
func (f *fixture) deploy(checked bool) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		s := state.FindService(tx, serviceARN).Clone()
		s.SetPrimary(f.newDeployment(f.register(tx, checked)))
		state.PutService(tx, s)
	})
}

// change changes the service's row, as a handler would.
func (f *fixture) change(fn func(*state.Service)) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		s := state.FindService(tx, serviceARN).Clone()
		fn(s)
		state.PutService(tx, s)
	})
}

func (f *fixture) service() *state.Service { return state.FindService(f.store.Read(), serviceARN) }

func (f *fixture) counts(deployment int) state.DeploymentCounts {
	return state.FindServiceSummary(f.store.Read(), serviceARN).Of(f.service().Deployments[deployment].ID)
}

// schedule lets the scheduler act until it has nothing to do, and checks at each
// step that it keeps to the percentages.
func (f *fixture) schedule() {
	f.t.Helper()
	for range 1000 {
		in, ok := observe.Read(f.store.Read(), serviceARN, f.now, f.chance)
		if !ok {
			return
		}
		in.Delays = f.delays
		before := f.census()
		plan := f.reconcile(serviceARN)
		f.wakeAt, f.awaits = plan.WakeAt, plan.Awaits
		if len(Decide(in).Verbs) == 0 {
			return
		}
		if s := f.service(); s != nil && s.Deploys() && s.Status() == state.ServiceActive {
			f.checkPercentages(before)
		}
	}
	f.t.Fatalf("the scheduler does not come to rest: %+v", Decide(f.input()).Verbs)
}

// reconcile decides once about a service.
func (f *fixture) reconcile(service string) *plan.Plan {
	f.t.Helper()
	if f.controller == nil || f.controller.Store != f.store {
		f.controller = New(Options{Store: f.store, Log: slog.New(slog.DiscardHandler), Delays: f.delays})
	}
	plan, err := f.controller.reconcile(service, func() time.Time { return f.now })
	if err != nil {
		f.t.Fatalf("reconcile: %v", err)
	}
	return plan
}

func (f *fixture) input() observe.Input {
	f.t.Helper()
	in, ok := observe.Read(f.store.Read(), serviceARN, f.now, f.chance)
	if !ok {
		f.t.Fatalf("no service")
	}
	return in
}

// chance is none: tests that need some bring it.
func (f *fixture) chance(int) int { return 0 }

// census counts tasks without the help of summaries.
type census struct{ present, healthy int }

func (f *fixture) census() census {
	var c census
	daemon := f.service() != nil && f.service().SchedulingStrategy == types.SchedulingStrategyDaemon
	for _, t := range f.tasks() {
		if c := state.FindContainerInstance(f.store.Read(), t.Placement.ContainerInstance); daemon && (c.Status != state.InstanceActive || f.excluded(c)) {
			continue // a task that is there does not serve for long
		}
		switch t.Status.LastStatus {
		case state.Provisioning, state.Pending, state.Activating, state.Running:
			c.present++
		}
		if t.Stop == nil && t.Status.LastStatus == state.Running && f.servesSince(t) {
			c.healthy++
		}
	}
	return c
}

func (f *fixture) servesSince(t *state.Task) bool {
	if t.Spec.Balanced() || t.Status.HealthStatus != "" {
		return t.Health() == types.HealthStatusHealthy
	}
	return !f.now.Before(observe.HealthyFrom(t.Status.StartedAt)) // which is a whole second
}

func (f *fixture) checkPercentages(before census) {
	f.t.Helper()
	s, after := f.service(), f.census()
	if shift.Shifts(s.DeploymentConfiguration) {
		return // see shiftFixture.checkBounds
	}
	d, most, fewest := s.DesiredCount, 200, 100
	if c := s.DeploymentConfiguration; c != nil {
		most, fewest = int(*c.MaximumPercent), int(*c.MinimumHealthyPercent)
	}
	if s.SchedulingStrategy == types.SchedulingStrategyDaemon {
		d = s.Daemons
		f.checkOneOnEach()
	} else if upper := d * most / 100; after.present > max(upper, before.present) {
		f.t.Fatalf("%d tasks, before %d, maximumPercent allows %d", after.present, before.present, upper)
	}
	if lower := (d*fewest + 99) / 100; after.healthy < min(lower, before.healthy) {
		f.t.Fatalf("%d healthy tasks, before %d, minimumHealthyPercent wants %d", after.healthy, before.healthy, lower)
	}
}

// tasks are the service's tasks that have not ended, by ARN.
func (f *fixture) tasks() []*state.Task {
	return slices.DeleteFunc(state.AllTasks(f.store.Read()), func(t *state.Task) bool { return t.Ended() })
}

func (f *fixture) put(t *state.Task, change func(*state.TaskStatus)) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		status := state.FindTask(tx, t.ARN).Status.Clone()
		change(&status)
		f.step(tx, t.ARN, status)
	})
}

func (f *fixture) step(tx *store.Tx, arn string, status state.TaskStatus) {
	f.t.Helper()
	if err := state.PutTaskStatus(tx, arn, state.TaskStep{Status: status, Announced: true, At: f.now}); err != nil {
		f.t.Fatalf("step: %v", err)
	}
}

// run brings a task to RUNNING.
func (f *fixture) run(t *state.Task) {
	f.t.Helper()
	f.put(t, func(s *state.TaskStatus) {
		s.LastStatus, s.StartedAt = state.Running, f.now
		if s.Containers[0].HealthStatus != "" {
			s.HealthStatus = types.HealthStatusUnknown
		}
	})
}

func (f *fixture) health(t *state.Task, h types.HealthStatus) {
	f.t.Helper()
	f.put(t, func(s *state.TaskStatus) { s.HealthStatus = h })
}

// end stops a task; the code counts unless a user wanted the stop before.
func (f *fixture) end(t *state.Task, code types.TaskStopCode) { f.endFor(t, code, string(code)) }

func (f *fixture) endFor(t *state.Task, code types.TaskStopCode, reason string) {
	f.t.Helper()
	f.update(func(tx *store.Tx) {
		state.StopTask(tx, t.ARN, state.Stop{Code: code, Reason: reason, At: f.now})
		status := state.FindTask(tx, t.ARN).Status.Clone()
		status.LastStatus, status.StoppedAt = state.Stopped, f.now
		f.step(tx, t.ARN, status)
	})
}

// obey is an agent for which all goes well: tasks run and are healthy, and stop
// when they shall. What is unhealthy stays so. It reports whether there was anything to do.
func (f *fixture) obey() bool {
	f.t.Helper()
	busy := false
	for _, t := range f.tasks() {
		switch {
		case t.Stop != nil:
			f.end(t, "")
		case t.Status.LastStatus != state.Running:
			f.run(t)
		case t.Status.HealthStatus == types.HealthStatusUnknown:
			f.health(t, types.HealthStatusHealthy)
		default:
			continue
		}
		busy = true
	}
	return busy
}

// settle runs scheduler, obedient agent and clock until nothing more will happen
// within an hour, or nothing but attempts to place tasks.
func (f *fixture) settle() {
	f.t.Helper()
	attempts := 0 // to place tasks, in a row
	for range 1000 {
		f.schedule()
		if f.obey() {
			attempts = 0
			continue
		}
		if f.awaits != plan.ForRoom {
			attempts = 0
		} else if attempts++; attempts > 60 {
			return
		}
		if f.wakeAt.IsZero() || f.wakeAt.After(f.now.Add(time.Hour)) {
			return
		}
		f.now = f.wakeAt
	}
	f.t.Fatalf("nothing settles: %+v", f.service())
}

func (f *fixture) messages() []string {
	var m []string
	for _, e := range state.FindServiceEvents(f.store.Read(), serviceARN) {
		m = append(m, *e.Message)
	}
	slices.Reverse(m)
	return m
}

// expectMessages compares the events since a number of them, oldest first, with task ids
// and deployment ids made anonymous.
func (f *fixture) expectMessages(since int, want ...string) {
	f.t.Helper()
	got := f.messages()[since:]
	for i := range got {
		got[i] = anonymous(got[i])
	}
	if !slices.Equal(got, want) {
		f.t.Fatalf("events\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func anonymous(message string) string {
	words := strings.SplitAfter(message, " ")
	for i, word := range words {
		digits := strings.TrimRight(word, " ).")
		tail := word[len(digits):]
		switch {
		case strings.HasPrefix(digits, "ecs-svc/"):
			words[i] = "ecs-svc/1" + tail
		case len(digits) == 32 && !strings.ContainsAny(digits, "_-"):
			words[i] = "T" + tail
		}
	}
	return strings.Join(words, "")
}

// expect is the state of the service's deployments as a line each: rollout state,
// desired, pending, running, failed tasks.
func (f *fixture) expect(want ...string) {
	f.t.Helper()
	var got []string
	for i, d := range f.service().Deployments {
		c := f.counts(i)
		got = append(got, fmt.Sprintf("%s desired %d pending %d running %d failed %d",
			d.RolloutState, d.DesiredCount, c.Pending, c.Running, d.FailedTasks))
	}
	if !slices.Equal(got, want) {
		f.t.Fatalf("deployments\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func percentages(maximum, minimumHealthy int32) func(*state.Service) {
	return func(s *state.Service) {
		s.DeploymentConfiguration = &types.DeploymentConfiguration{
			MaximumPercent: &maximum, MinimumHealthyPercent: &minimumHealthy,
		}
	}
}

func breaker(rollback bool) *types.DeploymentCircuitBreaker {
	return &types.DeploymentCircuitBreaker{Enable: true, Rollback: rollback}
}

var _ fatal = (*testing.T)(nil)

// plannerOf is the planner of a decision, before it begins.
func plannerOf(in observe.Input) *planner { return newPlanner(in, strategy.Of(in)) }
