package ec2_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// madeForAccess are rows that requests of the table name by something else than their ids.
func madeForAccess(t *testing.T) *store.Store {
	t.Helper()
	s := newServer(t)
	here := arn.Scope{Region: "us-east-1", Account: "111122223333"}
	err := s.store.Update(func(tx *store.Tx) error {
		ec2.PutLaunchTemplate(tx, &ec2.LaunchTemplate{Scope: here, ID: "lt-0a", Name: "made", Default: 1, Latest: 1})
		ec2.PutLaunchTemplateVersion(tx, &ec2.LaunchTemplateVersion{Scope: here, TemplateID: "lt-0a", Number: 1, Data: &types.ResponseLaunchTemplateData{
			ImageId: aws.String("ami-2"), InstanceType: "t3.large",
			NetworkInterfaces: []types.LaunchTemplateInstanceNetworkInterfaceSpecification{{SubnetId: aws.String("subnet-2"), Groups: []string{"sg-2"}}},
			TagSpecifications: []types.LaunchTemplateTagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("red")}}}},
		}})
		ec2network.PutSecurityGroup(tx, &ec2network.SecurityGroup{Scope: here, ID: "sg-0a", Name: "made", VPC: ec2network.DefaultVPC})
		ec2network.PutVPC(tx, &ec2network.VPC{Scope: here, ID: "vpc-0a", CIDR: "10.0.0.0/16", Secondary: []ec2network.VPCRange{{ID: "vpc-cidr-assoc-0a", CIDR: "10.1.0.0/16"}}})
		ec2.RouteTables.Put(tx, &ec2.RouteTable{Scope: here, ID: "rtb-0a", VPC: "vpc-0a", Associations: []ec2.RouteTableAssociation{{ID: "rtbassoc-0a", Subnet: "subnet-0a"}}})
		ec2.NetworkACLs.Put(tx, &ec2.NetworkACL{Scope: here, ID: "acl-0a", VPC: "vpc-0a", Associations: []ec2.NetworkACLAssociation{{ID: "aclassoc-0a", Subnet: "subnet-0a"}}})
		ec2.PutInstance(tx, &ec2.Instance{Scope: here, ID: "i-0a"})
		ec2.Addresses.Put(tx, &ec2.Address{Scope: here, ID: "eipalloc-0a", PublicIP: "198.51.100.7", Association: "eipassoc-0a", Instance: "i-0a"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.store
}

// askedOfFound are requests that do not name by its id what is there, and so ask for it all the same.
var askedOfFound = slices.Concat([]apitest.Request{
	apitest.Ask("CreateLaunchTemplateVersion", `{"LaunchTemplateName":"made"}`, "ec2:CreateLaunchTemplateVersion launch-template/lt-0a"),
	apitest.Ask("DeleteLaunchTemplate", `{"LaunchTemplateName":"made"}`, "ec2:DeleteLaunchTemplate launch-template/lt-0a"),
	apitest.Ask("DeleteLaunchTemplateVersions", `{"LaunchTemplateName":"made"}`, "ec2:DeleteLaunchTemplateVersions launch-template/lt-0a"),
	apitest.Ask("ModifyLaunchTemplate", `{"LaunchTemplateName":"made"}`, "ec2:ModifyLaunchTemplate launch-template/lt-0a"),
	apitest.Ask("DisassociateVpcCidrBlock", `{"AssociationId":"vpc-cidr-assoc-0a"}`, "ec2:DisassociateVpcCidrBlock vpc/vpc-0a"),
	apitest.Ask("DisassociateRouteTable", `{"AssociationId":"rtbassoc-0a"}`, "ec2:DisassociateRouteTable route-table/rtb-0a"),
	apitest.Ask("ReplaceNetworkAclAssociation", `{"AssociationId":"aclassoc-0a","NetworkAclId":"acl-1"}`,
		"ec2:ReplaceNetworkAclAssociation network-acl/acl-1",
		"ec2:ReplaceNetworkAclAssociation subnet/subnet-0a"),
	apitest.Ask("AssociateAddress", `{"PublicIp":"198.51.100.7","InstanceId":"i-1"}`,
		"ec2:AssociateAddress elastic-ip/eipalloc-0a",
		"ec2:AssociateAddress instance/i-1"),
	apitest.Ask("DisassociateAddress", `{"AssociationId":"eipassoc-0a"}`, "ec2:DisassociateAddress elastic-ip/eipalloc-0a"),
	apitest.Ask("DisassociateAddress", `{"PublicIp":"198.51.100.7"}`, "ec2:DisassociateAddress elastic-ip/eipalloc-0a"),
	apitest.Ask("ReleaseAddress", `{"PublicIp":"198.51.100.7"}`, "ec2:ReleaseAddress elastic-ip/eipalloc-0a"),
	apitest.Ask("RunInstances", `{"LaunchTemplate":{"LaunchTemplateName":"made"}}`,
		"ec2:RunInstances instance/* aws:requesttag/team=red aws:tagkeys=Team ec2:instancetype=t3.large",
		"ec2:RunInstances volume/*",
		"ec2:RunInstances network-interface/*",
		"ec2:RunInstances arn:aws:ec2:us-east-1::image/ami-2",
		"ec2:RunInstances subnet/subnet-2",
		"ec2:RunInstances security-group/sg-2",
		"ec2:RunInstances launch-template/lt-0a",
		"ec2:CreateTags instance/* aws:requesttag/team=red aws:tagkeys=Team ec2:createaction=RunInstances"),
	apitest.Ask("RunInstances", `{"ImageId":"ami-1","SecurityGroups":["made"]}`,
		"ec2:RunInstances instance/*",
		"ec2:RunInstances volume/*",
		"ec2:RunInstances network-interface/*",
		"ec2:RunInstances arn:aws:ec2:us-east-1::image/ami-1",
		"ec2:RunInstances subnet/*",
		"ec2:RunInstances security-group/sg-0a"),
}, ofTheGroupMade(
	"AuthorizeSecurityGroupIngress", "DeleteSecurityGroup", "RevokeSecurityGroupIngress",
	"UpdateSecurityGroupRuleDescriptionsEgress", "UpdateSecurityGroupRuleDescriptionsIngress",
))

func ofTheGroupMade(operations ...string) (table []apitest.Request) {
	for _, operation := range operations {
		table = append(table, apitest.Ask(operation, `{"GroupName":"made"}`, "ec2:"+operation+" security-group/sg-0a"))
	}
	return table
}
