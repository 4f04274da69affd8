// Package ecs is the ECS control plane: each operation is a method with the
// signature of the SDK client's, in a file named after its resource.
//
// A handler validates, resolves names and writes what is wanted into the store in
// one transaction. It never waits for a task and never calls a controller: those
// make it true and write the result, which Describe then reads.
package ecs

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/taskdef"
)

// API answers ECS operations.
type API struct {
	store *state.Store
	now   func() time.Time
	opts  Options
	turns atomic.Uint32 // of RunTask's subnets
}

// Options configure the control plane.
type Options struct {
	Store *state.Store
	// Now is the emulator's clock.
	Now func() time.Time
	// DefaultLaunchType is used where a request names neither launch type nor
	// strategy and the cluster has no default strategy. Empty is EC2, as on AWS.
	DefaultLaunchType types.LaunchType
	// StrictVPC refuses subnets and security groups that do not exist; otherwise
	// those with well-formed ids are made up.
	StrictVPC bool
	// StrictRoles refuses roles that do not exist or do not trust ECS.
	StrictRoles bool
	// HostPaths are those of the container engine's host that tasks may mount.
	HostPaths taskdef.HostPaths
	// FileSystems are folders of that host which tasks have as file systems.
	FileSystems []string
	// AllowPrivileged runs privileged containers, and those with capabilities that reach the
	// engine's host, on container instances.
	AllowPrivileged bool
	// NoDefaultCluster makes no cluster that nobody asked for.
	NoDefaultCluster bool
	// Log is told what users cannot learn from AWS's own words. Nil is none.
	Log *slog.Logger
}

// New makes the control plane.
func New(opts Options) *API {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return &API{store: opts.Store, now: opts.Now, opts: opts}
}

// scope is the account and region of a call. The first call in each makes the
// default cluster, with both Fargate capacity providers, because most local
// set-ups expect it. Source: that AWS makes it on first use is documented; that it
// comes with the providers is the emulator's convenience, without which it is an account
// where nobody has made it yet.
func (a *API) scope(ctx context.Context) (arn.Scope, error) {
	scope := awsapi.FromContext(ctx).Scope()
	if a.opts.NoDefaultCluster || a.store.Read().Cluster(scope.Cluster(defaultCluster)) != nil {
		return scope, nil
	}
	return scope, a.store.Update(func(tx *state.Tx) error {
		if tx.Cluster(scope.Cluster(defaultCluster)) == nil {
			putDefaultCluster(tx, scope, a.now())
		}
		return nil
	})
}
