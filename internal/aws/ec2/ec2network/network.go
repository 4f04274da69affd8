package ec2network

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var networks = store.NewTable("network", func(n *Network) string { return n.Name })

// Network is the engine's network, which the default VPCs of all accounts and regions
// share. The agent writes it once the engine has chosen a range.
type Network struct {
	Name string
	CIDR string // a /16
}

// networkName is the name of the only such network. VPCs of one's own have the range that they
// were made with, and need no row.
const networkName = DefaultVPC

// NetworkCIDR is the range of the default VPCs; until the engine has chosen one, that
// of AWS's default VPC, which it tries first.
func NetworkCIDR(tx *store.Tx) netip.Prefix {
	if n := networks.Get(tx, networkName); n != nil {
		return netip.MustParsePrefix(n.CIDR)
	}
	return netip.MustParsePrefix("172.31.0.0/16")
}

// SetNetworkCIDR writes the range that the engine has chosen.
func SetNetworkCIDR(tx *store.Tx, cidr netip.Prefix) {
	networks.Put(tx, &Network{Name: networkName, CIDR: cidr.String()})
}
