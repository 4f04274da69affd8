package routing

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// AssociateRouteTable associates a route table with a subnet, or with the internet gateway of
// its VPC. Source of the texts: field reports.
func (a *API) AssociateRouteTable(ctx context.Context, in *sdk.AssociateRouteTableInput) (*sdk.AssociateRouteTableOutput, error) {
	if in.PublicIpv4Pool != nil {
		return nil, kit.NotBuilt("AssociateRouteTable", "PublicIpv4Pool")
	}
	out := &sdk.AssociateRouteTableOutput{AssociationState: associated}
	err := routeTables.Change(ctx, &a.Base, in.RouteTableId, func(tx *store.Tx, t *ec2.RouteTable) error {
		with, err := a.associable(tx, t, in)
		if err != nil {
			return err
		}
		taken := func(other ec2.RouteTableAssociation) bool {
			return other.Subnet == with.Subnet && other.Gateway == with.Gateway
		}
		for _, other := range ec2.RouteTables.List(tx, t.Scope) {
			if slices.ContainsFunc(other.Associations, taken) {
				return kit.Refuse("Resource.AlreadyAssociated", "the specified association for route table %s conflicts with an existing association", t.ID)
			}
		}
		out.AssociationId = &with.ID
		t.Associations = append(slices.Clip(t.Associations), with)
		return nil
	})
	return out, err
}

// associable is a new association with what a request names, which belongs to the table's VPC.
func (a *API) associable(tx *store.Tx, t *ec2.RouteTable, in *sdk.AssociateRouteTableInput) (with ec2.RouteTableAssociation, err error) {
	with.ID = ec2.NewID("rtbassoc-")
	switch {
	case in.SubnetId != nil && in.GatewayId != nil:
		return with, kit.Refuse("InvalidParameterCombination", "The parameters subnetId and gatewayId cannot be used together") // the text is the emulator's
	case in.GatewayId != nil:
		g := ec2.InternetGateways.Find(tx, t.Scope, *in.GatewayId)
		if g == nil {
			return with, noGateway(*in.GatewayId)
		}
		if g.VPC != t.VPC {
			return with, otherNetworks(t.ID, "network gateway", g.ID)
		}
		with.Gateway = g.ID
		return with, nil
	}
	s, err := a.NamedSubnet(tx, t.Scope, in.SubnetId)
	if err != nil {
		return with, err
	}
	if s.VPC != t.VPC {
		return with, otherNetworks(t.ID, "subnet", s.ID)
	}
	with.Subnet = s.ID
	return with, nil
}

func otherNetworks(table, noun, id string) error {
	return kit.Refuse("InvalidParameterValue", "route table %s and %s %s belong to different networks", table, noun, id)
}

// associationOf finds the table of an association, and reports whether the association makes
// it the main one.
func associationOf(tx *store.Tx, scope arn.Scope, id *string) (t *ec2.RouteTable, main bool, err error) {
	if aws.ToString(id) == "" {
		return nil, false, kit.MissingParameter("associationId")
	}
	for _, t := range ec2.RouteTables.List(tx, scope) {
		if t.Main == *id {
			return t, true, nil
		}
		if slices.ContainsFunc(t.Associations, byAssociation(*id)) {
			return t, false, nil
		}
	}
	return nil, false, noAssociation(*id)
}

func byAssociation(id string) func(ec2.RouteTableAssociation) bool {
	return func(a ec2.RouteTableAssociation) bool { return a.ID == id }
}

func noAssociation(id string) error {
	return kit.Refuse("InvalidAssociationID.NotFound", "The association ID '%s' does not exist", id)
}

// DisassociateRouteTable ends an association; its subnet has the VPC's main table then.
func (a *API) DisassociateRouteTable(ctx context.Context, in *sdk.DisassociateRouteTableInput) (*sdk.DisassociateRouteTableOutput, error) {
	err := a.Store.Update(func(tx *store.Tx) error {
		t, main, err := associationOf(tx, kit.Scope(ctx), in.AssociationId)
		if err != nil {
			return err
		}
		if main {
			return kit.Refuse("InvalidParameterValue", "cannot disassociate the main route table association %s", t.Main)
		}
		changed := *t
		changed.Associations, _ = ec2.Without(t.Associations, byAssociation(*in.AssociationId))
		ec2.RouteTables.Put(tx, &changed)
		return nil
	})
	return &sdk.DisassociateRouteTableOutput{}, err
}

// ReplaceRouteTableAssociation gives a subnet another route table, or a VPC another main one.
func (a *API) ReplaceRouteTableAssociation(ctx context.Context, in *sdk.ReplaceRouteTableAssociationInput) (*sdk.ReplaceRouteTableAssociationOutput, error) {
	scope := kit.Scope(ctx)
	id := ec2.NewID("rtbassoc-")
	out := &sdk.ReplaceRouteTableAssociationOutput{AssociationState: associated, NewAssociationId: &id}
	err := a.Store.Update(func(tx *store.Tx) error {
		from, main, err := associationOf(tx, scope, in.AssociationId)
		if err != nil {
			return err
		}
		to, err := routeTables.Named(tx, scope, in.RouteTableId)
		if err != nil {
			return err
		}
		if to.VPC != from.VPC {
			return otherNetworks(to.ID, "route table", from.ID) // the text is the emulator's
		}
		changed := *from
		rest, was := ec2.Without(from.Associations, byAssociation(*in.AssociationId))
		changed.Associations = rest
		if main {
			changed.Main = ""
		}
		ec2.RouteTables.Put(tx, &changed)
		with := *ec2.RouteTables.Find(tx, scope, to.ID) // which may be the same
		if main {
			with.Main = id
		} else {
			moved := ec2.RouteTableAssociation{ID: id, Subnet: was.Subnet, Gateway: was.Gateway}
			with.Associations = append(slices.Clip(with.Associations), moved)
		}
		ec2.RouteTables.Put(tx, &with)
		return nil
	})
	return out, err
}
