// Package kit has what all parts of the ECS API need: what they work on, the cluster that a
// request names, pages, tags, identifiers and errors.
package kit

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
)

// Base is what all parts of the API work on.
type Base struct {
	Store *store.Store
	// Now is the emulator's clock.
	Now func() time.Time
	// NoDefaultCluster: the cluster default must be created explicitly.
	NoDefaultCluster bool
	// StrictRoles refuses roles that do not exist or do not trust ECS.
	StrictRoles bool
	// Outages are what there is no capacity of; nil is nothing.
	Outages *outage.Board
	// Engines are those that run tasks; nil is one without a name.
	Engines *engineroom.Board
	// Quotas are those that accounts have, nil the defaults, and Rates those at which Fargate launches
	// tasks, nil any.
	Quotas quota.Quotas
	Rates  *quota.Rates
	// NamespaceDelay is how long a namespace of Cloud Map takes that a cluster makes; 0 is none.
	NamespaceDelay time.Duration
	// Repeats reports whether a call of RunTask with a client token may come again as it was, because EventBridge has
	// yet to learn what has become of it: the token is remembered however long its tasks have stopped. Nil: none is.
	Repeats func(tx *store.Tx, clientToken string) bool
}

// Scope is the account and region of a call.
func Scope(ctx context.Context) arn.Scope { return awsapi.FromContext(ctx).Scope() }
