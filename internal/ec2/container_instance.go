package ec2

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

// AddressOf is the address of a container instance's EC2 instance; zero if it has none.
func AddressOf(tx *store.Tx, c *state.ContainerInstance) netip.Addr {
	i := FindInstance(tx, c.Scope(), c.EC2InstanceID)
	if i == nil || i.PrivateIP == "" {
		return netip.Addr{}
	}
	address, _ := netip.ParseAddr(i.PrivateIP)
	return address
}

// SecurityGroupsOf are the security groups of a container instance's EC2 instance.
func SecurityGroupsOf(tx *store.Tx, c *state.ContainerInstance) []string {
	if i := FindInstance(tx, c.Scope(), c.EC2InstanceID); i != nil {
		return i.SecurityGroups
	}
	return nil
}

// AddressesIn are the addresses of the EC2 instances in a VPC that are not terminated.
func AddressesIn(tx *store.Tx, vpc string) (list []netip.Addr) {
	for _, i := range AllInstances(tx) {
		if address, err := netip.ParseAddr(i.PrivateIP); err == nil && i.VPC == vpc && i.State() != types.InstanceStateNameTerminated {
			list = append(list, address)
		}
	}
	return list
}
