// Package ecs is the ECS API, put together of the parts below it: each operation is a method
// that takes the SDK's input, in a file named after its resource.
//
// A handler validates, resolves names and writes what is wanted into the store in
// one transaction. It never waits for a task and never calls a controller: those
// make it true and write the result, which Describe then reads.
package ecs

import (
	"log/slog"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/cluster"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// API answers ECS operations.
type API struct {
	kit.Base
	clusters        *cluster.API
	providers       *capacityprovider.API
	instances       *containerinstance.API
	taskDefinitions *taskdefinition.API
	services        *service.API
	tasks           *task.API
}

// Options configure the control plane.
type Options struct {
	Store *store.Store
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
	// HostPaths are the paths of the container engine's host that tasks may mount.
	HostPaths taskdef.HostPaths
	// FileSystems are folders of that host which tasks have as file systems.
	FileSystems []string
	// AllowPrivileged runs privileged containers, and those with capabilities that reach the
	// engine's host, on container instances.
	AllowPrivileged bool
	// Sessions are the sessions of ECS Exec.
	Sessions *ssmsession.Kernel
	// NoDefaultCluster: the cluster default must be created explicitly.
	NoDefaultCluster bool
	// Log is told what users cannot learn from AWS's own words. Nil is none.
	Log *slog.Logger
	// Outages are what there is no capacity of; nil is nothing.
	Outages *outage.Board
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

// New makes the control plane.
func New(opts Options) *API {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	b := kit.Base{Store: opts.Store, Now: opts.Now, NoDefaultCluster: opts.NoDefaultCluster, StrictRoles: opts.StrictRoles, Outages: opts.Outages, Quotas: opts.Quotas, Rates: opts.Rates, NamespaceDelay: opts.NamespaceDelay, Repeats: opts.Repeats}
	launches := launch.Rules{
		DefaultLaunchType: opts.DefaultLaunchType, StrictVPC: opts.StrictVPC,
		HostPaths: opts.HostPaths, FileSystems: opts.FileSystems, AllowPrivileged: opts.AllowPrivileged,
	}
	return &API{
		Base: b, clusters: cluster.New(b), providers: capacityprovider.New(b), instances: containerinstance.New(b), taskDefinitions: taskdefinition.New(b),
		services: service.New(b, launches), tasks: task.New(b, launches, opts.Sessions, opts.Log),
	}
}

// Tasks are the operations about tasks, for those who call them without HTTP.
func (a *API) Tasks() *task.API { return a.tasks }
