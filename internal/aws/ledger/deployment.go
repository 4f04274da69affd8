package ledger

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	deployments = store.NewTable("cost-deployment", func(d *Deployment) string { return d.ARN })
	finished    = deployments.Ages(func(d *Deployment) time.Time { return d.FinishedAt }).AtMost(maxFinished)
	ongoing     = store.NewTable("cost-ongoing", func(o *Ongoing) string { return o.ServiceARN })
)

// KeepDeployments is for how long the deployments of a service stay in the ledger after they have finished: as long as ECS
// remembers service deployments. What their tasks cost stays in the sums.
const KeepDeployments = 90 * day

// maxFinished bounds how many are kept, of any age: as many as state keeps of service deployments.
const maxFinished = 10_000

// Deployment is a service deployment in the ledger, where it stays when its service has been deleted.
type Deployment struct {
	ARN            string // of the service deployment
	ServiceARN     string
	TaskDefinition string // family:revision
	Status         string
	StartedAt      time.Time
	FinishedAt     time.Time // zero: it goes on
	ExtraMillis    int64     // what it ran beyond the desired count, in milliseconds of a task
}

// Ongoing is the service deployment that goes on in a service, with what the service runs beyond its desired count. There is no
// such row where none goes on, so that other changes of tasks cost nothing here.
type Ongoing struct {
	ServiceARN string
	Deployment string // ARN
	// Extra is how many tasks run beyond the desired count since a time, and Millis the milliseconds of such tasks before it.
	Extra  int64
	Since  time.Time
	Millis int64
}

// at is the row at a time, which may be before Since where changes come out of order.
func (o *Ongoing) at(at time.Time) *Ongoing {
	next := *o
	if at = kept(at); at.After(o.Since) {
		next.Millis += o.Extra * at.Sub(o.Since).Milliseconds()
		next.Since = at
	}
	return &next
}

// BeginDeployment begins a service deployment. One that goes on in the service runs into it: from now on the tasks beyond the
// desired count are the new one's.
func BeginDeployment(tx *store.Tx, d *Deployment, extra int) {
	settle(tx, ongoing.Get(tx, d.ServiceARN), d.StartedAt)
	deployments.Put(tx, d)
	ongoing.Put(tx, &Ongoing{ServiceARN: d.ServiceARN, Deployment: d.ARN, Extra: int64(extra), Since: kept(d.StartedAt)})
}

// GoesOn reports whether a service deployment of a service goes on, so that SetExtra has something to do.
func GoesOn(tx *store.Tx, serviceARN string) bool { return ongoing.Get(tx, serviceARN) != nil }

// SetExtra says how many tasks of a service run beyond its desired count from a time on.
func SetExtra(tx *store.Tx, serviceARN string, extra int, at time.Time) {
	if o := ongoing.Get(tx, serviceARN); o != nil && o.Extra != int64(extra) {
		next := o.at(at)
		next.Extra = int64(extra)
		ongoing.Put(tx, next)
	}
}

// EndDeployment ends a service deployment. It reports nothing of one that the ledger does not know, from before there was one.
func EndDeployment(tx *store.Tx, serviceARN, deploymentARN, status string, at time.Time) {
	if o := ongoing.Get(tx, serviceARN); o != nil && o.Deployment == deploymentARN {
		settle(tx, o, at)
		ongoing.Delete(tx, o)
	}
	if d := deployments.Get(tx, deploymentARN); d != nil {
		ended := *d
		ended.Status, ended.FinishedAt = status, at
		deployments.Put(tx, &ended)
	}
}

// settle takes what a deployment has come to over to its row. o may be nil.
func settle(tx *store.Tx, o *Ongoing, at time.Time) {
	if o == nil {
		return
	}
	if d := deployments.Get(tx, o.Deployment); d != nil {
		settled := *d
		settled.ExtraMillis += o.at(at).Millis
		deployments.Put(tx, &settled)
	}
}

// Deployments returns all service deployments, with what those that go on have come to now.
func Deployments(tx *store.Tx, now time.Time) []*Deployment {
	all := deployments.All(tx)
	for i, d := range all {
		if o := ongoing.Get(tx, d.ServiceARN); o != nil && o.Deployment == d.ARN {
			going := *d
			going.ExtraMillis += o.at(now).Millis
			all[i] = &going
		}
	}
	return all
}

// ForgetDeployments removes those that finished before a time.
func ForgetDeployments(tx *store.Tx, before time.Time) { finished.Forget(tx, before) }
