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
		list = append(list, r.deployment(d, byARN[d.ARN]))
	}
	return list
}

func (r *report) deployment(d *ledger.Deployment, sums []ledger.Sum) costs.Deployment {
	shown := costs.Deployment{
		ServiceDeploymentARN: d.ARN, TaskDefinition: d.TaskDefinition, Status: d.Status, StartedAt: d.StartedAt, FinishedAt: d.FinishedAt,
		ExtraTaskSeconds: float64(d.ExtraMillis) / 1000,
	}
	onInstances := false
	for _, s := range sums {
		shown.TaskSeconds += s.Seconds
		onInstances = onInstances || s.Capacity != fargate && s.Capacity != fargateSpot
	}
	usage, all := r.usage(sums)
	switch {
	case onInstances || all.unknown:
	case d.ExtraMillis == 0:
		shown.ExtraCost = new(float64)
	case len(usage) > 0: // as a second of the deployment's tasks on average
		extra := price.Dollars(price.Part(all.nano(), d.ExtraMillis, 1000*shown.TaskSeconds))
		shown.ExtraCost = &extra
	}
	return shown
}
