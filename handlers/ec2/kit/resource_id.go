package kit

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
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
	code   string // of the error that there is none
	noun   string // in its text
}

// Source: EC2 API reference, error codes; field reports for the texts.
var kinds = []kind{
	{"vpc-", types.ResourceTypeVpc, "InvalidVpcID.NotFound", "vpc ID"},
	{"subnet-", types.ResourceTypeSubnet, "InvalidSubnetID.NotFound", "subnet ID"},
	{"sg-", types.ResourceTypeSecurityGroup, "InvalidGroup.NotFound", "security group"},
	{"sgr-", types.ResourceTypeSecurityGroupRule, "InvalidSecurityGroupRuleId.NotFound", "security group rule ID"},
	{"pl-", types.ResourceTypePrefixList, "InvalidPrefixListID.NotFound", "prefix list ID"},
	{"rtb-", types.ResourceTypeRouteTable, "InvalidRouteTableID.NotFound", "routeTable ID"},
	{"igw-", types.ResourceTypeInternetGateway, "InvalidInternetGatewayID.NotFound", "internetGateway ID"},
	{"acl-", types.ResourceTypeNetworkAcl, "InvalidNetworkAclID.NotFound", "networkAcl ID"},
	{"eipalloc-", types.ResourceTypeElasticIp, "InvalidAllocationID.NotFound", "allocation ID"},
	{"nat-", types.ResourceTypeNatgateway, "InvalidNatGatewayID.NotFound", "natGateway ID"},
	{"vpce-", types.ResourceTypeVpcEndpoint, "InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"},
	{"dopt-", types.ResourceTypeDhcpOptions, "InvalidDhcpOptionsID.NotFound", "dhcpOptions ID"},
	{"i-", types.ResourceTypeInstance, "InvalidInstanceID.NotFound", "instance ID"},
	{"sir-", types.ResourceTypeSpotInstancesRequest, "InvalidSpotInstanceRequestID.NotFound", "spot instance request ID"},
	{"lt-", types.ResourceTypeLaunchTemplate, "InvalidLaunchTemplateId.NotFound", "launchTemplate ID"},
	{"eni-", types.ResourceTypeNetworkInterface, "InvalidNetworkInterfaceID.NotFound", "networkInterface ID"},
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
		return &awsapi.Error{Code: k.code, Message: fmt.Sprintf("The %s '%s' does not exist", k.noun, id)}
	}
}

// malformed are the codes for ids that are none of a kind. Source: EC2 API reference, error
// codes; a recorded answer for the text (EC20010). Kinds without one have no such error here.
var malformed = map[string]string{
	"rtb-": "InvalidRouteTableId.Malformed", "igw-": "InvalidInternetGatewayId.Malformed", "acl-": "InvalidNetworkAclId.Malformed",
	"nat-": "NatGatewayMalformed", "vpce-": "InvalidVpcEndpointId.Malformed", "dopt-": "InvalidDhcpOptionsId.Malformed",
}

// MissingOrMalformed is the error for an id that names nothing of a kind, perhaps because it is none.
func MissingOrMalformed(prefix string) func(id string) error {
	return func(id string) error {
		if code := malformed[prefix]; code != "" && !strings.HasPrefix(id, prefix) {
			return Refuse(code, "Invalid id: %q (expecting \"%s...\")", id, prefix)
		}
		return Missing(prefix)(id)
	}
}

// Named returns what a parameter of a request names.
func Named[T any](tx *store.Tx, scope arn.Scope, parameter string, id *string, prefix string, find func(*store.Tx, arn.Scope, string) *T) (*T, error) {
	if aws.ToString(id) == "" {
		return nil, MissingParameter(parameter)
	}
	if row := find(tx, scope, *id); row != nil {
		return row, nil
	}
	return nil, MissingOrMalformed(prefix)(*id)
}
