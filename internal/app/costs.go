package app

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/capacityunit"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// Costs are what a run would have cost on AWS.
type Costs struct {
	*Core
	Metrics *Metrics
	Logs    *Logs
	Prices  *price.Table // nil: those that the program has

	source bill.Source
	began  atomic.Pointer[time.Time] // by the clock of the machine
}

// Module lists what it brings. Sums of hours become sums of days, and stay.
func (c *Costs) Module() Module {
	return Module{
		Name: "costs", Rows: []string{"cost-sum", "cost-ongoing"}, Offer: c.offer, Reset: c.begin,
		Forgets: []Forgetting{{[]string{"cost-deployment"}, func(tx *store.Tx, now time.Time) {
			ledger.Compact(tx, now)
			ledger.ForgetDeployments(tx, now.Add(-ledger.KeepDeployments))
		}}},
	}
}

func (c *Costs) offer() Offer {
	_ = c.begin() // never fails
	c.source = bill.Source{
		Store: c.Store, Clock: c.Clock, Prices: cmp.Or(c.Prices, price.Default()), Began: func() time.Time { return *c.began.Load() },
		Collect: c.Metrics.Collect,
		CapacityUnits: func(loadBalancerARN string, from, to time.Time) float64 {
			return capacityunit.Hours(c.Metrics.store.Points, loadBalancerARN, from, to)
		},
	}
	if !c.Leaves("logs") {
		c.source.Logs = func(from time.Time) (map[string]int64, time.Time) { return c.Logs.store.Ingested(from) }
	}
	return Offer{Routes: control.CostsRoutes(c.source.Report, c.Log)}
}

// Report is what all that has run would have cost.
func (c *Costs) Report(ctx context.Context) costs.Report {
	report, _ := c.source.Report(ctx, bill.Wanted{}) // all of it is never refused
	return report
}

func (c *Costs) begin() error {
	now := time.Now()
	c.began.Store(&now)
	return nil
}
