package taskcause

import (
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/record"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestOnlyALaterDeploymentReplacesTasks, and only what a rollback itself names has led to it: alarms may ring later.
func TestOnlyALaterDeploymentReplacesTasks(t *testing.T) {
	deployment := func(id string, at time.Time) *state.ServiceDeployment {
		d := &state.ServiceDeployment{ARN: scope.ServiceDeployment("default", "web", id), ServiceARN: scope.Service("default", "web"), CreatedAt: at}
		d.Target.DeploymentID, d.Target.ARN = "ecs-svc/"+id, scope.ServiceRevision("default", "web", id)
		return d
	}
	failed, back, later := deployment("own", created), deployment("own", created), deployment("later", created.Add(time.Second))
	failed.Status, failed.StatusReason = types.ServiceDeploymentStatusStopped, record.ReasonNoCandidate
	back.Rollback = &state.Rollback{Reason: record.ReasonUserRollback, StartedAt: created.Add(time.Second)}
	back.Alarms = state.DeploymentAlarms{Status: types.ServiceDeploymentRollbackMonitorsStatusTriggered, Triggered: []string{"errors"}}
	later.Rollback = &state.Rollback{Reason: record.ReasonBreakerRollback, StartedAt: created.Add(2 * time.Second), RevisionARN: back.Target.ARN}
	later.CircuitBreaker = state.CircuitBreaker{Status: types.ServiceDeploymentRollbackMonitorsStatusTriggered, FailureCount: 3, Threshold: 3}
	for name, c := range map[string]struct {
		own, other *state.ServiceDeployment
		want, root string
	}{
		"it failed, and an older one serves": {failed, deployment("older", created.Add(-time.Hour)), "service web keeps tasks of another deployment, as the deployment of web:1 is STOPPED: No rollback", ""},
		"a user rolled it back":              {back, deployment("older", created.Add(-time.Hour)), "its deployment of web:1 was rolled back at 12:00:01: ", ""},
		"a later one brings others":          {deployment("own", created), deployment("later", created.Add(time.Second)), "a deployment of service web began at 12:00:01 and brings tasks of ", ""},
		"a later one was rolled back":        {deployment("own", created), later, ", which came after its own, was rolled back to new tasks of ", "3 tasks failed, and its circuit breaker ends it at 3."},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := state.Open(store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			err = rows.Update(func(tx *store.Tx) error {
				state.PutServiceDeployment(tx, c.own)
				state.PutServiceDeployment(tx, c.other)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			f := scene(t)
			f.Tx = rows.Read()
			row := task(state.Stop{Code: types.TaskStopCodeServiceSchedulerInitiated, Cause: state.StopReplaced})
			row.Spec.DeploymentID = "ecs-svc/own"
			got := Explain(f, row)
			says(t, got, "replaced", c.want)
			if because := got[0].Because; len(because) > 1 || (len(because) == 1) != (c.root != "") || c.root != "" && !strings.HasSuffix(because[0].Sentence, c.root) {
				t.Errorf("because of %+v", because)
			}
		})
	}
}
