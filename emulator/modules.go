package emulator

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/app/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines"
	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks"
)

// parts are the modules that this package's own functions ask.
type parts struct {
	engine    *app.Engine
	logs      *app.Logs
	sessions  *app.Sessions
	secrets   *app.Secrets
	images    *app.Images
	ec2       *app.EC2
	ecs       *app.ECS
	balancers *app.LoadBalancers
	discovery *app.Discovery
	costs     *app.Costs
	why       *app.Why
	console   *app.Console
}

// makeModules lists what the emulator has: a capability that is added here works, is waited for, measured, kept on disk,
// reset and closed. Each feeds the next; see [app.Module].
func (s *Server) makeModules(engine app.EngineOptions) error {
	c, o, p := s.core, &s.opts, &s.parts
	functions, err := c.NewFunctions(o.functions())
	if err != nil {
		return err
	}
	s.functions = functions
	faults := app.NewFaults(c)
	metrics := &app.Metrics{Core: c, Size: o.MetricsSize}
	events := &app.Events{Core: c, Functions: functions}
	metrics.Way = events.Way
	p.logs = &app.Logs{Core: c, Metrics: metrics, Size: o.LogSize}
	p.engine = &app.Engine{Core: c, EngineOptions: engine, Faults: faults, Logs: p.logs}
	p.sessions = &app.Sessions{Core: c, Engine: p.engine, Logs: p.logs, PublicURL: o.PublicURL, S3Dir: o.S3Dir}
	p.secrets = &app.Secrets{Core: c, Sessions: p.sessions, Strict: o.StrictSecrets}
	p.images = &app.Images{
		Core: c, Engine: p.engine, Size: o.RegistrySize, OwnAddress: strings.TrimPrefix(s.URL(), "http://"), FixedAddress: o.RegistryAddress, AWSURIs: o.RepositoryURI == awsURI,
		Strict: o.StrictImages,
	}
	p.engine.Images, p.images.Pulls = p.images, func() int { return p.engine.Agent().Pulls() }
	p.ec2 = &app.EC2{Core: c, Engine: p.engine, Faults: faults}
	p.ecs = &app.ECS{Core: c, ECSOptions: o.ecs(), Sessions: p.sessions, Functions: functions, Images: p.images}
	p.balancers = &app.LoadBalancers{Core: c, Engine: p.engine, Metrics: metrics}
	p.discovery = &app.Discovery{Core: c, Engine: p.engine, Metrics: metrics}
	p.costs = &app.Costs{Core: c, Metrics: metrics, Logs: p.logs, Prices: s.prices}
	p.why = &app.Why{Core: c, Engine: p.engine, Faults: faults}
	doctor := &app.Doctor{Core: c, Engine: p.engine, Endpoint: s.URL(), NoPort: o.InProcess, Version: o.Version}
	p.console = &app.Console{
		Core: c, Engine: p.engine, Balancers: p.balancers, Images: p.images, Metrics: metrics, Why: p.why, Costs: p.costs, Doctor: doctor, Events: events, ECS: p.ecs, Faults: faults,
		IAM: func() string { return string(o.IAM) }, Time: controlClock{c.Clock, s}, Version: o.Version, Mode: string(o.Console),
	}
	usage := &app.Usage{Core: c, Engine: p.engine, Logs: p.logs, Containers: o.ContainerMetrics}
	faults.Engines, faults.Agent, faults.Loads, faults.Capacity = p.engine.Faulty, p.engine.Agent, p.engine.Loads, p.ec2.Capacity
	faults.LookAgain = func() {
		p.ec2.LookAgain()
		p.ecs.LookAgain()
	}
	s.faults = &Faults{of: faults}
	s.modules = append([]app.Module{
		events.Module(), // first, so that the clock waits for it last: it hears of what all others do
		p.engine.Module(),
		p.logs.Module(),
		p.sessions.Module(),
		app.Identity{Core: c}.Module(),
		app.Access{Core: c, Mode: func() string { return string(o.IAM) }}.Module(),
		p.secrets.Module(),
		p.images.Module(),
		p.ec2.Module(),
		p.ecs.Module(),
		p.balancers.Module(),
		p.discovery.Module(),
		usage.Module(),
		p.costs.Module(),
		app.Express{Core: c}.Module(),
		app.Daemons{Core: c}.Module(),
		app.Gateways{Core: c}.Module(),
		(&codedeploy.CodeDeploy{Core: c, Functions: functions, S3Dir: o.S3Dir}).Module(),
		(&stacks.Stacks{Core: c, Endpoint: cmp.Or(o.PublicURL, s.URL()), Way: events.Way, S3Dir: o.S3Dir, IgnoreTypes: o.IgnoreTypes}).Module(),
		faults.Module(),
		p.why.Module(),
		doctor.Module(),
		p.console.Module(),
	}, append(o.modules, metrics.Module())...) // which collects from all others
	s.collect = metrics.Collect
	s.quiet = &controllers.Quiet{Store: c.Store, Settle: p.engine.Settle, Loops: s.running.Loops, Requests: s.requests.Load, Matched: events.Matched, Log: o.Log}
	return nil
}

// openModules opens them, the last one first: what is fed is there before it is fed.
func (s *Server) openModules(ctx context.Context) error {
	for _, m := range slices.Backward(s.modules) {
		if m.Open != nil {
			if err := m.Open(ctx); err != nil {
				return err
			}
		}
	}
	return s.parts.logs.Begin()
}

// offer is what clients find of all modules.
func (s *Server) offer() (all app.Offer) {
	for _, m := range s.modules {
		s.core.Announcements = append(s.core.Announcements, m.Announcements...)
		if m.Offer != nil {
			offer := m.Offer()
			all.APIs = append(all.APIs, offer.APIs...)
			all.Routes = append(all.Routes, offer.Routes...)
			all.Measures = append(all.Measures, offer.Measures...)
		}
	}
	return all
}

// begin sets the controllers of all modules to work on the store.
func (s *Server) begin() {
	var work app.Work
	for _, m := range s.modules {
		if m.Begin != nil {
			own := m.Begin(work)
			work.Loops = append(work.Loops, own.Loops...)
			work.Sources = append(work.Sources, own.Sources...)
			work.Demands = append(work.Demands, own.Demands...)
		}
	}
	s.retention.Schedule(s.running.Start(work.Loops))
}

// halt returns when no controller runs any more.
func (s *Server) halt() {
	s.running.Stop()
	s.retention.Wait()
}

// functions say what answers for Lambda functions and for other targets.
func (o *Options) functions() app.FunctionOptions {
	all := app.FunctionOptions{Hooks: o.Hooks, EventTargets: o.EventTargets, LambdaEndpoint: o.LambdaEndpoint, Funcs: map[string]app.Function{}}
	for arn, answer := range o.HookFuncs {
		all.Funcs[arn] = answer
	}
	for arn, target := range o.EventTargetFuncs {
		all.Funcs[arn] = target.answer()
	}
	return all
}

// engine says what runs containers, and how.
func (o *Options) engine() (app.EngineOptions, error) {
	places, err := engines.Parse(o.Engine)
	return app.EngineOptions{
		Backend: o.Backend, Places: places, New: o.NewEngine, LostAfter: o.EngineLostAfter, Keep: o.OnExit == Keep, WarmSandboxes: o.WarmSandboxes, HostPorts: o.HostPorts,
		AllowInstanceMetadata: o.AllowInstanceMetadata, Programs: o.Programs, PullBehavior: app.PullBehavior(o.PullBehavior), ImageCache: o.ImageCache, CopyImages: o.CopyImages,
		SecurityGroups: app.SecurityGroups(o.SecurityGroups), VPCRange: o.VPCCIDR, InstanceRange: o.InstanceCIDR, LocalPorts: o.LocalPorts,
		AllowHostPaths: o.AllowHostPaths, FileSystems: o.FileSystems, SharedFileSystems: o.SharedFileSystems, AllowPrivileged: o.AllowPrivileged, StrictExec: o.StrictExec,
		InjectEndpoint: o.InjectEndpoint, S3Dir: o.S3Dir,
	}, err
}

// ecs says what tasks may be.
func (o *Options) ecs() app.ECSOptions {
	return app.ECSOptions{
		DefaultLaunchType: o.DefaultLaunchType, NoDefaultCluster: o.NoDefaultCluster, HostPaths: o.AllowHostPaths,
		FileSystems: slices.Collect(maps.Values(o.FileSystems)), AllowPrivileged: o.AllowPrivileged,
	}
}
