package scene

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// VPCName is one that no other network has. It is no longer than the id of a VPC: engines need not take more.
func (s *Env) VPCName() string {
	return fmt.Sprintf("vpc-%s-%d", strings.ToLower(s.Token), s.made.Add(1))
}

// NetworkWithRange makes a network with a range that no other network of the engine has.
func (s *Env) NetworkWithRange(spec func(cidr netip.Prefix) backend.NetworkSpec) (n backend.Network) {
	var cidr netip.Prefix
	err := backend.ErrAddressInUse
	for try := 0; errors.Is(err, backend.ErrAddressInUse) && try < 20; try++ { // another network has it
		cidr = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(200 + rand.IntN(50)), byte(rand.IntN(256)), 0}), 24)
		n, err = s.Engine.EnsureNetwork(s.Ctx, spec(cidr))
	}
	if err != nil || n.CIDR != cidr {
		s.Fatalf("EnsureNetwork: %+v, %v; want the range %v", n, err, cidr)
	}
	return n
}
