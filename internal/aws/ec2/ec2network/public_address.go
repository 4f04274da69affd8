package ec2network

import (
	"hash/fnv"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var publicAddresses = store.NewTable("public-address", func(a *PublicAddress) string { return a.Owner })

// PublicAddress is the public address that a network interface has for as long as it is
// there. No two have the same, in all VPCs, accounts and regions. Who gets one takes
// it, and gives it back; that of a task goes with its end.
type PublicAddress struct {
	Owner string // the ARN of a task, the key of an EC2 instance, or the network interface of a load balancer
	IP    string
}

// publicRanges are where these addresses are from: ranges for documentation, so that they
// belong to no network. Elastic IP addresses are of the third one. Source: RFC 5737.
func publicRanges() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("203.0.113.0/24")}
}

// perPublicRange is the addresses of a range without the first and the last one.
const perPublicRange = 254

// TakePublicAddress gives an owner an address of these ranges, or returns the one that it
// has; not valid, if there is none left. The search begins where the seed says, the
// owner's name or one with a time: what was just given back is seldom the next one's, who would
// get what was meant for the former.
func TakePublicAddress(tx *store.Tx, owner, seed string) netip.Addr {
	if known := FindPublicAddress(tx, owner); known.IsValid() {
		return known
	}
	ranges, taken := publicRanges(), map[string]bool{}
	for a := range publicAddresses.Forward(tx, "") {
		taken[a.IP] = true
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(seed)) // never fails
	all := perPublicRange * len(ranges)
	for n := range all {
		at := (int(hash.Sum32()%uint32(all)) + n) % all
		ip := ranges[at/perPublicRange].Addr().As4()
		ip[3] = byte(at%perPublicRange) + 1
		if free := netip.AddrFrom4(ip); !taken[free.String()] {
			publicAddresses.Put(tx, &PublicAddress{Owner: owner, IP: free.String()})
			return free
		}
	}
	return netip.Addr{}
}

// FindPublicAddress returns the address that an owner has; not valid, if it has none.
func FindPublicAddress(tx *store.Tx, owner string) netip.Addr {
	if a := publicAddresses.Get(tx, owner); a != nil {
		return netip.MustParseAddr(a.IP)
	}
	return netip.Addr{}
}

// GivePublicAddress gives back what an owner has. None is harmless.
func GivePublicAddress(tx *store.Tx, owner string) {
	if a := publicAddresses.Get(tx, owner); a != nil {
		publicAddresses.Delete(tx, a)
	}
}
