package controller

import (
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon/deployment"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Why daemons' tasks stop. AWS's words are not published.
const (
	drains    = "Daemon task stopped: the container instance is draining and has no other tasks."
	replaced  = "Daemon task stopped: the container instance gets another revision of the daemon."
	unhealthy = "Daemon task stopped: it is unhealthy."
)

// onInstance looks after the daemons of a container instance.
func (c *controller) onInstance(key string) (time.Time, error) {
	tx := c.store.Read()
	on := state.FindContainerInstance(tx, key)
	if on == nil || len(daemon.On(tx, key)) == 0 && on.Status != state.InstanceRegistering && !on.LacksDaemon {
		return time.Time{}, nil
	}
	var plan deployment.HostPlan
	err := c.store.Update(func(tx *store.Tx) error {
		on := state.FindContainerInstance(tx, key)
		if on == nil {
			return nil
		}
		c.loop.Causes(tx, key)
		h := c.host(tx, on)
		plan = deployment.OnInstance(h)
		c.apply(tx, on, h.Now, &plan)
		return nil
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("look after the daemons of %s: %w", key, err)
	}
	return plan.WakeAt, nil
}

// host is what is seen of an instance.
func (c *controller) host(tx *store.Tx, on *state.ContainerInstance) deployment.Host {
	provider := on.Scope().CapacityProvider(on.CapacityProvider)
	h := deployment.Host{Now: c.clock.Now(), Status: on.Status, Repairs: repairs(tx, on)}
	if i := managed.Find(tx, on.Scope(), on.EC2InstanceID); i != nil {
		h.Leaving = len(i.Drains) > 0
	}
	if on.Status == state.InstanceDraining { // else it does not matter
		for _, t := range state.InstanceTasks(tx, on.ARN) {
			if t.Spec.Daemon == "" {
				h.Others++
			}
		}
	}
	for _, p := range daemon.Due(tx, on.ARN, provider, on.Status == state.InstanceRegistering) {
		hosted := deployment.Hosted{Presence: *p, Task: seen(tx, p.Task)}
		if r := daemon.FindRevision(tx, p.Revision); r != nil {
			hosted.Critical = r.Critical
		}
		if d := daemon.Find(tx, p.Daemon); d != nil {
			if r := d.Wanted(tx, provider); r != nil {
				hosted.Wanted, hosted.WantedCritical = r.ARN, r.Critical
			}
		}
		h.Daemons = append(h.Daemons, hosted)
	}
	return h
}

// repairs reports whether the capacity provider of an instance replaces it when a critical daemon fails.
func repairs(tx *store.Tx, on *state.ContainerInstance) bool {
	p := capacityprovider.Providers.Find(tx, on.Scope(), on.CapacityProvider)
	return p == nil || p.Managed == nil || p.Managed.AutoRepairConfiguration == nil ||
		p.Managed.AutoRepairConfiguration.ActionsStatus != types.AutoRepairActionsStatusDisabled
}

// seen is a task as decisions see it.
func seen(tx *store.Tx, taskARN string) *deployment.Task {
	t := state.FindTask(tx, taskARN)
	if t == nil {
		return nil
	}
	health := t.Status.HealthStatus
	s := &deployment.Task{
		ARN: t.ARN, Ended: t.Ended(), Requested: t.Stop != nil, Unhealthy: health == types.HealthStatusUnhealthy,
		Ready: t.Status.LastStatus == state.Running && t.Stop == nil && (!t.Spec.Checked || health == types.HealthStatusHealthy),
	}
	switch {
	case t.Stop != nil:
		s.Reason = t.Stop.Reason
	case t.Status.End != nil:
		s.Reason = t.Status.End.Reason
	}
	return s
}

func (c *controller) apply(tx *store.Tx, on *state.ContainerInstance, now time.Time, plan *deployment.HostPlan) {
	if plan.Remove {
		for _, p := range daemon.On(tx, on.ARN) {
			daemon.RemovePresence(tx, p)
		}
		return
	}
	for _, f := range plan.Failures {
		p := daemon.FindPresence(tx, on.ARN, f.Daemon)
		impaired(tx, on, p, daemon.TaskFailedToRun, f.Reason, f.Task, now)
	}
	for _, name := range plan.Drop {
		if p := daemon.FindPresence(tx, on.ARN, name); p != nil {
			daemon.RemovePresence(tx, p)
		}
	}
	starts := map[string]bool{}
	for _, name := range plan.Start {
		starts[name] = true
	}
	for i := range plan.Presences {
		p := &plan.Presences[i]
		if starts[p.Daemon] {
			if why := start(tx, on, p, now); why != "" {
				r := daemon.FindRevision(tx, p.Revision)
				deployment.Failed(p, r != nil && r.Critical, now)
				impaired(tx, on, p, daemon.TaskCreationFailed, why, "", now)
				if plan.WakeAt.IsZero() || p.Due.Before(plan.WakeAt) {
					plan.WakeAt = p.Due
				}
			}
		}
		if old := daemon.FindPresence(tx, on.ARN, p.Daemon); old == nil || *old != *p {
			daemon.PutPresence(tx, p)
			if t := state.FindTask(tx, p.Task); t != nil && p.Running && (old == nil || !old.Running) {
				daemon.NoteDigests(tx, p.Revision, t)
			}
		}
	}
	why := drains
	if on.Status == state.InstanceRegistering {
		why = replaced
	}
	stop(tx, plan.Stop, why, now)
	stop(tx, plan.Unhealthy, unhealthy, now)
	for _, name := range plan.Repair {
		managed.AddDrain(tx, on.Scope(), on.EC2InstanceID, managed.Drain{Reason: managed.AutoRepair, By: name, At: now, Replace: true})
	}
	if plan.Lacks != on.LacksDaemon {
		state.SetLacksDaemon(tx, on.ARN, plan.Lacks)
	}
	if plan.Activate {
		active := *on
		active.Status = state.InstanceActive
		state.PutContainerInstance(tx, &active, now)
	}
}

func stop(tx *store.Tx, tasks []string, why string, now time.Time) {
	for _, each := range tasks {
		state.StopTask(tx, each, state.Stop{Code: types.TaskStopCodeServiceSchedulerInitiated, Reason: why, At: now})
	}
}

// impaired tells that a task of a daemon does not run, and counts that in its deployment.
func impaired(tx *store.Tx, on *state.ContainerInstance, p *daemon.Presence, failure, why, taskARN string, now time.Time) {
	d := daemon.Find(tx, p.Daemon)
	if d == nil {
		return
	}
	if newest := daemon.FindDeployment(tx, d.Deployment); newest != nil {
		r := *newest.RolloutOf(tx)
		if deployment.Count(&r, newest, p.Revision) {
			daemon.PutRollout(tx, &r)
		}
	}
	event := daemon.Impaired{
		Daemon: d.ARN, Revision: p.Revision, Instance: on.ARN, CapacityProvider: on.CapacityProvider, Failure: failure, Reason: why, Task: taskARN,
	}
	if r := daemon.FindRevision(tx, p.Revision); r != nil {
		event.TaskDefinition = r.TaskDefinition
	}
	daemon.AnnounceImpaired(tx, event, now)
}

// start makes a task of a daemon on an instance, or tells why that is not possible.
func start(tx *store.Tx, on *state.ContainerInstance, p *daemon.Presence, now time.Time) (why string) {
	d, r := daemon.Find(tx, p.Daemon), daemon.FindRevision(tx, p.Revision)
	cluster := state.Clusters.Get(tx, on.ClusterARN())
	if d == nil || r == nil || cluster == nil {
		return "The daemon is gone."
	}
	def := daemon.FindDefinition(tx, r.TaskDefinition)
	if def == nil {
		return "The daemon task definition is gone."
	}
	of := def.Task(tx)
	var handedDown []types.Tag
	if r.PropagateTags == types.DaemonPropagateTagsDaemon {
		handedDown = d.Tags
	}
	template := task.NewTemplate(task.Request{
		Cluster: cluster, Definition: of, Resolved: taskdef.Unchanged(of), LaunchType: types.LaunchTypeManagedInstances,
		Group: d.Group(), StartedBy: arn.Name(d.Deployment), Daemon: d.ARN, DaemonRevision: r.ARN, EnableExecuteCommand: r.Exec,
		Tags: task.Tags(handedDown, nil, r.ManagedTags, cluster.Name, ""), Now: now,
	})
	cpu, memory := def.Size(tx)
	switch used := state.FindInstanceUsage(tx, on.ARN); {
	case on.Registered.CPU-used.CPU < cpu:
		return "RESOURCE:CPU"
	case on.Registered.Memory-used.Memory < memory:
		return "RESOURCE:MEMORY"
	}
	made := template.New(state.Placement{
		CapacityProvider: on.CapacityProvider, ContainerInstance: on.ARN, ByHand: on.ByHand, Zone: on.Zone, Host: on.Host,
	})
	state.AddTask(tx, made)
	p.Task = made.ARN
	return ""
}
