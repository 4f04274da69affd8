package codedeploy

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// idForm is the form of ids of deployments (CD0008).
var idForm = lazyregexp.New(`^d-[A-Z0-9]{9}$`)

// findDeployment finds a deployment of a scope by its id, which must have the form of one. The texts are the emulator's.
func findDeployment(tx *store.Tx, scope arn.Scope, given *string) (*codedeploy.Deployment, error) {
	id := aws.ToString(given)
	switch {
	case id == "":
		return nil, refuseMember("deploymentId", "Member must not be null")
	case !idForm.MatchString(id):
		return nil, refuse("InvalidDeploymentIdException", "Specified DeploymentId is not in the valid format: %s", id)
	}
	d := codedeploy.FindDeployment(tx, id)
	if d == nil || d.Scope != scope {
		return nil, refuse("DeploymentDoesNotExistException", "The deployment %s could not be found", id)
	}
	return d, nil
}

// CreateDeployment writes what is asked. A revision that cannot be read is no error of the request: the deployment fails with
// INVALID_REVISION, as users of AWS report (issue 6267 of aws/aws-cli).
func (a *API) CreateDeployment(ctx context.Context, in *sdk.CreateDeploymentInput) (*sdk.CreateDeploymentOutput, error) {
	if _, _, err := a.destination(ctx, a.Store.Read(), in); err != nil {
		return nil, err
	}
	if err := checkCreation(in); err != nil {
		return nil, err
	}
	location, err := revisionOf(in.Revision)
	if err != nil {
		return nil, err
	}
	d := &codedeploy.Deployment{
		Scope: awsapi.CallScope(ctx), Creator: types.DeploymentCreatorUser, Description: aws.ToString(in.Description), Location: *location, Alarms: in.OverrideAlarmConfiguration,
	}
	d.Spec, d.Invalid = a.spec(ctx, location)
	return &sdk.CreateDeploymentOutput{DeploymentId: &d.ID}, a.Store.Update(func(tx *store.Tx) error {
		app, g, err := a.destination(ctx, tx, in)
		if err != nil {
			return err
		}
		if err := a.prepare(tx, d, g, in); err != nil {
			return err
		}
		if active := codedeploy.Active(tx, g.ID, g.ServiceARN); active != nil { // CD0009
			return refuse("DeploymentLimitExceededException", "The Deployment Group '%s' already has an active Deployment '%s'", g.Name, active.ID)
		}
		a.use(tx, app, d)
		codedeploy.PutDeployment(tx, d)
		return nil
	})
}

// destination is the deployment group that a request names. Other platforms than Amazon ECS have none that the emulator reaches.
func (a *API) destination(ctx context.Context, tx *store.Tx, in *sdk.CreateDeploymentInput) (*codedeploy.Application, *codedeploy.DeploymentGroup, error) {
	app, err := application(ctx, tx, in.ApplicationName)
	if err != nil {
		return nil, nil, err
	}
	g, err := group(tx, app, "deploymentGroupName", in.DeploymentGroupName)
	switch {
	case err != nil:
		return nil, nil, err
	case app.Platform != types.ComputePlatformEcs:
		return nil, nil, notBuilt("deployments to the compute platform " + string(app.Platform))
	case !a.Runs:
		return nil, nil, notBuilt("deployments to Amazon ECS yet")
	}
	return app, g, nil
}

// checkCreation refuses what is of servers only. The texts are the emulator's.
func checkCreation(in *sdk.CreateDeploymentInput) error {
	if err := checkDescription(in.Description); err != nil {
		return err
	}
	const server = "%s is of the compute platform Server only."
	switch {
	case in.TargetInstances != nil:
		return refuse("InvalidTargetInstancesException", server, "targetInstances")
	case in.UpdateOutdatedInstancesOnly:
		return refuse("InvalidUpdateOutdatedInstancesOnlyValueException", server, "updateOutdatedInstancesOnly")
	case in.IgnoreApplicationStopFailures:
		return refuse("InvalidIgnoreApplicationStopFailuresValueException", server, "ignoreApplicationStopFailures")
	case in.FileExistsBehavior != "" && in.FileExistsBehavior != types.FileExistsBehaviorDisallow:
		return refuse("InvalidFileExistsBehaviorException", server, "fileExistsBehavior")
	}
	if err := checkAlarms(in.OverrideAlarmConfiguration); err != nil {
		return err
	}
	return checkRollback(in.AutoRollbackConfiguration)
}

// prepare gives a deployment what its group has now, or the request in place of that.
func (a *API) prepare(tx *store.Tx, d *codedeploy.Deployment, g *codedeploy.DeploymentGroup, in *sdk.CreateDeploymentInput) error {
	as := *g
	if in.DeploymentConfigName != nil {
		as.Info.DeploymentConfigName = in.DeploymentConfigName
	}
	if in.AutoRollbackConfiguration != nil {
		as.Info.AutoRollbackConfiguration = in.AutoRollbackConfiguration
	}
	if err := checkConfigurationOf(tx, &as); err != nil {
		return err
	}
	d.Application, d.Group, d.GroupID, d.ServiceARN = g.Application, g.Name, g.ID, g.ServiceARN
	d.Settings, d.Traffic = as.Info, *codedeploy.FindConfiguration(tx, g.Scope, *as.Info.DeploymentConfigName).Traffic
	if last := lastDeployment(tx, g.ID, true); last != nil {
		d.Previous = &last.Location
	}
	for d.ID = codedeploy.NewDeploymentID(); codedeploy.FindDeployment(tx, d.ID) != nil; {
		d.ID = codedeploy.NewDeploymentID()
	}
	d.CreatedAt = a.time()
	return nil
}

// use registers the revision of a deployment, and when it was used.
func (a *API) use(tx *store.Tx, app *codedeploy.Application, d *codedeploy.Deployment) {
	r := *a.revision(tx, app, &d.Location)
	if r.LastUsedAt = d.CreatedAt; r.FirstUsedAt.IsZero() {
		r.FirstUsedAt = d.CreatedAt
	}
	codedeploy.Revisions.Put(tx, &r)
}

// change writes what a user asks of a deployment under way. The function refuses it, or changes the copy that it gets.
func (a *API) change(ctx context.Context, id *string, ask func(d *codedeploy.Deployment, r *codedeploy.Run) error) error {
	return a.Store.Update(func(tx *store.Tx) error {
		found, err := findDeployment(tx, awsapi.CallScope(ctx), id)
		if err != nil {
			return err
		}
		d, r := found.Clone(), codedeploy.FindRun(tx, found.ID)
		if r == nil {
			r = &codedeploy.Run{ID: d.ID, Status: types.DeploymentStatusCreated}
		}
		if err := ask(d, r); err != nil {
			return err
		}
		codedeploy.PutDeployment(tx, d)
		return nil
	})
}

func checkUnderWay(r *codedeploy.Run) error {
	if r.Ended() {
		return refuse("DeploymentAlreadyCompletedException", "The deployment %s has already completed with the status %s.", r.ID, r.Status)
	}
	return nil
}

// StopDeployment asks the controller to stop; a second request changes nothing. Without a word of the request the group's
// DEPLOYMENT_STOP_ON_REQUEST says whether traffic goes back (CD0018). The text is AWS's (CD0019).
func (a *API) StopDeployment(ctx context.Context, in *sdk.StopDeploymentInput) (*sdk.StopDeploymentOutput, error) {
	out := &sdk.StopDeploymentOutput{Status: types.StopStatusPending, StatusMessage: aws.String("No more commands will be scheduled for execution in the deployment instances")}
	return out, a.change(ctx, in.DeploymentId, func(d *codedeploy.Deployment, r *codedeploy.Run) error {
		if err := checkUnderWay(r); err != nil || d.Stop != nil {
			return err
		}
		d.Stop = &codedeploy.Stop{At: a.Now(), Rollback: rollsBackOn(d, types.AutoRollbackEventDeploymentStopOnRequest)}
		if in.AutoRollbackEnabled != nil {
			d.Stop.Rollback = *in.AutoRollbackEnabled
		}
		return nil
	})
}

// rollsBackOn reports whether a deployment takes itself back on an event.
func rollsBackOn(d *codedeploy.Deployment, event types.AutoRollbackEvent) bool {
	c := d.Settings.AutoRollbackConfiguration
	return c != nil && c.Enabled && slices.Contains(c.Events, event)
}

// ContinueDeployment ends one of the two waits, which can be ended once (CD0016).
func (a *API) ContinueDeployment(ctx context.Context, in *sdk.ContinueDeploymentInput) (*sdk.ContinueDeploymentOutput, error) {
	wait := in.DeploymentWaitType
	if wait == "" {
		wait = types.DeploymentWaitTypeReadyWait
	}
	return &sdk.ContinueDeploymentOutput{}, a.change(ctx, in.DeploymentId, func(d *codedeploy.Deployment, r *codedeploy.Run) error {
		if err := checkUnderWay(r); err != nil {
			return err
		}
		waits := r.Status == types.DeploymentStatusReady
		if wait == types.DeploymentWaitTypeTerminationWait {
			waits = !r.WaitsAt.IsZero()
		}
		if _, over := d.Continued[wait]; over || !waits || d.Stop != nil {
			return refuse("DeploymentIsNotInReadyStateException", "The deployment %s is not in a %s.", d.ID, wait)
		}
		d.Continued[wait] = a.Now()
		return nil
	})
}

// PutLifecycleEventHookExecutionStatus keeps what a function answers: the first answer counts, also before the function returns
// (CD0014). Errors are the model's.
func (a *API) PutLifecycleEventHookExecutionStatus(ctx context.Context, in *sdk.PutLifecycleEventHookExecutionStatusInput) (*sdk.PutLifecycleEventHookExecutionStatusOutput, error) {
	id := aws.ToString(in.LifecycleEventHookExecutionId)
	if in.Status != types.LifecycleEventStatusSucceeded && in.Status != types.LifecycleEventStatusFailed {
		return nil, refuse("InvalidLifecycleEventHookExecutionStatusException", "The status of a lifecycle event hook is %s or %s, and not '%s'.",
			types.LifecycleEventStatusSucceeded, types.LifecycleEventStatusFailed, in.Status)
	}
	return &sdk.PutLifecycleEventHookExecutionStatusOutput{LifecycleEventHookExecutionId: &id}, a.change(ctx, in.DeploymentId, func(d *codedeploy.Deployment, r *codedeploy.Run) error {
		event := eventOf(r, id)
		if event == nil {
			return refuse("InvalidLifecycleEventHookExecutionIdException", "The deployment %s has no lifecycle event hook execution '%s'.", d.ID, id)
		}
		if _, answered := d.Answers[id]; answered || event.Status != types.LifecycleEventStatusInProgress {
			return refuse("LifecycleEventAlreadyCompletedException", "The lifecycle event %s of the deployment %s has already completed.", event.Name, d.ID)
		}
		d.Answers[id] = codedeploy.Answer{Status: in.Status, At: a.Now()}
		return nil
	})
}

// eventOf is the lifecycle event that an execution of a function belongs to, or nil.
func eventOf(r *codedeploy.Run, execution string) *codedeploy.Event {
	for i := range r.Events {
		if execution != "" && r.Events[i].ExecutionID == execution {
			return &r.Events[i]
		}
	}
	return nil
}
