package gateway

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
)

// mostOfCluster is how many gateways a cluster has, those that are DISASSOCIATING included. Source: ECS API reference,
// AssociateGatewayWithCluster; that these count is a choice.
const mostOfCluster = 5

// AssociateGatewayWithCluster lets services of a cluster use a gateway. It may be called again; an association that is
// DISASSOCIATING has to be gone first: both are choices.
//
// Source: ECS API reference, AssociateGatewayWithCluster.
func (a *API) AssociateGatewayWithCluster(ctx context.Context, in *sdk.AssociateGatewayWithClusterInput) (*sdk.AssociateGatewayWithClusterOutput, error) {
	out := &sdk.AssociateGatewayWithClusterOutput{Status: types.GatewayClusterAssociationStatusActive}
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		g, err := find(c.Tx, c.Scope, in.Gateway)
		if err != nil {
			return err
		}
		out.GatewayArn, out.ClusterArn = &g.ARN, &c.Cluster.ARN
		there := gateway.FindAssociation(c.Tx, g.ARN, c.Cluster.ARN)
		switch {
		case there != nil && there.Disassociating:
			return kit.InvalidParameter("The gateway " + g.Name + " is being disassociated from the cluster " + c.Cluster.Name + ".")
		case there != nil:
			return nil
		case len(gateway.OfCluster(c.Tx, c.Cluster.ARN)) >= mostOfCluster:
			return kit.InvalidParameter(fmt.Sprintf("A cluster can be associated with up to %d gateways.", mostOfCluster))
		}
		gateway.PutAssociation(c.Tx, &gateway.Association{GatewayARN: g.ARN, ClusterARN: c.Cluster.ARN})
		return nil
	})
	return out, err
}

// DisassociateGatewayFromCluster has an association end once services of the cluster have no route (ECS0366.3).
//
// Source: ECS API reference, DisassociateGatewayFromCluster.
func (a *API) DisassociateGatewayFromCluster(ctx context.Context, in *sdk.DisassociateGatewayFromClusterInput) (*sdk.DisassociateGatewayFromClusterOutput, error) {
	scope := kit.Scope(ctx)
	out := &sdk.DisassociateGatewayFromClusterOutput{Status: types.GatewayClusterAssociationStatusDisassociating}
	err := a.Store.Update(func(tx *store.Tx) error {
		g, err := find(tx, scope, in.Gateway)
		if err != nil {
			return err
		}
		cluster, err := kit.ClusterARN(scope, in.Cluster)
		if err != nil {
			return err
		}
		there := gateway.FindAssociation(tx, g.ARN, cluster)
		if there == nil {
			return kit.InvalidParameter("The gateway " + g.Name + " is not associated with the cluster " + aws.ToString(in.Cluster) + ".")
		}
		out.GatewayArn, out.ClusterArn = &g.ARN, &there.ClusterARN
		gateway.Disassociate(tx, there)
		return nil
	})
	return out, err
}

// filters are what lists of associations and routes are asked for. A gateway or cluster that is not there has none: a choice.
func filters(scope arn.Scope, gatewayRef, clusterRef *string) (gatewayARN, clusterARN string, err error) {
	if aws.ToString(gatewayRef) != "" {
		if gatewayARN, err = reference(scope, *gatewayRef); err != nil {
			return "", "", err
		}
	}
	if aws.ToString(clusterRef) != "" {
		clusterARN, err = kit.ClusterARN(scope, clusterRef)
	}
	return gatewayARN, clusterARN, err
}

// is reports whether a filter lets a value through.
func is(filter, value string) bool { return filter == "" || filter == value }

// ListGatewayClusterAssociations lists associations by cluster and gateway.
//
// Source: ECS API reference, ListGatewayClusterAssociations.
func (a *API) ListGatewayClusterAssociations(ctx context.Context, in *sdk.ListGatewayClusterAssociationsInput) (*sdk.ListGatewayClusterAssociationsOutput, error) {
	scope := kit.Scope(ctx)
	gatewayARN, clusterARN, err := filters(scope, in.Gateway, in.Cluster)
	if err != nil {
		return nil, err
	}
	var list []types.GatewayClusterAssociationSummary
	for _, a := range gateway.Associations(a.Store.Read(), scope) {
		if is(gatewayARN, a.GatewayARN) && is(clusterARN, a.ClusterARN) && passes(in.Status, a.Status()) {
			list = append(list, types.GatewayClusterAssociationSummary{ClusterArn: &a.ClusterARN, GatewayArn: &a.GatewayARN, Status: a.Status()})
		}
	}
	key := func(s types.GatewayClusterAssociationSummary) string { return *s.ClusterArn + "|" + *s.GatewayArn }
	list, next, err := kit.Page(list, key, kit.PageQuery{
		Operation: "ListGatewayClusterAssociations", Scope: scope, Filters: append([]string{gatewayARN, clusterARN}, texts(in.Status)...),
		Size: kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	return &sdk.ListGatewayClusterAssociationsOutput{GatewayClusterAssociations: kit.Listed(list), NextToken: next}, err
}
