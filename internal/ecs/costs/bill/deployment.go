package bill

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// deployments are the deployments of a service that went on in the time of the report, or whose tasks did; the newest first. sums
// are of the service.
func (r *report) deployments(serviceARN string, sums []ledger.Sum) []costs.Deployment {
	rows, byARN := []*ledger.Deployment{}, map[string][]ledger.Sum{}
	for _, s := range sums {
		byARN[s.Deployment] = append(byARN[s.Deployment], s)
	}
	known := map[string]bool{}
	for _, d := range r.in.Deployments {
		if d.ServiceARN != serviceARN {
			continue
		}
		known[d.ARN] = true
		if d.FinishedAt.IsZero() || !d.FinishedAt.Before(r.from) || byARN[d.ARN] != nil {
			rows = append(rows, d)
		}
	}
	for _, s := range sums {
		if s.Deployment != "" && !known[s.Deployment] { // it began before there was a ledger, or is long over
			known[s.Deployment] = true
			rows = append(rows, &ledger.Deployment{ARN: s.Deployment, ServiceARN: serviceARN, TaskDefinition: s.TaskDefinition})
		}
	}
	sorting.By(rows, func(a, b *ledger.Deployment) int { return b.StartedAt.Compare(a.StartedAt) })
	list := []costs.Deployment{}
	for _, d := range rows {
		list = append(list, r.deployment(d, byARN[d.ARN], sums))
	}
	return list
}

// deployment is one of whose tasks there are sums. What ran beyond the desired count costs as a second of these tasks does on average,
// and where there are none, as one of all tasks of the service.
func (r *report) deployment(d *ledger.Deployment, own, ofService []ledger.Sum) costs.Deployment {
	shown := costs.Deployment{
		ServiceDeploymentARN: d.ARN, TaskDefinition: d.TaskDefinition, Status: d.Status, StartedAt: d.StartedAt, FinishedAt: d.FinishedAt,
		ExtraTaskSeconds: float64(d.ExtraMillis) / 1000,
	}
	for _, s := range own {
		shown.TaskSeconds += s.Seconds
	}
	if shown.TaskSeconds == 0 {
		own = ofService
	}
	usage, all := r.usage(own)
	seconds, onInstances := int64(0), false
	for _, u := range usage {
		seconds += u.TaskSeconds
		onInstances = onInstances || u.Capacity != fargate && u.Capacity != fargateSpot
	}
	switch {
	case onInstances || all.unknown:
	case d.ExtraMillis == 0:
		shown.ExtraCost = new(float64)
	case seconds > 0:
		extra := price.Dollars(price.Part(all.nano(), d.ExtraMillis, 1000*seconds))
		shown.ExtraCost = &extra
	}
	return shown
}
