package servicescaling

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	cwtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	scope   = arn.Scope{Region: "us-east-1", Account: "000000000000"}
	service = scope.Service("shop", "web")
	web     = applicationautoscaling.ResourceOfService(service)
	began   = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
)

// world is a store with a service, a clock that only moves by Advance, and an ECS that scales at once.
type world struct {
	*testing.T
	store *store.Store
	clock *clock.Clock
	loop  *Controller
	stop  func()

	values map[string][]float64 // of the metrics of alarms, by their names

	mu     sync.Mutex
	calls  []string // of UpdateService
	answer func(desired int) (status int, body string)
	starve bool // no task starts
}

func inBubble(t *testing.T, desired int, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, store: s, clock: clock.New(clock.Options{Start: began}), values: map[string][]float64{}}
		w.must(w.clock.SetSpeed(0))
		w.update(func(tx *store.Tx) {
			state.PutService(tx, &state.Service{ARN: service, Name: "web", ClusterARN: scope.Cluster("shop"), Deployments: []*state.Deployment{{Generation: state.Generation{ID: "d", Revision: &state.ServiceRevision{}}, Primary: true, RolloutState: "COMPLETED"}}})
		})
		w.scale(desired)
		w.start()
		test(w)
		w.stop()
		w.clock.Close()
		w.must(s.Close())
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) update(change func(tx *store.Tx)) {
	w.Helper()
	w.must(w.store.Update(func(tx *store.Tx) error { change(tx); return nil }))
}

func (w *world) start() {
	c := New(Options{
		Store: w.store, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Client: apiclient.New(apiclient.Options{Endpoint: w, Host: "ecs"}),
		Role: func(s arn.Scope, role, session string) (apiclient.Principal, error) {
			return apiclient.Principal{Scope: s, Keys: aws.Credentials{AccessKeyID: role[strings.LastIndex(role, "/")+1:] + "." + session, SecretAccessKey: "x"}}, nil
		},
		Values: func(_ *store.Tx, a *cloudwatch.Alarm, _ time.Time) []float64 { return w.values[a.Name] },
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	w.loop = c
	w.stop = func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			w.Errorf("the controller ends with %v", err)
		}
	}
	w.clock.SetQuiet(c.Idle)
}

// ServeHTTP is UpdateService.
func (w *world) ServeHTTP(r http.ResponseWriter, request *http.Request) {
	var in struct {
		Cluster, Service string
		DesiredCount     int
	}
	if err := json.NewDecoder(request.Body).Decode(&in); err != nil {
		w.Error(err)
	}
	_, who, _ := strings.Cut(request.Header.Get("Authorization"), "Credential=")
	who, _, _ = strings.Cut(who, "/")
	w.mu.Lock()
	w.calls = append(w.calls, fmt.Sprint(in.Cluster, " ", in.Service, " ", in.DesiredCount, " ", who))
	answer := w.answer
	w.mu.Unlock()
	if answer != nil {
		if status, body := answer(in.DesiredCount); status != http.StatusOK {
			r.WriteHeader(status)
			fmt.Fprint(r, body)
			return
		}
	}
	w.scale(in.DesiredCount)
	fmt.Fprint(r, "{}")
}

// scale sets the desired count of the service, and has as many tasks run.
func (w *world) scale(desired int) {
	w.update(func(tx *store.Tx) {
		s := state.FindService(tx, service).Clone()
		s.DesiredCount = desired
		state.PutService(tx, s)
		tasks := state.DeploymentTasks(tx, service, "d")
		for n := len(tasks); n < desired && !w.starve; n++ {
			task := scope.Task("shop", fmt.Sprint(n))
			state.AddTask(tx, &state.Task{ARN: task, Spec: &state.TaskSpec{
				ClusterARN: s.ClusterARN, ServiceARN: service, DeploymentID: "d", LaunchType: ecstypes.LaunchTypeFargate, CreatedAt: w.clock.Now(),
			}, Status: state.TaskStatus{LastStatus: state.Running}})
		}
		for n := desired; n < len(tasks); n++ {
			status := tasks[n].Status
			status.LastStatus = state.Stopped
			if err := state.PutTaskStatus(tx, tasks[n].ARN, state.TaskStep{Status: status}); err != nil {
				w.Error(err)
			}
		}
	})
}

// rollout says how the deployment of the service fares.
func (w *world) rollout(to ecstypes.DeploymentRolloutState) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		s := state.FindService(tx, service).Clone()
		s.Deployments[0].RolloutState = to
		state.PutService(tx, s)
	})
}

func (w *world) desired() int { return state.FindService(w.store.Read(), service).DesiredCount }

// target has the service be scaled between two bounds.
func (w *world) target(least, most int32) {
	w.Helper()
	w.update(func(tx *store.Tx) {
		t := applicationautoscaling.FindTarget(tx, web)
		if t == nil {
			t = &applicationautoscaling.Target{Scope: web.Scope, Namespace: web.Namespace, Resource: web.Resource, Dimension: web.Dimension}
		}
		applicationautoscaling.Targets.Put(tx, t.WithBounds(&least, &most, w.clock.Now()))
	})
}

// tracking puts a target tracking policy with its two alarms, whose metric has values.
func (w *world) tracking(name string, target float64, values ...float64) *applicationautoscaling.Policy {
	w.Helper()
	p := &applicationautoscaling.Policy{
		Of: web, TargetID: "id", Name: name, Type: types.PolicyTypeTargetTrackingScaling, CreatedBy: "by", Alarms: []string{name + "-high", name + "-low"},
		Tracking: &types.TargetTrackingScalingPolicyConfiguration{TargetValue: &target},
	}
	w.values[name+"-low"] = values
	w.update(func(tx *store.Tx) {
		applicationautoscaling.Policies.Put(tx, p)
		for name, comparison := range map[string]cwtypes.ComparisonOperator{name + "-high": "GreaterThanThreshold", name + "-low": "LessThanThreshold"} {
			cloudwatch.Alarms.Put(tx, &cloudwatch.Alarm{
				Scope: scope, Name: name, Settings: cloudwatch.Settings{Threshold: target, Comparison: comparison},
			})
		}
	})
	return p
}

// steps puts a policy that adds or takes a task, with an alarm at 50.
func (w *world) steps(name string, by int32) *applicationautoscaling.Policy {
	w.Helper()
	p := &applicationautoscaling.Policy{Of: web, TargetID: "id", Name: name, Type: types.PolicyTypeStepScaling, Step: &types.StepScalingPolicyConfiguration{
		AdjustmentType: types.AdjustmentTypeChangeInCapacity, StepAdjustments: []types.StepAdjustment{{ScalingAdjustment: &by}},
	}}
	w.update(func(tx *store.Tx) {
		applicationautoscaling.Policies.Put(tx, p)
		cloudwatch.Alarms.Put(tx, &cloudwatch.Alarm{
			Scope: scope, Name: name, Settings: cloudwatch.Settings{Threshold: 50, Comparison: "GreaterThanThreshold"},
		})
	})
	return p
}

// alarm has an alarm ask for a policy, with data points that were asked for now.
func (w *world) alarm(name string, p *applicationautoscaling.Policy, points ...float64) {
	w.Helper()
	w.update(func(tx *store.Tx) { w.put(tx, name, p.ARN(), w.fresh(points...)) })
}

// fresh is data of a reason, with data points that were asked for now.
func (w *world) fresh(points ...float64) string {
	text, err := json.Marshal(map[string]any{"queryDate": w.clock.Now().Format("2006-01-02T15:04:05.000-0700"), "recentDatapoints": points})
	w.must(err)
	return string(text)
}

func (w *world) ask(alarm, policyARN, data string) {
	w.Helper()
	w.update(func(tx *store.Tx) { w.put(tx, alarm, policyARN, data) })
}

func (w *world) put(tx *store.Tx, alarm, policyARN, data string) {
	cloudwatch.PutAction(tx, &cloudwatch.Action{
		ARN: policyARN, Alarm: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:" + alarm, New: cwtypes.StateValueAlarm, Data: data, At: w.clock.Now(),
	})
}

func (w *world) advance(d time.Duration) {
	w.Helper()
	w.must(w.clock.Advance(context.Background(), d))
}

// activities are the activities of the service, oldest first, with the seconds that they took.
func (w *world) activities() (lines []string) {
	for _, a := range applicationautoscaling.Activities(w.store.Read(), web.Scope, web.Namespace) {
		took := "-"
		if a.EndedAt != nil {
			took = fmt.Sprint(a.EndedAt.Sub(a.StartedAt).Seconds())
		}
		line := fmt.Sprint(a.StartedAt.Sub(began), " ", a.Description, " ", a.Cause, ": ", a.Status, " after ", took, ": ", aws.ToString(a.Message))
		for _, n := range a.NotScaled {
			line += *n.Code
		}
		lines = append(lines, line)
	}
	return lines
}

func (w *world) shows(want ...string) {
	w.Helper()
	if got := w.activities(); !slices.Equal(got, want) {
		w.Errorf("the activities are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// history is the history of an alarm.
func (w *world) history(alarm string) (lines []string) {
	for _, h := range cloudwatch.History(w.store.Read(), scope, alarm) {
		lines = append(lines, h.Summary+" "+h.Data)
	}
	return lines
}
