package ec2

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var vpcEndpoints = store.NewTable("ec2-vpc-endpoint", func(e *VPCEndpoint) string { return instanceKey(e.Scope, e.ID) })

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

// VPCEndpoints returns those of an account and region, by id.
func VPCEndpoints(tx *store.Tx, scope arn.Scope) []*VPCEndpoint {
	return vpcEndpoints.List(tx, scope.Prefix())
}

// FindVPCEndpoint returns an endpoint, or nil.
func FindVPCEndpoint(tx *store.Tx, scope arn.Scope, id string) *VPCEndpoint {
	return vpcEndpoints.Get(tx, instanceKey(scope, id))
}

// PutVPCEndpoint writes an endpoint.
func PutVPCEndpoint(tx *store.Tx, e *VPCEndpoint) { vpcEndpoints.Put(tx, e) }

// DeleteVPCEndpoint removes an endpoint with its tags.
func DeleteVPCEndpoint(tx *store.Tx, e *VPCEndpoint) {
	vpcEndpoints.Delete(tx, e)
	ec2network.SetTags(tx, e.Scope, e.ID, nil)
}
