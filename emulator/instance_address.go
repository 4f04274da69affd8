package emulator

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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

// instanceGroups are the security groups of a container instance's EC2 instance.
func (s *Server) instanceGroups(c *state.ContainerInstance) []string {
	if i := ec2.FindInstance(s.store.Read(), c.Scope(), c.EC2InstanceID); i != nil {
		return i.SecurityGroups
	}
	return nil
}

// instanceAddresses are those of the EC2 instances in a VPC that are not terminated.
func (s *Server) instanceAddresses(vpc string) (list []netip.Addr) {
	for _, i := range ec2.AllInstances(s.store.Read()) {
		if address, err := netip.ParseAddr(i.PrivateIP); err == nil && i.VPC == vpc && i.State() != types.InstanceStateNameTerminated {
			list = append(list, address)
		}
	}
	return list
}
