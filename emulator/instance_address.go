package emulator

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// instanceAddress is the address of a container instance's EC2 instance; zero if it has
// none.
func (s *Server) instanceAddress(c *state.ContainerInstance) netip.Addr {
	i := ec2.FindInstance(s.store.Read(), c.Scope(), c.EC2InstanceID)
	if i == nil || i.PrivateIP == "" {
		return netip.Addr{}
	}
	address, _ := netip.ParseAddr(i.PrivateIP)
	return address
}
