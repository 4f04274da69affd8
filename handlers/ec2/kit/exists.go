package kit

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Exists is the error that there is no resource of an id.
func (b *Base) Exists(tx *store.Tx, scope arn.Scope, id string) error {
	k := KindOf(id)
	if k == nil {
		return &awsapi.Error{Code: "InvalidID", Message: "The ID '" + id + "' is not valid"}
	}
	found := false
	switch k.Of {
	case types.ResourceTypeVpc:
		found = ec2network.FindVPC(tx, scope, id) != nil
	case types.ResourceTypeSubnet:
		found = slices.ContainsFunc(b.Subnets(tx, scope, []string{id}), func(s *ec2network.Subnet) bool { return s.ID == id })
	case types.ResourceTypeSecurityGroup:
		found = slices.ContainsFunc(b.SecurityGroups(tx, scope, []string{id}), func(g *ec2network.SecurityGroup) bool { return g.ID == id })
	case types.ResourceTypeSecurityGroupRule:
		for _, g := range ec2network.SecurityGroups(tx, scope) {
			found = found || slices.ContainsFunc(g.Rules, func(r ec2network.SecurityGroupRule) bool { return r.ID == id })
		}
	case types.ResourceTypeNetworkInterface:
		for _, t := range state.AllTasks(tx) {
			found = found || t.Status.Attachment.NetworkID == id && t.Scope() == scope && HasNetworkInterface(t)
		}
		found = found || slices.ContainsFunc(ec2.OwnedInterfaces(tx, scope), func(o ec2.OwnedInterface) bool { return o.ID == id })
	case types.ResourceTypeInstance:
		found = ec2.FindInstance(tx, scope, id) != nil
	case types.ResourceTypeSpotInstancesRequest:
		found = ec2.FindSpotInstance(tx, scope, id) != nil
	case types.ResourceTypePrefixList:
		found = ec2network.FindPrefixList(tx, scope, id) != nil
	case types.ResourceTypeLaunchTemplate:
		found = ec2.FindLaunchTemplate(tx, scope, id) != nil
	default:
		found = keptOfNetwork(tx, scope, k.Of, id)
	}
	if !found {
		return Missing(k.prefix)(id)
	}
	return nil
}

// keptOfNetwork reports whether there is something of the network that has no effect.
func keptOfNetwork(tx *store.Tx, scope arn.Scope, of types.ResourceType, id string) bool {
	switch of {
	case types.ResourceTypeInternetGateway:
		return ec2.FindInternetGateway(tx, scope, id) != nil
	case types.ResourceTypeRouteTable:
		return ec2.FindRouteTable(tx, scope, id) != nil
	case types.ResourceTypeNetworkAcl:
		return ec2.FindNetworkACL(tx, scope, id) != nil
	case types.ResourceTypeElasticIp:
		return ec2.FindAddress(tx, scope, id) != nil
	case types.ResourceTypeNatgateway:
		return ec2.FindNATGateway(tx, scope, id) != nil
	case types.ResourceTypeVpcEndpoint:
		return ec2.FindVPCEndpoint(tx, scope, id) != nil
	case types.ResourceTypeDhcpOptions:
		return ec2.FindDHCPOptions(tx, scope, id) != nil
	}
	return false
}
