package deployment

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
)

// Host is what the daemons of one container instance are decided from.
type Host struct {
	Now    time.Time
	Status string // of the container instance
	// Leaving: it is to go, and may not drain yet.
	Leaving bool
	// Repairs: its capacity provider replaces instances whose critical daemons fail.
	Repairs bool
	Others  int // tasks that have not ended and are of no daemon
	Daemons []Hosted
}

// Hosted is one of its daemons.
type Hosted struct {
	Presence daemon.Presence
	Critical bool  // its revision is
	Task     *Task // nil: there is none, or it is forgotten
	// Wanted is the revision that a new instance gets, or none, and WantedCritical whether that is critical.
	Wanted         string
	WantedCritical bool
}

// Task is what is seen of a daemon's task.
type Task struct {
	ARN                                string
	Ready, Unhealthy, Ended, Requested bool // Ready: RUNNING and not UNHEALTHY, or HEALTHY with a health check; Requested: its stop is
	Reason                             string
}

// Statuses of container instances.
const (
	registering = "REGISTERING"
	active      = "ACTIVE"
	draining    = "DRAINING"
)

// HostPlan is what to do on an instance.
type HostPlan struct {
	Presences []daemon.Presence // as they are to be written
	Start     []string          // daemons of which a task is to start
	Stop      []string          // tasks to stop, as the instance drains
	Unhealthy []string          // tasks to stop, as they are unhealthy
	Failures  []Failure
	Repair    []string // critical daemons for which the instance is to be replaced
	Drop      []string // daemons that it is not to have any more
	Activate  bool     // it takes other tasks from now on
	Lacks     bool     // a critical daemon does not run, so it takes none for now
	Remove    bool     // it is gone: so are its presences
	WakeAt    time.Time
}

// Failure is a task of a daemon that did not stay.
type Failure struct{ Daemon, Task, Reason string }

// OnInstance decides about the daemons of a container instance:
//
//	REGISTERING: all daemons start; when the critical ones are ready and each other one has its room, it becomes ACTIVE, and others
//	             are placed there. Until then it gets what new instances get, also if that changes: a deployment that was taken back
//	             keeps no instance waiting
//	ACTIVE:      a critical daemon that fails has it replaced, and no task is placed there meanwhile; another one starts again
//	DRAINING:    daemons stop when no other task is left
func OnInstance(h Host) (p HostPlan) {
	if h.Status != registering && h.Status != active && h.Status != draining {
		return HostPlan{Remove: true}
	}
	ready := true
	for _, d := range h.Daemons {
		if h.Status == registering && d.Presence.Revision != d.Wanted && !h.reassign(&p, &d) {
			ready = ready && slices.Contains(p.Drop, d.Presence.Daemon)
			continue
		}
		next := h.next(&p, d)
		p.Presences = append(p.Presences, next)
		p.Lacks = p.Lacks || h.Status == active && d.Critical && !next.Running
		ready = ready && (next.Running || !d.Critical && p.tries(&next))
	}
	p.Activate = h.Status == registering && ready && !h.Leaving
	return p
}

// tries reports whether a daemon has a task, gets one now, or has failed: its room is taken, or others need not wait for it.
func (p *HostPlan) tries(d *daemon.Presence) bool {
	return d.Task != "" || d.Failures > 0 || slices.Contains(p.Start, d.Daemon)
}

// reassign gives an instance that takes no tasks yet another revision of a daemon, or none, once the task of the one before has ended.
// It reports whether that is so, and the daemon is still to be there.
func (h Host) reassign(p *HostPlan, d *Hosted) bool {
	if t := d.Task; t != nil && !t.Ended {
		if !t.Requested {
			p.Stop = append(p.Stop, t.ARN)
		}
		return false
	}
	old := d.Presence
	if d.Wanted == "" {
		p.Drop = append(p.Drop, old.Daemon)
		return false
	}
	d.Presence = daemon.Presence{Instance: old.Instance, Daemon: old.Daemon, Provider: old.Provider, Revision: d.Wanted}
	d.Critical, d.Task = d.WantedCritical, nil
	return true
}

func (h Host) next(p *HostPlan, d Hosted) daemon.Presence {
	next := d.Presence
	next.Draining = h.Status == draining
	next.Running = d.Task != nil && d.Task.Ready && !d.Task.Ended
	if next.Running {
		next.Ran, next.Without, next.Failures = true, false, 0
	}
	switch t := d.Task; {
	case next.Draining:
		if t != nil && !t.Ended && !t.Requested && h.Others == 0 {
			p.Stop = append(p.Stop, t.ARN)
		}
	case t == nil || t.Ended:
		h.ended(p, d, &next)
	case t.Requested: // it does not come back, and its end may take long
		h.repair(p, d)
	case t.Unhealthy:
		p.Unhealthy = append(p.Unhealthy, t.ARN)
		h.repair(p, d)
	}
	return next
}

// ended counts a task that has ended, once, and starts the next one when it is due.
func (h Host) ended(p *HostPlan, d Hosted, next *daemon.Presence) {
	if next.Task != "" {
		failure := Failure{Daemon: next.Daemon, Task: next.Task}
		if d.Task != nil {
			failure.Reason = d.Task.Reason
		}
		p.Failures = append(p.Failures, failure)
		Failed(next, d.Critical, h.Now)
		next.Task = ""
	}
	switch {
	case h.Leaving:
	case d.Critical && next.Ran && h.Status == active && h.Repairs:
		h.repair(p, d)
	case h.Now.Before(next.Due):
		if p.WakeAt.IsZero() || next.Due.Before(p.WakeAt) {
			p.WakeAt = next.Due
		}
	default:
		p.Start = append(p.Start, next.Daemon)
	}
}

// repair has an instance be replaced, unless its capacity provider only watches: then the daemon starts again.
func (h Host) repair(p *HostPlan, d Hosted) {
	if d.Critical && h.Repairs && h.Status == active && !h.Leaving {
		p.Repair = append(p.Repair, d.Presence.Daemon)
	}
}

// Failed counts a failure, and says when the next attempt is due.
func Failed(p *daemon.Presence, critical bool, now time.Time) {
	p.Failures++
	p.Running, p.Without = false, !critical
	p.Due = now.Add(wait(p.Failures))
}

// wait grows with the failures in a row, from ten seconds to five minutes: a choice.
func wait(failures int) time.Duration {
	d := 10 * time.Second
	for i := 1; i < failures && d < 5*time.Minute; i++ {
		d *= 2
	}
	return min(d, 5*time.Minute)
}
