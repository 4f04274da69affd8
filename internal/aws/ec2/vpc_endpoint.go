package ec2

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// VPCEndpoints are all of them.
var VPCEndpoints = ec2network.NewRows("ec2-vpc-endpoint", func(e *VPCEndpoint) (arn.Scope, string) { return e.Scope, e.ID })

// VPCEndpoint is kept without effect on traffic. Its handlers write every field.
type VPCEndpoint struct {
	Scope     arn.Scope
	ID, VPC   string // vpce-…
	Type      types.VpcEndpointType
	Service   string
	CreatedAt time.Time
	Policy    string // empty: full access
	// RouteTables are the route tables of a gateway endpoint.
	RouteTables []string
	// Interfaces, SecurityGroups and the rest are those of an interface endpoint.
	Interfaces     []EndpointInterface
	SecurityGroups []string
	PrivateDNS     bool
	RecordType     types.DnsRecordIpType // empty: ipv4
	InboundOnly    *bool
}

// EndpointInterface is the network interface of an endpoint in a subnet.
type EndpointInterface struct {
	ID, Subnet, PrivateIP string // eni-…
}
