package kit

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Suffix is the hex digits of an id, for ids that go with it.
func Suffix(id string) string { return id[strings.IndexByte(id, '-')+1:] }

// DerivedID makes an id of another one, the same each time.
func DerivedID(prefix string, from ...string) *string {
	hash := fnv.New128a()
	_, _ = hash.Write([]byte(strings.Join(from, " "))) // never fails
	return aws.String(prefix + hex.EncodeToString(hash.Sum(nil))[:17])
}

// ResourceARN is the ARN of a resource such as "subnet/subnet-1".
func ResourceARN(scope arn.Scope, resource string) *string {
	return aws.String("arn:" + scope.Partition() + ":ec2:" + scope.Region + ":" + scope.Account + ":" + resource)
}

// kind is a sort of resource that ids name by their prefix.
type kind struct {
	prefix string
	Of     types.ResourceType
	code   string // of the error that there is none, without .NotFound
	noun   string // in its text
	// malformed is the code for ids that are none of the kind, without .Malformed; empty: there is
	// no such error here.
	malformed string
	exists    func(b *Base, tx *store.Tx, scope arn.Scope, id string) bool
}

// Source: EC2 API reference, error codes; field reports for the texts.
var kinds = []kind{
	{"vpc-", types.ResourceTypeVpc, "InvalidVpcID", "vpc ID", "", found(ec2network.FindVPC)},
	{"subnet-", types.ResourceTypeSubnet, "InvalidSubnetID", "subnet ID", "", (*Base).hasSubnet},
	{"sg-", types.ResourceTypeSecurityGroup, "InvalidGroup", "security group", "", (*Base).hasGroup},
	{"sgr-", types.ResourceTypeSecurityGroupRule, "InvalidSecurityGroupRuleId", "security group rule ID", "", found(findRule)},
	{"pl-", types.ResourceTypePrefixList, "InvalidPrefixListID", "prefix list ID", "", found(ec2network.PrefixLists.Find)},
	{"rtb-", types.ResourceTypeRouteTable, "InvalidRouteTableID", "routeTable ID", "InvalidRouteTableId", found(ec2.RouteTables.Find)},
	{"igw-", types.ResourceTypeInternetGateway, "InvalidInternetGatewayID", "internetGateway ID", "InvalidInternetGatewayId",
		found(ec2.InternetGateways.Find)},
	{"acl-", types.ResourceTypeNetworkAcl, "InvalidNetworkAclID", "networkAcl ID", "InvalidNetworkAclId", found(ec2.NetworkACLs.Find)},
	{"eipalloc-", types.ResourceTypeElasticIp, "InvalidAllocationID", "allocation ID", "", found(ec2.Addresses.Find)},
	{"nat-", types.ResourceTypeNatgateway, "InvalidNatGatewayID", "natGateway ID", "", found(ec2.NATGateways.Find)},
	{"vpce-", types.ResourceTypeVpcEndpoint, "InvalidVpcEndpointId", "Vpc Endpoint Id", "InvalidVpcEndpointId",
		found(ec2.VPCEndpoints.Find)},
	{"dopt-", types.ResourceTypeDhcpOptions, "InvalidDhcpOptionsID", "dhcpOptions ID", "InvalidDhcpOptionsId",
		found(ec2.DHCPOptionSets.Find)},
	{"i-", types.ResourceTypeInstance, "InvalidInstanceID", "instance ID", "", found(ec2.FindInstance)},
	{"sir-", types.ResourceTypeSpotInstancesRequest, "InvalidSpotInstanceRequestID", "spot instance request ID", "",
		found(ec2.FindSpotInstance)},
	{"lt-", types.ResourceTypeLaunchTemplate, "InvalidLaunchTemplateId", "launchTemplate ID", "", found(ec2.FindLaunchTemplate)},
	{"eni-", types.ResourceTypeNetworkInterface, "InvalidNetworkInterfaceID", "networkInterface ID", "", (*Base).hasInterface},
}

// KindOf finds the kind of an id, or nil.
func KindOf(id string) *kind {
	for i := range kinds {
		if strings.HasPrefix(id, kinds[i].prefix) {
			return &kinds[i]
		}
	}
	return nil
}

// Missing is the error that there is nothing of a kind by an id.
func Missing(prefix string) func(id string) error {
	return func(id string) error {
		k := KindOf(prefix)
		return &awsapi.Error{Code: k.code + ".NotFound", Message: fmt.Sprintf("The %s '%s' does not exist", k.noun, id)}
	}
}

// MissingOrMalformed is the error for an id that names nothing of a kind, perhaps because it is
// none. Source of the text: a recorded answer (EC20010).
func MissingOrMalformed(prefix string) func(id string) error {
	return func(id string) error {
		if code := KindOf(prefix).malformed; code != "" && !strings.HasPrefix(id, prefix) {
			return Refuse(code+".Malformed", "Invalid id: %q (expecting \"%s...\")", id, prefix)
		}
		return Missing(prefix)(id)
	}
}

// Named returns what a parameter of a request names.
func Named[T any](tx *store.Tx, scope arn.Scope, parameter string, id *string, prefix string, find func(*store.Tx, arn.Scope, string) *T) (*T, error) {
	return named(tx, scope, parameter, id, MissingOrMalformed(prefix), find)
}

func named[T any](
	tx *store.Tx, scope arn.Scope, parameter string, id *string, missing func(id string) error, find func(*store.Tx, arn.Scope, string) *T,
) (*T, error) {
	if aws.ToString(id) == "" {
		return nil, MissingParameter(parameter)
	}
	if row := find(tx, scope, *id); row != nil {
		return row, nil
	}
	return nil, missing(*id)
}
