package ec2

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var routeTables = ec2network.NewRows("ec2-route-table", func(t *RouteTable) (arn.Scope, string) { return t.Scope, t.ID })

// RouteTables are all of them, with the main ones of VPCs.
var RouteTables = routeTables.With(ec2network.Unstored[*RouteTable]{
	List:    func(tx *store.Tx, scope arn.Scope) []*RouteTable { return comeWithVPCs(tx, scope, mainRouteTable) },
	Keep:    func(tx *store.Tx, t *RouteTable) { storeDefaults(tx, t.Scope, t.VPC) },
	Deleted: leaveEndpoints,
})

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

// leaveEndpoints takes a route table from the endpoints that it leads to.
func leaveEndpoints(tx *store.Tx, t *RouteTable) {
	for _, e := range VPCEndpoints.List(tx, t.Scope) {
		if slices.Contains(e.RouteTables, t.ID) {
			changed := *e
			changed.RouteTables = slices.DeleteFunc(slices.Clone(e.RouteTables), func(id string) bool { return id == t.ID })
			VPCEndpoints.Put(tx, &changed)
		}
	}
}

// LeadsToInternet reports whether a subnet has a way to the internet: its route table, or else the main one of its VPC, leads
// everything else to an internet gateway.
func LeadsToInternet(tx *store.Tx, s *ec2network.Subnet) bool {
	var of *RouteTable
	for _, t := range RouteTables.List(tx, s.Scope) {
		own := slices.ContainsFunc(t.Associations, func(a RouteTableAssociation) bool { return a.Subnet == s.ID })
		if own || of == nil && t.VPC == s.VPC && t.Main != "" {
			of = t
		}
		if own {
			break
		}
	}
	return of != nil && slices.ContainsFunc(of.Routes, func(r Route) bool { return r.Destination == "0.0.0.0/0" && r.Gateway != "" })
}
