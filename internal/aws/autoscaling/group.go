// Package autoscaling is the rows of Amazon EC2 Auto Scaling: groups, the instances that
// belong to them, lifecycle hooks, launch configurations and activities.
//
// Functions take the transaction of package state, so rows of Auto Scaling, of EC2 and of
// ECS change together.
package autoscaling

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var groups = store.NewTable("autoscaling-group", func(g *Group) string { return GroupKey(g.Scope, g.Name) })

// Group is an Auto Scaling group: what its callers want. Handlers write it, but for what is
// said to be the controller's.
type Group struct {
	Scope     arn.Scope
	Name      string
	ID        string // the UUID in its ARN: a group that is made again is another one
	CreatedAt time.Time

	Min, Max, Desired int32
	// Source is where instances come from: exactly one of its members is set.
	Source Source
	// Zones in alphabetical order; Subnets in that of their ids, empty where only zones
	// were named.
	Zones, Subnets []string

	DefaultCooldown        int32
	DefaultWarmup          *int32
	HealthCheckType        string
	HealthCheckGracePeriod int32
	TerminationPolicies    []string
	Protected              bool // new instances are protected from scale in
	Context                string
	ServiceLinkedRole      string
	ZoneDistribution       types.CapacityDistributionStrategy
	CapacityReservation    types.CapacityReservationPreference

	Tags      []Tag // in order of their keys
	Suspended []types.SuspendedProcess
	Metrics   []types.EnabledMetric

	// Change is the last request that changed what is desired, nil if none has; UpdatedAt is
	// the time of the last update of anything.
	Change    *Change
	UpdatedAt time.Time
	// ForceDeleted: it goes with its instances.
	ForceDeleted bool

	// Explained is the time of the change that activities have told of, Failures counts
	// launches that failed since the last success, FailedAt is the time of the last one. The
	// controller writes them.
	Explained time.Time
	Failures  int
	FailedAt  time.Time
}

// Source is what instances of a group are launched from.
type Source struct {
	LaunchConfiguration string
	LaunchTemplate      *types.LaunchTemplateSpecification
	Mixed               *types.MixedInstancesPolicy
}

// Template is the launch template of a group, nil where it has a launch configuration.
func (s Source) Template() *types.LaunchTemplateSpecification {
	if s.Mixed != nil {
		return s.Mixed.LaunchTemplate.LaunchTemplateSpecification
	}
	return s.LaunchTemplate
}

// OnDemand is how many of n instances are On-Demand Instances, the others Spot Instances, as far as a mixed instances
// policy says it; else all. What the percentage leaves open is On-Demand.
// Source: EC2 Auto Scaling user guide, mixed instances groups.
func (s Source) OnDemand(n int) int {
	if s.Mixed == nil || s.Mixed.InstancesDistribution == nil {
		return n
	}
	d := s.Mixed.InstancesDistribution
	base, percentage := 0, 100
	if d.OnDemandBaseCapacity != nil {
		base = min(n, int(*d.OnDemandBaseCapacity))
	}
	if d.OnDemandPercentageAboveBaseCapacity != nil {
		percentage = int(*d.OnDemandPercentageAboveBaseCapacity)
	}
	return base + ((n-base)*percentage+99)/100
}

type Tag struct {
	Key, Value string
	Propagate  bool // to instances that are launched from now on
}

// Change is a request that changed what is desired, in the words of activities: "a user
// request created an AutoScalingGroup changing the desired capacity from 0 to 1".
type Change struct {
	At   time.Time
	Text string
}

func (g *Group) ARN() string {
	return "arn:" + g.Scope.Partition() + ":autoscaling:" + g.Scope.Region + ":" + g.Scope.Account +
		":autoScalingGroup:" + g.ID + ":autoScalingGroupName/" + g.Name
}

// Key of the group, with which its controller is woken.
func (g *Group) Key() string { return GroupKey(g.Scope, g.Name) }

func GroupKey(s arn.Scope, name string) string { return scopeKey(s) + name }

func (g *Group) Suspends(process string) bool {
	return slices.ContainsFunc(g.Suspended, func(s types.SuspendedProcess) bool { return *s.ProcessName == process })
}

func scopeKey(s arn.Scope) string { return s.Region + ":" + s.Account + ":" }

// FindGroup returns a group by its name, or nil.
func FindGroup(tx *store.Tx, s arn.Scope, name string) *Group {
	return groups.Get(tx, GroupKey(s, name))
}

// GroupAt returns the group with a key, or nil.
func GroupAt(tx *store.Tx, key string) *Group { return groups.Get(tx, key) }

// Groups returns those of an account and region, in order of their names.
func Groups(tx *store.Tx, s arn.Scope) []*Group { return groups.List(tx, scopeKey(s)) }

// AllGroups returns those of all accounts and regions.
func AllGroups(tx *store.Tx) []*Group { return groups.List(tx, "") }

func PutGroup(tx *store.Tx, g *Group) { groups.Put(tx, g) }

// DeleteGroup removes a group, which has no instances, with its policies, their alarms, and its lifecycle hooks.
func DeleteGroup(tx *store.Tx, g *Group, now time.Time) {
	for _, p := range Policies(tx, g.Scope, g.Name) {
		DeletePolicy(tx, p, now)
	}
	for _, h := range LifecycleHooks(tx, g) {
		DeleteLifecycleHook(tx, g, h)
	}
	groups.Delete(tx, g)
}

// Using returns the name of a group that launches from a launch configuration, or "".
func Using(tx *store.Tx, s arn.Scope, launchConfiguration string) string {
	for _, g := range Groups(tx, s) {
		if g.Source.LaunchConfiguration == launchConfiguration {
			return g.Name
		}
	}
	return ""
}

// SetTag adds or replaces a tag of a copy of a group.
func (g *Group) SetTag(tag Tag) {
	tags := slices.Clone(g.Tags)
	at, found := slices.BinarySearchFunc(tags, tag.Key, func(t Tag, key string) int { return strings.Compare(t.Key, key) })
	if found {
		tags[at] = tag
	} else {
		tags = slices.Insert(tags, at, tag)
	}
	g.Tags = tags
}

// RemoveTag removes a tag of a copy of a group, if it is there.
func (g *Group) RemoveTag(key string) {
	g.Tags = slices.DeleteFunc(slices.Clone(g.Tags), func(t Tag) bool { return t.Key == key })
}

// TerminationPolicies are those that a group can have.
var TerminationPolicies = []string{
	"Default", "OldestInstance", "NewestInstance", "OldestLaunchConfiguration", "OldestLaunchTemplate", "ClosestToNextInstanceHour",
}
