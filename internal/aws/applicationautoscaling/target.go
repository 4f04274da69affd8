// Package applicationautoscaling has the rows of Application Auto Scaling: targets, their policies and scheduled actions,
// and the activities of scaling.
package applicationautoscaling

import (
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Targets are the targets of all accounts and regions, by the keys of their resources. What belongs to one goes by
// managedalarm.ForgetTarget.
var Targets = store.NewTable("application-autoscaling-target", (*Target).Key)

var targetsByARN = Targets.Index((*Target).ARN)

// Resource names what is scaled: a resource and its dimension.
type Resource struct {
	Scope     arn.Scope
	Namespace types.ServiceNamespace
	Resource  string // service/cluster/name
	Dimension types.ScalableDimension
}

// Key sorts targets by their namespace, resource and dimension. All that belongs to a target wakes watches with it.
func (r Resource) Key() string { return r.prefix() + r.Resource + "\x00" + string(r.Dimension) }

func (r Resource) prefix() string { return r.Scope.Prefix() + string(r.Namespace) + "\x00" }

// parts is what the keys of all that belongs to the resource begin with.
func (r Resource) parts() string { return r.Key() + "\x00" }

// has is the key of what belongs to the resource under a name.
func (r Resource) has(name string) string { return r.parts() + name }

// Service returns the ARN of the service that is scaled, or "" if the resource is none.
func (r Resource) Service() string {
	cluster, name, ok := strings.Cut(strings.TrimPrefix(r.Resource, "service/"), "/")
	if !ok || !strings.HasPrefix(r.Resource, "service/") || strings.Contains(name, "/") {
		return ""
	}
	return r.Scope.Service(cluster, name)
}

// ClusterAndName of the service that is scaled.
func (r Resource) ClusterAndName() (cluster, name string) {
	cluster, name, _ = strings.Cut(strings.TrimPrefix(r.Resource, "service/"), "/")
	return cluster, name
}

// ResourceOfService is the desired count of the service with an ARN.
func ResourceOfService(serviceARN string) Resource {
	name := "service/" + arn.ClusterName(serviceARN) + "/" + arn.Name(serviceARN)
	return Resource{arn.ScopeOf(serviceARN), types.ServiceNamespaceEcs, name, types.ScalableDimensionECSServiceDesiredCount}
}

// Target is something of which Application Auto Scaling may change the capacity. Its handlers write every field but the
// bounds, which scheduled actions write as well, and EnforcedAt.
type Target struct {
	Scope     arn.Scope
	Namespace types.ServiceNamespace
	Resource  string // service/cluster/name
	Dimension types.ScalableDimension
	ID        string // of its ARN: 0ec5 and 32 hexadecimal digits
	CreatedAt time.Time
	Min, Max  int32 // written by WithBounds
	RoleARN   string
	Suspended Suspended
	Tags      map[string]string

	// BoundsAt is when a bound was last given, also if it was the same one, and later each time. WithBounds writes it.
	BoundsAt time.Time
	// EnforcedAt is the BoundsAt for which the desired count was last moved into the bounds. The controller of scaling
	// writes it.
	EnforcedAt time.Time
}

// Suspended says what does not scale a target for now.
type Suspended struct{ In, Out, Scheduled bool }

func (t *Target) Of() Resource { return Resource{t.Scope, t.Namespace, t.Resource, t.Dimension} }

func (t *Target) Key() string { return t.Of().Key() }

func (t *Target) ARN() string {
	return "arn:" + t.Scope.Partition() + ":application-autoscaling:" + t.Scope.Region + ":" + t.Scope.Account + ":scalable-target/" + t.ID
}

// UUID is the target's id as the ARNs of its policies and scheduled actions have it. Source: recorded answers.
func (t *Target) UUID() string {
	id := strings.TrimPrefix(t.ID, "0ec5")
	if len(id) != 32 {
		return id
	}
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// FindTarget returns the target of a resource, or nil.
func FindTarget(tx *store.Tx, r Resource) *Target { return Targets.Get(tx, r.Key()) }

// TargetByARN returns the target of a scope that has an ARN, or nil.
func TargetByARN(tx *store.Tx, s arn.Scope, targetARN string) *Target {
	for _, t := range targetsByARN.List(tx, targetARN) { // one at most
		if t.Scope == s {
			return t
		}
	}
	return nil
}

// TargetsIn returns the targets of a namespace, in order of resource and dimension.
func TargetsIn(tx *store.Tx, s arn.Scope, namespace types.ServiceNamespace) []*Target {
	return Targets.List(tx, Resource{Scope: s, Namespace: namespace}.prefix())
}

// WithBounds is a target, not yet written, with other capacities between which it may be scaled; nil leaves a bound as it
// is.
func (t *Target) WithBounds(least, most *int32, now time.Time) *Target {
	changed := *t
	if least != nil {
		changed.Min = *least
	}
	if most != nil {
		changed.Max = *most
	}
	if least != nil || most != nil {
		changed.BoundsAt = now
		if !now.After(t.BoundsAt) { // the clock stands still
			changed.BoundsAt = t.BoundsAt.Add(1)
		}
	}
	return &changed
}

// OnRemovals wakes what uses a scalable target or scaling policy that has been removed: users says that, by its ARN.
func OnRemovals(users func(arn string) []string) []store.Source {
	return []store.Source{
		store.OnRemovals(Targets, func(t *Target) []string { return users(t.ARN()) }),
		store.OnRemovals(Policies.Table, func(p *Policy) []string { return users(p.ARN()) }),
	}
}

// OnTargets wakes a watch with the key of each target that is new, has changed or is gone.
func OnTargets() store.Source { return store.OnKeys(Targets) }
