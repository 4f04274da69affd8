package vpc

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
)

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		v       ec2network.VPC
		domain  string
		servers []string
	}{
		{ec2network.VPC{DNSSupport: true, DNSHostnames: true}, "ec2.internal", nil},
		{ec2network.VPC{DNSSupport: true}, "", nil},
		{ec2network.VPC{DNSHostnames: true}, "", []string{"169.254.169.253"}},
		{ec2network.VPC{}, "", []string{"169.254.169.253"}},
	} {
		spec := backend.SandboxSpec{Domain: "ec2.internal"}
		if Resolve(&spec, &c.v); spec.Domain != c.domain || !slices.Equal(spec.Names.Servers, c.servers) {
			t.Errorf("with support %v, host names %v: domain %q, servers %v", c.v.DNSSupport, c.v.DNSHostnames, spec.Domain, spec.Names.Servers)
		}
	}
}
