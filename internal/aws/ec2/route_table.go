package ec2

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var routeTables = store.NewTable("ec2-route-table", func(t *RouteTable) string { return instanceKey(t.Scope, t.ID) })

// RouteTable is kept without effect on traffic. Its handlers write every field.
type RouteTable struct {
	Scope   arn.Scope
	ID, VPC string // rtb-…
	// Main is the id of the association that makes it the VPC's main table; or empty.
	Main         string
	Associations []RouteTableAssociation
	// Routes are those made by CreateRoute: the local ones follow from the VPC, and those of
	// gateway endpoints from these.
	Routes []Route
}

// RouteTableAssociation is of a subnet or a gateway.
type RouteTableAssociation struct {
	ID              string // rtbassoc-…
	Subnet, Gateway string
}

// Route leads to an internet gateway or a NAT gateway. Whether it does follows from these.
type Route struct {
	Destination         string // a range, as it is written in short
	Gateway, NATGateway string
}

func mainRouteTable(scope arn.Scope, vpc string) *RouteTable {
	t := &RouteTable{Scope: scope, ID: "rtb-" + digits(vpc), VPC: vpc, Main: "rtbassoc-" + digits(vpc)}
	if vpc == ec2network.DefaultVPC {
		t.Routes = []Route{{Destination: "0.0.0.0/0", Gateway: defaultInternetGateway(scope).ID}}
	}
	return t
}

// RouteTables returns those of an account and region, by id.
func RouteTables(tx *store.Tx, scope arn.Scope) []*RouteTable {
	return withImplied(tx, routeTables.List(tx, scope.Prefix()), scope, mainRouteTable, func(t *RouteTable) string { return t.ID })
}

// FindRouteTable returns a route table, or nil.
func FindRouteTable(tx *store.Tx, scope arn.Scope, id string) *RouteTable {
	return first(RouteTables(tx, scope), func(t *RouteTable) bool { return t.ID == id })
}

func PutRouteTable(tx *store.Tx, t *RouteTable) {
	storeDefaults(tx, t.Scope, t.VPC)
	routeTables.Put(tx, t)
}

// DeleteRouteTable removes a route table with its tags, and from the endpoints that it leads to.
func DeleteRouteTable(tx *store.Tx, t *RouteTable) {
	storeDefaults(tx, t.Scope, t.VPC)
	routeTables.Delete(tx, t)
	ec2network.SetTags(tx, t.Scope, t.ID, nil)
	for _, e := range VPCEndpoints(tx, t.Scope) {
		if slices.Contains(e.RouteTables, t.ID) {
			changed := *e
			changed.RouteTables = slices.DeleteFunc(slices.Clone(e.RouteTables), func(id string) bool { return id == t.ID })
			PutVPCEndpoint(tx, &changed)
		}
	}
}

// Without returns a copy without an association, and that association, nil if there is none.
func (t *RouteTable) Without(is func(RouteTableAssociation) bool) (*RouteTable, *RouteTableAssociation) {
	rest, was := without(t.Associations, is)
	changed := *t
	changed.Associations = rest
	return &changed, was
}
