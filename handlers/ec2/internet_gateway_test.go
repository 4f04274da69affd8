package ec2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// network is a VPC of one's own with an internet gateway, and a subnet in each of two zones.
type network struct {
	vpc, gateway string
	subnets      [2]string
}

func (s *server) network(t *testing.T, block string) (n network) {
	t.Helper()
	n.vpc = s.vpc(t, block+".0.0/16")
	n.gateway = *must[*sdk.CreateInternetGatewayOutput](t)(s.CreateInternetGateway(ctx, &sdk.CreateInternetGatewayInput{})).InternetGateway.InternetGatewayId
	must[*sdk.AttachInternetGatewayOutput](t)(s.AttachInternetGateway(ctx, &sdk.AttachInternetGatewayInput{InternetGatewayId: &n.gateway, VpcId: &n.vpc}))
	for i, part := range [...]string{".0.0/24", ".1.0/24"} {
		out := must[*sdk.CreateSubnetOutput](t)(s.CreateSubnet(ctx, &sdk.CreateSubnetInput{
			VpcId: &n.vpc, CidrBlock: aws.String(block + part), AvailabilityZone: aws.String(scope.Region + string(rune('a'+i))),
		}))
		n.subnets[i] = *out.Subnet.SubnetId
	}
	return n
}

func specification(kind types.ResourceType, pairs ...string) []types.TagSpecification {
	return []types.TagSpecification{{ResourceType: kind, Tags: tags(pairs...)}}
}

// A gateway is of one VPC at a time, and a VPC has one.
func TestTheLifeOfAnInternetGateway(t *testing.T) {
	s := newServer(t)
	n, other := s.network(t, "10.0"), s.vpc(t, "10.1.0.0/16")
	attach := func(gateway, vpc string) error {
		_, err := s.AttachInternetGateway(ctx, &sdk.AttachInternetGatewayInput{InternetGatewayId: &gateway, VpcId: &vpc})
		return err
	}
	detach := func(gateway, vpc string) error {
		_, err := s.DetachInternetGateway(ctx, &sdk.DetachInternetGatewayInput{InternetGatewayId: &gateway, VpcId: &vpc})
		return err
	}
	remove := func(gateway string) error {
		_, err := s.DeleteInternetGateway(ctx, &sdk.DeleteInternetGatewayInput{InternetGatewayId: &gateway})
		return err
	}
	second := must[*sdk.CreateInternetGatewayOutput](t)(s.CreateInternetGateway(ctx, &sdk.CreateInternetGatewayInput{
		TagSpecifications: specification(types.ResourceTypeInternetGateway, "Name=second"),
	})).InternetGateway
	if len(second.Attachments) > 0 || *second.OwnerId != scope.Account || *second.Tags[0].Value != "second" {
		t.Errorf("made: %+v", second)
	}
	refused(t, attach(n.gateway, other), "Resource.AlreadyAssociated", "resource "+n.gateway+" is already attached to network "+n.vpc)
	refused(t, attach(*second.InternetGatewayId, n.vpc), "InvalidParameterValue", "Network "+n.vpc+" already has an internet gateway attached")
	refused(t, attach(*second.InternetGatewayId, "vpc-1"), "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist")
	refused(t, attach("igw-1", n.vpc), "InvalidInternetGatewayID.NotFound", "The internetGateway ID 'igw-1' does not exist")
	refused(t, attach("nat-1", n.vpc), "InvalidInternetGatewayId.Malformed", `Invalid id: "nat-1" (expecting "igw-...")`)
	refused(t, detach(*second.InternetGatewayId, n.vpc), "Gateway.NotAttached", "resource "+*second.InternetGatewayId+" is not attached to network "+n.vpc)
	refused(t, remove(n.gateway), "DependencyViolation", "The internetGateway '"+n.gateway+"' has dependencies and cannot be deleted.")

	if err := detach(n.gateway, n.vpc); err != nil {
		t.Fatal(err)
	}
	if err := attach(*second.InternetGatewayId, n.vpc); err != nil {
		t.Fatal(err)
	}
	if err := remove(n.gateway); err != nil {
		t.Fatal(err)
	}
	found := must[*sdk.DescribeInternetGatewaysOutput](t)(s.DescribeInternetGateways(ctx, &sdk.DescribeInternetGatewaysInput{
		Filters: append(filter("attachment.vpc-id", n.vpc), filter("tag:Name", "second")...),
	})).InternetGateways
	if len(found) != 1 || found[0].Attachments[0].State != "available" {
		t.Errorf("found: %+v", found)
	}
	_, err := s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: &n.vpc})
	refused(t, err, "DependencyViolation", "The vpc '"+n.vpc+"' has dependencies and cannot be deleted.")
}

// The gateway of the default VPC can be replaced as any other one.
func TestTheDefaultVPCTakesAnotherInternetGateway(t *testing.T) {
	s := newServer(t)
	all := func() []types.InternetGateway {
		return must[*sdk.DescribeInternetGatewaysOutput](t)(s.DescribeInternetGateways(ctx, &sdk.DescribeInternetGatewaysInput{})).InternetGateways
	}
	first := all()[0]
	vpc := first.Attachments[0].VpcId
	must[*sdk.DetachInternetGatewayOutput](t)(s.DetachInternetGateway(ctx, &sdk.DetachInternetGatewayInput{InternetGatewayId: first.InternetGatewayId, VpcId: vpc}))
	if now := all(); len(now) != 1 || len(now[0].Attachments) > 0 {
		t.Errorf("detached: %+v", now)
	}
	table := must[*sdk.DescribeRouteTablesOutput](t)(s.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{Filters: filter("vpc-id", *vpc)})).RouteTables[0]
	if table.Routes[1].State != types.RouteStateBlackhole {
		t.Errorf("the route leads to %+v", table.Routes[1])
	}
	must[*sdk.DeleteInternetGatewayOutput](t)(s.DeleteInternetGateway(ctx, &sdk.DeleteInternetGatewayInput{InternetGatewayId: first.InternetGatewayId}))
	if left := all(); len(left) > 0 {
		t.Errorf("left: %+v", left)
	}
}

// A request that is not to change anything may name what is not there.
func TestDryRunOfTheNetwork(t *testing.T) {
	s := newServer(t)
	yes := aws.Bool(true)
	_, err := s.AttachInternetGateway(ctx, &sdk.AttachInternetGatewayInput{InternetGatewayId: aws.String("igw-1"), VpcId: aws.String("vpc-1"), DryRun: yes})
	refused(t, err, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	_, err = s.CreateInternetGateway(ctx, &sdk.CreateInternetGatewayInput{DryRun: yes})
	refused(t, err, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	_, err = s.DeleteRoute(ctx, &sdk.DeleteRouteInput{RouteTableId: aws.String("rtb-1"), DestinationCidrBlock: aws.String("0.0.0.0/0"), DryRun: yes})
	refused(t, err, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	if n := len(must[*sdk.DescribeInternetGatewaysOutput](t)(s.DescribeInternetGateways(ctx, &sdk.DescribeInternetGatewaysInput{})).InternetGateways); n != 1 {
		t.Errorf("there are %d gateways", n)
	}
}
