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

func vpcEndpointValues(e *types.VpcEndpoint, filter string) ([]string, bool) {
	switch filter {
	case "vpc-endpoint-id":
		return kit.One(e.VpcEndpointId)
	case "vpc-id":
		return kit.One(e.VpcId)
	case "service-name":
		return kit.One(e.ServiceName)
	case "service-region":
		return kit.One(e.ServiceRegion)
	case "vpc-endpoint-state":
		return kit.OneOf(e.State)
	case "vpc-endpoint-type":
		return kit.OneOf(e.VpcEndpointType)
	case "ip-address-type":
		return kit.OneOf(e.IpAddressType)
	}
	return kit.TagValues(e.Tags, filter)
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
	scope, tx := kit.Scope(ctx), a.Store.Read()
	var rows []types.VpcEndpoint
	for _, e := range ec2.VPCEndpoints(tx, scope) {
		rows = append(rows, vpcEndpoint(tx, e))
	}
	found, err := kit.Describe(rows, in.Filters, in.VpcEndpointIds, "vpc-endpoint-id", vpcEndpointValues, kit.MissingOrMalformed("vpce-"))
	if err != nil {
		return nil, err
	}
	found, next, err := kit.Page(found, func(e types.VpcEndpoint) string { return *e.VpcEndpointId }, in.MaxResults, in.NextToken, 1, 1000)
	return &sdk.DescribeVpcEndpointsOutput{VpcEndpoints: found, NextToken: next}, err
}

// ModifyVpcEndpoint changes where an endpoint is, its policy and its DNS options.
func (a *API) ModifyVpcEndpoint(ctx context.Context, in *sdk.ModifyVpcEndpointInput) (*sdk.ModifyVpcEndpointOutput, error) {
	scope := kit.Scope(ctx)
	err := a.Store.Update(func(tx *store.Tx) error {
		e, err := kit.Named(tx, scope, "vpcEndpointId", in.VpcEndpointId, "vpce-", ec2.FindVPCEndpoint)
		if err != nil {
			return err
		}
		changed := *e
		if err := setDNS(&changed, in.IpAddressType, in.DnsOptions, "ModifyVpcEndpoint"); err != nil {
			return err
		}
		if in.PrivateDnsEnabled != nil {
			changed.PrivateDNS = *in.PrivateDnsEnabled
		}
		switch {
		case aws.ToBool(in.ResetPolicy) && in.PolicyDocument != nil:
			return kit.Refuse("InvalidParameterCombination", "The parameters resetPolicy and policyDocument cannot be used together") // the text is the emulator's
		case aws.ToBool(in.ResetPolicy):
			changed.Policy = ""
		case in.PolicyDocument != nil:
			if changed.Policy, err = endpointPolicy(in.PolicyDocument); err != nil {
				return err
			}
		}
		err = a.changeEndpoint(tx, &changed, ec2network.FindVPC(tx, scope, e.VPC), endpointChange{
			addTables: in.AddRouteTableIds, removeTables: in.RemoveRouteTableIds, addSubnets: in.AddSubnetIds, removeSubnets: in.RemoveSubnetIds,
			addGroups: in.AddSecurityGroupIds, removeGroups: in.RemoveSecurityGroupIds, addresses: in.SubnetConfigurations,
		})
		if err == nil {
			ec2.PutVPCEndpoint(tx, &changed)
		}
		return err
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
			e, err := kit.Named(tx, kit.Scope(ctx), "VpcEndpointId", &id, "vpce-", ec2.FindVPCEndpoint)
			if err != nil {
				out.Unsuccessful = append(out.Unsuccessful, unsuccessful(id, err))
				continue
			}
			ec2.DeleteVPCEndpoint(tx, e)
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
