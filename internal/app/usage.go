package app

import (
	"context"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/capacitymetric"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/usage"
)

// Usage is what tasks use, and the loads that services share on the simulated engine.
type Usage struct {
	*Core
	Engine *Engine
	Logs   *Logs
	// Containers adds what each container uses to /metrics.
	Containers bool
}

// Module lists what it brings.
func (u *Usage) Module() Module {
	return Module{Name: "usage", Offer: u.offer, Begin: u.begin, Reset: u.reset}
}

func (u *Usage) offer() Offer {
	offer := Offer{Routes: control.LoadRoutes(control.LoadOptions{Loads: u.Engine.Loads(), Journal: &u.Journal, Now: u.Clock.Now, Log: u.Log})}
	if u.Containers {
		offer.Measures = []control.Measure{control.MeasureContainers(u.measure)}
	}
	return offer
}

// begin has what tasks use sampled. Where CloudWatch Logs is left to the upstream, there are no performance log events.
func (u *Usage) begin(Work) Work {
	sampled := &usage.Source{Store: u.Store, Log: u.Log, Read: u.read}
	if !u.Leaves("logs") {
		sampled.Events = usage.PerformanceLog{Store: u.Logs.store}.Put
	}
	return Work{
		Sources: []collection.Source{sampled, &capacitymetric.Source{Store: u.Store, Began: u.Clock.Now()}},
		Demands: []collection.Demand{
			{On: usage.OnClusterDemand, Step: usage.ClusterDemand},
			{On: usage.OnServiceDemand, Step: usage.ServiceDemand},
		},
	}
}

func (u *Usage) read(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	return u.Engine.Agent().Usage(ctx, ids)
}

func (u *Usage) reset() error {
	u.Engine.Loads().ClearAll()
	return nil
}

// scrapeTimeout bounds how long engines are asked while metrics are read: Prometheus waits for ten seconds.
const scrapeTimeout = 8 * time.Second

// measure is what each container uses now.
func (u *Usage) measure(ctx context.Context) (all []control.ContainerUsage) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	found, err := usage.Containers(ctx, u.Store.Read(), u.read)
	if err != nil {
		u.Log.Warn("cannot read what containers use", "error", err)
	}
	for _, c := range found {
		received, sent := usage.Traffic(c.Stats)
		all = append(all, control.ContainerUsage{
			Cluster: arn.Name(c.Task.Spec.ClusterARN), Service: arn.Name(c.Task.Spec.ServiceARN), Task: arn.Name(c.Task.ARN), Container: c.Name, Engine: c.Task.Placement.Host,
			CPUSeconds: float64(c.CPUStats.CPUUsage.TotalUsage) / 1e9, MemoryBytes: usage.MemoryBytes(c.MemoryStats),
			Received: received, Sent: sent, Networked: c.Networks != nil,
		})
	}
	return all
}

// Loads are the loads of services, of which the simulated engine asks once there is one.
func (e *Engine) Loads() *serviceload.Board { return e.loads }

// Load is what a task uses at a time of the clock; running is how many tasks of its service run.
type Load = func(at time.Time, taskARN string, startedAt time.Time, running int) (cpu, memory float64)

// TellLoad has a function say what the tasks of a service use; nil ends that.
func (e *Engine) TellLoad(service string, load Load) error {
	var told serviceload.Func
	if load != nil {
		told = func(at time.Time, t *state.Task, running int) (cpu, memory float64) {
			return load(at, t.ARN, t.Status.StartedAt, running)
		}
	}
	return e.loads.Tell(service, told)
}

func (e *Engine) newLoads() *serviceload.Board {
	loads := &serviceload.Board{Store: e.Store, Now: e.Clock.Now}
	if e.set.First().Sim() == nil {
		return loads
	}
	loads.Attach = func() {
		for _, one := range e.set.All() {
			one.Sim().SetLoad(func(labels map[string]string, at time.Time) (sim.Load, bool) {
				cpu, memory, ok := loads.Of(labels, at)
				return sim.Load{CPU: cpu, Memory: memory}, ok
			})
		}
	}
	return loads
}
