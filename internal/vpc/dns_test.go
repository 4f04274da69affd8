package vpc

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2/ec2network"
)

func TestResolve(t *testing.T) {
	network := backend.Network{CIDR: netip.MustParsePrefix("10.0.16.0/20")}
	for _, c := range []struct {
		v       ec2network.VPC
		domain  string
		servers []string
	}{
		{ec2network.VPC{DNSSupport: true, DNSHostnames: true}, "ec2.internal", nil},
		{ec2network.VPC{DNSSupport: true}, "", nil},
		{ec2network.VPC{DNSHostnames: true}, "", []string{"10.0.16.2"}},
		{ec2network.VPC{}, "", []string{"10.0.16.2"}},
	} {
		spec := backend.SandboxSpec{Domain: "ec2.internal"}
		if Resolve(&spec, &c.v, network); spec.Domain != c.domain || !slices.Equal(spec.Names.Servers, c.servers) {
			t.Errorf("with support %v, host names %v: domain %q, servers %v", c.v.DNSSupport, c.v.DNSHostnames, spec.Domain, spec.Names.Servers)
		}
	}
}
