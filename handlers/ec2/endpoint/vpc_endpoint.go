package endpoint

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var vpcEndpoints = kit.Resource[ec2.VPCEndpoint, types.VpcEndpoint]{
	Rows: ec2.VPCEndpoints, Prefix: "vpce-", Noun: "vpcEndpoint", Show: vpcEndpoint,
	Listing: kit.Listing[types.VpcEndpoint]{
		ID: "vpc-endpoint-id", Least: 1, Missing: kit.MissingOrMalformed("vpce-"),
		Values: kit.Values[types.VpcEndpoint](kit.Filters{
			Named:   []string{"vpc-endpoint-id", "vpc-id", "service-name", "service-region", "vpc-endpoint-type", "ip-address-type"},
			Members: map[string]string{"vpc-endpoint-state": "State"},
		}),
	},
}

// fullAccess is the policy of an endpoint that was made without one. Source: field reports.
const fullAccess = `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`

// States of endpoints in the letters that EC2 answers; the SDK writes them with a capital.
// Source: recorded answers in the SDK's own documentation; Terraform's provider reads both.
const (
	endpointPending   types.State = "pending"
	endpointAvailable types.State = "available"
)

func vpcEndpoint(tx *store.Tx, e *ec2.VPCEndpoint) types.VpcEndpoint {
	described := types.VpcEndpoint{
		VpcEndpointId: &e.ID, VpcId: &e.VPC, VpcEndpointType: e.Type, ServiceName: &e.Service, ServiceRegion: &e.Scope.Region,
		OwnerId: &e.Scope.Account, CreationTimestamp: &e.CreatedAt, State: endpointAvailable, RequesterManaged: aws.Bool(false),
		PolicyDocument: aws.String(fullAccess), PrivateDnsEnabled: &e.PrivateDNS, IpAddressType: types.IpAddressTypeIpv4,
		RouteTableIds: append([]string{}, e.RouteTables...), SubnetIds: []string{}, NetworkInterfaceIds: []string{},
		Groups: []types.SecurityGroupIdentifier{}, DnsEntries: []types.DnsEntry{}, Tags: kit.TagsOf(tx, e.Scope, e.ID),
		DnsOptions: &types.DnsOptions{DnsRecordIpType: e.RecordType, PrivateDnsOnlyForInboundResolverEndpoint: e.InboundOnly},
	}
	if e.Policy != "" {
		described.PolicyDocument = &e.Policy
	}
	for _, i := range e.Interfaces {
		described.SubnetIds = append(described.SubnetIds, i.Subnet)
		described.NetworkInterfaceIds = append(described.NetworkInterfaceIds, i.ID)
	}
	for _, id := range e.SecurityGroups {
		if g := ec2network.FindSecurityGroup(tx, e.Scope, id); g != nil {
			described.Groups = append(described.Groups, types.SecurityGroupIdentifier{GroupId: &g.ID, GroupName: &g.Name})
		}
	}
	if e.Type == types.VpcEndpointTypeInterface {
		described.DnsEntries = dnsEntries(tx, e)
	}
	return described
}

// dnsEntries are the names of an interface endpoint, which no server resolves. Source: AWS
// PrivateLink guide, DNS hostnames.
func dnsEntries(tx *store.Tx, e *ec2.VPCEndpoint) []types.DnsEntry {
	zone := kit.DerivedID("Z", e.Scope.Region, e.Service)
	service := endpointService(e.Scope, strings.TrimPrefix(e.Service, serviceName(e.Scope.Region, "")), types.ServiceTypeInterface)
	own := e.ID + "-" + kit.Suffix(e.ID)[:8]
	base := "." + service.BaseEndpointDnsNames[0]
	entries := []types.DnsEntry{{DnsName: aws.String(own + base), HostedZoneId: zone}}
	for _, i := range e.Interfaces {
		if s := ec2network.FindSubnet(tx, e.Scope, i.Subnet); s != nil {
			entries = append(entries, types.DnsEntry{DnsName: aws.String(own + "-" + s.Zone + base), HostedZoneId: zone})
		}
	}
	if e.PrivateDNS {
		entries = append(entries, types.DnsEntry{DnsName: service.PrivateDnsName, HostedZoneId: kit.DerivedID("Z", e.ID)})
	}
	return entries
}

// DescribeVpcEndpoints answers endpoints by id.
func (a *API) DescribeVpcEndpoints(ctx context.Context, in *sdk.DescribeVpcEndpointsInput) (*sdk.DescribeVpcEndpointsOutput, error) {
	found, next, err := vpcEndpoints.Describe(ctx, &a.Base, kit.Ask(in.Filters, in.VpcEndpointIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeVpcEndpointsOutput{VpcEndpoints: found, NextToken: next}, err
}

// ModifyVpcEndpoint changes where an endpoint is, its policy and its DNS options.
func (a *API) ModifyVpcEndpoint(ctx context.Context, in *sdk.ModifyVpcEndpointInput) (*sdk.ModifyVpcEndpointOutput, error) {
	err := vpcEndpoints.Change(ctx, &a.Base, in.VpcEndpointId, func(tx *store.Tx, e *ec2.VPCEndpoint) error {
		if err := setDNS(e, in.IpAddressType, in.DnsOptions, "ModifyVpcEndpoint"); err != nil {
			return err
		}
		if in.PrivateDnsEnabled != nil {
			e.PrivateDNS = *in.PrivateDnsEnabled
		}
		switch {
		case aws.ToBool(in.ResetPolicy) && in.PolicyDocument != nil:
			return kit.Refuse("InvalidParameterCombination", "The parameters resetPolicy and policyDocument cannot be used together") // the text is the emulator's
		case aws.ToBool(in.ResetPolicy):
			e.Policy = ""
		case in.PolicyDocument != nil:
			var err error
			if e.Policy, err = endpointPolicy(in.PolicyDocument); err != nil {
				return err
			}
		}
		return a.changeEndpoint(tx, e, ec2network.FindVPC(tx, e.Scope, e.VPC), endpointChange{
			addTables: in.AddRouteTableIds, removeTables: in.RemoveRouteTableIds, addSubnets: in.AddSubnetIds, removeSubnets: in.RemoveSubnetIds,
			addGroups: in.AddSecurityGroupIds, removeGroups: in.RemoveSecurityGroupIds, addresses: in.SubnetConfigurations,
		})
	})
	return &sdk.ModifyVpcEndpointOutput{Return: aws.Bool(err == nil)}, err
}

// DeleteVpcEndpoints removes endpoints, and tells of each that it could not remove.
func (a *API) DeleteVpcEndpoints(ctx context.Context, in *sdk.DeleteVpcEndpointsInput) (*sdk.DeleteVpcEndpointsOutput, error) {
	if len(in.VpcEndpointIds) == 0 {
		return nil, kit.MissingParameter("VpcEndpointId")
	}
	out := &sdk.DeleteVpcEndpointsOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		out.Unsuccessful = []types.UnsuccessfulItem{}
		for _, id := range in.VpcEndpointIds {
			e, err := kit.Named(tx, kit.Scope(ctx), "VpcEndpointId", &id, "vpce-", ec2.VPCEndpoints.Find)
			if err != nil {
				out.Unsuccessful = append(out.Unsuccessful, unsuccessful(id, err))
				continue
			}
			ec2.VPCEndpoints.Delete(tx, e)
		}
		return nil
	})
	return out, err
}

// unsuccessful is how an answer tells of one thing that failed.
func unsuccessful(id string, err error) types.UnsuccessfulItem {
	item := types.UnsuccessfulItem{ResourceId: &id, Error: &types.UnsuccessfulItemError{Message: aws.String(err.Error())}}
	var refused *awsapi.Error
	if errors.As(err, &refused) {
		item.Error = &types.UnsuccessfulItemError{Code: &refused.Code, Message: &refused.Message}
	}
	return item
}
