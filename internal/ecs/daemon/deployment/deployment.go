// Package deployment decides what becomes of managed daemons: which instances a deployment replaces next and how it ends, and what
// the daemons of one instance need. It is pure: the time is an argument, and the controller carries out what it says.
//
//	plan := deployment.Next(view)      // of a daemon
//	plan := deployment.OnInstance(view) // of an instance
//
// Source: ECS developer guide, daemon deployments and daemon auto repair. What it leaves open are choices: how many instances are a
// batch, the circuit breaker's threshold, that bake time follows on the last batch.
package deployment

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
)

// View is what a deployment is decided from.
type View struct {
	Now        time.Time
	Deployment *daemon.Deployment
	Rollout    daemon.Rollout
	// Superseded: there is a newer deployment of the daemon.
	Superseded bool
	Target     *daemon.Revision // nil deletes the daemon
	Former     *daemon.Revision // to which a rollback leads; nil: nowhere
	Instances  []Instance       // of the deployment's capacity providers
	Alarmed    []string         // its alarms that are in ALARM
}

// Instance is what a deployment sees of a managed instance.
type Instance struct {
	ID       string // of EC2
	Provider string // ARN
	Presence *daemon.Presence
	// Leaving: it is to go, for any reason; Ours: this deployment has asked for it, too, and Drains: it is too late to ask otherwise.
	Leaving, Ours, Drains bool
}

// Plan is what to do. The rollout is always to be written.
type Plan struct {
	Rollout daemon.Rollout
	Drain   []string // instances to replace, by their EC2 ids
	Keep    []string // instances that were to be replaced and stay
	Gone    bool     // the deletion of the daemon is over
	WakeAt  time.Time
}

// Words of statuses and rollbacks. AWS has not published its own.
const (
	Superseded      = "The deployment was replaced by a newer deployment."
	BreakerRollback = "Daemon deployment rolled back because the circuit breaker threshold was exceeded."
	BreakerStop     = "Daemon deployment failed because the circuit breaker threshold was exceeded."
	AlarmRollback   = "Daemon deployment rolled back because CloudWatch alarm(s) were detected."
	AlarmStop       = "Daemon deployment failed because CloudWatch alarm(s) were detected."
	RollbackBroke   = "The rollback failed because the circuit breaker threshold was exceeded."
)

// Next decides about a deployment that has not ended.
func Next(v View) Plan {
	p := &planner{View: v, plan: Plan{Rollout: v.Rollout}}
	p.r = &p.plan.Rollout
	switch {
	case v.Superseded:
		p.end(types.DaemonDeploymentStatusStopped, Superseded)
		p.keep(func(Instance) bool { return true })
		return p.plan
	case p.r.Status == types.DaemonDeploymentStatusPending:
		p.begin()
	}
	p.watch()
	if !daemon.Ended(p.r.Status) {
		p.proceed()
	}
	return p.plan
}

type planner struct {
	View
	plan Plan
	r    *daemon.Rollout
}

// begin fixes what is counted from the instances that there are.
func (p *planner) begin() {
	n := len(p.Instances)
	p.r.Status, p.r.StartedAt = types.DaemonDeploymentStatusInProgress, p.Now
	p.r.Batch = Batch(n, aws.ToFloat64(p.Deployment.Configuration.DrainPercent))
	p.r.Threshold = Threshold(n)
	p.r.AlarmsIgnored = len(p.Alarmed) > 0 // as of services
}

// Batch is how many of n instances are replaced at a time, one at least.
func Batch(n int, percent float64) int { return max(1, int(float64(n)*percent/100)) }

// Bounds of the threshold, as of services by default.
const (
	leastThreshold = 3
	mostThreshold  = 200
)

// Threshold is how many failures break a deployment on n instances.
func Threshold(n int) int { return min(max(leastThreshold, (n+1)/2), mostThreshold) }

// goal is the revision that instances are to have; nil: none.
func (p *planner) goal() *daemon.Revision {
	if p.r.Back != nil {
		return p.Former
	}
	return p.Target
}

// watch ends a deployment, or takes it back, for failures and alarms.
func (p *planner) watch() {
	broken := p.r.Threshold > 0 && p.r.Failures >= p.r.Threshold
	switch {
	case p.Deployment.Target == "": // a deletion: it goes on to its end
	case p.r.Back != nil && p.r.BackFailures >= p.r.Threshold:
		p.end(types.DaemonDeploymentStatusRollbackFailed, RollbackBroke)
		p.keep(func(Instance) bool { return true })
	case p.r.Back != nil:
	case broken:
		p.fail(BreakerRollback, BreakerStop)
	case len(p.Alarmed) > 0 && !p.r.AlarmsIgnored:
		p.r.Triggered = p.Alarmed
		p.fail(AlarmRollback, AlarmStop)
	}
}

// fail takes a deployment back, or ends it if there was none before.
func (p *planner) fail(back, stop string) {
	if p.Former == nil {
		p.end(types.DaemonDeploymentStatusStopped, stop)
		p.keep(func(Instance) bool { return true })
		return
	}
	p.r.Status, p.r.Reason, p.r.BakesFrom = types.DaemonDeploymentStatusRollbackInProgress, back, time.Time{}
	p.r.Back = &daemon.Back{Reason: back, At: p.Now, Revision: p.Former.ARN, Providers: p.Former.Providers}
}

// proceed replaces the next batches, or ends a deployment of which all instances are as they shall be. Each capacity provider goes on by
// itself: one whose instances wait, for another daemon that does not start there, holds no other up.
func (p *planner) proceed() {
	var providers []string
	stale, size, moving := map[string][]string{}, map[string]int{}, map[string]bool{}
	for _, i := range p.Instances {
		if size[i.Provider] == 0 {
			providers = append(providers, i.Provider)
		}
		size[i.Provider]++
		switch is := p.judge(i); {
		case i.Ours && is == done && !i.Drains:
			p.plan.Keep = append(p.plan.Keep, i.ID) // a rollback wants what it has
		case i.Leaving && (is != done || i.Ours && p.r.Back == nil): // a rollback waits for none that has what it leads to
			moving[i.Provider] = true
		case i.Leaving:
		case is == outdated:
			stale[i.Provider] = append(stale[i.Provider], i.ID)
		case is == pending:
			moving[i.Provider] = true
		}
	}
	for _, provider := range providers {
		if list := stale[provider]; !moving[provider] && len(list) > 0 {
			p.plan.Drain = append(p.plan.Drain, list[:min(len(list), p.batchOf(size[provider]))]...)
		}
	}
	switch {
	case len(p.plan.Drain) > 0:
		p.r.BakesFrom = time.Time{}
	case len(stale) == 0 && len(moving) == 0:
		p.bake()
	}
}

// batchOf is how many instances of a capacity provider are replaced at a time: of the only one, as many as when the deployment began.
func (p *planner) batchOf(size int) int {
	if len(p.Deployment.Providers) < 2 {
		return p.r.Batch
	}
	return min(p.r.Batch, Batch(size, aws.ToFloat64(p.Deployment.Configuration.DrainPercent)))
}

// bake waits for the bake time; a rollback has none.
func (p *planner) bake() {
	if p.r.Back != nil {
		p.end(types.DaemonDeploymentStatusRollbackSuccessful, p.r.Back.Reason)
		return
	}
	if p.r.BakesFrom.IsZero() {
		p.r.BakesFrom = p.Now
	}
	until := p.r.BakesFrom.Add(time.Duration(p.Deployment.Configuration.BakeTimeInMinutes) * time.Minute)
	if p.Target != nil && p.Now.Before(until) {
		p.plan.WakeAt = until
		return
	}
	p.end(types.DaemonDeploymentStatusSuccessful, "")
	p.plan.Gone = p.Target == nil
}

func (p *planner) end(status types.DaemonDeploymentStatus, reason string) {
	p.r.Status, p.r.Reason, p.r.FinishedAt = status, reason, p.Now
	if status == types.DaemonDeploymentStatusStopped {
		p.r.StoppedAt = p.Now
	}
}

// keep has instances stay that this deployment was about to replace.
func (p *planner) keep(which func(Instance) bool) {
	for _, i := range p.Instances {
		if i.Ours && !i.Drains && which(i) {
			p.plan.Keep = append(p.plan.Keep, i.ID)
		}
	}
}

// standing is how far an instance is.
type standing int

const (
	done     standing = iota // as it shall be
	pending                  // it has what it shall have, and that does not run yet
	outdated                 // it is to be replaced
)

func (p *planner) judge(i Instance) standing {
	goal, has := p.goal(), i.Presence
	wants := goal != nil && goal.On(i.Provider)
	switch {
	case !wants && has == nil:
		return done
	case !wants || has == nil || has.Revision != goal.ARN:
		return outdated
	case has.Running || has.Without && !goal.Critical:
		return done
	}
	return pending
}

// String shows a plan in tests.
func (p Plan) String() string {
	return fmt.Sprintf("%s drain %v keep %v gone %t", p.Rollout.Status, p.Drain, p.Keep, p.Gone)
}

// Count counts the failure of a task of a revision in the newest deployment, and reports whether that changes its rollout.
func Count(r *daemon.Rollout, d *daemon.Deployment, revision string) bool {
	switch {
	case r.Status == types.DaemonDeploymentStatusRollbackInProgress && revision == r.Back.Revision:
		r.BackFailures++
	case r.Status == types.DaemonDeploymentStatusInProgress && revision == d.Target:
		r.Failures++
	default:
		return false
	}
	return true
}
