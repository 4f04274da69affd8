package bill

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/compare"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// report is a report in the making. Its total is the sum of what each part has been rounded to, so that parts equal it.
type report struct {
	in    Input
	sums  []ledger.Sum // those that the report is about
	from  time.Time
	first time.Time // when the first of it began to be billed
	total big.Int   // billionths of a dollar
	costs.Report
}

// Report makes the report. Types and Prices are needed.
func Report(in Input) costs.Report {
	r := &report{in: in}
	r.Report = costs.Report{
		To: in.Now, RealSeconds: in.RealSeconds, Currency: "USD",
		Prices:   costs.Prices{Source: in.Prices.Source(), AsOf: in.Prices.AsOf(), File: in.Prices.File()},
		Services: []costs.Service{}, Standalone: []costs.Standalone{}, Instances: []costs.Instances{}, LoadBalancers: []costs.LoadBalancer{},
		Unpriced: []costs.Unpriced{}, Warnings: []string{},
	}
	r.choose()
	r.tasks()
	r.publicAddresses()
	r.instances()
	r.loadBalancers()
	r.natGateways()
	r.logs()
	r.compare()
	r.NotCounted = notCounted(r)
	r.From = r.from
	r.Total = price.Dollars(&r.total)
	if d := in.Now.Sub(r.first); d > 0 {
		r.PerHour = price.Dollars(price.Part(&r.total, int64(time.Hour), int64(d)))
		r.Per730Hours = price.Dollars(price.Part(&r.total, 730*int64(time.Hour), int64(d)))
	}
	return r.Report
}

// partial reports whether the report is about some tasks alone. All else belongs to no one cluster.
func (r *report) partial() bool { return r.in.Wanted.Cluster != "" || r.in.Wanted.Service != "" }

// choose finds what the report is about, and where it begins: with a period.
func (r *report) choose() {
	for _, s := range r.in.Sums {
		if r.wants(&s) {
			r.sums = append(r.sums, s)
		}
	}
	if !r.in.Wanted.Since.IsZero() {
		r.from = ledger.PeriodAt(r.in.Wanted.Since, r.in.Now).Start
		r.sums = slices.DeleteFunc(r.sums, func(s ledger.Sum) bool { return s.Start.Before(r.from) })
	}
	for _, s := range r.sums {
		r.begin(s.Start, s.First)
	}
	if r.in.Logs != nil && !r.partial() {
		if _, first := r.in.Logs(r.from); !first.IsZero() {
			at, period := first, ledger.PeriodAt(first, r.in.Now)
			if !r.first.IsZero() && r.first.Before(period.Start.Add(period.Length())) {
				at = r.first // events have no time but their period, in which something else began
			}
			r.begin(first, at)
		}
	}
	if r.from.IsZero() {
		r.from = r.in.Now.UTC().Truncate(time.Hour)
	}
	if r.first.IsZero() {
		r.first = r.from
	}
}

// begin has the report begin with a period at the latest, in which something is billed from a time on.
func (r *report) begin(period, first time.Time) {
	if r.in.Wanted.Since.IsZero() && (r.from.IsZero() || period.Before(r.from)) {
		r.from = period
	}
	if r.first.IsZero() || first.Before(r.first) {
		r.first = first
	}
}

func (r *report) wants(s *ledger.Sum) bool {
	if !r.partial() {
		return true
	}
	return s.Kind == ledger.KindTask && r.in.Wanted.isIn(s.ClusterARN) && (r.in.Wanted.Cluster == "" || clusterOf(s.ClusterARN) == r.in.Wanted.Cluster) &&
		(r.in.Wanted.Service == "" || s.ServiceARN != "" && nameOf(s.ServiceARN) == r.in.Wanted.Service)
}

// of are the sums of a kind, in order.
func (r *report) of(kind string) (some []ledger.Sum) {
	for _, s := range r.sums {
		if s.Kind == kind {
			some = append(some, s)
		}
	}
	sorting.By(some, func(a, b ledger.Sum) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.ClusterARN, b.ClusterARN), cmp.Compare(a.ServiceARN, b.ServiceARN),
			cmp.Compare(a.Family, b.Family), cmp.Compare(a.Capacity, b.Capacity), cmp.Compare(a.Architecture, b.Architecture),
			cmp.Compare(a.Name, b.Name), a.Start.Compare(b.Start))
	})
	return some
}

func (r *report) compare() {
	on := r.in.Types(r.in.Wanted.InstanceType)
	if on == nil {
		on = r.in.Types(cmp.Or(r.mostUsed(), compare.DefaultInstanceType))
	}
	result := compare.Of(r.demand(), on, r.in.Prices)
	r.Compare = result.Compare
	for _, u := range result.Unpriced {
		r.unpriced(u.What, u.Region)
	}
	r.Warnings = append(r.Warnings, result.Warnings...)
}

// mostUsed is the type of instances that ran for the longest time, or empty.
func (r *report) mostUsed() (name string) {
	most, seconds := int64(0), map[string]int64{}
	for _, kind := range []string{ledger.KindInstance, ledger.KindSpotInstance} {
		for _, s := range r.of(kind) {
			if seconds[s.Name] += s.Seconds; seconds[s.Name] > most && r.in.Types(s.Name) != nil {
				name, most = s.Name, seconds[s.Name]
			}
		}
	}
	return name
}

// unpriced notes that a price is not known, once.
func (r *report) unpriced(what, region string) {
	if missing := (costs.Unpriced{What: what, Region: region}); !slices.Contains(r.Unpriced, missing) {
		r.Unpriced = append(r.Unpriced, missing)
	}
}

func (r *report) warn(form string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(form, args...))
}
