// Package bill makes the report of what a run would have cost on AWS. It is a pure function of the ledger's sums, of what has not
// ended yet, of the time and of prices:
//
//	in := bill.Read(tx, now)
//	in.Prices = …
//	report := bill.Report(in)
//
// Parts are rounded to billionths of a dollar and then summed, so that they equal the total.
package bill

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Input is all that a report is made of.
type Input struct {
	Now time.Time
	// RealSeconds is how long the emulator has run by the clock of the machine, and Speed is how fast its own clock goes.
	RealSeconds, Speed float64
	Wanted             Wanted
	Prices             price.Lookup

	Sums        []ledger.Sum // of the ledger, and of what goes on
	Deployments []*ledger.Deployment
	// Types finds a type of instances, or nil.
	Types func(name string) *ec2.InstanceType
	// CapacityUnits are the hours of capacity units of a load balancer between two times; nil: they are not known.
	CapacityUnits func(loadBalancerARN string, from, to time.Time) float64
	// Logs are the bytes that CloudWatch Logs has taken in from a time on, by region, and when the first of them came; nil: they go
	// to an upstream.
	Logs func(from time.Time) (bytes map[string]int64, first time.Time)
}

// Wanted is what a report is to show.
type Wanted struct {
	Cluster, Service string    // names; empty: all
	Scope            arn.Scope // of the cluster and the service, where they are named by ARN; zero: each
	Since            time.Time // zero: all that the ledger has
	InstanceType     string    // to compare with; empty: the one that ran most
}

// Read reads the sums of the ledger, and what goes on now as it would be billed if it ended.
func Read(tx *store.Tx, now time.Time) Input {
	in := Input{Now: now, Deployments: deployments(tx, now), Types: func(name string) *ec2.InstanceType { return ec2.FindInstanceType(tx, name) }}
	add := together(&in.Sums)
	for _, s := range ledger.Sums(tx) {
		add(s.Kept(now)) // the ledger may not have put it together yet
	}
	for _, t := range state.AllTasks(tx) {
		if !t.Ended() {
			task := state.Billed(tx, t, now)
			task.Bill(now, add)
		}
	}
	for _, i := range ec2.AllInstances(tx) {
		if instance, ok := i.Billed(tx, now); ok {
			instance.Bill(now, add)
		}
	}
	for _, b := range elbv2.AllLoadBalancers(tx) {
		balancer := b.Billed(now)
		balancer.Bill(now, add)
	}
	for _, g := range ec2.NATGateways.Table.All(tx) {
		if gateway, ok := g.Billed(now); ok && g.DeletedAt.IsZero() {
			gateway.Bill(now, add)
		}
	}
	for _, a := range ec2.Addresses.Table.All(tx) {
		if address, ok := a.Billed(now); ok {
			address.Bill(now, add)
		}
	}
	return in
}

// together adds to sums: parts of the same become one, so that thousands of tasks that run are a few.
func together(sums *[]ledger.Sum) ledger.Adder {
	type place struct {
		ledger.Of
		start int64
		day   bool
	}
	at := map[place]int{}
	return func(part ledger.Sum) {
		here := place{part.Of, part.Start.Unix(), part.Day}
		i, known := at[here]
		if !known {
			at[here] = len(*sums)
			*sums = append(*sums, part)
			return
		}
		(*sums)[i].Add(part)
	}
}

// deployments are all that the ledger has. What goes on has the status that it has in ECS.
func deployments(tx *store.Tx, now time.Time) []*ledger.Deployment {
	all := ledger.Deployments(tx, now)
	for i, d := range all {
		if row := state.FindServiceDeployment(tx, d.ARN); row != nil && d.FinishedAt.IsZero() {
			shown := *d
			shown.Status = string(row.Status)
			all[i] = &shown
		}
	}
	return all
}

// clusterOf is the name of the cluster in an ARN of it or of what it has.
func clusterOf(s string) string {
	if a, ok := arn.Parse(s); ok {
		return a.Resource[0]
	}
	return ""
}
