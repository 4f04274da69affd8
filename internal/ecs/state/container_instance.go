package state

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	containerInstances = store.NewTable("container-instance", func(c *ContainerInstance) string { return c.ARN })
	instancesByEC2ID   = containerInstances.Index((*ContainerInstance).registeredEC2ID)
	updatingAgents     = containerInstances.Ages((*ContainerInstance).agentUpdatesSince)
	inactiveInstances  = containerInstances.Ages((*ContainerInstance).inactiveSince)
)

// Values of ContainerInstance.Status.
const (
	InstanceRegistering = "REGISTERING" // a managed instance whose daemons have not started yet
	InstanceActive      = "ACTIVE"
	InstanceDraining    = "DRAINING"
	InstanceInactive    = "INACTIVE"
)

// ContainerInstance is a machine on which tasks of a cluster are placed.
type ContainerInstance struct {
	ARN string
	// EC2InstanceID is i-… of an EC2 instance, mi-… of an EXTERNAL one, or what the user
	// has said who registered it by hand.
	EC2InstanceID string
	LaunchType    types.LaunchType // EC2, EXTERNAL or MANAGED_INSTANCES: whose tasks it takes
	// ByHand: RegisterContainerInstance made it, so no agent of the emulator runs
	// its tasks. They move by SubmitTaskStateChange and SubmitContainerStateChange alone.
	ByHand bool

	Status string // REGISTERING, ACTIVE, DRAINING or INACTIVE
	// Leaves: an ACTIVE managed instance is to drain, once another one stands in for it; its controller writes it. LacksDaemon: a
	// critical daemon of it does not run at the moment; the daemons' controller writes it.
	Leaves, LacksDaemon bool

	AgentConnected bool
	Version        types.VersionInfo // of its agent
	AgentUpdate    *AgentUpdate      // nil until UpdateContainerAgent
	PullBehavior   string            // ECS_IMAGE_PULL_BEHAVIOR of its agent; empty where nothing sets it

	Registered   Resources
	Attributes   []types.Attribute // by name; names and values only
	Zone, Subnet string            // where it is; empty if unknown
	Host         string            // of the agent that runs its tasks, by name; empty is the only one
	VPC          string
	// CapacityProvider is the name of the provider of its Auto Scaling group, which is associated
	// with the cluster; empty where there is none.
	CapacityProvider string
	RegisteredAt     time.Time
	InactiveAt       time.Time // zero as long as it is registered
	// DrainedAt is when it became DRAINING last, and DrainedBy who asked for it: the ARN of a caller, or what of AWS.
	DrainedAt time.Time
	DrainedBy string
	Tags      []types.Tag
}

// Resources are what a container instance has for tasks.
type Resources struct {
	CPU, Memory     int      // CPU units and MiB
	Ports, PortsUDP []uint16 // that are taken from the start
	GPUs            []string // ids
	// ENIs is how many tasks can have a network interface of their own. Source: Amazon EC2
	// user guide, network interfaces of each instance type; the instance itself has one.
	ENIs int
}

// Scope is the account and region of the container instance.
func (c *ContainerInstance) Scope() arn.Scope { return arn.ScopeOf(c.ARN) }

// ClusterARN is the ARN of the cluster with which it is registered.
func (c *ContainerInstance) ClusterARN() string { return c.Scope().Cluster(arn.ClusterName(c.ARN)) }

// TakesTasks reports whether tasks are placed there: not while the instance leaves or lacks a daemon, although it is ACTIVE.
func (c *ContainerInstance) TakesTasks() bool {
	return c.Status == InstanceActive && !c.Leaves && !c.LacksDaemon
}

// Attribute returns the value of an attribute, which may be empty, and whether it is there.
func (c *ContainerInstance) Attribute(name string) (value string, found bool) {
	at, found := slices.BinarySearchFunc(c.Attributes, name, func(a types.Attribute, name string) int {
		return strings.Compare(aws.ToString(a.Name), name)
	})
	if !found {
		return "", false
	}
	return aws.ToString(c.Attributes[at].Value), true
}

// registeredEC2ID is the value of the index by which an EC2 instance finds what it is
// registered as.
func (c *ContainerInstance) registeredEC2ID() string {
	if c.Status == InstanceInactive || c.EC2InstanceID == "" {
		return ""
	}
	s := c.Scope()
	return s.Region + "\x00" + s.Account + "\x00" + c.EC2InstanceID
}

// inactiveSince is zero as long as the container instance is registered.
func (c *ContainerInstance) inactiveSince() time.Time { return c.InactiveAt }

// FindContainerInstance returns a container instance, INACTIVE ones included, or nil.
func FindContainerInstance(tx *store.Tx, arn string) *ContainerInstance {
	return containerInstances.Get(tx, arn)
}

// ContainerInstances returns those of a cluster, INACTIVE ones included, by id.
func ContainerInstances(tx *store.Tx, cluster *Cluster) []*ContainerInstance {
	return containerInstances.List(tx, arn.ScopeOf(cluster.ARN).ContainerInstances(cluster.Name))
}

func AllContainerInstances(tx *store.Tx) []*ContainerInstance {
	return containerInstances.List(tx, "")
}

// MarkContainerInstances tells whether one has changed between two snapshots.
func MarkContainerInstances(tx *store.Tx) store.Mark { return containerInstances.Mark(tx) }

// ContainerInstanceOf returns what an EC2 instance is registered as, or nil.
func ContainerInstanceOf(tx *store.Tx, scope arn.Scope, ec2InstanceID string) *ContainerInstance {
	found := instancesByEC2ID.List(tx, scope.Region+"\x00"+scope.Account+"\x00"+ec2InstanceID)
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

// Registered reports whether an EC2 instance is registered as a container instance.
func Registered(tx *store.Tx, scope arn.Scope, ec2InstanceID string) bool {
	return ContainerInstanceOf(tx, scope, ec2InstanceID) != nil
}

// PutContainerInstance writes a container instance as it is from a time on, and announces
// it. Its attributes must be sorted by name. Its version rises.
func PutContainerInstance(tx *store.Tx, c *ContainerInstance, at time.Time) {
	old := FindContainerInstance(tx, c.ARN)
	containerInstances.Put(tx, c)
	changeRoster(tx, c)
	usage := *FindInstanceUsage(tx, c.ARN)
	usage.Version++
	instanceUsages.Put(tx, &usage)
	announceInstance(tx, &usage, at)
	countInstance(tx, old, c)
}

// PutContainerInstanceTags writes the tags of a container instance, which are
// not announced.
func PutContainerInstanceTags(tx *store.Tx, arn string, tags []types.Tag) {
	change(tx, arn, func(c *ContainerInstance) { c.Tags = tags })
}

// SetLeaves and SetLacksDaemon write what keeps tasks away from a container instance, which is not announced.
func SetLeaves(tx *store.Tx, arn string, leaves bool) {
	change(tx, arn, func(c *ContainerInstance) { c.Leaves = leaves })
}

func SetLacksDaemon(tx *store.Tx, arn string, lacks bool) {
	change(tx, arn, func(c *ContainerInstance) { c.LacksDaemon = lacks })
}

// change changes a container instance without a word.
func change(tx *store.Tx, arn string, with func(*ContainerInstance)) {
	c := *FindContainerInstance(tx, arn)
	with(&c)
	containerInstances.Put(tx, &c)
	changeRoster(tx, &c)
}

// DeregisterContainerInstance makes a container instance INACTIVE. What becomes of its
// tasks is the caller's.
func DeregisterContainerInstance(tx *store.Tx, arn string, at time.Time) *ContainerInstance {
	c := *FindContainerInstance(tx, arn)
	if c.Status == InstanceInactive {
		return &c
	}
	c.Status, c.AgentConnected, c.InactiveAt = InstanceInactive, false, at
	PutContainerInstance(tx, &c, at)
	return &c
}

// ForgetContainerInstances removes those that are INACTIVE since before a time, except
// those whose tasks have not ended.
func ForgetContainerInstances(tx *store.Tx, before time.Time) {
	for _, c := range inactiveInstances.Before(tx, before) {
		if FindInstanceUsage(tx, c.ARN).Left == 0 {
			RemoveContainerInstance(tx, c)
		}
	}
}

// RemoveContainerInstance forgets an INACTIVE container instance.
func RemoveContainerInstance(tx *store.Tx, c *ContainerInstance) {
	containerInstances.Delete(tx, c)
	changeRoster(tx, c)
	instanceUsages.Delete(tx, &InstanceUsage{ARN: c.ARN})
}

// WatchContainerInstances wakes with the ARN of each container instance that changes.
func WatchContainerInstances(s *store.Store) *store.Watch {
	return s.Watch(0, store.OnKeys(containerInstances))
}

// countInstance carries the change of a container instance into the counts of its cluster.
func countInstance(tx *store.Tx, before, after *ContainerInstance) {
	registered := func(c *ContainerInstance) bool { return c != nil && c.Status != InstanceInactive }
	n := count(registered(after)) - count(registered(before))
	if n == 0 {
		return
	}
	summary := *FindClusterSummary(tx, after.ClusterARN())
	summary.ContainerInstances += n
	clusterSummaries.Put(tx, &summary)
}
