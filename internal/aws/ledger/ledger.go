// Package ledger keeps the sums of what AWS would bill: of tasks by service deployment or family, of instances by type, of
// load balancers, NAT gateways, public addresses. A sum belongs to a period of the clock: an hour, or a day once that is two
// days old. It is written in the transaction of the change that ends what it sums, so that a crash loses and doubles
// nothing; what has not ended yet has no sum, and counts by its own row:
//
//	task := ledger.Task{…, PullStartedAt: t.Status.PullStartedAt, End: t.Status.StoppedAt}
//	task.Bill(now, ledger.Into(tx)) // now belongs to the sums
//
// Sums are never by task, so that 100,000 tasks leave as few rows as one, and old ones are not by deployment.
package ledger

import (
	"strconv"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var sums = store.NewTable("cost-sum", (*Sum).key)

// Kinds of what is summed.
const (
	KindTask         = "task"
	KindInstance     = "instance" // on demand
	KindSpotInstance = "spot-instance"
	// KindManagedInstance is what ECS manages of the instances, which have sums as such, too.
	KindManagedInstance = "managed-instance"
	KindLoadBalancer    = "load-balancer"
	KindNATGateway      = "nat-gateway"
	KindPublicAddress   = "public-address" // of what is no task
)

// Of is what a sum is of.
type Of struct {
	Kind   string
	Region string
	// Name is the type of instances, or the ARN of a load balancer; else empty.
	Name string

	// Of tasks: where they belong.
	ClusterARN string
	Family     string // of standalone tasks
	ServiceARN string
	// Deployment is the ARN of the service deployment that made them, and TaskDefinition their family:revision.
	Deployment, TaskDefinition string
	Capacity                   string // FARGATE, FARGATE_SPOT, EC2 or EXTERNAL
	Architecture               string // X86_64 or ARM64
	// InstanceType is of the instances that tasks ran on; empty on Fargate.
	InstanceType string
}

// Period is an hour of the clock, or a day.
type Period struct {
	Start time.Time
	Day   bool
}

// Length is how long the period is.
func (p Period) Length() time.Duration {
	if p.Day {
		return day
	}
	return time.Hour
}

// Amounts are what is summed.
type Amounts struct {
	// Count is how many tasks, instances and so on began to be billed in the period.
	Count int64
	// Seconds are billed ones; of load balancers and NAT gateways Hours are, of which a started one is whole.
	Seconds, Hours int64
	// Of tasks. StartSeconds are from the start of the pull to RUNNING; CPUSeconds are of CPU units, MiBSeconds of MiB, ENISeconds
	// of network interfaces of their own, StorageSeconds of GB of ephemeral storage above 20, PublicSeconds of public addresses.
	StartSeconds, CPUSeconds, MiBSeconds, ENISeconds, StorageSeconds, PublicSeconds int64
	// FargateCPUSeconds and FargateMiBSeconds are of the smallest size of Fargate that holds a task, and TooLargeSeconds of tasks
	// that none holds.
	FargateCPUSeconds, FargateMiBSeconds, TooLargeSeconds int64
}

// Add adds b to a.
func (a *Amounts) Add(b Amounts) {
	a.Count += b.Count
	a.Seconds += b.Seconds
	a.Hours += b.Hours
	a.StartSeconds += b.StartSeconds
	a.CPUSeconds += b.CPUSeconds
	a.MiBSeconds += b.MiBSeconds
	a.ENISeconds += b.ENISeconds
	a.StorageSeconds += b.StorageSeconds
	a.PublicSeconds += b.PublicSeconds
	a.FargateCPUSeconds += b.FargateCPUSeconds
	a.FargateMiBSeconds += b.FargateMiBSeconds
	a.TooLargeSeconds += b.TooLargeSeconds
}

// Sum is a row of the ledger.
type Sum struct {
	Of
	Period
	Amounts
	// First is when the first of it began to be billed, in the period.
	First time.Time
}

// Add adds a part of the same period to the sum.
func (s *Sum) Add(part Sum) {
	s.Amounts.Add(part.Amounts)
	if part.First.Before(s.First) {
		s.First = part.First
	}
}

func (s *Sum) key() string {
	unit := "h"
	if s.Day {
		unit = "d"
	}
	o := &s.Of
	return unit + strconv.FormatInt(s.Start.Unix(), 10) + "\x00" + o.Kind + "\x00" + o.Region + "\x00" + o.Name + "\x00" + o.ClusterARN + "\x00" +
		o.Family + "\x00" + o.ServiceARN + "\x00" + o.Deployment + "\x00" + o.TaskDefinition + "\x00" + o.Capacity + "\x00" +
		o.Architecture + "\x00" + o.InstanceType
}

// Adder takes a part of what is billed, in one period.
type Adder func(part Sum)

// Into returns an adder to the sums of the ledger.
func Into(tx *store.Tx) Adder {
	return func(part Sum) {
		if known := sums.Get(tx, part.key()); known != nil {
			part.Add(*known)
		}
		sums.Put(tx, &part)
	}
}

// Sums returns all sums.
func Sums(tx *store.Tx) []*Sum { return sums.All(tx) }
