package bill

import (
	"cmp"
	"math"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// instances adds the EC2 instances, by type and region. A Spot Instance has no price that holds for more than an hour.
func (r *report) instances() {
	type kind struct{ name, kind, region string }
	lines, sums := map[kind]*costs.Instances{}, map[kind]*cost{}
	var order []kind
	for _, of := range []string{ledger.KindInstance, ledger.KindSpotInstance} {
		for _, s := range r.of(of) {
			k := kind{s.Name, of, s.Region}
			if lines[k] == nil {
				order, sums[k] = append(order, k), &cost{}
				lines[k] = &costs.Instances{Region: s.Region, InstanceType: s.Name, Spot: of == ledger.KindSpotInstance}
			}
			lines[k].Count += s.Count
			lines[k].Hours += float64(s.Seconds) / hourOfSeconds
			hour, found := r.in.Prices.InstanceHour(s.Region, s.Name)
			what := "EC2 " + s.Name
			if of == ledger.KindSpotInstance {
				what, found = "EC2 Spot Instance "+s.Name, false
			}
			if sums[k].add(s.Seconds, hour, found, hourOfSeconds) {
				r.unpriced(what, s.Region)
			}
		}
	}
	for _, s := range r.of(ledger.KindManagedInstance) {
		r.unpriced("management fee of Managed Instances, "+s.Name, s.Region)
	}
	sorting.By(order, func(a, b kind) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind), cmp.Compare(a.region, b.region))
	})
	for _, k := range order {
		lines[k].Cost, lines[k].ReservedShare = r.bills(sums[k]), r.reservedShare(k.name, k.region)
		r.Instances = append(r.Instances, *lines[k])
	}
}

// reservedShare is which share of the CPU or of the memory of all instances of a type in a region tasks had, whichever is greater.
func (r *report) reservedShare(name, region string) float64 {
	t := r.in.Types(name)
	var seconds, cpu, mib int64
	for _, s := range r.sums {
		switch {
		case s.Region != region:
		case s.Kind == ledger.KindTask && s.InstanceType == name:
			cpu, mib = cpu+s.CPUSeconds, mib+s.MiBSeconds
		case (s.Kind == ledger.KindInstance || s.Kind == ledger.KindSpotInstance) && s.Name == name:
			seconds += s.Seconds
		}
	}
	if t == nil || seconds == 0 {
		return 0
	}
	share := max(float64(cpu)/float64(seconds)/float64(t.CPU()), float64(mib)/float64(seconds)/float64(t.Registered))
	return math.Round(min(1, share)*1e4) / 1e4
}

// loadBalancers adds the load balancers of all types. One that was made again with its name is the same.
func (r *report) loadBalancers() {
	var order []string
	byName := map[string][]ledger.Sum{}
	for _, s := range r.of(ledger.KindLoadBalancer) {
		name := ledger.BalancerName(s.Name)
		if byName[name] == nil {
			order = append(order, name)
		}
		byName[name] = append(byName[name], s)
	}
	for _, each := range order {
		kind, name := balancerOf(each)
		region := byName[each][0].Region
		line, c := costs.LoadBalancer{Place: placeOf(each), LoadBalancerName: name}, &cost{}
		for _, s := range byName[each] {
			line.Hours += s.Hours
		}
		hour, found := r.in.Prices.LoadBalancerHour(region, kind)
		if c.add(line.Hours, hour, found, 1) {
			r.unpriced(kind+" load balancer", region)
		}
		units := r.capacityUnits(byName[each])
		line.CapacityUnitHours = float64(units) / price.Nano
		hour, found = r.in.Prices.CapacityUnitHour(region, kind)
		if c.add(units, hour, found, price.Nano) {
			r.unpriced("capacity units of "+kind+" load balancers", region)
		}
		line.Cost = r.bills(c)
		r.LoadBalancers = append(r.LoadBalancers, line)
	}
}

// capacityUnits are the hours of capacity units of the load balancers that sums are of, in billionths.
func (r *report) capacityUnits(sums []ledger.Sum) (units int64) {
	if r.in.CapacityUnits == nil {
		return 0
	}
	known := map[string]bool{}
	for _, s := range sums {
		if !known[s.Name] {
			known[s.Name] = true
			units += int64(math.Round(r.in.CapacityUnits(s.Name, r.from, r.in.Now) * price.Nano))
		}
	}
	return units
}

// balancerOf is the type of a load balancer, as prices have it, and its name, by its ARN: …:loadbalancer/app/web/0123456789abcdef.
func balancerOf(arn string) (kind, name string) {
	_, resource, _ := strings.Cut(arn, ":loadbalancer/")
	short, rest, _ := strings.Cut(resource, "/")
	name, _, _ = strings.Cut(rest, "/")
	if short == "net" {
		return "network", name
	}
	return "application", name
}

// publicAddresses adds the addresses of tasks, and of all else unless the report is about some tasks alone.
func (r *report) publicAddresses() {
	seconds, byRegion := int64(0), map[string]int64{}
	for _, s := range r.sums {
		own := s.PublicSeconds
		if s.Kind == ledger.KindPublicAddress {
			own += s.Seconds
		}
		if own > 0 {
			byRegion[s.Region] += own
		}
		seconds += own
	}
	r.PublicAddresses = costs.PublicAddresses{
		Hours: float64(seconds) / hourOfSeconds, Cost: r.billsByRegion("public IPv4 address", byRegion, r.in.Prices.PublicIPv4Hour, hourOfSeconds),
	}
}

func (r *report) natGateways() {
	hours, byRegion := int64(0), map[string]int64{}
	for _, s := range r.of(ledger.KindNATGateway) {
		byRegion[s.Region] += s.Hours
		hours += s.Hours
	}
	r.NATGateways = costs.NATGateways{Hours: float64(hours), Cost: r.billsByRegion("NAT gateway", byRegion, r.in.Prices.NATGatewayHour, 1)}
}

// bytesOfGB is how many bytes a GB of log events has: 2^30, as a GB of memory. No source tells whether AWS means this or 10^9.
const bytesOfGB = 1 << 30

func (r *report) logs() {
	sum, byRegion := int64(0), map[string]int64{}
	if r.in.Logs != nil && !r.partial() {
		byRegion, _ = r.in.Logs(r.from)
	}
	for _, bytes := range byRegion {
		sum += bytes
	}
	r.Logs = costs.Logs{GB: float64(sum) / bytesOfGB, Cost: r.billsByRegion("CloudWatch Logs, GB taken in", byRegion, r.in.Prices.LogsGB, bytesOfGB)}
}

func regionsOf(of map[string]int64) (names []string) {
	for name := range of {
		names = append(names, name)
	}
	sorting.By(names, strings.Compare)
	return names
}
