package ec2_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func (s *server) vpc(t *testing.T, cidr string) string {
	t.Helper()
	return *must[*sdk.CreateVpcOutput](t)(s.CreateVpc(ctx, &sdk.CreateVpcInput{CidrBlock: &cidr})).Vpc.VpcId
}

func (s *server) subnet(t *testing.T, vpc, cidr string) string {
	t.Helper()
	return *must[*sdk.CreateSubnetOutput](t)(s.CreateSubnet(ctx, &sdk.CreateSubnetInput{VpcId: &vpc, CidrBlock: &cidr})).Subnet.SubnetId
}

func (s *server) runTask(t *testing.T, subnet string, groups ...string) (end func()) {
	t.Helper()
	row := &state.Task{
		ARN:       scope.Task("default", strings.TrimPrefix(subnet, "subnet-")),
		Spec:      &state.TaskSpec{ClusterARN: scope.Cluster("default"), LaunchType: "FARGATE", SecurityGroups: groups},
		Placement: &state.Placement{SubnetID: subnet},
		Status:    state.TaskStatus{LastStatus: state.Running, Attachment: state.Attachment{Status: "ATTACHED", NetworkID: "eni-1"}},
	}
	s.update(t, func(tx *store.Tx) { state.AddTask(tx, row) })
	return func() {
		stopped := row.Status
		stopped.LastStatus, stopped.Attachment.Status = state.Stopped, "DELETED"
		s.update(t, func(tx *store.Tx) {
			if err := state.PutTaskStatus(tx, row.ARN, state.TaskStep{Status: stopped}); err != nil {
				t.Error(err)
			}
		})
	}
}

func (s *server) update(t *testing.T, change func(tx *store.Tx)) {
	t.Helper()
	if err := s.store.Update(func(tx *store.Tx) error { change(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestAVPCOfOnesOwn(t *testing.T) {
	s := newServer(t)
	made := must[*sdk.CreateVpcOutput](t)(s.CreateVpc(ctx, &sdk.CreateVpcInput{
		CidrBlock: aws.String("10.1.2.3/16"), AmazonProvidedIpv6CidrBlock: aws.Bool(false),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeVpc, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("shop")}}}},
	})).Vpc
	if made.State != types.VpcStatePending || *made.CidrBlock != "10.1.0.0/16" || *made.IsDefault || made.InstanceTenancy != types.TenancyDefault {
		t.Errorf("got %+v", made)
	}
	found := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{Filters: filter("tag:Name", "shop")})).Vpcs
	if len(found) != 1 || *found[0].VpcId != *made.VpcId || found[0].State != types.VpcStateAvailable || *found[0].CidrBlockAssociationSet[0].CidrBlock != "10.1.0.0/16" {
		t.Fatalf("got %+v", found)
	}
	groups := must[*sdk.DescribeSecurityGroupsOutput](t)(s.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{
		Filters: append(filter("vpc-id", *made.VpcId), filter("group-name", "default")...),
	})).SecurityGroups
	if len(groups) != 1 || *groups[0].IpPermissions[0].UserIdGroupPairs[0].GroupId != *groups[0].GroupId || *groups[0].IpPermissionsEgress[0].IpRanges[0].CidrIp != "0.0.0.0/0" {
		t.Fatalf("got %+v", groups)
	}
	_, err := s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: made.VpcId, DryRun: aws.Bool(true)})
	refused(t, err, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
	must[*sdk.DeleteVpcOutput](t)(s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: made.VpcId}))
	_, err = s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{*made.VpcId}})
	refused(t, err, "InvalidVpcID.NotFound", "The vpc ID '"+*made.VpcId+"' does not exist")
	_, err = s.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{GroupIds: []string{*groups[0].GroupId}})
	refused(t, err, "InvalidGroup.NotFound", "The security group '"+*groups[0].GroupId+"' does not exist")
}

func TestRangesOfVPCs(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct{ cidr, code, message string }{
		{"", "MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."},
		{"10.0.0.0", "InvalidParameterValue", "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
		{"fd00::/56", "InvalidParameterValue", "Value (fd00::/56) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
		{"10.0.0.0/15", "InvalidVpc.Range", "The CIDR '10.0.0.0/15' is invalid."},
		{"10.0.0.0/29", "InvalidVpc.Range", "The CIDR '10.0.0.0/29' is invalid."},
		{"127.0.0.0/16", "InvalidVpc.Range", "The CIDR '127.0.0.0/16' is invalid."},
		{"224.0.0.0/16", "InvalidVpc.Range", "The CIDR '224.0.0.0/16' is invalid."},
	} {
		_, err := s.CreateVpc(ctx, &sdk.CreateVpcInput{CidrBlock: &c.cidr})
		refused(t, err, c.code, c.message)
	}
	_, err := s.CreateVpc(ctx, &sdk.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16"), InstanceTenancy: types.TenancyHost})
	refused(t, err, "InvalidParameterValue", "Value (host) for parameter instanceTenancy is invalid. Valid values are default and dedicated.")
	_, err = s.CreateVpc(ctx, &sdk.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16"), AmazonProvidedIpv6CidrBlock: aws.Bool(true)})
	refused(t, err, "UnsupportedOperation", "ecs-emulator does not support IPv6 of CreateVpc")
	s.vpc(t, "10.0.0.0/16")
	s.vpc(t, "10.0.0.0/16") // as on AWS
}

func TestVPCsInPages(t *testing.T) {
	s := newServer(t)
	for range 6 {
		s.vpc(t, "10.0.0.0/24")
	}
	first := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{MaxResults: aws.Int32(5)}))
	rest := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{MaxResults: aws.Int32(5), NextToken: first.NextToken}))
	if len(first.Vpcs) != 5 || len(rest.Vpcs) != 2 || rest.NextToken != nil {
		t.Errorf("got %d and %d VPCs", len(first.Vpcs), len(rest.Vpcs))
	}
	_, err := s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{MaxResults: aws.Int32(4)})
	refused(t, err, "InvalidParameterValue", "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.")
}

func TestVPCsAreTheirAccounts(t *testing.T) {
	s := newServer(t)
	id := s.vpc(t, "10.0.0.0/16")
	other := func(o *sdk.Options) { o.Region = "us-east-1" }
	_, err := s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: &id}, other)
	refused(t, err, "InvalidVpcID.NotFound", "The vpc ID '"+id+"' does not exist")
	if tx := s.store.Read(); ec2network.FindVPC(tx, scope, id) == nil || ec2network.FindVPC(tx, arn.Scope{Region: "us-east-1", Account: scope.Account}, id) != nil {
		t.Error("VPC of another region")
	}
}

func TestAVPCInUseStays(t *testing.T) {
	s := newServer(t)
	id := s.vpc(t, "10.0.0.0/16")
	inUse := func() {
		t.Helper()
		_, err := s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: &id})
		refused(t, err, "DependencyViolation", "The vpc '"+id+"' has dependencies and cannot be deleted.")
	}
	subnet := s.subnet(t, id, "10.0.1.0/24")
	inUse()
	must[*sdk.DeleteSubnetOutput](t)(s.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: &subnet}))
	group := s.group(t, id, "web")
	inUse()
	must[*sdk.DeleteSecurityGroupOutput](t)(s.DeleteSecurityGroup(ctx, &sdk.DeleteSecurityGroupInput{GroupId: &group}))
	must[*sdk.DeleteVpcOutput](t)(s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: &id}))

	_, err := s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: aws.String(ec2network.DefaultVPC)})
	refused(t, err, "DependencyViolation", "The vpc '"+ec2network.DefaultVPC+"' has dependencies and cannot be deleted.")
	_, err = s.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: aws.String("")})
	refused(t, err, "MissingParameter", "The request must contain the parameter vpcId")
}

func TestAttributesOfVPCs(t *testing.T) {
	s := newServer(t)
	id := s.vpc(t, "10.0.0.0/16")
	hostnames := func(vpc string) bool {
		t.Helper()
		out := must[*sdk.DescribeVpcAttributeOutput](t)(s.DescribeVpcAttribute(ctx, &sdk.DescribeVpcAttributeInput{VpcId: &vpc, Attribute: types.VpcAttributeNameEnableDnsHostnames}))
		return *out.EnableDnsHostnames.Value
	}
	if hostnames(id) || !hostnames(ec2network.DefaultVPC) {
		t.Error("DNS host names are on in a new VPC, or off in the default one")
	}
	to := func(v bool) *types.AttributeBooleanValue { return &types.AttributeBooleanValue{Value: &v} }
	must[*sdk.ModifyVpcAttributeOutput](t)(s.ModifyVpcAttribute(ctx, &sdk.ModifyVpcAttributeInput{VpcId: &id, EnableDnsHostnames: to(true)}))
	must[*sdk.ModifyVpcAttributeOutput](t)(s.ModifyVpcAttribute(ctx, &sdk.ModifyVpcAttributeInput{VpcId: aws.String(ec2network.DefaultVPC), EnableDnsHostnames: to(false)}))
	if !hostnames(id) || hostnames(ec2network.DefaultVPC) {
		t.Error("DNS host names have not been changed")
	}
	if vpcs := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{})).Vpcs; len(vpcs) != 2 {
		t.Errorf("got %d VPCs", len(vpcs))
	}
	_, err := s.ModifyVpcAttribute(ctx, &sdk.ModifyVpcAttributeInput{VpcId: &id})
	refused(t, err, "MissingParameter", "The request must contain an attribute to modify")
	_, err = s.ModifyVpcAttribute(ctx, &sdk.ModifyVpcAttributeInput{VpcId: &id, EnableDnsHostnames: to(true), EnableDnsSupport: to(true)})
	refused(t, err, "InvalidParameterCombination", "Fields for multiple attribute types specified")
	_, err = s.ModifyVpcAttribute(ctx, &sdk.ModifyVpcAttributeInput{VpcId: aws.String("vpc-1"), EnableDnsHostnames: to(true)})
	refused(t, err, "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist")
}
