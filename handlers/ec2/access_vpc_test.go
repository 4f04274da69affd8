package ec2_test

import "github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"

// askedOfVPCs are requests about VPCs, subnets and DHCP options.
var askedOfVPCs = []apitest.Request{
	apitest.Ask("CreateVpc", ``, "ec2:CreateVpc vpc/*"),
	apitest.Ask("CreateVpc", `{"TagSpecifications":[{"ResourceType":"vpc","Tags":[{"Key":"Team","Value":"red"}]}]}`,
		"ec2:CreateVpc vpc/* aws:requesttag/team=red aws:tagkeys=Team",
		"ec2:CreateTags vpc/* aws:requesttag/team=red aws:tagkeys=Team ec2:createaction=CreateVpc"),
	apitest.Ask("CreateSubnet", `{"VpcId":"vpc-1"}`, "ec2:CreateSubnet subnet/*", "ec2:CreateSubnet vpc/vpc-1"),
	apitest.Ask("CreateSubnet", `{"VpcId":"vpc-1",
		"TagSpecifications":[{"ResourceType":"subnet","Tags":[{"Key":"Team","Value":"red"}]}]}`,
		"ec2:CreateSubnet subnet/* aws:requesttag/team=red aws:tagkeys=Team",
		"ec2:CreateSubnet vpc/vpc-1",
		"ec2:CreateTags subnet/* aws:requesttag/team=red aws:tagkeys=Team ec2:createaction=CreateSubnet"),
	apitest.Ask("CreateDhcpOptions", ``, "ec2:CreateDhcpOptions dhcp-options/*"),
	apitest.Ask("CreateDhcpOptions", `{"TagSpecifications":[{"ResourceType":"dhcp-options","Tags":[{"Key":"Team","Value":"red"}]}]}`,
		"ec2:CreateDhcpOptions dhcp-options/* aws:requesttag/team=red aws:tagkeys=Team",
		"ec2:CreateTags dhcp-options/* aws:requesttag/team=red aws:tagkeys=Team ec2:createaction=CreateDhcpOptions"),
	apitest.Ask("AssociateDhcpOptions", `{"DhcpOptionsId":"dopt-1","VpcId":"vpc-1"}`,
		"ec2:AssociateDhcpOptions dhcp-options/dopt-1",
		"ec2:AssociateDhcpOptions vpc/vpc-1"),
	apitest.Ask("AssociateVpcCidrBlock", `{"VpcId":"vpc-1"}`, "ec2:AssociateVpcCidrBlock vpc/vpc-1"),
	apitest.Ask("DeleteDhcpOptions", `{"DhcpOptionsId":"dopt-1"}`, "ec2:DeleteDhcpOptions dhcp-options/dopt-1"),
	apitest.Ask("DeleteSubnet", `{"SubnetId":"subnet-1"}`, "ec2:DeleteSubnet subnet/subnet-1"),
	apitest.Ask("DeleteVpc", `{"VpcId":"vpc-1"}`, "ec2:DeleteVpc vpc/vpc-1"),
	apitest.Ask("DescribeVpcAttribute", `{"VpcId":"vpc-1"}`, "ec2:DescribeVpcAttribute vpc/vpc-1"),
	apitest.Ask("DisassociateVpcCidrBlock", `{"AssociationId":"vpc-cidr-assoc-1"}`, "ec2:DisassociateVpcCidrBlock vpc/*"),
	apitest.Ask("ModifySubnetAttribute", `{"SubnetId":"subnet-1"}`, "ec2:ModifySubnetAttribute subnet/subnet-1"),
	apitest.Ask("ModifyVpcAttribute", `{"VpcId":"vpc-1"}`, "ec2:ModifyVpcAttribute vpc/vpc-1"),
}
