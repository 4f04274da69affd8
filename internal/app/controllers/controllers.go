// Package controllers runs what makes true what the store says, and waits for it.
package controllers

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric/collection"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/matching"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/sending"
	"github.com/ecs-emulator/ecs-emulator/internal/base/reconcile"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/lifecyclehook"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescaling"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer"
	"github.com/ecs-emulator/ecs-emulator/internal/host/resolver"
)

// Set is all controllers of an emulator.
type Set struct {
	Agent    *agent.Agent
	Services *servicescheduler.Controller
	Hooks    *lifecyclehook.Controller
	Capacity *capacity.Controller
	// Providers puts what clusters attach to the groups of their capacity providers.
	Providers *reconcile.Loop
	// Scaling sets the desired capacity of those groups.
	Scaling *reconcile.Loop
	// Draining drains their instances before they are terminated.
	Draining *reconcile.Loop
	Groups   *capacity.GroupController
	// Placer places the tasks that wait.
	Placer *reconcile.Loop
	// Traffic registers tasks where requests find them.
	Traffic *reconcile.Loop
	// Balancers look after load balancers.
	Balancers *loadbalancer.Controller
	// Names has the resolvers of VPCs know the names of Cloud Map.
	Names *resolver.Controller
	// Connect looks after proxies of Service Connect.
	Connect *serviceconnect.Controller
	// Matching brings the events of services to rules of EventBridge.
	Matching *matching.Controller
	// Timetable acts when rules and schedules are due.
	Timetable *reconcile.Loop
	// Deliveries calls the targets of rules and schedules.
	Deliveries *sending.Controller
	// ServiceScaling scales services by their policies, bounds and scheduled actions.
	ServiceScaling *servicescaling.Controller
	// CustomHealth gives instances of Cloud Map the status that was asked for.
	CustomHealth *reconcile.Loop
	// Suppression releases the actions of composite alarms.
	Suppression *reconcile.Loop
	// AlarmActions does what alarms are to do.
	AlarmActions *reconcile.Loop
	// Metrics collects them, and has alarms evaluated.
	Metrics *collection.Collector
}

// Controller is something that works on the store by itself.
type Controller struct {
	Name string
	Run  func(ctx context.Context) error
	// Idle waits until it has dealt with everything that there is for it now.
	Idle func(ctx context.Context) error
}

// All are the controllers: each of them runs, and the clock waits for each of them.
func (s Set) All() []Controller {
	calls := func(ctx context.Context) error { return s.Agent.Idle(ctx, patience) }
	hooks := func(ctx context.Context) error { return s.Hooks.Idle(ctx, patience) }
	deliveries := func(ctx context.Context) error { return s.Deliveries.Idle(ctx, patience) }
	return []Controller{
		{"metrics", s.Metrics.Run, s.Metrics.Idle},
		{"actions of alarms", s.AlarmActions.Run, s.AlarmActions.Idle},
		{"suppressed actions", s.Suppression.Run, s.Suppression.Idle},
		{"Auto Scaling groups", s.Groups.Run, s.Groups.Idle},
		{"capacity", s.Capacity.Run, s.Capacity.Idle},
		{"capacity providers", s.Providers.Run, s.Providers.Idle},
		{"managed scaling", s.Scaling.Run, s.Scaling.Idle},
		{"managed draining", s.Draining.Run, s.Draining.Idle},
		{"service scaling", s.ServiceScaling.Run, s.ServiceScaling.Idle},
		{"service scheduler", s.Services.Run, s.Services.Idle},
		{"placer", s.Placer.Run, s.Placer.Idle},
		{"lifecycle hooks", s.Hooks.Run, hooks},
		{"load balancers", s.Balancers.Run, s.Balancers.Idle},
		{"names", s.Names.Run, s.Names.Idle},
		{"proxies", s.Connect.Run, s.Connect.Idle},
		{"agent", s.Agent.Run, calls},
		{"custom health", s.CustomHealth.Run, s.CustomHealth.Idle},
		{"traffic of tasks", s.Traffic.Run, s.Traffic.Idle},
		{"matching of events", s.Matching.Run, s.Matching.Idle},
		{"timetable", s.Timetable.Run, s.Timetable.Idle},
		{"deliveries", s.Deliveries.Run, deliveries},
	}
}
