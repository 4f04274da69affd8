package express

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/reservation"
)

// UpdateExpressGatewayService changes what a service is to be. Its controller changes what the service has, and begins a service
// deployment, also where all stays as it is.
//
// Source: ECS API reference, UpdateExpressGatewayService; services.md I.2.
func (a *API) UpdateExpressGatewayService(ctx context.Context, in *sdk.UpdateExpressGatewayServiceInput) (*sdk.UpdateExpressGatewayServiceOutput, error) {
	scope := kit.Scope(ctx)
	out := &sdk.UpdateExpressGatewayServiceOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		old, err := findActive(tx, scope, in.ServiceArn)
		if err != nil {
			return err
		}
		s, err := a.update(tx, old, ofUpdate(in))
		if err != nil {
			return err
		}
		view := shown(tx, s, a.Now())
		target := configuration(tx, s, express.FindRevision(tx, s.Revision))
		out.Service = &types.UpdatedExpressGatewayService{
			Cluster: view.Cluster, CreatedAt: view.CreatedAt, ServiceArn: view.ServiceArn, ServiceName: view.ServiceName, Status: view.Status,
			TargetConfiguration: &target, UpdatedAt: view.UpdatedAt,
		}
		return nil
	})
	return out, err
}

// update writes the changed copy of a service, with the revision that is to be deployed.
func (a *API) update(tx *store.Tx, old *express.Service, wanted request) (*express.Service, error) {
	if err := a.checkNetwork(tx, old, wanted.Network); err != nil {
		return nil, err
	}
	if why := composition.Blocked(composition.Read(tx, old.ARN, a.Now())); why != "" { // clients would wait for the deployment
		return nil, kit.InvalidParameter("The service can not be updated. " + why)
	}
	s := *old
	var err error
	if s.Asked, err = wanted.over(base(tx, old)); err != nil {
		return nil, err
	}
	if err := a.define(tx, &s); err != nil {
		return nil, err
	}
	s.UpdatedAt = after(a.Now(), old.UpdatedAt)
	if r := express.FindRevision(tx, old.Revision); r != nil && state.FindServiceRevision(tx, r.ARN) == nil {
		express.RemoveRevision(tx, r) // of which there will be no deployment
	}
	s.Revision = reservation.Revision(tx, s.ARN)
	express.Put(tx, &s)
	express.PutRevision(tx, &express.Revision{ARN: s.Revision, ServiceARN: s.ARN, Configuration: s.Asked, CreatedAt: s.UpdatedAt})
	return &s, nil
}

// after is now, but later than a time before.
func after(now, before time.Time) time.Time {
	if now.After(before) {
		return now
	}
	return before.Add(time.Millisecond)
}

// base is the configuration that an update changes: what was asked last, unless its deployment has been rolled back. Then it is the
// one to which that went back. That is a choice.
func base(tx *store.Tx, s *express.Service) express.Configuration {
	service := state.FindService(tx, s.ARN)
	if service == nil || state.FindServiceRevision(tx, s.Revision) == nil || service.Revision().ARN == s.Revision {
		return s.Asked
	}
	if r := express.FindRevision(tx, service.Revision().ARN); r != nil {
		return r.Configuration
	}
	return s.Asked
}

// DeleteExpressGatewayService makes a service DRAINING; its controller removes what the service has, and makes it INACTIVE then.
//
// Source: ECS API reference, DeleteExpressGatewayService; ECS0339.
func (a *API) DeleteExpressGatewayService(ctx context.Context, in *sdk.DeleteExpressGatewayServiceInput) (*sdk.DeleteExpressGatewayServiceOutput, error) {
	scope := kit.Scope(ctx)
	out := &sdk.DeleteExpressGatewayServiceOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		old, err := findActive(tx, scope, in.ServiceArn)
		if err != nil {
			return err
		}
		s := *old
		s.DeletedAt = a.Now()
		s.UpdatedAt = after(s.DeletedAt, old.UpdatedAt)
		express.Put(tx, &s)
		out.Service = shown(tx, &s, a.Now())
		return nil
	})
	return out, err
}

// DescribeExpressGatewayService shows a service in any status; one that is INACTIVE for an hour.
//
// Source: ECS API reference, DescribeExpressGatewayService.
func (a *API) DescribeExpressGatewayService(ctx context.Context, in *sdk.DescribeExpressGatewayServiceInput) (*sdk.DescribeExpressGatewayServiceOutput, error) {
	tx := a.Store.Read()
	s, err := find(tx, kit.Scope(ctx), in.ServiceArn)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, &types.ResourceNotFoundException{Message: aws.String(notFound)}
	}
	out := &sdk.DescribeExpressGatewayServiceOutput{Service: shown(tx, s, a.Now())}
	if len(in.Include) > 0 {
		out.Service.Tags = kit.ListedTags(tagsOf(tx, s))
	}
	return out, nil
}
