package overview

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Options say what Read shows.
type Options struct {
	// Cluster is the name of a cluster, in any account and region, or its ARN; empty: all.
	Cluster string
	// Tasks is how many tasks each of the two lists has at most; 0: all.
	Tasks int
	// Ports lists the ports of the user's loopback address that lead to a task, and InstanceIP is the
	// address of a task's container instance, if it has its network from there. They are asked for
	// tasks that are shown, and may be nil.
	Ports      func(taskARN string) []Port
	InstanceIP func(taskARN string) string
	// Pulls are the pulls of images under way for a task that take long. It is asked for tasks that are shown, and may be nil.
	Pulls func(taskARN string) []Pull
	// LocalAddresses are the local addresses of the user's loopback interface that lead to listeners of load balancers,
	// by the ARNs of these; nil: there are none. It is asked if a load balancer is shown.
	LocalAddresses func() map[string][]string
	// KeptApart says which security groups keep a load balancer away from a port of a target; empty: none do. Nil: it is
	// not known.
	KeptApart func(loadBalancerARN string, target netip.Addr, port int) string
	// Repositories lists the repositories of ECR; nil: there are none. It is asked unless one cluster is shown.
	Repositories func(tx *store.Tx) []Repository
	// Denials are what callers were denied before a time; nil: nothing was.
	Denials func(now time.Time) *Denials
}

// UnknownClusterError says that no cluster has a name.
type UnknownClusterError struct{ Cluster string }

func (e UnknownClusterError) Error() string { return fmt.Sprintf("there is no cluster %q", e.Cluster) }

// Read reads what there is. The error is an UnknownClusterError.
func Read(tx *store.Tx, now time.Time, o Options) (*Overview, error) {
	view := &Overview{
		Now: now, Stacks: []Stack{}, Clusters: []Cluster{}, Services: []Service{}, Daemons: []Daemon{}, ContainerInstances: []ContainerInstance{}, Repositories: []Repository{},
	}
	tasks := newTaskLists(o.Tasks)
	for _, c := range state.Clusters.All(tx) {
		if !c.Active() || o.leavesOut(tx, c) {
			continue
		}
		view.Clusters = append(view.Clusters, readCluster(tx, c))
		for _, s := range state.Services(tx, c) {
			if s.Status() != state.ServiceInactive {
				view.Services = append(view.Services, readService(tx, s, o))
			}
		}
		view.Daemons = append(view.Daemons, readDaemons(tx, c)...)
		for _, i := range state.ContainerInstances(tx, c) {
			if i.Status != state.InstanceInactive {
				view.ContainerInstances = append(view.ContainerInstances, readContainerInstance(tx, i))
			}
		}
		for _, t := range state.Tasks(tx, c) {
			tasks.add(t)
		}
	}
	if o.Cluster != "" && len(view.Clusters) == 0 {
		return nil, UnknownClusterError{o.Cluster}
	}
	view.LoadBalancers = readLoadBalancers(tx, view.Services, o)
	if o.Cluster == "" {
		view.Stacks = readStacks(tx)
	}
	if o.Cluster == "" && o.Repositories != nil {
		view.Repositories = append(view.Repositories, o.Repositories(tx)...)
	}
	if o.Denials != nil {
		view.Denials = o.Denials(now)
	}
	tasks.show(tx, view, o)
	view.countNotAsWanted()
	view.Settled = view.settled()
	return view, nil
}

// leavesOut reports whether a cluster is not shown: another one is asked for, or it is only there because somebody looked.
func (o Options) leavesOut(tx *store.Tx, c *state.Cluster) bool {
	if o.Cluster == "" {
		return c.Unused(tx)
	}
	return o.Cluster != c.Name && o.Cluster != c.ARN
}

// countNotAsWanted counts stacks, services, daemons and container instances.
func (o *Overview) countNotAsWanted() {
	o.NotAsWanted.Stacks = len(o.Stacks)
	for i := range o.Services {
		if o.Services[i].NotAsWanted != "" {
			o.NotAsWanted.Services++
		}
	}
	for i := range o.Daemons {
		if o.Daemons[i].NotAsWanted != "" {
			o.NotAsWanted.Daemons++
		}
	}
	for i := range o.ContainerInstances {
		if o.ContainerInstances[i].NotAsWanted != "" {
			o.NotAsWanted.ContainerInstances++
		}
	}
}

// settled asks that nothing but stacks, services and daemons which stay so is not as wanted: the health of tasks and the connections of
// agents may still change.
func (o *Overview) settled() bool {
	moves := func(s Service) bool { return s.NotAsWanted != "" && !s.Settled }
	changes := func(d Daemon) bool { return d.NotAsWanted != "" && !d.Settled }
	underWay := func(s Stack) bool { return !s.Settled }
	return o.NotAsWanted.Tasks+o.NotAsWanted.ContainerInstances == 0 && !slices.ContainsFunc(o.Services, moves) &&
		!slices.ContainsFunc(o.Daemons, changes) && !slices.ContainsFunc(o.Stacks, underWay)
}

func readCluster(tx *store.Tx, c *state.Cluster) Cluster {
	counts := state.FindClusterSummary(tx, c.ARN)
	return Cluster{
		ARN: c.ARN, Name: c.Name, ActiveServices: counts.ActiveServices(), RunningTasks: counts.Running(),
		PendingTasks: counts.Pending(), ContainerInstances: counts.ContainerInstances,
	}
}

func readContainerInstance(tx *store.Tx, c *state.ContainerInstance) ContainerInstance {
	used := state.FindInstanceUsage(tx, c.ARN)
	i := ContainerInstance{
		ARN: c.ARN, ID: arn.Name(c.ARN), ClusterARN: c.ClusterARN(), EC2InstanceID: c.EC2InstanceID, Engine: c.Host, Status: c.Status,
		AgentConnected: c.AgentConnected, Running: used.Running, Pending: used.Pending,
		Registered: Resources{c.Registered.CPU, c.Registered.Memory, len(c.Registered.GPUs)},
		Ports:      append([]uint16{}, used.Ports...), PortsUDP: append([]uint16{}, used.PortsUDP...),
	}
	i.Remaining = Resources{i.Registered.CPU - used.CPU, i.Registered.Memory - used.Memory, i.Registered.GPUs - len(used.GPUs)}
	i.NotAsWanted = InstanceNotAsWanted(c)
	return i
}

// readTargetGroup counts the targets of a target group, which may be gone.
func readTargetGroup(tx *store.Tx, group string, o Options) TargetGroup {
	g := elbv2.FindTargetGroup(tx, group)
	if g == nil {
		return TargetGroup{ARN: group, Name: group, Targets: map[string]int{}}
	}
	shown := TargetGroup{ARN: group, Name: g.Name, Targets: map[string]int{}}
	for _, t := range elbv2.Targets(tx, group) {
		health := elbv2.Health(tx, g, t)
		shown.Targets[string(health.State)]++
		if shown.Unhealthy == "" && health.State == state.TargetUnhealthy && health.Description != nil {
			shown.Unhealthy = o.whyUnhealthy(tx, t, *health.Description)
		}
	}
	return shown
}
