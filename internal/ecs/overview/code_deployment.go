package overview

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	cdtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// codeDeployment is the last deployment by CodeDeploy to a service, nil where there is none that matters: it has succeeded, or a user
// has stopped it.
func codeDeployment(tx *store.Tx, s *state.Service) *CodeDeployment {
	if s.DeploymentController != types.DeploymentControllerTypeCodeDeploy {
		return nil
	}
	d := codedeploy.LastOf(tx, s.ARN, s.CreatedAt)
	if d == nil {
		return nil
	}
	shown := &CodeDeployment{ID: d.ID, Status: string(cdtypes.DeploymentStatusCreated), Since: d.CreatedAt, RollbackOf: d.RollbackOf}
	r := codedeploy.FindRun(tx, d.ID)
	if r == nil {
		return shown
	}
	shown.Status, shown.Error = string(r.Status), runFailure(r)
	if d.RollbackOf != "" && shown.Error == "" {
		shown.Error = runFailure(codedeploy.FindRun(tx, d.RollbackOf))
	}
	if r.Ended() && shown.Error == "" {
		return nil
	}
	for _, e := range r.Events {
		if e.Status == cdtypes.LifecycleEventStatusInProgress || e.Status == cdtypes.LifecycleEventStatusFailed {
			shown.Event, shown.Since = e.Name, e.StartedAt
		}
	}
	if r.Ended() {
		shown.Since = r.FinishedAt
	}
	return shown
}

// runFailure is why a run has failed. That a user has stopped it is no failure.
func runFailure(r *codedeploy.Run) string {
	if r == nil || r.Failure == nil || r.Failure.Code == cdtypes.ErrorCodeManualStop {
		return ""
	}
	return aws.ToString(r.Failure.Message)
}

// ended reports whether nothing more becomes of the deployment.
func (d *CodeDeployment) ended() bool {
	return (&codedeploy.Run{Status: cdtypes.DeploymentStatus(d.Status)}).Ended()
}

// Text says what has become of a deployment by CodeDeploy; empty where there is none.
func (d *CodeDeployment) Text() string {
	switch {
	case d == nil:
		return ""
	case d.RollbackOf != "" && d.Status == string(cdtypes.DeploymentStatusSucceeded):
		return fmt.Sprintf("deployment %s by CodeDeploy was taken back by %s: %s", d.RollbackOf, d.ID, strings.TrimSuffix(d.Error, "."))
	case d.RollbackOf != "" && !d.ended():
		return fmt.Sprintf("deployment %s by CodeDeploy takes %s back", d.ID, d.RollbackOf)
	case d.ended():
		return fmt.Sprintf("deployment %s by CodeDeploy is %s: %s", d.ID, d.Status, strings.TrimSuffix(d.Error, "."))
	case d.Event != "":
		return fmt.Sprintf("deployment %s by CodeDeploy is %s: %s", d.ID, d.Status, d.Event)
	}
	return fmt.Sprintf("deployment %s by CodeDeploy is %s", d.ID, d.Status)
}
