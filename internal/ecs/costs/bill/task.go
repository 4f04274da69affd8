package bill

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/demand"
)

// Capacities that tasks run on.
const (
	fargate     = "FARGATE"
	fargateSpot = "FARGATE_SPOT"
)

func nameOf(s string) string { return arn.Name(s) }

// placeOf is where the resource of an ARN is.
func placeOf(of string) costs.Place {
	scope := arn.ScopeOf(of)
	return costs.Place{Account: scope.Account, Region: scope.Region}
}

// tasks adds the services and the families of standalone tasks.
func (r *report) tasks() {
	type owner struct{ cluster, service, family string }
	var order []owner
	sums, spot := map[owner][]ledger.Sum{}, false
	for _, s := range r.of(ledger.KindTask) {
		o := owner{s.ClusterARN, s.ServiceARN, s.Family}
		if sums[o] == nil {
			order = append(order, o)
		}
		sums[o] = append(sums[o], s)
		spot = spot || s.Capacity == fargateSpot
	}
	for _, o := range order {
		usage, sum := r.usage(sums[o])
		if len(usage) == 0 {
			continue // an address without a task that was billed
		}
		cluster, place := clusterOf(o.cluster), placeOf(o.cluster)
		r.total.Add(&r.total, sum.nano()) // of usage that has a price
		shown := sum.shown()
		if o.service == "" {
			r.Standalone = append(r.Standalone, costs.Standalone{Place: place, ClusterName: cluster, Family: o.family, Cost: shown, Usage: usage})
			r.warnOfStarts("family "+o.family+" in cluster "+cluster, usage)
			continue
		}
		r.Services = append(r.Services, costs.Service{
			Place: place, ClusterName: cluster, ServiceName: nameOf(o.service), Cost: shown, Usage: usage, Deployments: r.deployments(o.service, sums[o]),
		})
		r.warnOfStarts("service "+cluster+"/"+nameOf(o.service), usage)
	}
	if spot {
		r.warn("the price of FARGATE_SPOT floats: the table has the price of one day")
	}
}

// usage is what tasks used by capacity and architecture, and what that costs: what instances run costs nothing beside these.
func (r *report) usage(sums []ledger.Sum) (usage []costs.Usage, all *cost) {
	all = &cost{}
	type kind struct{ region, capacity, architecture string }
	var order []kind
	amounts := map[kind]*ledger.Amounts{}
	for _, s := range sums {
		k := kind{s.Region, s.Capacity, s.Architecture}
		if amounts[k] == nil {
			order, amounts[k] = append(order, k), &ledger.Amounts{}
		}
		amounts[k].Add(s.Amounts)
	}
	for _, k := range order {
		a := amounts[k]
		if a.Seconds == 0 {
			continue
		}
		line := costs.Usage{
			Capacity: k.capacity, Architecture: k.architecture, Tasks: a.Count, TaskSeconds: a.Seconds, StartSeconds: a.StartSeconds,
			VCPUHours: float64(a.CPUSeconds) / hourOfUnits, GBHours: float64(a.MiBSeconds) / hourOfUnits,
			StorageGBHours: float64(a.StorageSeconds) / hourOfSeconds,
		}
		if k.capacity == fargate || k.capacity == fargateSpot {
			c := r.fargate(k.region, k.capacity, k.architecture, a)
			line.Cost = c.shown()
			all.addShown(c)
		}
		usage = append(usage, line)
	}
	return usage, all
}

// fargate is what amounts cost on Fargate.
func (r *report) fargate(region, capacity, architecture string, a *ledger.Amounts) *cost {
	c := &cost{}
	vCPU, hasCPU := r.in.Prices.VCPUHour(region, capacity, architecture)
	gb, hasGB := r.in.Prices.GBHour(region, capacity, architecture)
	storage, hasStorage := r.in.Prices.StorageGBHour(region, capacity)
	if c.add(a.CPUSeconds, vCPU, hasCPU, hourOfUnits) {
		r.unpriced(capacity+" vCPU of "+architecture, region)
	}
	if c.add(a.MiBSeconds, gb, hasGB, hourOfUnits) {
		r.unpriced(capacity+" GB of "+architecture, region)
	}
	if c.add(a.StorageSeconds, storage, hasStorage, hourOfSeconds) {
		r.unpriced(capacity+" ephemeral storage", region)
	}
	return c
}

// mostStarting is the share of billed seconds from which on starts are worth a warning, in percent.
const mostStarting = 5

// warnOfStarts warns where much of what is billed was before tasks were RUNNING. Where the clock is fast that is the machine's
// time for pulls, many times over.
func (r *report) warnOfStarts(what string, usage []costs.Usage) {
	starts, all := int64(0), int64(0)
	for _, u := range usage {
		starts, all = starts+u.StartSeconds, all+u.TaskSeconds
	}
	if starts*100 <= all*mostStarting {
		return
	}
	text := ""
	if r.in.Speed > 1 {
		text = ". At this speed of the clock a second that a pull really takes counts as many"
	}
	r.warn("%s: %d of %d billed seconds are from the start of pulls to RUNNING%s", what, starts, all, text)
}

// demand is what compare is asked about.
func (r *report) demand() (periods []demand.Period) {
	type place struct {
		region, architecture string
		start                int64
		day                  bool
	}
	at := map[place]int{}
	for _, s := range r.of(ledger.KindTask) {
		if s.Seconds == 0 {
			continue
		}
		here := place{s.Region, s.Architecture, s.Start.Unix(), s.Day}
		i, known := at[here]
		if !known {
			i, at[here] = len(periods), len(periods)
			periods = append(periods, demand.Period{Region: s.Region, Start: s.Start, Architecture: s.Architecture})
		}
		p := &periods[i]
		p.Length = max(p.Length, lasted(s, r.in.Now))
		p.TaskSeconds += s.Seconds
		p.CPUSeconds += s.CPUSeconds
		p.MiBSeconds += s.MiBSeconds
		p.ENISeconds += s.ENISeconds
		p.StorageGBSeconds += s.StorageSeconds
		p.FargateCPUSeconds += s.FargateCPUSeconds
		p.FargateMiBSeconds += s.FargateMiBSeconds
		p.TooLargeSeconds += s.TooLargeSeconds
	}
	return periods
}

// lasted is how long the period of a sum lasted, or has lasted until now, from the first of what is summed on: before, no instance
// was needed for it.
func lasted(s ledger.Sum, now time.Time) time.Duration {
	end := s.Start.Add(s.Length())
	if now.Before(end) {
		end = now.Truncate(time.Millisecond) // as the ledger keeps times: all seconds of a period are whole then
	}
	return max(end.Sub(s.First), time.Second)
}
