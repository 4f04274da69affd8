package vpc

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TellsNames reports whether the resolver of a VPC tells private DNS names: with both attributes.
// Source: Amazon VPC user guide, DNS attributes.
func TellsNames(v *ec2network.VPC) bool { return v.DNSSupport && v.DNSHostnames }

// Resolve takes from a sandbox that is to be made what the attributes of its VPC deny it: private DNS names
// and, without DNS support, all answers of the resolver. As engines resolve host names, a sandbox without a private
// DNS name has another host name. For a task without one the container agent leaves the host name to Docker, too.
func Resolve(spec *backend.SandboxSpec, v *ec2network.VPC) {
	if !TellsNames(v) {
		spec.Domain = ""
	}
	if !v.DNSSupport {
		spec.Names.Servers = []string{noResolver}
	}
}

// noResolver is the other address of a VPC's resolver. Nothing has it here, and a query that is sent there
// gets no answer: where default VPCs share a network, its resolver answers if one of them has DNS support.
// Source: Amazon VPC user guide, Amazon DNS server.
const noResolver = "169.254.169.253"

// PrivateDNSName is the private DNS name of a network interface in a subnet; empty in a VPC without DNS host
// names. Source: recorded answers.
func PrivateDNSName(tx *store.Tx, scope arn.Scope, subnet string, address netip.Addr) string {
	if !Of(tx, scope, subnet).DNSHostnames {
		return ""
	}
	return backend.HostName(address, ec2network.HostDomain(scope))
}

// Of is the VPC of a subnet, and the default one if that is gone or none.
func Of(tx *store.Tx, scope arn.Scope, subnet string) *ec2network.VPC {
	if s := ec2network.FindSubnet(tx, scope, subnet); s != nil {
		if v := ec2network.FindVPC(tx, scope, s.VPC); v != nil {
			return v
		}
	}
	return ec2network.FindVPC(tx, scope, ec2network.DefaultVPC)
}
