package emulator

import (
	"context"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/agent"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/sts"
)

// newHandler puts the endpoint together.
func (s *Server) newHandler() http.Handler {
	metrics := control.NewMetrics(s.store)
	o := awsapi.Options{Region: s.opts.Region, Account: s.opts.Account, Logger: s.opts.Log, Observe: metrics.Observe}
	api := ecs.New(ecs.Options{
		Store: s.store, Now: s.clock.Now, DefaultLaunchType: s.opts.DefaultLaunchType,
		StrictVPC: s.opts.StrictVPC, Log: s.opts.Log,
	})
	return handlers.New(handlers.Parts{
		ECS: api.Handler(o), EC2: ec2.New(s.store).Handler(o), STS: sts.Handler(o),
		Metrics: metrics.Handler(), Log: s.opts.Log,
		Control: control.Handler(control.Options{
			Version: s.opts.Version, Endpoint: s.URL(), Store: s.store, Clock: s.clock, Log: s.opts.Log,
			Scope:  arn.Scope{Region: s.opts.Region, Account: s.opts.Account},
			Engine: func(context.Context) control.Engine { return s.engineHealth() },
			Reset:  func(context.Context) error { return s.Reset() },
			Ports:  s.controlPorts,
			Logs: func(ctx context.Context, taskARN, container string, o backend.LogOptions) error {
				return s.currentAgent().Logs(ctx, taskARN, container, o)
			},
		}),
	})
}

func (s *Server) engineHealth() control.Engine {
	agent := s.currentAgent()
	health := control.Engine{
		Name: s.engineName, Status: control.EngineReady,
		TaskAddresses: "not reachable from this machine: use the loopback ports at " + control.Prefix + "tasks",
	}
	if agent.Reachable() {
		health.TaskAddresses = "reachable from this machine, as are the loopback ports at " + control.Prefix + "tasks"
	}
	if err := agent.Health(); err != nil {
		health.Status, health.LastError = control.EngineUnavailable, err.Error()
	}
	return health
}

func (s *Server) controlPorts(taskARN string) []control.Port {
	var ports []control.Port
	for _, p := range s.HostPorts(taskARN) {
		ports = append(ports, control.Port{Container: p.Container, ContainerPort: p.ContainerPort, Address: p.Address})
	}
	return ports
}

// currentAgent is the one at work; Reset makes a new one.
func (s *Server) currentAgent() *agent.Agent {
	s.controllersMu.Lock()
	defer s.controllersMu.Unlock()
	return s.agent
}

// HostPorts lists the loopback ports that lead to a running task.
func (s *Server) HostPorts(taskARN string) []agent.HostPort {
	return s.currentAgent().HostPorts(taskARN)
}
