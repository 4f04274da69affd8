package agent

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// resolve takes from a sandbox that is to be made what the attributes of its VPC deny it:
// only with both of them the VPC's resolver tells private DNS names, and without DNS support
// it answers nothing. As engines resolve host names, such a sandbox has another one.
// Source: Amazon VPC user guide, DNS attributes. For a task without private DNS name the
// container agent leaves the host name to Docker, too.
func resolve(spec *backend.SandboxSpec, v *state.VPC, network backend.Network) {
	if !v.DNSSupport || !v.DNSHostnames {
		spec.Domain = ""
	}
	if !v.DNSSupport {
		spec.Names.Servers = []string{resolver(network.CIDR).String()}
	}
}

// resolver is the address of a VPC's resolver. Nobody has it here: the engine resolves names,
// and who asks there gets no answer. Source: Amazon VPC user guide, Amazon DNS server.
func resolver(vpc netip.Prefix) netip.Addr { return vpc.Masked().Addr().Next().Next() }

// privateDNSName is that of a task's network interface, which one in a VPC without DNS host
// names lacks. Source: recorded answers.
func privateDNSName(tx *state.Tx, t *state.Task, address netip.Addr) string {
	if !vpcOf(tx, t.Scope(), t.Placement.SubnetID).DNSHostnames {
		return ""
	}
	return backend.HostName(address, state.HostDomain(t.Scope()))
}

// vpcOf is the VPC of a subnet, and the default one if that is gone or none.
func vpcOf(tx *state.Tx, scope arn.Scope, subnet string) *state.VPC {
	if s := tx.Subnet(scope, subnet); s != nil {
		if v := tx.VPC(scope, s.VPC); v != nil {
			return v
		}
	}
	return tx.VPC(scope, state.DefaultVPC)
}
