package compare

import (
	"cmp"
	"maps"
	"math/big"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/demand"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// need is what all tasks of a region asked for in a period of the clock.
type need struct {
	region                             string
	start                              time.Time
	seconds                            int64
	cpuSeconds, mibSeconds, eniSeconds int64
}

// needs has a row for each region and period, of all architectures.
func needs(periods []demand.Period) []*need {
	type key struct {
		region string
		start  int64
	}
	all := map[key]*need{}
	for _, p := range periods {
		at := key{p.Region, p.Start.Unix()}
		if all[at] == nil {
			all[at] = &need{region: p.Region, start: p.Start}
		}
		of := all[at]
		of.seconds = max(of.seconds, int64((p.Length+time.Second-1)/time.Second)) // rounded up, as tasks' seconds are
		of.cpuSeconds += p.CPUSeconds
		of.mibSeconds += p.MiBSeconds
		of.eniSeconds += p.ENISeconds
	}
	return sorting.Sorted(maps.Values(all), func(a, b *need) int {
		return cmp.Or(strings.Compare(a.region, b.region), a.start.Compare(b.start))
	})
}

// capacity is what an instance has for tasks.
type capacity struct{ cpu, mib, enis int64 }

// capacityOf is what container instances of a type register. The first network interface is the instance's own; without
// awsvpcTrunking each other one is for one task.
func capacityOf(t *ec2.InstanceType) capacity {
	return capacity{cpu: int64(t.CPU()), mib: int64(t.Registered), enis: int64(t.ENIs - 1)}
}

// fewest is how many instances could hold what was asked for if it were spread evenly over the period and fitted without
// gaps, so there is no way with fewer. It is false if no number of them could.
func (n *need) fewest(of capacity) (instances int64, possible bool) {
	room := max(n.seconds, 60) // a task is billed for a minute at least, of which the period may have seen a second
	for _, dimension := range []struct{ asked, has int64 }{
		{n.cpuSeconds, of.cpu}, {n.mibSeconds, of.mib}, {n.eniSeconds, of.enis},
	} {
		switch each := dimension.has * room; {
		case dimension.asked == 0:
		case each <= 0:
			return 0, false
		default:
			instances = max(instances, (dimension.asked+each-1)/each)
		}
	}
	return instances, true
}

// instances is what the fewest instances of a type would cost that could hold all tasks, if they ran through each period from the
// first task on.
func (r *Result) instances(periods []demand.Period, on *ec2.InstanceType, prices price.Lookup) costs.CompareEC2 {
	answer := costs.CompareEC2{InstanceType: on.Name}
	r.warnOfArchitecture(periods, on)
	total, seconds, priced, most := new(big.Int), int64(0), true, map[int64]int64{}
	for _, n := range needs(periods) {
		count, possible := n.fewest(capacityOf(on))
		if !possible {
			r.warn("compare: an instance %s has no network interface for tasks", on.Name)
			return costs.CompareEC2{InstanceType: on.Name}
		}
		if count == 0 {
			continue
		}
		most[n.start.Unix()] += count
		seconds += count * n.seconds
		hour, has := prices.InstanceHour(n.region, on.Name)
		if !has {
			r.unpriced("EC2 "+on.Name+", to compare", n.region)
			priced = false
		}
		total.Add(total, price.Cost(count*n.seconds, hour, 3600))
	}
	for _, count := range most {
		answer.Instances = max(answer.Instances, count)
	}
	answer.InstanceHours = float64(seconds) / 3600
	answer.Cost = dollars(total, priced)
	return answer
}

// warnOfArchitecture tells of tasks that could not run on instances of a type, and are counted all the same.
func (r *Result) warnOfArchitecture(periods []demand.Period, on *ec2.InstanceType) {
	other := map[string]string{ec2.X86: "ARM64", ec2.ARM: "X86_64"}[on.Architecture]
	for _, p := range periods {
		if p.Architecture == other && p.TaskSeconds > 0 {
			r.warn("compare: tasks of %s are counted as if instances %s could run them, which are %s", other, on.Name, on.Architecture)
		}
	}
}
