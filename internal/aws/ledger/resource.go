package ledger

import (
	"cmp"
	"time"
)

// Instance is what is billed of an EC2 instance while it runs once.
type Instance struct {
	Region, Type string
	Spot, Public bool // it has a public address of its own
	// Managed: ECS manages it, for which AWS bills a fee beside the price of EC2. Source: COST4.
	Managed bool
	// RunningAt is when it came to running, and End when it was stopped or terminated, or the present.
	RunningAt, End time.Time
	// PublicFrom is since when it has the address; before RunningAt: since then.
	PublicFrom time.Time
}

// Bill adds what is billed of the instance: by the second, a minute at least. Source: EC2's page of On-Demand prices.
func (i *Instance) Bill(now time.Time, add Adder) {
	of := Of{Kind: KindInstance, Region: i.Region, Name: i.Type}
	if i.Spot {
		of.Kind = KindSpotInstance
	}
	of.billSeconds(i.RunningAt, max(Minute, seconds(i.RunningAt, i.End)), now, add)
	if i.Managed {
		of.Kind = KindManagedInstance
		of.billSeconds(i.RunningAt, max(Minute, seconds(i.RunningAt, i.End)), now, add)
	}
	i.BillAddress(now, add)
}

// BillAddress adds the public address alone.
func (i *Instance) BillAddress(now time.Time, add Adder) {
	if !i.Public {
		return
	}
	address := Address{i.Region, i.RunningAt, i.End}
	if i.PublicFrom.After(i.RunningAt) {
		address.From = i.PublicFrom
	}
	address.Bill(now, add)
}

// Address is what is billed of a public IPv4 address, used or idle, that is no task's.
type Address struct {
	Region   string
	From, To time.Time
}

// Bill adds what is billed of the address. That parts of an hour are billed by the second is remembered.
func (a *Address) Bill(now time.Time, add Adder) {
	of := Of{Kind: KindPublicAddress, Region: a.Region}
	of.billSeconds(a.From, seconds(a.From, a.To), now, add)
}

func (o Of) billSeconds(from time.Time, n int64, now time.Time, add Adder) {
	o.steps(kept(from), n, time.Second, now, add, func(before, after int64) Amounts {
		a := Amounts{Seconds: after - before}
		if before == 0 {
			a.Count = 1
		}
		return a
	})
}

// LoadBalancer is what is billed of a load balancer by the hour.
type LoadBalancer struct {
	Region, ARN string
	// Zones are those in which it has a public address: none of an internal one.
	Zones    int
	From, To time.Time
	// AddressesFrom is since when it has the addresses; zero: since From.
	AddressesFrom time.Time
}

// Bill adds the started hours of the load balancer, each to the period in which it begins, and its addresses. Source: Elastic
// Load Balancing's page of prices: a started hour is a whole one.
func (b *LoadBalancer) Bill(now time.Time, add Adder) {
	of := Of{Kind: KindLoadBalancer, Region: b.Region, Name: b.ARN}
	of.billHours(b.From, b.To, now, add)
	b.BillAddresses(now, add)
}

// BillAddresses adds the addresses alone.
func (b *LoadBalancer) BillAddresses(now time.Time, add Adder) {
	address := Address{b.Region, cmp.Or(b.AddressesFrom, b.From), b.To}
	for range b.Zones {
		address.Bill(now, add)
	}
}

// NATGateway is what is billed of a NAT gateway by the hour. Its address is an Elastic IP address, and counts as such.
type NATGateway struct {
	Region   string
	From, To time.Time
}

// Bill adds the started hours of the NAT gateway. That a started hour is a whole one is remembered.
func (g *NATGateway) Bill(now time.Time, add Adder) {
	of := Of{Kind: KindNATGateway, Region: g.Region}
	of.billHours(g.From, g.To, now, add)
}

func (o Of) billHours(from, to, now time.Time, add Adder) {
	from, to = kept(from), kept(to)
	o.steps(from, max(1, ceil(to.Sub(from), time.Hour)), time.Hour, now, add, func(before, after int64) Amounts {
		a := Amounts{Hours: after - before}
		if before == 0 {
			a.Count = 1
		}
		return a
	})
}
