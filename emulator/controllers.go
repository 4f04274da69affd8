package emulator

import (
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

// atWork are the controllers that run; Reset makes new ones.
func (s *Server) atWork() controllers {
	s.controllersMu.Lock()
	defer s.controllersMu.Unlock()
	return s.controllers
}

func (s *Server) currentAgent() *agent.Agent { return s.atWork().agent }
