// Package managed has the rows of Amazon ECS Managed Instances: the EC2 instances of a managed instances provider, and why they
// are to go.
//
// One controller, in package lifecycle, launches them, drains their container instances and terminates them. To have one go,
// write a reason, and the controller makes it true:
//
//	managed.AddDrain(tx, scope, "i-…", managed.Drain{Reason: managed.DaemonDeployment, By: deploymentARN, At: now, Replace: true})
package managed

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	instances = store.NewTable("managed-instance", (*Instance).Key)

	instancesByProvider = instances.Index(func(i *Instance) string { return i.Provider })
)

// Instance is what ECS knows of an EC2 instance that it manages. It goes when the EC2 instance is terminated.
type Instance struct {
	Scope arn.Scope
	ID    string // of the EC2 instance: i-…
	// Provider and Cluster are the ARNs of its capacity provider and of the cluster that has this.
	Provider, Cluster string
	LaunchedAt        time.Time

	// Drains are why it is to go, each reason of each asker once; none while it is to stay.
	Drains []Drain
	// DrainingAt is when the controller began to drain it; zero: it does not. From then on it goes in any case.
	DrainingAt time.Time
	// Replaces is the EC2 id of the instance in whose place it was launched, and ReplacedBy the id of the one in its place.
	Replaces, ReplacedBy string
	// Repairs is for how many impaired instances in a row it stands in.
	Repairs int
	// IdleAt is since when it has had daemons' tasks alone; zero: it has others.
	IdleAt time.Time
	// ImpairedAt is since when its agent has been away; zero: it is there, or has yet to come.
	ImpairedAt time.Time
}

// Reason is why an instance is to go. The strongest of an instance decides what is said of it.
type Reason string

// Reasons, the strongest first.
const (
	Deleted          Reason = "Deleted"          // its capacity provider is deleted
	SpotInterruption Reason = "SpotInterruption" // EC2 has given it two minutes
	AutoRepair       Reason = "AutoRepair"       // its agent is lost, or a critical daemon failed on it
	DaemonDeployment Reason = "DaemonDeployment" // it has another revision of a daemon
	Age              Reason = "Age"              // it is 14 days old
	ScaleIn          Reason = "ScaleIn"          // it has nothing to do
)

// words say in whose name a container instance drains.
var words = map[Reason]string{
	Deleted:          "ECS, as its capacity provider is deleted",
	SpotInterruption: "ECS, on the interruption notice of its Spot Instance",
	AutoRepair:       "ECS, as the instance is impaired",
	DaemonDeployment: "ECS, for a daemon deployment",
	Age:              "ECS, as the instance is 14 days old",
	ScaleIn:          "ECS, as the instance is idle",
}

// Words say in whose name a container instance drains for a reason.
func (r Reason) Words() string { return words[r] }

var strength = []Reason{Deleted, SpotInterruption, AutoRepair, DaemonDeployment, Age, ScaleIn}

// Drain is a wish that an instance goes.
type Drain struct {
	Reason Reason
	By     string // who wants it: an ARN, or empty
	At     time.Time
	// Replace: another instance is to be there first, which holds what is on this one.
	Replace bool
}

// Key is the key of the row, which its EC2 instance has, too.
func (i *Instance) Key() string { return i.Scope.Prefix() + i.ID }

// Strongest is the reason for which an instance goes; ok is false while it is to stay.
func (i *Instance) Strongest() (d Drain, ok bool) {
	if len(i.Drains) == 0 {
		return Drain{}, false
	}
	return slices.MinFunc(i.Drains, func(a, b Drain) int {
		return cmp.Or(cmp.Compare(slices.Index(strength, a.Reason), slices.Index(strength, b.Reason)), a.At.Compare(b.At))
	}), true
}

// Instances returns the instances of a capacity provider, by its ARN, those that are going included.
func Instances(tx *store.Tx, provider string) []*Instance {
	return instancesByProvider.List(tx, provider)
}

// Find returns the row of an EC2 instance, or nil if ECS does not manage it.
func Find(tx *store.Tx, scope arn.Scope, ec2ID string) *Instance {
	return ByKey(tx, (&Instance{Scope: scope, ID: ec2ID}).Key())
}

// ByKey returns the row with a key, or nil.
func ByKey(tx *store.Tx, key string) *Instance { return instances.Get(tx, key) }

// All returns the instances of all accounts and regions.
func All(tx *store.Tx) []*Instance { return instances.List(tx, "") }

// Put writes an instance, for the controller alone.
func Put(tx *store.Tx, i *Instance) { instances.Put(tx, i) }

// Delete removes one that is terminated, for the controller alone.
func Delete(tx *store.Tx, i *Instance) { instances.Delete(tx, i) }

// AddDrain writes that an instance is to go, and reports whether ECS manages it. A wish that is there already stays as it is.
func AddDrain(tx *store.Tx, scope arn.Scope, ec2ID string, d Drain) bool {
	old := Find(tx, scope, ec2ID)
	if old == nil {
		return false
	}
	if !slices.ContainsFunc(old.Drains, func(o Drain) bool { return o.Reason == d.Reason && o.By == d.By }) {
		changed := *old
		changed.Drains = append(slices.Clip(old.Drains), d)
		Put(tx, &changed)
	}
	return true
}

// RemoveDrain takes a wish back, and reports whether that was possible: the instance did not drain yet.
func RemoveDrain(tx *store.Tx, scope arn.Scope, ec2ID string, reason Reason, by string) bool {
	old := Find(tx, scope, ec2ID)
	if old == nil || !old.DrainingAt.IsZero() {
		return false
	}
	changed := *old
	changed.Drains = slices.DeleteFunc(slices.Clone(old.Drains), func(d Drain) bool { return d.Reason == reason && d.By == by })
	if len(changed.Drains) < len(old.Drains) {
		Put(tx, &changed)
	}
	return true
}

// On wakes a watch with what a change of an instance concerns; see [store.On].
func On(wakes func(before, after *Instance) []string) store.Source { return store.On(instances, wakes) }

// OfDaemon reports whether a task of a group is one of a daemon, which keeps no instance from being idle. RunTask refuses such groups.
func OfDaemon(group string) bool { return strings.HasPrefix(group, "daemon:") }
