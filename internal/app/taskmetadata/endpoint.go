// Package taskmetadata tells containers of themselves: by variables in their environment, and at
// 169.254.170.2, which package handlers/metadata serves.
package taskmetadata

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/enginename"
)

// Endpoint is what containers find at 169.254.170.2.
type Endpoint struct {
	Store       *store.Store
	Clock       *clock.Clock
	Log         *slog.Logger
	Credentials *credentials.Issuer
	ECS         *ecs.API
	// Agent is the one that runs the tasks now: a reset makes another one.
	Agent func() *agent.Agent
	// Rate is how many requests a container may make.
	Rate metadata.Rate
}

// Handler serves containers. The remote address of a request, that of a task or of its container
// instance, says who asks.
func (e *Endpoint) Handler() http.Handler {
	return metadata.Handler(metadata.Options{
		Store: e.Store, Now: e.Clock.Now, Log: e.Log, Rate: e.Rate,
		TasksAt: func(ctx context.Context, from netip.Addr) []string { return e.Agent().TasksAt(ctx, from) },
		Task:    func(taskARN string) *state.Task { return e.Agent().Task(taskARN) },
		Inspect: func(ctx context.Context, taskARN, container string) (backend.Container, error) {
			return e.Agent().Inspect(ctx, taskARN, container)
		},
		Stats: func(ctx context.Context, taskARN, container string) (backend.Stats, error) {
			return e.Agent().Stats(ctx, taskARN, container)
		},
		EndpointID: func(t *state.Task, c *state.Container) string {
			id, _ := e.id(t, c) // without one it answers no container
			return id
		},
		EngineName: enginename.Of, Protection: protection{e},
		Credentials: func(ctx context.Context, id string, from netip.Addr) (*metadata.RoleCredentials, error) {
			return e.Credentials.TaskKeys(ctx, id, e.Agent().TasksAt(ctx, from))
		},
		CredentialsID: func(taskARN string) string {
			id, _ := e.Credentials.ID(taskARN) // without one it is told apart by its address
			return id
		},
	})
}
