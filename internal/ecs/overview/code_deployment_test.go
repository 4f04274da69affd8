package overview_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	cdtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A service to which CodeDeploy deploys is not as wanted until the deployment has succeeded, or a user has stopped it. One that has
// failed stays so.
func TestDeploymentsByCodeDeployThatAreNotAsWanted(t *testing.T) {
	failure := func(code cdtypes.ErrorCode) *cdtypes.ErrorInformation {
		return &cdtypes.ErrorInformation{Code: code, Message: aws.String("It is broken.")}
	}
	events := []codedeploy.Event{{Name: "BeforeInstall", Status: cdtypes.LifecycleEventStatusSucceeded}, {Name: "Install", Status: cdtypes.LifecycleEventStatusInProgress, StartedAt: began}}
	for name, c := range map[string]struct {
		runs    []codedeploy.Run // of d-1, d-2, …, each of which takes the one before back
		created time.Duration    // of the service, after the first deployment
		want    string
		settled bool
	}{
		"none":           {nil, 0, "", false},
		"not begun":      {[]codedeploy.Run{{}}, 0, "deployment d-1 by CodeDeploy is Created", false},
		"under way":      {[]codedeploy.Run{{Status: cdtypes.DeploymentStatusInProgress, Events: events}}, 0, "deployment d-1 by CodeDeploy is InProgress: Install", false},
		"it waits":       {[]codedeploy.Run{{Status: cdtypes.DeploymentStatusReady}}, 0, "deployment d-1 by CodeDeploy is Ready", false},
		"it has come":    {[]codedeploy.Run{{Status: cdtypes.DeploymentStatusSucceeded}}, 0, "", false},
		"it was stopped": {[]codedeploy.Run{{Status: cdtypes.DeploymentStatusStopped, Failure: failure(cdtypes.ErrorCodeManualStop)}}, 0, "", false},
		"it has failed":  {[]codedeploy.Run{{Status: cdtypes.DeploymentStatusFailed, Failure: failure(cdtypes.ErrorCodeTimeout)}}, 0, "deployment d-1 by CodeDeploy is Failed: It is broken", true},
		"an alarm":       {[]codedeploy.Run{{Status: cdtypes.DeploymentStatusStopped, Failure: failure(cdtypes.ErrorCodeAlarmActive)}}, 0, "deployment d-1 by CodeDeploy is Stopped: It is broken", true},
		"on its way back": {[]codedeploy.Run{
			{Status: cdtypes.DeploymentStatusFailed, Failure: failure(cdtypes.ErrorCodeTimeout)}, {Status: cdtypes.DeploymentStatusInProgress},
		}, 0, "deployment d-2 by CodeDeploy takes d-1 back", false},
		"taken back": {[]codedeploy.Run{
			{Status: cdtypes.DeploymentStatusFailed, Failure: failure(cdtypes.ErrorCodeTimeout)}, {Status: cdtypes.DeploymentStatusSucceeded},
		}, 0, "deployment d-1 by CodeDeploy was taken back by d-2: It is broken", true},
		"stopped and taken back": {[]codedeploy.Run{
			{Status: cdtypes.DeploymentStatusStopped, Failure: failure(cdtypes.ErrorCodeManualStop)}, {Status: cdtypes.DeploymentStatusSucceeded},
		}, 0, "", false},
		"of a service before": {[]codedeploy.Run{{Status: cdtypes.DeploymentStatusFailed, Failure: failure(cdtypes.ErrorCodeTimeout)}}, time.Hour, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := &state.Service{
				ARN: scope.Service("shop", "web"), Name: "web", ClusterARN: scope.Cluster("shop"), DeploymentController: types.DeploymentControllerTypeCodeDeploy,
				CreatedAt: began.Add(c.created), Sets: &state.SetService{Revision: &state.ServiceRevision{}},
			}
			w.update(func(tx *store.Tx) {
				state.PutService(tx, s)
				before := ""
				for i, r := range c.runs {
					r.ID = "d-" + string(rune('1'+i))
					codedeploy.PutDeployment(tx, &codedeploy.Deployment{ID: r.ID, Scope: scope, ServiceARN: s.ARN, CreatedAt: began.Add(time.Duration(i) * time.Minute), RollbackOf: before})
					if before = r.ID; r.Status != "" {
						codedeploy.PutRun(tx, &r)
					}
				}
			})
			shown := w.read(overview.Options{}).Services[0]
			if shown.NotAsWanted != c.want || shown.Settled != c.settled {
				t.Errorf("%q, settled %t; want %q, %t", shown.NotAsWanted, shown.Settled, c.want, c.settled)
			}
		})
	}
}
