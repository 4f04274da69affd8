package endpoint

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// setDNS sets what an endpoint does in the DNS, which is kept.
func setDNS(e *ec2.VPCEndpoint, addresses types.IpAddressType, options *types.DnsOptionsSpecification, operation string) error {
	if addresses != "" && addresses != types.IpAddressTypeIpv4 {
		return kit.NotBuilt(operation, "IPv6 addresses")
	}
	if e.RecordType == "" {
		e.RecordType = types.DnsRecordIpTypeIpv4
		if e.Type == types.VpcEndpointTypeGateway {
			e.RecordType = types.DnsRecordIpTypeServiceDefined
		}
	}
	if options == nil {
		return nil
	}
	switch {
	case options.PrivateDnsPreference != nil || len(options.PrivateDnsSpecifiedDomains) > 0:
		return kit.NotBuilt(operation, "PrivateDnsPreference and PrivateDnsSpecifiedDomains")
	case options.DnsRecordIpType == types.DnsRecordIpTypeIpv6 || options.DnsRecordIpType == types.DnsRecordIpTypeDualstack:
		return kit.NotBuilt(operation, "IPv6 addresses")
	}
	e.RecordType = cmp.Or(options.DnsRecordIpType, e.RecordType)
	if options.PrivateDnsOnlyForInboundResolverEndpoint != nil {
		e.InboundOnly = options.PrivateDnsOnlyForInboundResolverEndpoint
	}
	return nil
}

// privateDNS refuses private DNS names in a VPC without DNS, and where another endpoint has
// them.
func privateDNS(tx *store.Tx, e *ec2.VPCEndpoint, v *ec2network.VPC) error {
	if !e.PrivateDNS {
		return nil
	}
	if !v.DNSSupport || !v.DNSHostnames {
		return kit.Refuse("InvalidParameter", "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for %s", v.ID)
	}
	for _, other := range ec2.VPCEndpoints.List(tx, e.Scope) {
		if other.ID != e.ID && other.VPC == e.VPC && other.Service == e.Service && other.PrivateDNS {
			service := endpointService(e.Scope, strings.TrimPrefix(e.Service, serviceName(e.Scope.Region, "")), types.ServiceTypeInterface)
			return kit.Refuse("InvalidParameter", "private-dns-enabled cannot be set because there is already a conflicting DNS domain for %s in the VPC %s",
				*service.PrivateDnsName, e.VPC)
		}
	}
	return nil
}
