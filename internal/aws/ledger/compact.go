package ledger

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// KeepHours is how old days are of which the ledger has sums by the hour.
const KeepHours = 2 * day

// maxDetailed bounds how many sums of days are of one deployment or of one load balancer, of any age: each takes half a kilobyte.
const maxDetailed = 10_000

var (
	hourSums = sums.Ages(func(s *Sum) time.Time {
		if s.Day {
			return time.Time{}
		}
		return s.dayEnd()
	})
	detailed = sums.Ages(func(s *Sum) time.Time {
		if !s.Day || s.Of == s.summary() {
			return time.Time{}
		}
		return s.dayEnd()
	})
)

// dayEnd is the end of the day of a sum.
func (s *Sum) dayEnd() time.Time { return s.Start.Truncate(day).Add(day) }

// summary is what old sums are of: services without their deployments, and load balancers of a name. There may be ever more
// deployments, and load balancers that are made again.
func (o Of) summary() Of {
	o.Deployment, o.TaskDefinition = "", ""
	if o.Kind == KindLoadBalancer {
		o.Name = BalancerName(o.Name)
	}
	return o
}

// BalancerName is the ARN of a load balancer without the id at its end: …:loadbalancer/app/web.
func BalancerName(arn string) string {
	if strings.Count(arn, "/") == 3 {
		return arn[:strings.LastIndexByte(arn, '/')]
	}
	return arn
}

// Kept is a sum as the ledger keeps it at a time: by the day, once that is two days old, and after KeepDeployments in summary.
func (s Sum) Kept(now time.Time) Sum {
	if !s.Day {
		s.Period = PeriodAt(s.Start, now)
	}
	if s.Day && !s.dayEnd().After(now.Add(-KeepDeployments)) {
		s.Of = s.summary()
	}
	return s
}

// Compact puts sums together that are old, or too many.
func Compact(tx *store.Tx, now time.Time) {
	add := Into(tx)
	for _, s := range hourSums.Before(tx, now.Add(-KeepHours)) {
		sums.Delete(tx, s)
		add(s.Kept(now))
	}
	for _, s := range detailed.Before(tx, now.Add(-KeepDeployments)) {
		sums.Delete(tx, s)
		add(s.Kept(now))
	}
	for _, s := range detailed.Above(tx, maxDetailed) {
		sums.Delete(tx, s)
		add(Sum{s.summary(), s.Period, s.Amounts, s.First})
	}
}
