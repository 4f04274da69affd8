package express

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/reservation"
)

// CreateExpressGatewayService makes a service, ACTIVE at once; its controller makes all that it has.
//
// Source: ECS API reference, CreateExpressGatewayService; services.md I.2. All members: ECS0390.
func (a *API) CreateExpressGatewayService(ctx context.Context, in *sdk.CreateExpressGatewayServiceInput) (*sdk.CreateExpressGatewayServiceOutput, error) {
	name := cmp.Or(aws.ToString(in.ServiceName), "express-"+arn.NewID()[:8]) // how AWS generates one is not published
	if !serviceName.MatchString(name) {
		return nil, kit.InvalidParameter("Invalid service name.")
	}
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	wanted := ofCreate(in)
	asked, err := wanted.over(defaults)
	if err != nil {
		return nil, err
	}
	if err := a.LinkRole(ctx); err != nil {
		return nil, err
	}
	if err := a.makeDefaultCluster(kit.Scope(ctx), in.Cluster); err != nil {
		return nil, err
	}
	out := &sdk.CreateExpressGatewayServiceOutput{}
	err = a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		s := &express.Service{
			ARN: c.Scope.Service(c.Cluster.Name, name), Scope: c.Scope, Cluster: c.Cluster.Name, Name: name, Token: arn.NewID(),
			InfrastructureRole: aws.ToString(in.InfrastructureRoleArn), Asked: asked, Tags: slices.Clone(in.Tags),
		}
		if err := a.create(c.Tx, s, in.NetworkConfiguration); err != nil {
			return err
		}
		out.Service = shown(c.Tx, s, a.Now())
		if len(s.Tags) > 0 {
			out.Service.Tags = s.Tags
		}
		return nil
	})
	return out, err
}

// makeDefaultCluster makes the default cluster if it is missing, also where other requests have to find it (ECS0337.5).
func (a *API) makeDefaultCluster(scope arn.Scope, ref *string) error {
	id, err := kit.ClusterARN(scope, ref)
	if err != nil || id != scope.Cluster(kit.DefaultCluster) || state.Clusters.Get(a.Store.Read(), id) != nil {
		return nil // a reference that is none is refused with the cluster
	}
	return a.Store.Update(func(tx *store.Tx) error {
		if state.Clusters.Get(tx, id) == nil {
			kit.PutDefaultCluster(tx, scope, a.Now())
		}
		return nil
	})
}

// create writes a new service, unless its name is taken.
func (a *API) create(tx *store.Tx, s *express.Service, network *types.ExpressGatewayServiceNetworkConfiguration) (err error) {
	if err := checkName(tx, s.ARN); err != nil {
		return err
	}
	if err := a.checkInfrastructureRole(tx, s); err != nil {
		return err
	}
	if s.Network, err = a.network(tx, s.Scope, network); err != nil {
		return err
	}
	if err := a.define(tx, s); err != nil {
		return err
	}
	s.CreatedAt, s.UpdatedAt = a.Now(), a.Now()
	most, bound := a.Quotas.Of(quota.ExpressServices)
	if !bound {
		most = express.MostOfLoadBalancer
	}
	express.Assign(tx, s, most)
	s.Revision = reservation.Revision(tx, s.ARN)
	express.Put(tx, s)
	express.PutRevision(tx, &express.Revision{ARN: s.Revision, ServiceARN: s.ARN, Configuration: s.Asked, CreatedAt: s.CreatedAt})
	return nil
}

// checkName refuses a name that a service of any kind has, or is about to give back (services.md I.2).
func checkName(tx *store.Tx, serviceARN string) error {
	taken, drains := false, false
	if s := express.Find(tx, serviceARN); s != nil {
		status := s.Status(tx)
		taken, drains = status == types.ExpressGatewayServiceStatusCodeActive, status == types.ExpressGatewayServiceStatusCodeDraining
	}
	if s := state.FindService(tx, serviceARN); s != nil {
		taken, drains = taken || s.Status() == state.ServiceActive, drains || s.Status() == state.ServiceDraining
	}
	switch {
	case drains:
		return kit.InvalidParameter("Unable to Start a service that is still Draining.")
	case taken:
		return kit.InvalidParameter("Creation of service was not idempotent.")
	}
	return nil
}
