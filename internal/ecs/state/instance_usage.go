package state

import (
	"iter"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var instanceUsages = store.NewTable("instance-usage", func(u *InstanceUsage) string { return u.ARN })

// InstanceUsage is what the tasks of a container instance have of its resources, and how
// many they are; state itself keeps it, in the transaction that changes a task. A task
// gives back what it has when it is STOPPED. A row of its own, so that a task's change is
// not a change of the container instance.
type InstanceUsage struct {
	ARN string
	// Version of the container instance: it rises with each change of it and of this.
	Version int64
	// Tasks whose desiredStatus is RUNNING, by lastStatus.
	Running, Pending int
	// Left is the number of tasks that have not STOPPED.
	Left            int
	CPU, Memory     int      // CPU units and MiB
	Ports, PortsUDP []uint16 // on the host; sorted
	GPUs            []string
	ENIs            int
}

// FindInstanceUsage returns what tasks have of a container instance; zeros if nothing.
func FindInstanceUsage(tx *store.Tx, arn string) *InstanceUsage {
	if u := instanceUsages.Get(tx, arn); u != nil {
		return u
	}
	return &InstanceUsage{ARN: arn}
}

// InstanceUsages returns the usage of the n container instances of a cluster, in the order
// of ContainerInstances; each of those has one.
func InstanceUsages(tx *store.Tx, cluster *Cluster, n int) iter.Seq[*InstanceUsage] {
	return instanceUsages.Next(tx, arn.ScopeOf(cluster.ARN).ContainerInstances(cluster.Name), n)
}

// use carries the change of a task into the usage of its container instance, which ECS
// announces. before is nil for a new task.
func use(tx *store.Tx, before, after *Task, at time.Time) {
	instance := after.Placement.ContainerInstance
	if instance == "" || FindContainerInstance(tx, instance) == nil {
		return
	}
	old := FindInstanceUsage(tx, instance)
	changed := *old
	if before != nil && before.Placement.ContainerInstance == instance {
		changed.add(before, -1)
	}
	changed.add(after, +1)
	if changed.same(old) {
		return
	}
	changed.Version++
	instanceUsages.Put(tx, &changed)
	announceInstance(tx, &changed, at)
}

// add takes a task into account, or out of it with n = -1.
func (u *InstanceUsage) add(t *Task, n int) {
	if t.Ended() {
		return
	}
	u.Left += n
	if t.Stop == nil {
		switch status := t.Status.LastStatus; {
		case pending(status):
			u.Pending += n
		case status == Running:
			u.Running += n
		}
	}
	if r := t.Spec.Reserved; r != nil {
		u.CPU += n * r.CPU
		u.Memory += n * r.Memory
		u.ENIs += n * count(r.ENI)
	}
	tcp, udp := t.HostPorts()
	u.Ports, u.PortsUDP = carry(u.Ports, tcp, n), carry(u.PortsUDP, udp, n)
	u.GPUs = carry(u.GPUs, t.Placement.GPUs, n)
}

func (u *InstanceUsage) same(v *InstanceUsage) bool {
	return u.Running == v.Running && u.Pending == v.Pending && u.Left == v.Left && u.CPU == v.CPU && u.Memory == v.Memory &&
		u.ENIs == v.ENIs && slices.Equal(u.Ports, v.Ports) && slices.Equal(u.PortsUDP, v.PortsUDP) && slices.Equal(u.GPUs, v.GPUs)
}

// carry returns a sorted list with items more (n = 1) or less (n = -1), not the old list.
func carry[T uint16 | string](list, items []T, n int) []T {
	if len(items) == 0 {
		return list
	}
	if n > 0 {
		list = slices.Concat(list, items)
		slices.Sort(list)
		return list
	}
	items = slices.Sorted(slices.Values(items))
	return slices.DeleteFunc(slices.Clone(list), func(each T) bool {
		for len(items) > 0 && items[0] < each {
			items = items[1:]
		}
		gone := len(items) > 0 && items[0] == each
		if gone {
			items = items[1:]
		}
		return gone
	})
}

// HostPorts are the ports of the host that a task has: those that its definition names,
// and those that its containers have got.
func (t *Task) HostPorts() (tcp, udp []uint16) {
	if r := t.Spec.Reserved; r != nil {
		tcp, udp = r.Ports, r.PortsUDP
	}
	for i := range t.Status.Containers {
		for _, b := range t.Status.Containers[i].Bindings {
			list := &tcp
			if b.Protocol == types.TransportProtocolUdp {
				list = &udp
			}
			if b.More == 0 && slices.Contains(*list, b.HostPort) {
				continue // the definition names it
			}
			*list = slices.Clip(*list)
			for i := range b.Count() {
				*list = append(*list, b.HostPort+uint16(i))
			}
		}
	}
	return tcp, udp
}

// InstanceChange is a change of a container instance, with what its tasks had of it.
type InstanceChange struct {
	ContainerInstance *ContainerInstance
	Usage             *InstanceUsage
}

// announceInstance keeps the rows of a container instance as an event. A usage without a
// container instance belongs to one that was forgotten.
func announceInstance(tx *store.Tx, u *InstanceUsage, at time.Time) {
	if c := FindContainerInstance(tx, u.ARN); c != nil {
		outbox.Announce(tx, &InstanceChange{c, u}, at)
	}
}
