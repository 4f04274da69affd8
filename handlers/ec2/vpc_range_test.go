package ec2_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

func TestAVPCHasFurtherRanges(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	ranges := func() (all []string) {
		t.Helper()
		v := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{Filters: filter("cidr-block-association.cidr-block", "10.0.0.0/16")})).Vpcs[0]
		for _, r := range v.CidrBlockAssociationSet {
			all = append(all, *r.CidrBlock)
		}
		return all
	}
	add := func(cidr string) (*sdk.AssociateVpcCidrBlockOutput, error) {
		return s.AssociateVpcCidrBlock(ctx, &sdk.AssociateVpcCidrBlockInput{VpcId: &vpc, CidrBlock: &cidr})
	}
	made := must[*sdk.AssociateVpcCidrBlockOutput](t)(add("10.1.0.0/16")).CidrBlockAssociation
	if made.CidrBlockState.State != types.VpcCidrBlockStateCodeAssociating || !slices.Equal(ranges(), []string{"10.0.0.0/16", "10.1.0.0/16"}) {
		t.Fatalf("got %+v, and the VPC has %v", made, ranges())
	}
	subnet := s.subnet(t, vpc, "10.1.7.0/24")
	_, err := s.CreateSubnet(ctx, &sdk.CreateSubnetInput{VpcId: &vpc, CidrBlock: aws.String("10.1.0.0/15")})
	refused(t, err, "InvalidSubnet.Range", "The CIDR '10.1.0.0/15' is invalid.")
	tables := must[*sdk.DescribeRouteTablesOutput](t)(s.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{Filters: filter("vpc-id", vpc)})).RouteTables
	if routes := tables[0].Routes; len(routes) != 2 || *routes[1].DestinationCidrBlock != "10.1.0.0/16" || *routes[1].GatewayId != "local" {
		t.Errorf("got %+v", routes)
	}
	_, err = s.DeleteRoute(ctx, &sdk.DeleteRouteInput{RouteTableId: tables[0].RouteTableId, DestinationCidrBlock: aws.String("10.1.0.0/16")})
	refused(t, err, "InvalidParameterValue", "cannot remove local route 10.1.0.0/16 in route table "+*tables[0].RouteTableId)

	remove := &sdk.DisassociateVpcCidrBlockInput{AssociationId: made.AssociationId}
	_, err = s.DisassociateVpcCidrBlock(ctx, remove)
	refused(t, err, "InvalidCidrBlock.InUse", "The vpc "+vpc+" currently has a subnet within CIDR block 10.1.0.0/16")
	must[*sdk.DeleteSubnetOutput](t)(s.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: &subnet}))
	gone := must[*sdk.DisassociateVpcCidrBlockOutput](t)(s.DisassociateVpcCidrBlock(ctx, remove))
	if *gone.VpcId != vpc || gone.CidrBlockAssociation.CidrBlockState.State != types.VpcCidrBlockStateCodeDisassociating || len(ranges()) != 1 {
		t.Errorf("got %+v, and the VPC has %v", gone, ranges())
	}
	_, err = s.DisassociateVpcCidrBlock(ctx, remove)
	refused(t, err, "InvalidVpcCidrBlockAssociationID.NotFound", "The vpc CIDR block association ID '"+*made.AssociationId+"' does not exist")
}

func TestRangesThatAVPCCannotHave(t *testing.T) {
	s := newServer(t)
	vpc := s.vpc(t, "10.0.0.0/16")
	cannot := func(vpc, cidr, code, message string) {
		t.Helper()
		_, err := s.AssociateVpcCidrBlock(ctx, &sdk.AssociateVpcCidrBlockInput{VpcId: &vpc, CidrBlock: &cidr})
		refused(t, err, code, message)
	}
	cannot(vpc, "10.0.128.0/24", "InvalidVpc.Range", "The CIDR '10.0.128.0/24' conflicts with another range of network "+vpc+".")
	cannot(vpc, "10.2.0.0/15", "InvalidVpc.Range", "The CIDR '10.2.0.0/15' is invalid.")
	cannot(ec2network.DefaultVPC, "10.0.0.0/16", "UnsupportedOperation", "ecs-emulator does not support further ranges of the default VPC of AssociateVpcCidrBlock")
	_, err := s.AssociateVpcCidrBlock(ctx, &sdk.AssociateVpcCidrBlockInput{VpcId: &vpc, AmazonProvidedIpv6CidrBlock: aws.Bool(true)})
	refused(t, err, "UnsupportedOperation", "ecs-emulator does not support IPv6 of AssociateVpcCidrBlock")

	gateway := *must[*sdk.CreateInternetGatewayOutput](t)(s.CreateInternetGateway(ctx, &sdk.CreateInternetGatewayInput{})).InternetGateway.InternetGatewayId
	must[*sdk.AttachInternetGatewayOutput](t)(s.AttachInternetGateway(ctx, &sdk.AttachInternetGatewayInput{InternetGatewayId: &gateway, VpcId: &vpc}))
	table := *must[*sdk.CreateRouteTableOutput](t)(s.CreateRouteTable(ctx, &sdk.CreateRouteTableInput{VpcId: &vpc})).RouteTable.RouteTableId
	for _, to := range []string{"0.0.0.0/0", "10.5.1.0/24"} {
		must[*sdk.CreateRouteOutput](t)(s.CreateRoute(ctx, &sdk.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: &to, GatewayId: &gateway}))
	}
	cannot(vpc, "10.5.0.0/16", "InvalidVpc.Range", "The CIDR '10.5.0.0/16' conflicts with a route to 10.5.1.0/24 in route table "+table+".")

	for _, cidr := range []string{"10.5.1.0/25", "10.2.0.0/16", "10.3.0.0/16", "100.64.0.0/16"} {
		must[*sdk.AssociateVpcCidrBlockOutput](t)(s.AssociateVpcCidrBlock(ctx, &sdk.AssociateVpcCidrBlockInput{VpcId: &vpc, CidrBlock: &cidr}))
	}
	cannot(vpc, "10.4.0.0/16", "CidrLimitExceeded", "This network '"+vpc+"' has met its maximum number of allowed CIDRs: 5")

	first := *must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{vpc}})).Vpcs[0].CidrBlockAssociationSet[0].AssociationId
	_, err = s.DisassociateVpcCidrBlock(ctx, &sdk.DisassociateVpcCidrBlockInput{AssociationId: &first})
	refused(t, err, "OperationNotPermitted", "The vpc CIDR block with association ID "+first+" may not be disassociated. It is the primary IPv4 CIDR block of the VPC")
}
