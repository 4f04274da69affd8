package service

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// StopServiceDeployment asks for the end of a service deployment, with the revision from
// before it or, with ABORT, as it stands; the scheduler sees to it. What is on its way
// back or to its end goes on.
//
// Source: ECS API reference; ECS developer guide, stopping service deployments. The words
// of the refusals are not published.
func (a *API) StopServiceDeployment(ctx context.Context, in *sdk.StopServiceDeploymentInput) (*sdk.StopServiceDeploymentOutput, error) {
	scope := kit.Scope(ctx)
	id := aws.ToString(in.ServiceDeploymentArn)
	if _, err := serviceOfDeployment(scope, id); err != nil {
		return nil, err
	}
	err := a.Store.Update(func(tx *store.Tx) error {
		d := state.FindServiceDeployment(tx, id)
		switch {
		case d == nil:
			return &types.ServiceDeploymentNotFoundException{Message: aws.String("Service deployment not found.")}
		case d.Ended():
			return &types.ConflictException{
				Message:     aws.String("The service deployment cannot be stopped because it is in the " + string(d.Status) + " state."),
				ResourceIds: []string{id},
			}
		}
		state.StopServiceDeployment(tx, d, cmp.Or(in.StopType, types.StopServiceDeploymentStopTypeRollback), a.Now())
		return nil
	})
	return &sdk.StopServiceDeploymentOutput{ServiceDeploymentArn: &id}, err
}
