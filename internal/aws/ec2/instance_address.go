package ec2

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// AddressOf is the address of an instance; zero if it has none.
func AddressOf(tx *store.Tx, scope arn.Scope, id string) netip.Addr {
	i := FindInstance(tx, scope, id)
	if i == nil || i.PrivateIP == "" {
		return netip.Addr{}
	}
	address, _ := netip.ParseAddr(i.PrivateIP)
	return address
}

func SecurityGroupsOf(tx *store.Tx, scope arn.Scope, id string) []string {
	if i := FindInstance(tx, scope, id); i != nil {
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
