package ec2_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func (s *server) table(t *testing.T, vpc string) string {
	t.Helper()
	return *must[*sdk.CreateRouteTableOutput](t)(s.CreateRouteTable(ctx, &sdk.CreateRouteTableInput{VpcId: &vpc})).RouteTable.RouteTableId
}

func (s *server) tables(t *testing.T, filters ...types.Filter) []types.RouteTable {
	t.Helper()
	return must[*sdk.DescribeRouteTablesOutput](t)(s.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{Filters: filters})).RouteTables
}

// routes writes the routes of a table as destination, target and state.
func (s *server) routes(t *testing.T, table string) string {
	t.Helper()
	text := ""
	for _, r := range s.tables(t, filter("route-table-id", table)...)[0].Routes {
		to := aws.ToString(r.DestinationCidrBlock) + aws.ToString(r.DestinationIpv6CidrBlock) + aws.ToString(r.DestinationPrefixListId)
		text += fmt.Sprintf("%s %s%s %s\n", to, aws.ToString(r.GatewayId), aws.ToString(r.NatGatewayId), r.State)
	}
	return text
}

// A new VPC has a main route table and a network ACL, and takes both with it.
func TestWhatAVPCBringsAndTakes(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	main := s.tables(t, filter("vpc-id", vpc)...)
	if len(main) != 1 || !*main[0].Associations[0].Main || len(main[0].Routes) != 1 || *main[0].Routes[0].GatewayId != "local" {
		t.Fatalf("route tables: %+v", main)
	}
	acls := must[*sdk.DescribeNetworkAclsOutput](t)(s.DescribeNetworkAcls(ctx, &sdk.DescribeNetworkAclsInput{Filters: filter("vpc-id", vpc)})).NetworkAcls
	if len(acls) != 1 || !*acls[0].IsDefault || len(acls[0].Entries) != 4 {
		t.Fatalf("network ACLs: %+v", acls)
	}
	s.tag(t, *main[0].RouteTableId)
	s.tag(t, *acls[0].NetworkAclId)
	must[*sdk.DeleteVpcOutput](t)(s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: &vpc}))
	if len(s.tables(t, filter("vpc-id", vpc)...)) > 0 || s.described(t) != "" {
		t.Errorf("something is left: %s", s.described(t))
	}
	_, err := s.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{RouteTableIds: []string{*main[0].RouteTableId}})
	refused(t, err, "InvalidRouteTableID.NotFound", "The routeTable ID '"+*main[0].RouteTableId+"' does not exist")
}

func TestRoutesOfATable(t *testing.T) {
	s := newServer(t)
	n, other := s.network(t, "10.0"), s.network(t, "10.9")
	table := s.table(t, n.vpc)
	create := func(in *sdk.CreateRouteInput) error {
		in.RouteTableId = &table
		_, err := s.CreateRoute(ctx, in)
		return err
	}
	to := func(cidr string, gateway string) *sdk.CreateRouteInput {
		return &sdk.CreateRouteInput{DestinationCidrBlock: &cidr, GatewayId: &gateway}
	}
	for _, in := range []*sdk.CreateRouteInput{to("0.0.0.0/0", n.gateway), to("192.168.7.9/24", n.gateway), to("0.0.0.0/0", n.gateway)} {
		if err := create(in); err != nil {
			t.Fatal(err)
		}
	}
	if err := create(&sdk.CreateRouteInput{DestinationIpv6CidrBlock: aws.String("::/0"), GatewayId: &n.gateway}); err != nil {
		t.Fatal(err)
	}
	want := "10.0.0.0/16 local active\n0.0.0.0/0 " + n.gateway + " active\n192.168.7.0/24 " + n.gateway + " active\n::/0 " + n.gateway + " active\n"
	if got := s.routes(t, table); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}

	private := s.nat(t, &sdk.CreateNatGatewayInput{SubnetId: &n.subnets[0], ConnectivityType: types.ConnectivityTypePrivate})
	refused(t, create(&sdk.CreateRouteInput{DestinationCidrBlock: aws.String("0.0.0.0/0"), NatGatewayId: private.NatGatewayId}),
		"RouteAlreadyExists", "The route identified by 0.0.0.0/0 already exists.")
	must[*sdk.ReplaceRouteOutput](t)(s.ReplaceRoute(ctx, &sdk.ReplaceRouteInput{
		RouteTableId: &table, DestinationCidrBlock: aws.String("192.168.7.0/24"), NatGatewayId: private.NatGatewayId,
	}))
	if found := s.tables(t, filter("route.nat-gateway-id", *private.NatGatewayId)...); len(found) != 1 || *found[0].RouteTableId != table {
		t.Errorf("found %+v", found)
	}
	must[*sdk.DeleteNatGatewayOutput](t)(s.DeleteNatGateway(ctx, &sdk.DeleteNatGatewayInput{NatGatewayId: private.NatGatewayId}))
	must[*sdk.DeleteRouteOutput](t)(s.DeleteRoute(ctx, &sdk.DeleteRouteInput{RouteTableId: &table, DestinationIpv6CidrBlock: aws.String("::/0")}))
	want = "10.0.0.0/16 local active\n0.0.0.0/0 " + n.gateway + " active\n192.168.7.0/24 " + *private.NatGatewayId + " blackhole\n"
	if got := s.routes(t, table); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}

	for _, c := range []struct {
		in            *sdk.CreateRouteInput
		code, message string
	}{
		{to("1.2.3.0/24", "igw-1"), "InvalidGatewayID.NotFound", "The gateway ID 'igw-1' does not exist"},
		{to("1.2.3.0/24", other.gateway), "InvalidParameterValue", "route table " + table + " and network gateway " + other.gateway + " belong to different networks"},
		{to("10.0.1.0/24", n.gateway), "InvalidParameterValue", "The destination CIDR block 10.0.1.0/24 is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance."},
		{to("everywhere", n.gateway), "InvalidParameterValue", "Value (everywhere) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block."},
		{to("1.2.3.0/24", "vgw-1"), "UnsupportedOperation", "ecs-emulator does not support virtual private gateways and endpoints as GatewayId of routes"},
		{&sdk.CreateRouteInput{GatewayId: &n.gateway}, "MissingParameter", "The request must contain exactly one of: destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId"},
		{&sdk.CreateRouteInput{DestinationCidrBlock: aws.String("1.2.3.0/24")}, "MissingParameter", "The request must contain exactly one of gatewayId, localGatewayId, carrierGatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, vpcEndpointId, coreNetworkArn or instanceId"},
		{&sdk.CreateRouteInput{DestinationCidrBlock: aws.String("1.2.3.0/24"), NatGatewayId: private.NatGatewayId}, "InvalidNatGatewayID.NotFound", "The natGateway ID '" + *private.NatGatewayId + "' does not exist"},
		{&sdk.CreateRouteInput{DestinationCidrBlock: aws.String("1.2.3.0/24"), TransitGatewayId: aws.String("tgw-1")}, "UnsupportedOperation", "ecs-emulator does not support TransitGatewayId of CreateRoute"},
		{&sdk.CreateRouteInput{DestinationPrefixListId: aws.String("pl-1"), GatewayId: &n.gateway}, "UnsupportedOperation", "ecs-emulator does not support DestinationPrefixListId of CreateRoute"},
	} {
		refused(t, create(c.in), c.code, c.message)
	}
	_, err := s.ReplaceRoute(ctx, &sdk.ReplaceRouteInput{RouteTableId: &table, DestinationCidrBlock: aws.String("1.2.3.0/24"), GatewayId: &n.gateway})
	refused(t, err, "InvalidParameterValue", "There is no route defined for '1.2.3.0/24' in the route table. Use CreateRoute instead.")
	_, err = s.DeleteRoute(ctx, &sdk.DeleteRouteInput{RouteTableId: &table, DestinationCidrBlock: aws.String("1.2.3.0/24")})
	refused(t, err, "InvalidRoute.NotFound", "no route with destination-cidr-block 1.2.3.0/24 in route table "+table)
	_, err = s.DeleteRoute(ctx, &sdk.DeleteRouteInput{RouteTableId: &table, DestinationCidrBlock: aws.String("10.0.0.0/16")})
	refused(t, err, "InvalidParameterValue", "cannot remove local route 10.0.0.0/16 in route table "+table)
	must[*sdk.ReplaceRouteOutput](t)(s.ReplaceRoute(ctx, &sdk.ReplaceRouteInput{RouteTableId: &table, DestinationCidrBlock: aws.String("10.0.0.0/16"), LocalTarget: aws.Bool(true)}))
	_, err = s.ReplaceRoute(ctx, &sdk.ReplaceRouteInput{RouteTableId: &table, DestinationCidrBlock: aws.String("0.0.0.0/0"), LocalTarget: aws.Bool(true)})
	refused(t, err, "InvalidParameterValue", "local-target only allowed with network local destination CIDRs")
}

// A subnet has one explicit association at most, and a VPC one main table.
func TestAssociationsOfRouteTables(t *testing.T) {
	s := newServer(t)
	n, other := s.network(t, "10.0"), s.network(t, "10.9")
	public, private := s.table(t, n.vpc), s.table(t, n.vpc)
	associate := func(table, subnet string) (string, error) {
		out, err := s.AssociateRouteTable(ctx, &sdk.AssociateRouteTableInput{RouteTableId: &table, SubnetId: &subnet})
		if err != nil {
			return "", err
		}
		return *out.AssociationId, nil
	}
	first := must[string](t)(associate(public, n.subnets[0]))
	_, err := associate(private, n.subnets[0])
	refused(t, err, "Resource.AlreadyAssociated", "the specified association for route table "+private+" conflicts with an existing association")
	_, err = associate(private, other.subnets[0])
	refused(t, err, "InvalidParameterValue", "route table "+private+" and subnet "+other.subnets[0]+" belong to different networks")
	_, err = s.DeleteRouteTable(ctx, &sdk.DeleteRouteTableInput{RouteTableId: &public})
	refused(t, err, "DependencyViolation", "The routeTable '"+public+"' has dependencies and cannot be deleted.")

	second := *must[*sdk.ReplaceRouteTableAssociationOutput](t)(s.ReplaceRouteTableAssociation(ctx, &sdk.ReplaceRouteTableAssociationInput{
		AssociationId: &first, RouteTableId: &private,
	})).NewAssociationId
	if found := s.tables(t, filter("association.route-table-association-id", second)...); len(found) != 1 || *found[0].RouteTableId != private ||
		*found[0].Associations[0].SubnetId != n.subnets[0] {
		t.Errorf("found %+v", found)
	}
	_, err = s.DisassociateRouteTable(ctx, &sdk.DisassociateRouteTableInput{AssociationId: &first})
	refused(t, err, "InvalidAssociationID.NotFound", "The association ID '"+first+"' does not exist")

	// Another table becomes the main one, and the first one can go.
	was := s.tables(t, append(filter("association.main", "true"), filter("vpc-id", n.vpc)...)...)[0]
	main := was.Associations[0].RouteTableAssociationId
	_, err = s.DisassociateRouteTable(ctx, &sdk.DisassociateRouteTableInput{AssociationId: main})
	refused(t, err, "InvalidParameterValue", "cannot disassociate the main route table association "+*main)
	must[*sdk.ReplaceRouteTableAssociationOutput](t)(s.ReplaceRouteTableAssociation(ctx, &sdk.ReplaceRouteTableAssociationInput{AssociationId: main, RouteTableId: &public}))
	if now := s.tables(t, append(filter("association.main", "true"), filter("vpc-id", n.vpc)...)...); len(now) != 1 || *now[0].RouteTableId != public {
		t.Errorf("the main table is %+v", now)
	}
	must[*sdk.DeleteRouteTableOutput](t)(s.DeleteRouteTable(ctx, &sdk.DeleteRouteTableInput{RouteTableId: was.RouteTableId}))

	// A gateway can have a table, and an association goes with its subnet.
	must[*sdk.AssociateRouteTableOutput](t)(s.AssociateRouteTable(ctx, &sdk.AssociateRouteTableInput{RouteTableId: &private, GatewayId: &n.gateway}))
	must[*sdk.DeleteSubnetOutput](t)(s.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: &n.subnets[0]}))
	left := s.tables(t, filter("route-table-id", private)...)[0].Associations
	if len(left) != 1 || *left[0].GatewayId != n.gateway {
		t.Errorf("left: %+v", left)
	}
	must[*sdk.DisassociateRouteTableOutput](t)(s.DisassociateRouteTable(ctx, &sdk.DisassociateRouteTableInput{AssociationId: left[0].RouteTableAssociationId}))
	must[*sdk.DeleteRouteTableOutput](t)(s.DeleteRouteTable(ctx, &sdk.DeleteRouteTableInput{RouteTableId: &private}))
}

// A second request with a token makes nothing; what it made and is gone does not come back.
func TestARouteTableIsMadeOnce(t *testing.T) {
	s := newServer(t)
	in := &sdk.CreateRouteTableInput{VpcId: aws.String(s.vpc(t, "10.0.0.0/16")), ClientToken: aws.String("once")}
	first := must[*sdk.CreateRouteTableOutput](t)(s.CreateRouteTable(ctx, in))
	again := must[*sdk.CreateRouteTableOutput](t)(s.CreateRouteTable(ctx, in))
	if *first.RouteTable.RouteTableId != *again.RouteTable.RouteTableId || *again.ClientToken != "once" {
		t.Errorf("got %+v and %+v", first.RouteTable, again)
	}
	must[*sdk.DeleteRouteTableOutput](t)(s.DeleteRouteTable(ctx, &sdk.DeleteRouteTableInput{RouteTableId: first.RouteTable.RouteTableId}))
	_, err := s.CreateRouteTable(ctx, in)
	refused(t, err, "IdempotentParameterMismatch", "Wrong arguments for request with token once")
}

func TestPagesOfRouteTables(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	for range 6 {
		s.table(t, vpc)
	}
	in := &sdk.DescribeRouteTablesInput{Filters: filter("vpc-id", vpc), MaxResults: aws.Int32(5)}
	page := must[*sdk.DescribeRouteTablesOutput](t)(s.DescribeRouteTables(ctx, in))
	in.NextToken = page.NextToken
	rest := must[*sdk.DescribeRouteTablesOutput](t)(s.DescribeRouteTables(ctx, in))
	if len(page.RouteTables) != 5 || len(rest.RouteTables) != 2 || rest.NextToken != nil {
		t.Errorf("got %d and %d", len(page.RouteTables), len(rest.RouteTables))
	}
	_, err := s.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{RouteTableIds: []string{*rest.RouteTables[0].RouteTableId}, MaxResults: aws.Int32(5)})
	refused(t, err, "InvalidParameterCombination", "The parameter routeTableIdSet cannot be used with the parameter maxResults")
}
