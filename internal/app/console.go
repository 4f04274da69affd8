package app

import (
	"context"
	"errors"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/handlers/console"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/instruments"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/consolepages"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// Console is the console for people.
type Console struct {
	*Core
	Engine    *Engine
	Balancers *LoadBalancers
	Images    *Images
	Metrics   *Metrics
	Why       *Why
	Costs     *Costs
	Doctor    *Doctor
	Events    *Events
	ECS       *ECS
	Faults    *Faults
	// IAM is whether access is checked: off, log or enforce.
	IAM func() string
	// Time is the clock with what the emulator does when it is moved.
	Time    page.Clock
	Version string
	// Mode is on, read or off.
	Mode string

	pages *console.Console // nil: off
}

// Module lists what it brings.
func (c *Console) Module() Module {
	return Module{Name: "console", Offer: c.offer, Close: func() error { c.Handler().Close(); return nil }}
}

func (c *Console) offer() Offer {
	if c.Mode == "off" {
		return Offer{}
	}
	c.pages = console.New(console.Options{
		Version: c.Version, Scope: c.Scope, ReadOnly: c.Mode == "read", Sources: c.sources(), Pages: append(console.Pages(), c.morePages()...),
		Closing: c.Closing, Log: c.Log,
	})
	return Offer{Measures: []control.Measure{func(_ context.Context, to *control.Exposition) {
		const name = "ecs_emulator_console_renders_total"
		to.Family("counter", name, "Pages of the console that were rendered for streams: once for all who look at one.")
		to.Sample(name, c.pages.Renders())
	}}}
}

// Handler answers the paths of the console; nil: it is off.
func (c *Console) Handler() *console.Console { return c.pages }

func (c *Console) sources() *page.Sources {
	return &page.Sources{
		Store: c.Store, Clock: c.Time, Call: c.call, Overview: c.overview, Ports: c.ports, Logs: c.Engine.Output, Event: c.StateChange,
		InstanceIP: func(taskARN string) string { return c.Engine.Agent().InstanceIP(taskARN) },
		Scaling:    c.Metrics.Scaling, Why: c.Why.of,
	}
}

// morePages are the pages of all but clusters, services and tasks.
func (c *Console) morePages() []page.Page {
	return consolepages.All(consolepages.Sources{
		Check: c.ECS.check(c.Upstream != nil), Listeners: c.Balancers.Reached, Scaling: c.Metrics.scaling.Load, Look: c.Metrics.alarms.Look,
		Counts: c.Events.counters.All,
		Scope: func(e outbox.Event) (arn.Scope, bool) {
			about, ok := c.AboutChange(e)
			return about.Scope, ok
		},
		Instruments: instruments.Sources{
			Decisions: &c.Decisions, Mode: c.IAM, Faults: c.Faults.told(), Progress: c.Clock.Progress,
			Costs: c.Costs.source.Report, Doctor: func(ctx context.Context) (diagnosis.Report, error) { return c.Doctor.Examine(ctx, nil) },
		},
	})
}

// call calls an operation as the root of an account, as a client does.
func (c *Console) call(ctx context.Context, scope arn.Scope, service, operation string, in, out any) error {
	err := c.Client.Do(ctx, apiclient.Root(scope), apiclient.Of(service, operation), in, out)
	var refused *apiclient.Error
	if errors.As(err, &refused) {
		return &page.Refusal{Status: refused.Status, Code: refused.Code, Message: refused.Message}
	}
	return err
}

func (c *Console) overview() overview.Options {
	return overview.Options{
		InstanceIP: func(taskARN string) string { return c.Engine.Agent().InstanceIP(taskARN) }, Pulls: c.Engine.Pulls,
		KeptApart:    func(from string, to netip.Addr, port int) string { return c.Engine.Agent().KeptApart(from, to, port) },
		Repositories: c.Images.Shown, Denials: c.Denials,
	}
}

// ports are the ports of this machine that lead to a task, which are opened: a page shows them of one task.
func (c *Console) ports(taskARN string) (ports []overview.Port) {
	for _, p := range c.Engine.Ports(taskARN, true) {
		ports = append(ports, overview.Port(p))
	}
	return ports
}
