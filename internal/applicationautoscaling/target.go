// Package applicationautoscaling has the rows of Application Auto Scaling.
package applicationautoscaling

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/store"
)

var targets = store.NewTable("application-autoscaling-target", func(t *Target) string { return t.Key() })

// Target is something of which Application Auto Scaling may change the capacity. Its handlers
// write every field.
type Target struct {
	Scope     arn.Scope
	Namespace types.ServiceNamespace
	Resource  string // service/cluster/name
	Dimension types.ScalableDimension
	ID        string // of its ARN
	CreatedAt time.Time
	Min, Max  int32
	RoleARN   string
}

// Key sorts targets by their namespace, resource and dimension.
func (t *Target) Key() string { return t.prefix() + t.Resource + "\x00" + string(t.Dimension) }

func (t *Target) prefix() string { return t.Scope.Prefix() + string(t.Namespace) + "\x00" }

// ARN of the target.
func (t *Target) ARN() string {
	return "arn:" + t.Scope.Partition() + ":application-autoscaling:" + t.Scope.Region + ":" + t.Scope.Account + ":scalable-target/" + t.ID
}

// FindTarget returns the target that has the key of another, or nil.
func FindTarget(tx *store.Tx, like *Target) *Target { return targets.Get(tx, like.Key()) }

// Targets returns the targets of a namespace.
func Targets(tx *store.Tx, s arn.Scope, namespace types.ServiceNamespace) []*Target {
	return targets.List(tx, (&Target{Scope: s, Namespace: namespace}).prefix())
}

// PutTarget writes a target.
func PutTarget(tx *store.Tx, t *Target) { targets.Put(tx, t) }

// DeleteTarget removes a target.
func DeleteTarget(tx *store.Tx, t *Target) { targets.Delete(tx, t) }
