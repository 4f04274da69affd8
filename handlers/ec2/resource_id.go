package ec2

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// What belongs to the default VPC has the digits of its id.
var (
	mainRouteTable  = "rtb-" + suffix(state.DefaultVPC)
	internetGateway = "igw-" + suffix(state.DefaultVPC)
	networkACL      = "acl-" + suffix(state.DefaultVPC)
)

// suffix is the hex digits of an id, for ids that go with it.
func suffix(id string) string { return id[strings.IndexByte(id, '-')+1:] }

// derivedID makes an id of another one, the same each time.
func derivedID(prefix string, from ...string) *string {
	hash := fnv.New128a()
	_, _ = hash.Write([]byte(strings.Join(from, " "))) // never fails
	return aws.String(prefix + hex.EncodeToString(hash.Sum(nil))[:17])
}

func resourceARN(scope arn.Scope, resource string) *string {
	return aws.String("arn:" + scope.Partition() + ":ec2:" + scope.Region + ":" + scope.Account + ":" + resource)
}

// kind is a sort of resource that ids name by their prefix.
type kind struct {
	prefix string
	of     types.ResourceType
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
	{"i-", types.ResourceTypeInstance, "InvalidInstanceID.NotFound", "instance ID"},
	{"lt-", types.ResourceTypeLaunchTemplate, "InvalidLaunchTemplateId.NotFound", "launchTemplate ID"},
	{"eni-", types.ResourceTypeNetworkInterface, "InvalidNetworkInterfaceID.NotFound", "networkInterface ID"},
}

// kindOf finds the kind of an id, or nil.
func kindOf(id string) *kind {
	for i := range kinds {
		if strings.HasPrefix(id, kinds[i].prefix) {
			return &kinds[i]
		}
	}
	return nil
}

// missing is the error that there is nothing of a kind by an id.
func missing(prefix string) func(id string) error {
	return func(id string) error {
		k := kindOf(prefix)
		return &awsapi.Error{Code: k.code, Message: fmt.Sprintf("The %s '%s' does not exist", k.noun, id)}
	}
}
