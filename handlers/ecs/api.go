// Package ecs is the ECS API, put together of the parts below it: each operation is a method
// that takes the SDK's input, in a file named after its resource.
//
// A handler validates, resolves names and writes what is wanted into the store in
// one transaction. It never waits for a task and never calls a controller: those
// make it true and write the result, which Describe then reads.
package ecs

import (
	"log/slog"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/cluster"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/task"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/taskset"
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
	taskSets        *taskset.API
	express         *express.API
	daemons         *daemon.API
	gateways        *gateway.API
	tasks           *task.API
}

// Options configure the control plane.
type Options struct {
	kit.Base
	launch.Rules
	// Sessions are the sessions of ECS Exec.
	Sessions *ssmsession.Kernel
	// InRegistry reports whether an image has a name at the emulator's own registry. Nil: none has.
	InRegistry func(image string) bool
	// Log is told what users cannot learn from AWS's own words. Nil is none.
	Log *slog.Logger
}

// New makes the control plane.
func New(opts Options) *API {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	b := opts.Base
	return &API{
		Base: b, clusters: cluster.New(b), providers: capacityprovider.New(b, opts.Rules), instances: containerinstance.New(b),
		taskDefinitions: taskdefinition.New(b, opts.InRegistry), services: service.New(b, opts.Rules), taskSets: taskset.New(b, opts.Rules), express: express.New(b, opts.Rules, opts.InRegistry),
		daemons: daemon.New(b, opts.Rules, opts.InRegistry), gateways: gateway.New(b, opts.Rules), tasks: task.New(b, opts.Rules, opts.Sessions, opts.Log),
	}
}

// Tasks are the operations about tasks, for those who call them without HTTP.
func (a *API) Tasks() *task.API { return a.tasks }
