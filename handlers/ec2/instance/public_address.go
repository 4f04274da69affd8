package instance

import (
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// amazonAssociation is that of a network interface with an address that AWS has given it for
// as long as it is there; nil, if it has none. Source: recorded answers for the owner; EC2
// API reference, NetworkInterfaceAssociation.
func amazonAssociation(tx *store.Tx, scope arn.Scope, vpc string, ip netip.Addr) *types.NetworkInterfaceAssociation {
	if !ip.IsValid() {
		return nil
	}
	return &types.NetworkInterfaceAssociation{
		IpOwnerId: aws.String("amazon"), PublicIp: aws.String(ip.String()), PublicDnsName: aws.String(publicDNSName(tx, scope, vpc, ip.String())),
	}
}

// publicDNSName is by the address, and empty in a VPC that lacks one of its DNS attributes.
// Source: VPC user guide, DNS attributes.
func publicDNSName(tx *store.Tx, scope arn.Scope, vpc, ip string) string {
	if v := ec2network.FindVPC(tx, scope, vpc); v == nil || !v.DNSHostnames || !v.DNSSupport {
		return ""
	}
	domain := scope.Region + ".compute.amazonaws.com"
	switch {
	case scope.Region == "us-east-1":
		domain = "compute-1.amazonaws.com"
	case scope.Partition() == "aws-cn":
		domain += ".cn"
	}
	return "ec2-" + strings.ReplaceAll(ip, ".", "-") + "." + domain
}
