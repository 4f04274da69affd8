package emulator

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/usage"
)

// newUsage samples what tasks use. Where CloudWatch Logs is left to the upstream, there are no performance log events.
func (s *Server) newUsage() *usage.Source {
	source := &usage.Source{Store: s.store, Log: s.opts.Log, Read: s.readUsage}
	if !s.opts.leaves("logs") {
		source.Events = usage.PerformanceLog{Store: s.logs}.Put
	}
	return source
}

func (s *Server) readUsage(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	return s.currentAgent().Usage(ctx, ids)
}

// scrapeTimeout bounds how long engines are asked while metrics are read: Prometheus waits for ten seconds.
const scrapeTimeout = 8 * time.Second

// containerUsage is what each container uses now.
func (s *Server) containerUsage(ctx context.Context) (all []control.ContainerUsage) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	found, err := usage.Containers(ctx, s.store.Read(), s.readUsage)
	if err != nil {
		s.opts.Log.Warn("cannot read what containers use", "error", err)
	}
	for _, c := range found {
		received, sent := usage.Traffic(c.Stats)
		all = append(all, control.ContainerUsage{
			Cluster: arn.Name(c.Task.Spec.ClusterARN), Service: arn.Name(c.Task.Spec.ServiceARN), Task: arn.Name(c.Task.ARN), Container: c.Name,
			CPUSeconds: float64(c.CPUStats.CPUUsage.TotalUsage) / 1e9, MemoryBytes: usage.MemoryBytes(c.MemoryStats),
			Received: received, Sent: sent, Networked: c.Networks != nil,
		})
	}
	return all
}

// newLoads has the loads of services, of which the simulated engine asks once there is one.
func (s *Server) newLoads() *serviceload.Board {
	loads := &serviceload.Board{Store: s.store, Now: s.clock.Now}
	if engine, ok := s.engine.(*sim.Engine); ok {
		loads.Attach = func() {
			engine.SetLoad(func(labels map[string]string, at time.Time) (sim.Load, bool) {
				cpu, memory, ok := loads.Of(labels, at)
				return sim.Load{CPU: cpu, Memory: memory}, ok
			})
		}
	}
	return loads
}
