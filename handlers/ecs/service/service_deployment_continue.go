package service

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// hookID is the form of the ids of lifecycle hooks.
var hookID = lazyregexp.New(`^ecs-[a-z]+-[A-Za-z0-9_-]+$`)

// The refusals of ContinueServiceDeployment. Source: ECS developer guide, troubleshooting of blue/green
// deployments. In which order AWS checks is not published.
var (
	errHookID = kit.InvalidParameter("Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}")
	errNoHook = kit.InvalidParameter("Provided hookId is either completed, unavailable, or not associated with the given Resource ARN")
	errEnded  = kit.InvalidParameter("Continuing a service deployment is not allowed for service deployment in terminal states.")

	errNoServiceDeployment = &types.ServiceDeploymentNotFoundException{Message: aws.String("The service deployment does not exist.")}
)

// ContinueServiceDeployment decides a lifecycle hook that pauses a service deployment: it goes on, or
// back to the revision from before it. The scheduler sees to it.
//
// Source: ECS API reference; ECS developer guide, continuing service deployments.
func (a *API) ContinueServiceDeployment(ctx context.Context, in *sdk.ContinueServiceDeploymentInput) (*sdk.ContinueServiceDeploymentOutput, error) {
	id, hook := aws.ToString(in.ServiceDeploymentArn), aws.ToString(in.HookId)
	if _, err := serviceOfDeployment(kit.Scope(ctx), id); err != nil {
		return nil, err
	}
	if !hookID.MatchString(hook) {
		return nil, errHookID
	}
	err := a.Store.Update(func(tx *store.Tx) error {
		d := state.FindServiceDeployment(tx, id)
		if d == nil {
			return errNoServiceDeployment
		}
		if err := checkHookWaits(tx, d, hook); err != nil {
			return err
		}
		state.DecideLifecycleHook(tx, id, hook, cmp.Or(in.Action, types.DeploymentLifecycleHookActionContinue), a.Now())
		return nil
	})
	return &sdk.ContinueServiceDeploymentOutput{ServiceDeploymentArn: &id}, err
}

// checkHookWaits refuses a hook that does not wait for a decision: one that has been decided, one of a
// deployment that goes back, or that another one has superseded.
func checkHookWaits(tx *store.Tx, d *state.ServiceDeployment, id string) error {
	switch hook := d.Hook(id); {
	case superseded(tx, d):
		return errNoHook
	case d.Ended(): // first: the hooks of a deployment that has ended wait no more either
		return errEnded
	case d.Status != types.ServiceDeploymentStatusInProgress || hook == nil || hook.Status != types.DeploymentLifecycleHookStatusAwaitingAction:
		return errNoHook
	}
	return nil
}

// superseded reports whether the service has a newer service deployment, or by now none at all.
func superseded(tx *store.Tx, d *state.ServiceDeployment) bool {
	service := state.FindService(tx, d.ServiceARN)
	if service == nil {
		return false
	}
	primary := service.Primary()
	return primary == nil || primary.ServiceDeploymentARN != d.ARN
}
