package emulator

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/acm"
	"github.com/ecs-emulator/ecs-emulator/handlers/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/handlers/datachannel"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/handlers/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
	"github.com/ecs-emulator/ecs-emulator/handlers/resourcegroupstaggingapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
	"github.com/ecs-emulator/ecs-emulator/handlers/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/handlers/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	"github.com/ecs-emulator/ecs-emulator/handlers/sts"
	certificates "github.com/ecs-emulator/ecs-emulator/internal/aws/acm"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/timetable"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

// newHandler puts the endpoint together.
func (s *Server) newHandler() http.Handler {
	measures := []control.Measure{
		control.MeasureLogs(s.logs.Size, s.logEvents),
		control.MeasureDataPoints(s.metrics.Size),
		control.MeasureDeliveries(s.store, &s.deliveries),
	}
	if s.opts.ContainerMetrics {
		measures = append(measures, control.MeasureContainers(s.containerUsage))
	}
	metrics := control.NewMetrics(s.store, measures...)
	services := slices.DeleteFunc(s.apis(), func(service awsapi.Service) bool { return s.opts.leaves(service.Name) })
	var kept []awsapi.Service
	if s.opts.leaves("ssm") {
		kept = append(kept, s.ssm.SessionManager())
	}
	s.endpoints = s.endpointsFor(services)
	for _, service := range services {
		s.services = append(s.services, service.Name)
	}
	journal := &activity.Journal{}
	api := handlers.New(handlers.Parts{
		Services: services, Kept: kept,
		Options: awsapi.Options{
			Region: s.opts.Region, Account: s.opts.Account, Logger: s.opts.Log, Expects: apiclient.Expects, Observe: metrics.Observe,
			Caller: s.credentials.Caller, Authorize: s.opts.authorize,
			Faults: &s.faults.calls, SeeRegion: s.regions.see,
		},
		DataChannel: datachannel.Handler(s.sessions, s.opts.Log),
		Metrics:     metrics.Handler(), Gate: s.gate(), AllowedHosts: s.opts.allowedHosts(), Upstream: s.upstream, Log: s.opts.Log,
		Control: control.Handler(control.Options{
			Version: s.opts.Version, Endpoint: s.URL(), Store: s.store, Clock: controlClock{s.clock, s}, Advance: s.advanceUnderWay, Log: s.opts.Log,
			Scope:  arn.Scope{Region: s.opts.Region, Account: s.opts.Account},
			Engine: s.engineHealth, Services: s.services, Elsewhere: s.upstream.ServiceStates,
			Reset: func(context.Context) error { return s.Reset() },
			Ports: s.controlPorts, InstanceIP: func(taskARN string) string { return s.currentAgent().InstanceIP(taskARN) },
			KeptApart: func(from string, to netip.Addr, port int) string { return s.currentAgent().KeptApart(from, to, port) },
			LogEvents: s.logEvents, LoadBalancers: s.controlLoadBalancers, Closing: s.closing, StateChange: stateChange,
			Sessions: s.sessions, Routes: s.controlRoutes(journal), Journal: journal,
			Logs: func(ctx context.Context, taskARN, container string, o backend.LogOptions) error {
				return s.currentAgent().Logs(ctx, taskARN, container, o)
			},
		}),
	})
	return handlers.Proxy(handlers.Names{Has: s.isLoadBalancer, Dial: s.dialLoadBalancer}, s.gate(), s.countClients(api), slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelDebug))
}

// controlRoutes are those of capabilities under /_emulator/.
func (s *Server) controlRoutes(journal *activity.Journal) []control.Route {
	return slices.Concat(
		control.LoadBalancerRoutes(s.controlLoadBalancers, s.opts.Log),
		control.DeliveryRoutes(control.DeliveryOptions{
			Store: s.store, Now: s.clock.Now, Counters: &s.deliveries, Log: s.opts.Log,
			Due: control.Due{Rule: timetable.NextOfRule, Schedule: timetable.NextOfSchedule},
		}),
		control.ScalingRoutes(s.scalingReport, s.opts.Log),
		control.DiscoveryRoutes(control.DiscoveryOptions{Store: s.store, Resolvers: s.controlResolvers, Proxies: s.controlProxies, Log: s.opts.Log}),
		control.FaultRoutes(control.FaultOptions{Faults: s.faults.kit, Store: s.store, Journal: journal, Now: s.clock.Now, Log: s.opts.Log}),
		control.LoadRoutes(control.LoadOptions{Loads: s.loads, Journal: journal, Now: s.clock.Now, Log: s.opts.Log}),
		control.CertificateAuthorityRoutes(s.certificateAuthority),
	)
}

// apis are those of AWS. One that is added here has its routes, its metrics and its
// page in docs/reference/compatibility.
func (s *Server) apis() []awsapi.Service {
	control := ecs.Options{
		Store: s.store, Now: s.clock.Now, DefaultLaunchType: types.LaunchType(s.opts.DefaultLaunchType),
		StrictVPC: s.opts.StrictVPC, StrictRoles: s.opts.StrictRoles, NoDefaultCluster: s.opts.NoDefaultCluster,
		HostPaths: s.opts.AllowHostPaths, FileSystems: slices.Collect(maps.Values(s.opts.FileSystems)),
		AllowPrivileged: s.opts.AllowPrivileged, Sessions: s.sessions, Log: s.opts.Log, Outages: s.outages(),
		Quotas: s.quotas, Rates: s.rates, NamespaceDelay: s.opts.delays().Namespaces, Repeats: repeats,
	}
	s.ecs = ecs.New(control)
	s.ssm = ssm.New(ssm.Options{Store: s.store, Now: s.clock.Now, Sessions: s.sessions})
	return withTags(resourcegroupstaggingapi.Options{Store: s.store, Now: s.clock.Now},
		s.ecs,
		ec2.New(ec2.Options{
			Store: s.store, Now: s.clock.Now, StrictVPC: s.opts.StrictVPC, NATGateways: s.opts.delays().NATGateways, Settle: s.instancesSettled,
			VPCMade: s.warnOfRange, Outages: s.outages(),
		}),
		sts.New(sts.Options{
			Store: s.store, Sessions: s.credentials.Sessions, Now: s.clock.Now, Wall: s.clock.Wall, StrictRoles: s.opts.StrictRoles, RoleID: s.credentials.RoleID,
		}),
		s.ssm,
		secretsmanager.New(secretsmanager.Options{Store: s.store, Now: s.clock.Now, OtherSuffix: s.otherSuffix()}),
		cloudwatchlogs.New(s.logs, s.clock.Now),
		iam.New(s.store, s.clock.Now),
		autoscaling.New(autoscaling.Options{Store: s.store, Now: s.clock.Now, StrictVPC: s.opts.StrictVPC}),
		applicationautoscaling.New(s.store, s.clock.Now),
		cloudwatch.New(cloudwatch.Options{Store: s.store, Now: s.clock.Now, Metrics: s.metrics, Collect: s.readMetrics, Log: s.opts.Log}),
		acm.New(acm.Options{Store: s.store, Now: s.clock.Now, Wall: s.clock.Wall, InUse: elbv2.InUse}),
		elasticloadbalancingv2.New(elasticloadbalancingv2.Options{
			Store: s.store, Now: s.clock.Now, StrictVPC: s.opts.StrictVPC, Certificate: certificateExists,
		}),
		eventbridge.New(eventbridge.Options{Store: s.store, Now: s.clock.Now, Way: s.wayToTarget, Route: s.route}),
		scheduler.New(scheduler.Options{
			Store: s.store, Now: s.clock.Now, StrictRoles: s.opts.StrictRoles, GroupDeletion: s.opts.delays().ScheduleGroups, Way: s.wayToTarget,
		}),
		servicediscovery.New(servicediscovery.Options{
			Store: s.store, Now: s.clock.Now, StrictVPC: s.opts.StrictVPC, HealthDelay: s.opts.delays().CustomHealth,
		}),
	)
}

// certificateAuthority is the certificate of the authority that issues those of ACM, as PEM.
func (s *Server) certificateAuthority() (string, error) {
	now := s.clock.Now()
	authority, err := certificates.Issuer(s.store, now, s.clock.Wall(now))
	if err != nil {
		return "", err
	}
	return authority.Certificate, nil
}

// otherSuffix has the log tell of secrets that are found by ARNs with other suffixes; nil has them
// not found.
func (s *Server) otherSuffix() func(asked, found string) {
	if s.opts.StrictSecrets {
		return nil
	}
	return func(asked, found string) {
		if s.otherSecrets.IsNew(asked) {
			s.opts.Log.Info("found a secret by an ARN with another suffix; --any-secret-suffix=false refuses it", "asked", asked, "secret", found)
		}
	}
}

// certificateExists reports whether Certificate Manager has a certificate.
func certificateExists(tx *store.Tx, scope arn.Scope, certificateARN string) bool {
	return certificates.Exists(tx, scope, certificateARN)
}

// logEvents tells whether log events can be kept.
func (s *Server) logEvents() control.State {
	status, err := s.logs.Disk()
	state := control.State{Status: control.StateStatus(status)}
	switch status {
	case logs.DiskFull:
		state.Reason = "the disk is full: the oldest log events make room for new ones"
	case logs.DiskUnwritable:
		state.Reason = err.Error()
	}
	return state
}

// countClients counts what clients have had answered, for quiet: the emulator's own calls are work that quiet waits for.
func (s *Server) countClients(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		if !apiclient.IsOwn(r.Context()) && !control.Has(r.URL.Path) {
			s.requests.Add(1)
		}
	})
}

func (s *Server) engineHealth(ctx context.Context) control.Engine {
	agent := s.currentAgent()
	health := control.Engine{
		Name: s.engineName, Status: control.EngineReady,
		TaskAddresses: "not reachable from this machine: use the loopback ports at " + control.Prefix + "tasks",
	}
	info := agent.EngineInfo(ctx, fargate)
	health.Limits = control.Limits{Engine: info.Groups, Bound: control.LimitBoundSum, Reason: info.Unlimited}
	if !info.TaskLimits {
		health.Limits.Bound = control.LimitBoundEachContainer
	}
	if info.Reachable {
		health.TaskAddresses = "reachable from this machine, as are the loopback ports at " + control.Prefix + "tasks"
	}
	if err := agent.Health(fargate); err != nil {
		health.Status, health.LastError = control.EngineUnavailable, err.Error()
	}
	if err := agent.NetworkHealth(fargate); err != nil {
		health.NetworkError = err.Error()
	}
	if err := agent.FilterHealth(fargate); err != nil {
		health.FilterError = err.Error()
	}
	if err := agent.DiskHealth(fargate); err != nil {
		health.DiskError = err.Error()
	}
	health.Unanswered = strings.Join(agent.Unanswered(fargate), "; ")
	return health
}

// instancesSettled waits until the capacity controller has done what it can do now.
func (s *Server) instancesSettled(ctx context.Context) error {
	return s.atWork().Capacity.Idle(ctx)
}
