package overview_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestServiceThatShiftsTraffic shows where a canary is, and afterwards nothing of it.
func TestServiceThatShiftsTraffic(t *testing.T) {
	w := newWorld(t)
	s := &state.Service{
		ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), DesiredCount: 0,
		Deployments: []*state.Deployment{deployment("ecs-svc/2"), deployment("ecs-svc/1")},
	}
	s.Deployments[0].Primary = true
	s.Deployments[0].ServiceDeploymentARN = scope.ServiceDeployment("shop", "web", "canary")
	part := &state.ServiceDeployment{
		ARN: s.Deployments[0].ServiceDeploymentARN, ServiceARN: s.ARN, Status: types.ServiceDeploymentStatusInProgress,
		Shift:   &state.TrafficShift{Stage: types.ServiceDeploymentLifecycleStageProductionTrafficShift},
		Target:  state.DeployedRevision{DeploymentID: "ecs-svc/2", ProductionWeight: aws.Float64(10)},
		Sources: []state.DeployedRevision{{DeploymentID: "ecs-svc/1", ProductionWeight: aws.Float64(90)}},
		Hooks: []state.LifecycleHook{
			{ID: "ecs-pause-over", Status: types.DeploymentLifecycleHookStatusSucceeded}, {ID: "ecs-pause-now", Status: types.DeploymentLifecycleHookStatusAwaitingAction},
		},
	}
	w.update(func(tx *store.Tx) {
		state.PutServiceDeployment(tx, part)
		state.PutService(tx, s)
	})
	shown := w.read(overview.Options{}).Services[0]
	shift, green, blue := shown.Deployments[0].TrafficShift, shown.Deployments[0].ProductionWeight, shown.Deployments[1].ProductionWeight
	if shift == nil || shift.Stage != "PRODUCTION_TRAFFIC_SHIFT" || len(shift.Hooks) != 1 || shift.Hooks[0] != "ecs-pause-now" {
		t.Errorf("shift %+v", shift)
	}
	if aws.ToFloat64(green) != 10 || aws.ToFloat64(blue) != 90 {
		t.Errorf("weights %v and %v", aws.ToFloat64(green), aws.ToFloat64(blue))
	}
	if want := "the deployment of web:3 is at PRODUCTION_TRAFFIC_SHIFT"; shown.NotAsWanted != want {
		t.Errorf("%q, want %q", shown.NotAsWanted, want)
	}
	back := part.Clone()
	back.Shift.Back, back.StopType, back.Status = true, types.StopServiceDeploymentStopTypeRollback, types.ServiceDeploymentStatusRollbackInProgress
	back.Rollback = &state.Rollback{Reason: "Service deployment rolled back"}
	w.update(func(tx *store.Tx) { state.PutServiceDeployment(tx, back) })
	d := w.read(overview.Options{}).Services[0].Deployments[0]
	if d.TrafficShift == nil || !d.TrafficShift.Back || d.Rollback == nil || d.Rollback.Status != "ROLLBACK_IN_PROGRESS" {
		t.Errorf("on its way back, shift %+v, rollback %+v", d.TrafficShift, d.Rollback)
	}
	w.update(func(tx *store.Tx) {
		ended := part.Clone()
		ended.FinishedAt = began
		state.PutServiceDeployment(tx, ended)
	})
	if d := w.read(overview.Options{}).Services[0].Deployments[0]; d.TrafficShift != nil || d.ProductionWeight != nil {
		t.Errorf("at its end %+v", d)
	}
}
