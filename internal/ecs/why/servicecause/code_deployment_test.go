package servicecause

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	cdtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// TestWhatADeploymentByCodeDeployWaitsFor: its id, its lifecycle event, and until when.
func TestWhatADeploymentByCodeDeployWaitsFor(t *testing.T) {
	scope, began := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	const begin = "Deployment d-ABCDEFGHI by CodeDeploy to service web in cluster shop "
	under := func(names ...string) (events []codedeploy.Event) {
		for _, name := range names {
			events = append(events, codedeploy.Event{Name: name, Status: cdtypes.LifecycleEventStatusSucceeded, StartedAt: began, EndedAt: began})
		}
		last := &events[len(events)-1]
		last.EndedAt, last.Status = time.Time{}, cdtypes.LifecycleEventStatusInProgress
		return events
	}
	for name, c := range map[string]struct {
		run   func(*codedeploy.Run)
		set   func(*taskset.TaskSet) // the new one
		want  string
		next  string
		cause why.Cause
	}{
		"a function": {
			run: func(r *codedeploy.Run) {
				r.Events = under("BeforeInstall", "Install", "AfterInstall")
				r.Events[2].Function, r.Events[2].ExecutionID, r.Events[2].CalledAt = "test", "x1", began
			},
			want:  "waits in AfterInstall for its function test, called at 12:00:00, to answer by PutLifecycleEventHookExecutionStatus until 13:00:00.",
			next:  "aws deploy put-lifecycle-event-hook-execution-status --deployment-id d-ABCDEFGHI --lifecycle-event-hook-execution-id x1 --status Succeeded",
			cause: why.HookWaits,
		},
		"its task set": {
			run:   func(r *codedeploy.Run) { r.Events = under("BeforeInstall", "Install") },
			set:   func(s *taskset.TaskSet) { s.Stability.Steady = false },
			want:  "waits in Install for its task set ecs-svc/2 to reach a steady state until 13:00:00, since 12:00:00.",
			next:  "Wait.",
			cause: why.InProgress,
		},
		"room": {
			run:   func(r *codedeploy.Run) { r.Events, r.Green = under("BeforeInstall", "Install"), codedeploy.Set{} },
			set:   func(s *taskset.TaskSet) { s.DeletedAt = began },
			want:  "waits in Install for room for another task set until 13:00:00, since 12:00:00.",
			cause: why.InProgress, next: "Wait.",
		},
		"what is left": {
			run:   func(r *codedeploy.Run) { r.Events, r.Green = under("BeforeInstall", "Install"), codedeploy.Set{} },
			want:  "waits in Install until task set ecs-svc/2 is gone, which an earlier deployment has left, since 12:00:00.",
			cause: why.InProgress, next: "Wait.",
		},
		"a user, before the traffic": {
			run: func(r *codedeploy.Run) {
				r.Events = []codedeploy.Event{{Name: "BeforeAllowTraffic", Status: cdtypes.LifecycleEventStatusPending}}
				r.Status, r.ReadyAt = cdtypes.DeploymentStatusReady, began
			},
			want:  "is Ready since 12:00:00: it waits for ContinueDeployment until 12:05:00, and then stops.",
			next:  "aws deploy continue-deployment --deployment-id d-ABCDEFGHI --deployment-wait-type READY_WAIT",
			cause: why.HookWaits,
		},
		"a step of the traffic": {
			run: func(r *codedeploy.Run) {
				r.Events, r.Step, r.ShiftedAt = under("AfterInstall", "AllowTraffic"), 1, began
			},
			want:  "is in AllowTraffic: 10 % of the requests go to its task set ecs-svc/2 since 12:00:00, and more at 12:05:00.",
			next:  "Wait, or advance the clock.",
			cause: why.BakeTime,
		},
		"the end of the original set's time": {
			run:   func(r *codedeploy.Run) { r.WaitsAt = began },
			want:  "has shifted all traffic, and waits since 12:00:00: the original task set goes at 13:00:00.",
			next:  "aws deploy continue-deployment --deployment-id d-ABCDEFGHI --deployment-wait-type TERMINATION_WAIT",
			cause: why.BakeTime,
		},
		"a hook that has failed": {
			run: func(r *codedeploy.Run) {
				r.Status, r.FinishedAt = cdtypes.DeploymentStatusFailed, began
				r.Failure = &cdtypes.ErrorInformation{Code: cdtypes.ErrorCodeHookExecutionFailure, Message: aws.String("The lifecycle event hook AfterInstall has failed.")}
			},
			want:  "is Failed since 12:00:00: The lifecycle event hook AfterInstall has failed.",
			next:  "Correct what the reason names, and deploy again.",
			cause: why.HookFailed,
		},
		"nothing": {run: func(r *codedeploy.Run) { r.Status, r.FinishedAt = cdtypes.DeploymentStatusSucceeded, began }},
		"nothing, as a user has stopped it": {run: func(r *codedeploy.Run) {
			r.Status, r.FinishedAt = cdtypes.DeploymentStatusStopped, began
			r.Failure = &cdtypes.ErrorInformation{Code: cdtypes.ErrorCodeManualStop, Message: aws.String("Stopped.")}
		}},
	} {
		rows, err := state.Open(store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		service := &state.Service{
			ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), DeploymentController: types.DeploymentControllerTypeCodeDeploy,
			Sets: &state.SetService{Primary: "ecs-svc/1", Revision: &state.ServiceRevision{}},
		}
		asked := &codedeploy.Deployment{
			ID: "d-ABCDEFGHI", Scope: scope, CreatedAt: began, ServiceARN: service.ARN,
			Traffic: cdtypes.TrafficRoutingConfig{
				Type: cdtypes.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &cdtypes.TimeBasedCanary{CanaryPercentage: 10, CanaryInterval: 5},
			},
			Settings: cdtypes.DeploymentGroupInfo{BlueGreenDeploymentConfiguration: &cdtypes.BlueGreenDeploymentConfiguration{
				DeploymentReadyOption:                     &cdtypes.DeploymentReadyOption{ActionOnTimeout: cdtypes.DeploymentReadyActionStopDeployment, WaitTimeInMinutes: 5},
				TerminateBlueInstancesOnDeploymentSuccess: &cdtypes.BlueInstanceTerminationOption{TerminationWaitTimeInMinutes: 60},
			}},
		}
		run := &codedeploy.Run{
			ID: asked.ID, Status: cdtypes.DeploymentStatusInProgress, StartedAt: began, UpdatedAt: began,
			Blue: codedeploy.Set{ID: "ecs-svc/1"}, Green: codedeploy.Set{ID: "ecs-svc/2"},
		}
		c.run(run)
		err = rows.Update(func(tx *store.Tx) error {
			state.Clusters.Put(tx, &state.Cluster{ARN: service.ClusterARN, Name: "shop", Status: state.ClusterActive})
			taskdefinition.Add(tx, scope, &types.TaskDefinition{Family: aws.String("web")}, nil, scope.Root(), began)
			state.PutService(tx, service)
			for _, id := range []string{"ecs-svc/1", "ecs-svc/2"} {
				set := &taskset.TaskSet{
					Generation: state.Generation{ID: id, Revision: &state.ServiceRevision{TaskDefinition: scope.TaskDefinition("web", 1), LaunchType: types.LaunchTypeFargate}},
					ARN:        scope.TaskSet("shop", "web", id), ServiceARN: service.ARN, Stability: taskset.Stability{Steady: true, At: began},
				}
				if c.set != nil && id == "ecs-svc/2" {
					c.set(set)
				}
				taskset.Put(tx, set)
			}
			codedeploy.PutDeployment(tx, asked)
			codedeploy.PutRun(tx, run)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		answers := Explain(&why.Facts{Tx: rows.Read(), Now: began.Add(time.Minute)}, state.FindService(rows.Read(), service.ARN))
		switch {
		case c.want == "" && len(answers) > 0:
			t.Errorf("%s: %+v", name, answers)
		case c.want == "":
		case len(answers) != 1 || answers[0].Sentence != begin+c.want || answers[0].Next != c.next || answers[0].Cause != c.cause:
			t.Errorf("%s: %+v\nwant %s%s", name, answers, begin, c.want)
		}
		if strings.Contains(c.want, "function") && answers[0].Evidence[0].Text != "lifecycle event AfterInstall of deployment d-ABCDEFGHI is InProgress" {
			t.Errorf("%s: %+v", name, answers[0].Evidence)
		}
	}
}
