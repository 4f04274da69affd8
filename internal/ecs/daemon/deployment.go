package daemon

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	deployments   = store.NewTable("daemon-deployment", func(d *Deployment) string { return d.ARN })
	deploymentsOf = deployments.Index(func(d *Deployment) string { return d.Daemon })

	rollouts = store.NewTable("daemon-rollout", func(r *Rollout) string { return r.Deployment })
	ended    = rollouts.Ages(func(r *Rollout) time.Time { return r.FinishedAt })
)

// Deployment is what was asked of a deployment: a revision for the instances of its providers, or none, which deletes the daemon.
// Handlers write it, once.
type Deployment struct {
	ARN, ID, Daemon string
	Target          string   // the ARN of a revision; empty deletes
	Stable          string   // the revision that was deployed last with success, to which a rollback leads; empty: there was none
	Sources         []string // revisions that there were, Stable first
	Providers       []string // of the revision and of the ones before
	Configuration   types.DaemonDeploymentConfiguration
	CreatedAt       time.Time
}

// Rollout is what has become of a deployment. The controller writes it; without one the deployment is PENDING.
type Rollout struct {
	Deployment string // ARN
	Status     types.DaemonDeploymentStatus
	Reason     string
	StartedAt  time.Time
	StoppedAt  time.Time
	FinishedAt time.Time
	// Batch is how many instances are replaced at a time.
	Batch int
	// Failures are the tasks of the target that did not start, and Threshold how many break the deployment.
	Failures, Threshold int
	BackFailures        int  // of the revision to which it goes back
	AlarmsIgnored       bool // as one was in ALARM when it began
	// Triggered are the alarms that broke it.
	Triggered []string
	// BakesFrom is since when all instances are as they shall be.
	BakesFrom time.Time
	Back      *Back // nil unless it goes back
	// Counts are what there was at its end, by revision.
	Counts []Count
}

// Back is a rollback.
type Back struct {
	Reason    string
	At        time.Time
	Revision  string // ARN; empty if there was none before
	Providers []string
}

// Count is where a revision was when its deployment ended.
type Count struct {
	Revision, Provider         string
	Running, Draining, Without int
	RunningDraining            int // of Draining: where its task still runs
}

// Ended reports whether a status is one that stays.
func Ended(s types.DaemonDeploymentStatus) bool {
	switch s {
	case types.DaemonDeploymentStatusSuccessful, types.DaemonDeploymentStatusStopped,
		types.DaemonDeploymentStatusRollbackSuccessful, types.DaemonDeploymentStatusRollbackFailed:
		return true
	}
	return false
}

// FindDeployment returns a deployment by its ARN, or nil.
func FindDeployment(tx *store.Tx, deploymentARN string) *Deployment {
	return deployments.Get(tx, deploymentARN)
}

// PutDeployment writes a new deployment.
func PutDeployment(tx *store.Tx, d *Deployment) { deployments.Put(tx, d) }

// Deployments of a daemon, the newest first.
func Deployments(tx *store.Tx, daemonARN string) []*Deployment {
	list := deploymentsOf.List(tx, daemonARN)
	sorting.By(list, func(a, b *Deployment) int { return cmp.Compare(b.Age(), a.Age()) })
	return list
}

// Age is a text that is greater for newer deployments.
func (d *Deployment) Age() string { return fmt.Sprintf("%020d %s", d.CreatedAt.UnixNano(), d.ID) }

// RolloutOf is what has become of a deployment. It is not to be changed.
func (d *Deployment) RolloutOf(tx *store.Tx) *Rollout {
	if r := rollouts.Get(tx, d.ARN); r != nil {
		return r
	}
	return &Rollout{Deployment: d.ARN, Status: types.DaemonDeploymentStatusPending}
}

// PutRollout writes what has become of a deployment.
func PutRollout(tx *store.Tx, r *Rollout) { rollouts.Put(tx, r) }

// heading is the revision to which a deployment leads now, or none: also if what it leads to does not start.
func (d *Deployment) heading(tx *store.Tx) string {
	r := d.RolloutOf(tx)
	switch {
	case r.Status == types.DaemonDeploymentStatusRollbackFailed:
		return ""
	case r.Back != nil:
		return r.Back.Revision
	case r.Status == types.DaemonDeploymentStatusPending || r.Status == types.DaemonDeploymentStatusStopped:
		return d.Stable // STOPPED for failures: instances that come must not wait for what does not start
	}
	return d.Target
}

// Before are the revisions that there are when a new deployment begins: stable is the one that was deployed last with success, and sources
// are that one and others that instances have.
func (d *Daemon) Before(tx *store.Tx) (stable string, sources []string) {
	last := FindDeployment(tx, d.Deployment)
	if last == nil {
		return "", nil
	}
	stable = last.Stable
	switch r := last.RolloutOf(tx); r.Status {
	case types.DaemonDeploymentStatusSuccessful:
		stable = last.Target
	case types.DaemonDeploymentStatusRollbackSuccessful:
		stable = r.Back.Revision
	}
	if stable != "" {
		sources = append(sources, stable)
	}
	for _, p := range Presences(tx, d.ARN) {
		if !slices.Contains(sources, p.Revision) {
			sources = append(sources, p.Revision)
		}
	}
	return stable, sources
}

// Current are the revisions of a daemon that instances have or are about to get, the wanted one first.
func (d *Daemon) Current(tx *store.Tx) (revisions []string) {
	newest := FindDeployment(tx, d.Deployment)
	if newest == nil {
		return nil
	}
	add := func(revision string) {
		if revision != "" && !slices.Contains(revisions, revision) {
			revisions = append(revisions, revision)
		}
	}
	r := newest.RolloutOf(tx)
	if r.Back != nil {
		add(r.Back.Revision)
	} else {
		add(newest.Target)
	}
	for _, p := range Presences(tx, d.ARN) {
		add(p.Revision)
	}
	return revisions
}

// Forget removes deployments that ended before a time, but for the newest of a daemon, and revisions that no other one names; and daemons
// that have been gone since before another time, with all that is left of them.
func Forget(tx *store.Tx, before, goneBefore time.Time) {
	fewer := map[string]bool{} // daemons of which a deployment goes
	for _, r := range ended.Before(tx, before) {
		d := FindDeployment(tx, r.Deployment)
		if d == nil {
			rollouts.Delete(tx, r)
			continue
		}
		if owner := daemons.Get(tx, d.Daemon); owner == nil || owner.Deployment != d.ARN {
			rollouts.Delete(tx, r)
			deployments.Delete(tx, d)
			fewer[d.Daemon] = true
		}
	}
	for daemonARN := range fewer {
		forgetRevisions(tx, daemonARN)
	}
	for _, d := range gone.Before(tx, goneBefore) {
		forget(tx, d.ARN)
		daemons.Delete(tx, d)
	}
}

// Make writes a new daemon, which has nothing of one of its name that is gone.
func Make(tx *store.Tx, d *Daemon) {
	forget(tx, d.ARN)
	daemons.Put(tx, d)
}

func forget(tx *store.Tx, daemonARN string) {
	for _, d := range deploymentsOf.List(tx, daemonARN) {
		if r := rollouts.Get(tx, d.ARN); r != nil {
			rollouts.Delete(tx, r)
		}
		deployments.Delete(tx, d)
	}
	for _, r := range revisionsOf.List(tx, daemonARN) {
		removeRevision(tx, r)
	}
	for _, p := range Presences(tx, daemonARN) {
		presences.Delete(tx, p)
	}
}
