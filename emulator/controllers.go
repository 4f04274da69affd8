package emulator

import (
	"context"
	"errors"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/app/awsdelays"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/alarmaction"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/suppression"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery/customhealth"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/attachment"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/draining"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/scaling"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/lifecyclehook"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placer"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect"
	connectmetrics "github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/metrics"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/tasktraffic"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer"
	loadbalancermetrics "github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/metrics"
	"github.com/ecs-emulator/ecs-emulator/internal/host/resolver"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// fargate is the agent's host for Fargate tasks.
const fargate = ""

// atWork are the controllers that run; Reset makes new ones.
func (s *Server) atWork() controllers.Set {
	s.controllersMu.Lock()
	defer s.controllersMu.Unlock()
	return s.controllers
}

func (s *Server) currentAgent() *agent.Agent { return s.atWork().Agent }

// delays are those of AWS, if they are asked for.
func (o Options) delays() (d awsdelays.Delays) {
	if o.AWSDelays {
		d = awsdelays.Recorded()
	}
	return d
}

// startControllers sets the agent and the scheduler to work on the store.
func (s *Server) startControllers() {
	ctx, cancel := context.WithCancel(context.Background())
	s.controllersMu.Lock()
	defer s.controllersMu.Unlock()
	s.stop = cancel
	delays := s.opts.delays()
	options := agent.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Delays: delays.Tasks,
		AllowPrivileged: s.opts.AllowPrivileged, SecurityGroups: vpc.SecurityGroups(s.opts.SecurityGroups),
		Endpoints: s.endpoints, Variables: s.taskVariables(), Secrets: s.secretSource(), LogSink: s.logSink(),
		SubnetFull: func(t *state.Task) bool {
			full := s.faults.outages.View().Full(t.Placement.SubnetID, t.Placement.Zone)
			if full != nil {
				full.Acted(t.ARN)
			}
			return full != nil
		},
		ExecAgentFault: s.faults.agents.rules.On, StrictExec: s.opts.StrictExec,
		InstanceAddress: func(c *state.ContainerInstance) netip.Addr {
			return ec2.AddressOf(s.store.Read(), c.Scope(), c.EC2InstanceID)
		},
		InstanceAddresses: func(vpc string) []netip.Addr { return ec2.AddressesIn(s.store.Read(), vpc) },
		InstanceGroups: func(c *state.ContainerInstance) []string {
			return ec2.SecurityGroupsOf(s.store.Read(), c.Scope(), c.EC2InstanceID)
		},
		Hosts: []agent.HostOptions{{
			Name: fargate, Engine: s.faulty, Admit: s.admit, PullBehavior: imagepull.Behavior(s.opts.PullBehavior),
			VPCRange: s.opts.VPCCIDR, InstanceRange: s.opts.InstanceCIDR, LocalPorts: s.opts.LocalPorts,
			Volumes: volume.Options{HostPaths: s.opts.AllowHostPaths, FileSystems: s.opts.FileSystems},
		}},
	}
	if s.opts.StrictRoles {
		options.AssumesRole = s.credentials.AssumesRole
	}
	at := controllers.Set{Agent: agent.New(options)}
	nodes := at.Agent.LoadBalancers(fargate)
	at.Balancers = s.newLoadBalancers(nodes)
	at.Connect = s.newConnect(at.Agent.Proxies())
	nodes.OnNews(at.Balancers.Wake)
	networks := at.Agent.Networks(fargate)
	at.Names = resolver.New(resolver.Options{Store: s.store, Clock: s.clock, Log: s.opts.Log, Networks: networks, Owners: at.Agent.InterfacesAt})
	networks.OnNetworks(at.Names.Wake)
	services := servicescheduler.Options{Store: s.store, Clock: s.clock, Log: s.opts.Log, Delays: delays.Services, Outages: &s.faults.outages, Quotas: s.quotas, Rates: s.rates}
	hooks := lifecyclehook.Options{Store: s.store, Clock: s.clock, Log: s.opts.Log, Invoke: s.functions.Invoke, Role: s.hookRole}
	if s.opts.StrictRoles {
		services.RefusedRole, services.RefusesRole = credentials.RefusedRole, credentials.RefusesInfrastructureRole
		hooks.Assumes = s.credentials.Assumes
	}
	at.Services, at.Hooks = servicescheduler.New(services), lifecyclehook.New(hooks)
	at.Capacity = capacity.New(capacity.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Delays: delays.Instances, AgentAway: s.faults.instances.AgentAway,
		Addresses: at.Agent, Quotas: s.quotas,
	})
	at.Groups = capacity.NewGroups(capacity.GroupOptions{Store: s.store, Clock: s.clock, Log: s.opts.Log, Delays: delays.Groups, Outages: &s.faults.outages})
	at.Providers = attachment.New(s.store, s.clock, s.opts.Log)
	at.Scaling = scaling.New(s.store, s.clock, s.opts.Log)
	at.Placer = placer.New(s.store, s.clock, s.opts.Log)
	at.Draining = draining.New(s.store, s.clock, s.opts.Log)
	at.Traffic = tasktraffic.New(tasktraffic.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log,
	})
	at.Matching, at.Timetable, at.Deliveries = s.newMatching(), s.newTimetable(), s.newSending()
	at.Metrics = s.newCollector()
	at.AlarmActions = alarmaction.New(alarmaction.Options{Store: s.store, Clock: s.clock, Log: s.opts.Log, Way: s.wayToTarget})
	at.CustomHealth = customhealth.New(s.store, s.clock, s.opts.Log)
	at.Suppression = suppression.New(s.store, s.clock, s.opts.Log)
	at.ServiceScaling = s.newServiceScaling()
	s.controllers = at
	for _, c := range at.All() {
		s.running.Go(func() { s.report(c.Name, c.Run(ctx)) })
	}
	s.retention.Schedule(ctx)
	if sweeper, ok := s.engine.(backend.Sweeper); ok {
		s.running.Go(func() { controllers.Sweep(ctx, sweeper, s.opts.Log) })
	}
}

// newLoadBalancers makes the controller of load balancers and the source of their metrics.
func (s *Server) newLoadBalancers(nodes loadbalancer.Nodes) *loadbalancer.Controller {
	c := loadbalancer.New(loadbalancer.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Nodes: nodes, Delays: s.opts.delays().LoadBalancers,
		Certificate: certificate, Certificates: []store.Source{acm.OnCertificates()},
	})
	s.balanced = &loadbalancermetrics.Source{Store: s.store, Metrics: s.metrics, Clock: s.clock, Counts: c.Counts, Requests: s.loads.Requests}
	c.Removing = s.balanced.Removing
	return c
}

// newConnect makes the controller of the proxies of Service Connect and the source of their metrics.
func (s *Server) newConnect(proxies agent.Proxies) *serviceconnect.Controller {
	c := serviceconnect.New(serviceconnect.Options{Store: s.store, Clock: s.clock, Log: s.opts.Log, Proxies: proxies})
	s.connected = &connectmetrics.Source{Store: s.store, Metrics: s.metrics, Clock: s.clock, Counts: c.Counts}
	c.Last = s.connected.Last
	proxies.OnNews(c.Wake)
	proxies.OnEnd(c.Ending)
	return c
}

// certificate is what ACM has of one.
func certificate(tx *store.Tx, scope arn.Scope, arn string) (chain, key string, found bool) {
	pair := acm.FindKeyPair(tx, scope, arn)
	if pair == nil {
		return "", "", false
	}
	return pair.Certificates, pair.PrivateKey, true
}

// stopControllers returns when no controller runs any more.
func (s *Server) stopControllers() {
	if s.stop == nil {
		return
	}
	s.stop()
	s.running.Wait()
	s.retention.Wait()
}

func (s *Server) report(who string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		s.opts.Log.Error("controller ended", "controller", who, "error", err)
	}
}
