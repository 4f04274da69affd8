package ec2

import (
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Addresses are the Elastic IP addresses, by allocation.
var Addresses = ec2network.NewRows("ec2-address", func(a *Address) (arn.Scope, string) { return a.Scope, a.ID })

var addressesByInstance = Addresses.Table.Index((*Address).instanceKey)

// Address is an Elastic IP address, which nothing can be reached at. Its handlers write
// every field; whether a NAT gateway has it follows from the NAT gateways.
type Address struct {
	Scope    arn.Scope
	ID       string // eipalloc-…
	PublicIP string
	// AllocatedAt is zero of addresses from before it was kept.
	AllocatedAt time.Time
	// Association (eipassoc-…) is the one with Instance, until the instance is to terminate;
	// see Holder. Both are empty where there is none.
	Association, Instance string
}

func (a *Address) instanceKey() string {
	if a.Instance == "" {
		return ""
	}
	return instanceKey(a.Scope, a.Instance)
}

// Holder returns the instance that has the address, or nil. An instance that terminates lets
// go of it. Source: EC2 user guide, Elastic IP addresses.
func (a *Address) Holder(tx *store.Tx) *Instance {
	if a.Instance == "" {
		return nil
	}
	if i := FindInstance(tx, a.Scope, a.Instance); i != nil && i.Wanted != types.InstanceStateNameTerminated {
		return i
	}
	return nil
}

// ElasticIP returns the Elastic IP address that an instance has, or nil.
func (i *Instance) ElasticIP(tx *store.Tx) *Address {
	if i.Wanted == types.InstanceStateNameTerminated {
		return nil
	}
	if held := addressesByInstance.List(tx, i.Key()); len(held) > 0 {
		return held[0]
	}
	return nil
}

// elastic is the range of Elastic IP addresses: one for documentation, so that it is
// assigned to no network. Source: RFC 5737.
var elastic = netip.MustParsePrefix("198.51.100.0/24")

// FreePublicIP returns an address that is free in all accounts and regions; not valid, if
// there is none.
func FreePublicIP(tx *store.Tx) netip.Addr {
	taken := map[string]bool{}
	for _, a := range Addresses.Table.List(tx, "") {
		taken[a.PublicIP] = true
	}
	for ip := elastic.Addr().Next(); elastic.Contains(ip.Next()); ip = ip.Next() { // without the last one
		if !taken[ip.String()] {
			return ip
		}
	}
	return netip.Addr{}
}
