package gateway

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
)

// UpdateGateway changes what a gateway is to be. The controller has each load balancer be so, and ends the update (ECS0360.3).
//
// Source: ECS API reference, UpdateGateway.
func (a *API) UpdateGateway(ctx context.Context, in *sdk.UpdateGatewayInput) (*sdk.UpdateGatewayOutput, error) {
	scope := kit.Scope(ctx)
	out := &sdk.UpdateGatewayOutput{Status: types.GatewayStatusUpdateInProgress}
	err := a.Store.Update(func(tx *store.Tx) error {
		old, err := find(tx, scope, in.Gateway)
		if err != nil {
			return err
		}
		g := *old
		if err := a.update(tx, &g, in); err != nil {
			return err
		}
		g.Updates++
		g.UpdatedAt = after(a.Now(), old.UpdatedAt)
		gateway.Put(tx, &g)
		for _, r := range gateway.RoutesOfGateway(tx, g.ARN) { // which are asked to be so, too
			asked := *r
			asked.UpdatedAt = g.UpdatedAt
			gateway.PutRoute(tx, &asked)
		}
		out.GatewayArn, out.Name = &g.ARN, &g.Name
		return nil
	})
	return out, err
}

// update has the copy of a gateway be as is asked. That it keeps fewer load balancers than it has is refused: a choice.
func (a *API) update(tx *store.Tx, g *gateway.Gateway, in *sdk.UpdateGatewayInput) error {
	if in.InfrastructureRoleArn != nil {
		g.Role = *in.InfrastructureRoleArn
		if err := a.checkRole(tx, g); err != nil {
			return err
		}
	}
	if in.DeletionProtection != nil {
		g.DeletionProtection = *in.DeletionProtection
	}
	if in.PropagateTags != "" {
		g.PropagateTags = in.PropagateTags
		if err := checkPropagation(g.PropagateTags); err != nil {
			return err
		}
	}
	if in.Configuration == nil {
		return nil
	}
	shared, is := in.Configuration.(*types.UpdateGatewayConfigurationMemberHostSharedAlb)
	if !is {
		return kit.InvalidParameter("configuration must have the variant of the gateway: hostSharedAlb.")
	}
	c := &shared.Value
	if err := change(&g.Asked, mutable{c.AccessLogs, c.HttpDesync, c.MaxAlbCount, c.TestTrafficRules, c.WebACLArn}); err != nil {
		return err
	}
	if c.MaxAlbCount != nil && len(gateway.Balancers(tx, g)) > int(g.Asked.MaxBalancers) {
		return kit.InvalidParameter("maxAlbCount can not be less than the load balancers of the gateway that are in use.")
	}
	if n := c.NetworkConfiguration; n != nil && n.InboundSecurityGroup != nil {
		g.Asked.InboundSecurityGroup = aws.ToString(n.InboundSecurityGroup)
		if _, err := a.network(tx, g); err != nil {
			return err
		}
	}
	return nil
}

// after is now, but later than a time before.
func after(now, before time.Time) time.Time {
	if now.After(before) {
		return now
	}
	return before.Add(time.Millisecond)
}
