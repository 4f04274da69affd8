package compare

import (
	"cmp"
	"maps"
	"math/big"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/demand"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// place is what prices of Fargate differ by.
type place struct{ region, architecture string }

// sums are what tasks would ask Fargate for.
type sums struct {
	place
	cpuSeconds, mibSeconds, storageGBSeconds, tooLargeSeconds int64
}

// placed has the sums of all periods.
func placed(periods []demand.Period) []*sums {
	all := map[place]*sums{}
	for _, p := range periods {
		at := place{p.Region, p.Architecture}
		if all[at] == nil {
			all[at] = &sums{place: at}
		}
		of := all[at]
		of.cpuSeconds += p.FargateCPUSeconds
		of.mibSeconds += p.FargateMiBSeconds
		of.storageGBSeconds += p.StorageGBSeconds
		of.tooLargeSeconds += p.TooLargeSeconds
	}
	return sorting.Sorted(maps.Values(all), func(a, b *sums) int {
		return cmp.Or(cmp.Compare(a.region, b.region), cmp.Compare(a.architecture, b.architecture))
	})
}

// fargate is what all tasks would cost on a capacity of Fargate, or nil if that is not known. A task that no size of Fargate
// holds has no cost there.
func (r *Result) fargate(all []*sums, capacity string, prices price.Lookup) *float64 {
	total, priced := new(big.Int), true
	for _, of := range all {
		vcpuHour, hasCPU := prices.VCPUHour(of.region, capacity, of.architecture)
		gbHour, hasGB := prices.GBHour(of.region, capacity, of.architecture)
		storageGBHour, hasStorage := prices.StorageGBHour(of.region, capacity)
		for _, part := range []struct {
			what                    string
			quantity, nanoUSD, each int64
			has                     bool
		}{
			{"vCPU", of.cpuSeconds, vcpuHour, 1024 * 3600, hasCPU},
			{"GB", of.mibSeconds, gbHour, 1024 * 3600, hasGB},
			{"ephemeral storage", of.storageGBSeconds, storageGBHour, 3600, hasStorage},
		} {
			switch {
			case part.quantity == 0:
			case !part.has:
				r.unpriced(capacity+" "+part.what+" of "+of.architecture+", to compare", of.region)
				priced = false
			default:
				total.Add(total, price.Cost(part.quantity, part.nanoUSD, part.each))
			}
		}
		if of.tooLargeSeconds > 0 {
			r.warn("compare: some tasks are larger than any size of Fargate, so there is no cost of all tasks there")
			priced = false
		}
	}
	return dollars(total, priced)
}
