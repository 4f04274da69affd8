package ec2

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Billed is what is billed of an instance that runs, until a time; ok is false of one that does not. A public address counts for
// all of that, unless an Elastic IP address stands for it at the end.
func (i *Instance) Billed(tx *store.Tx, end time.Time) (bill ledger.Instance, ok bool) {
	if i.Reached != types.InstanceStateNameRunning {
		return bill, false
	}
	return ledger.Instance{
		Region: i.Scope.Region, Type: i.Type, Spot: i.Spot != nil, Public: i.PublicIP && len(addressesByInstance.List(tx, i.Key())) == 0,
		RunningAt: i.ReachedAt, End: end,
	}, true
}

// PutInstance writes an instance. One that runs no longer goes into the ledger.
func PutInstance(tx *store.Tx, i *Instance) {
	if before := InstanceByKey(tx, i.Key()); before != nil && i.Reached != before.Reached {
		if bill, ran := before.Billed(tx, i.ReachedAt); ran {
			bill.Bill(i.ReachedAt, ledger.Into(tx))
		}
	}
	instances.Put(tx, i)
}

// Billed is what is billed of a NAT gateway until a time; ok is false of one that could not be made. Source: VPC's page of prices:
// for each hour in which it is there.
func (g *NATGateway) Billed(end time.Time) (bill ledger.NATGateway, ok bool) {
	return ledger.NATGateway{Region: g.Scope.Region, From: g.CreatedAt, To: end}, g.Failure == nil
}

// EndNATGateway ends a NAT gateway, which goes into the ledger. Handlers call it.
func EndNATGateway(tx *store.Tx, g *NATGateway, now time.Time) {
	if !g.DeletedAt.IsZero() {
		return
	}
	if bill, ok := g.Billed(now); ok {
		bill.Bill(now, ledger.Into(tx))
	}
	ended := *g
	ended.DeletedAt = now
	NATGateways.Put(tx, &ended)
}

// Billed is what is billed of an Elastic IP address, used or idle, until a time; ok is false of one of which nothing tells since
// when it is there, from an earlier version.
func (a *Address) Billed(end time.Time) (bill ledger.Address, ok bool) {
	return ledger.Address{Region: a.Scope.Region, From: a.AllocatedAt, To: end}, !a.AllocatedAt.IsZero()
}

// ReleaseAddress removes an Elastic IP address, which goes into the ledger. Handlers call it.
func ReleaseAddress(tx *store.Tx, a *Address, now time.Time) {
	if bill, ok := a.Billed(now); ok {
		bill.Bill(now, ledger.Into(tx))
	}
	Addresses.Delete(tx, a)
}
