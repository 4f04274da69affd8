package ec2

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Billed is what is billed of an instance until a time, with its public address unless an Elastic IP address stands for that; ok is
// false of one that is not running. Source: EC2 user guide, instance lifecycle: stopping and shutting-down are not billed.
func (i *Instance) Billed(tx *store.Tx, end time.Time) (bill ledger.Instance, ok bool) {
	if i.State() != types.InstanceStateNameRunning {
		return bill, false
	}
	return ledger.Instance{
		Region: i.Scope.Region, Type: i.Type, Spot: i.Spot != nil, Public: i.PublicIP && i.ElasticIP(tx) == nil, Managed: i.Operator != "",
		RunningAt: i.ReachedAt, PublicFrom: i.PublicFrom, End: end,
	}, true
}

// PutInstance writes an instance. One that is running no longer goes into the ledger.
func PutInstance(tx *store.Tx, i *Instance) {
	if before := InstanceByKey(tx, i.Key()); before != nil && i.State() != types.InstanceStateNameRunning {
		if bill, ran := before.Billed(tx, i.WantedAt); ran {
			bill.Bill(i.WantedAt, ledger.Into(tx))
		}
	}
	instances.Put(tx, i)
}

// EndPublicIP ends the public address of an instance, which goes into the ledger. Handlers call it before an Elastic IP address
// stands for it.
func (i *Instance) EndPublicIP(tx *store.Tx, now time.Time) {
	if bill, ok := i.Billed(tx, now); ok {
		bill.BillAddress(now, ledger.Into(tx))
	}
}

// BeginPublicIP gives an instance its public address again. Handlers call it when an Elastic IP address has gone.
func (i *Instance) BeginPublicIP(tx *store.Tx, now time.Time) {
	changed := *i
	changed.PublicFrom = now
	PutInstance(tx, &changed)
	changed.SettlePublicIP(tx)
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
