package emulator

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/loadbalancer"
	"github.com/ecs-emulator/ecs-emulator/internal/service"
)

// controllers make true what the store says.
type controllers struct {
	agent    *agent.Agent
	services *service.Controller
	capacity *capacity.Controller
	groups   *capacity.GroupController
	targets  *loadbalancer.TaskTargets
	// balancers look after load balancers.
	balancers *loadbalancer.Controller
}

// controller is something that works on the store by itself.
type controller struct {
	name string
	run  func(ctx context.Context) error
	// idle waits until it has dealt with everything that there is for it now.
	idle func(ctx context.Context) error
}

// all are the controllers: each of them runs, and the clock waits for each of them.
func (c controllers) all() []controller {
	calls := func(ctx context.Context) error { return c.agent.Idle(ctx, patience) }
	return []controller{
		{"Auto Scaling groups", c.groups.Run, c.groups.Idle},
		{"capacity", c.capacity.Run, c.capacity.Idle},
		{"service scheduler", c.services.Run, c.services.Idle},
		{"load balancers", c.balancers.Run, c.balancers.Idle},
		{"agent", c.agent.Run, calls},
		{"targets of tasks", c.targets.Run, c.targets.Idle},
	}
}

// atWork are the controllers that run; Reset makes new ones.
func (s *Server) atWork() controllers {
	s.controllersMu.Lock()
	defer s.controllersMu.Unlock()
	return s.controllers
}

func (s *Server) currentAgent() *agent.Agent { return s.atWork().agent }
