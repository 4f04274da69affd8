// Package daemon has the rows of managed daemons: what users ask of one, its revisions and deployments, and where it is on
// managed instances. Package deployment decides what comes next, and the controller does it.
//
//	for _, d := range daemon.OfProvider(tx, providerARN) { … d.Wanted(tx) … }
//
// Source: ECS developer guide, managed daemons; ECS API reference.
package daemon

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	daemons = store.NewTable("daemon", func(d *Daemon) string { return d.ARN })
	gone    = daemons.Ages(func(d *Daemon) time.Time { return d.GoneAt })
)

// Daemon is what was asked of a daemon. Handlers write it, but for GoneAt.
type Daemon struct {
	ARN           string
	Scope         arn.Scope
	Cluster, Name string
	// Deployment is the ARN of the newest deployment, which is what the daemon is to be.
	Deployment string
	Tags       []types.Tag
	CreatedAt  time.Time
	UpdatedAt  time.Time
	DeletedAt  time.Time // zero while it is ACTIVE
	// GoneAt is when its deletion was over. The row stays a while, as deployments are shown.
	GoneAt time.Time
}

// ClusterARN is the ARN of the cluster of a daemon.
func (d *Daemon) ClusterARN() string { return d.Scope.Cluster(d.Cluster) }

// Group is the group of the tasks of a daemon: a choice, as AWS's is not published.
func (d *Daemon) Group() string { return "daemon:" + d.Name }

// Status of a daemon.
func (d *Daemon) Status() types.DaemonStatus {
	if d.DeletedAt.IsZero() {
		return types.DaemonStatusActive
	}
	return types.DaemonStatusDeleteInProgress
}

// Find returns a daemon that is not gone, or nil.
func Find(tx *store.Tx, daemonARN string) *Daemon {
	if d := daemons.Get(tx, daemonARN); d != nil && d.GoneAt.IsZero() {
		return d
	}
	return nil
}

// Put writes a daemon.
func Put(tx *store.Tx, d *Daemon) { daemons.Put(tx, d) }

// List returns the daemons of a cluster by name, or without a cluster all of a scope.
func List(tx *store.Tx, scope arn.Scope, cluster string) (all []*Daemon) {
	prefix := prefix(scope)
	if cluster != "" {
		prefix += cluster + "/"
	}
	for _, d := range daemons.List(tx, prefix) {
		if d.GoneAt.IsZero() {
			all = append(all, d)
		}
	}
	return all
}

// All returns the daemons of all accounts and regions.
func All(tx *store.Tx) (all []*Daemon) {
	for _, d := range daemons.List(tx, "") {
		if d.GoneAt.IsZero() {
			all = append(all, d)
		}
	}
	return all
}

func prefix(scope arn.Scope) string { return scope.Prefix() + "daemon/" }

// ARN is the ARN of a daemon. Source of this and the next ones: ECS API reference.
func ARN(scope arn.Scope, cluster, name string) string {
	return prefix(scope) + cluster + "/" + name
}

// DeploymentARN is the ARN of a deployment of a daemon.
func DeploymentARN(d *Daemon, id string) string {
	return d.Scope.Prefix() + "daemon-deployment/" + d.Cluster + "/" + d.Name + "/" + id
}

// RevisionARN is the ARN of a revision of a daemon.
func RevisionARN(d *Daemon, id string) string {
	return d.Scope.Prefix() + "daemon-revision/" + d.Cluster + "/" + d.Name + "/" + id
}

// End makes a deleted daemon be gone: it is not found from then on, and another one can have its name.
func End(tx *store.Tx, old *Daemon, now time.Time) {
	d := *old
	d.GoneAt = now
	daemons.Put(tx, &d)
}

// Wanted is the revision that a new instance of a provider gets, or nil: the one that the newest deployment leads to, but before it
// begins the one from before, and once it goes back the one to which it goes.
func (d *Daemon) Wanted(tx *store.Tx, provider string) *Revision {
	newest := FindDeployment(tx, d.Deployment)
	if newest == nil {
		return nil
	}
	r := FindRevision(tx, newest.heading(tx))
	if r == nil || !r.On(provider) {
		return nil
	}
	return r
}

// OfProvider are the daemons of which a new instance of a provider gets a task, by name.
func OfProvider(tx *store.Tx, provider string) (all []*Daemon) {
	for _, d := range List(tx, arn.ScopeOf(provider), "") {
		if d.Wanted(tx, provider) != nil {
			all = append(all, d)
		}
	}
	return all
}

// NamesProvider reports whether a revision names a capacity provider that a daemon has, or may go back to.
func NamesProvider(tx *store.Tx, provider string) bool {
	on := func(revision string) bool {
		r := FindRevision(tx, revision)
		return r != nil && r.On(provider)
	}
	for _, d := range List(tx, arn.ScopeOf(provider), "") {
		if slices.ContainsFunc(d.Current(tx), on) {
			return true
		}
		if newest := FindDeployment(tx, d.Deployment); newest != nil && !Ended(newest.RolloutOf(tx).Status) && on(newest.Stable) {
			return true
		}
	}
	return false
}

// Blocking reports whether a new instance of a provider takes no other task yet: critical daemons are to run first, and others are to
// have their room.
func Blocking(tx *store.Tx, provider string) bool { return len(OfProvider(tx, provider)) > 0 }

// Reserved is what the daemons take of each instance of a provider, in CPU units and MiB.
func Reserved(tx *store.Tx, provider string) (cpu, memory int) {
	return ReservedBeside(tx, provider, "")
}

// ReservedBeside is what the daemons take but for the one with an ARN.
func ReservedBeside(tx *store.Tx, provider, daemon string) (cpu, memory int) {
	for _, d := range OfProvider(tx, provider) {
		if d.ARN == daemon {
			continue
		}
		if def := FindDefinition(tx, d.Wanted(tx, provider).TaskDefinition); def != nil {
			c, m := def.Size(tx)
			cpu, memory = cpu+c, memory+m
		}
	}
	return cpu, memory
}
