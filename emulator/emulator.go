// Package emulator is Amazon ECS on your own machine, to be used in tests and
// programs:
//
//	srv := emulator.Start(t)              // simulated engine, gone with the test
//	client := ecs.NewFromConfig(srv.Config())
//
// It is also the place where everything is put together: the store in the middle,
// the API's handlers that write what is wanted, the agent and the service
// scheduler that make it true, and the engine that runs containers.
package emulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	static "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/capacity"
	"github.com/ecs-emulator/ecs-emulator/internal/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/credentials"
	"github.com/ecs-emulator/ecs-emulator/internal/enginerecord"
	"github.com/ecs-emulator/ecs-emulator/internal/loadbalancer"
	"github.com/ecs-emulator/ecs-emulator/internal/logs"
	"github.com/ecs-emulator/ecs-emulator/internal/service"
	"github.com/ecs-emulator/ecs-emulator/internal/session"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/taskmetadata"
	"github.com/ecs-emulator/ecs-emulator/internal/upstream"
	"github.com/ecs-emulator/ecs-emulator/internal/vpc"
)

// Server is a running emulator.
type Server struct {
	opts         Options
	clock        *clock.Clock
	store        *state.Store
	logs         *logs.Store
	logsSwept    time.Time // by retain
	credentials  *credentials.Issuer
	otherSecrets credentials.ToldARNs // that a secret with another suffix stands for
	engine       backend.Engine       // what the user asked for
	faulty       *fault.Engine        // the same, with faults
	faults       *Faults
	guard        *enginerecord.Guard
	engineName   string
	// engineProblem is why no task can run at first; empty if one can.
	engineProblem string
	handler       http.Handler
	client        *apiclient.Client  // of handler
	services      []string           // of handler, as signatures name them
	endpoints     []string           // variables of containers; see serve.go
	upstream      *handlers.Upstream // nil if there is none
	listener      net.Listener
	http          *http.Server
	ecs           *ecs.API
	tasks         *taskmetadata.Endpoint
	metadata      http.Handler // of tasks
	metadataHTTP  *http.Server
	started       time.Time
	// closing ends when Close begins: requests that follow something go then.
	closing context.Context
	close   context.CancelFunc

	// changing is held while controllers are stopped and started: one Reset at a
	// time, and none once the emulator closes.
	changing sync.Mutex
	closed   bool

	controllersMu sync.Mutex // of controllers
	controllers   controllers
	stop          context.CancelFunc
	running       sync.WaitGroup
	serving       sync.WaitGroup
	retaining     sync.Mutex
	requests      atomic.Uint64 // answered by the AWS APIs
	impatient     atomic.Uint64 // how often the clock has not waited any longer
	stamped       time.Time     // by retain, in real time
}

// New starts an emulator. Call Close to end it.
func New(opts Options) (*Server, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	s := &Server{opts: opts.withDefaults(), started: time.Now()}
	s.closing, s.close = context.WithCancel(context.Background())
	profile, err := credentials.OpenProfile(s.opts.TaskCredentials, s.opts.Log)
	if err != nil {
		return nil, err
	}
	s.credentials = &credentials.Issuer{Log: s.opts.Log, Profile: profile}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.closeParts())
	}
	s.faulty = fault.New(s.engine, fault.Options{AfterFunc: s.afterFunc})
	s.faults = newFaults(s)
	s.clock.SetQuiet(s.quiet)
	s.handler = s.newHandler()
	s.client = s.newClient()
	s.tasks = s.newMetadata()
	s.metadata = s.tasks.Handler()
	callers := s.listenMetadata()
	s.startControllers()
	s.serveMetadata(callers)
	s.http = &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second}
	s.serving.Go(func() {
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.opts.Log.Error("endpoint ended", "error", err)
		}
	})
	s.serveTasks()
	if s.opts.CapacityFile != "" {
		if err := s.addCapacity(context.Background(), s.opts.CapacityFile); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if s.opts.InitDir != "" {
		if err := s.initFolder().Make(context.Background()); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// open takes the port first, so that a second emulator fails before it touches
// anything.
func (s *Server) open() (err error) {
	if s.listener, err = net.Listen("tcp", s.opts.Listen); err != nil {
		return fmt.Errorf("listen for the endpoint: %w", err)
	}
	if s.upstream, err = upstream.Open(s.opts.Upstream, s.listener.Addr().(*net.TCPAddr)); err != nil {
		return err
	}
	if err := s.openStore(); err != nil {
		return err
	}
	if err := s.openLogs(); err != nil {
		return err
	}
	return s.openEngine(context.Background())
}

// openStore opens the state and sets the clock.
func (s *Server) openStore() (err error) {
	where := state.Options{Stamp: s.clockStamp, Fault: s.opts.fault}
	if s.opts.DataDir != "" {
		if err := os.MkdirAll(s.opts.DataDir, 0o700); err != nil {
			return fmt.Errorf("make the data directory: %w", err)
		}
		where.Path = filepath.Join(s.opts.DataDir, "state.db")
	}
	if s.store, err = state.Open(where); err != nil {
		return err
	}
	s.credentials.Store, s.credentials.Sessions = s.store, session.New(s.store.Store)
	start, err := clock.Resume(s.store.Stamped(), time.Now())
	if err != nil {
		return fmt.Errorf("read state file %s: %w", where.Path, err)
	}
	s.clock = clock.New(clock.Options{Start: start, Speed: s.opts.Speed})
	s.credentials.Clock = s.clock
	return nil
}

// startControllers sets the agent and the scheduler to work on the store.
func (s *Server) startControllers() {
	ctx, cancel := context.WithCancel(context.Background())
	s.controllersMu.Lock()
	defer s.controllersMu.Unlock()
	s.stop = cancel
	tasks, services, instances := s.opts.delays()
	options := agent.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Delays: tasks, InstanceAddress: s.instanceAddress, InstanceAddresses: s.instanceAddresses,
		AllowPrivileged: s.opts.AllowPrivileged, SecurityGroups: vpc.SecurityGroups(s.opts.SecurityGroups), InstanceGroups: s.instanceGroups,
		Endpoints: s.endpoints, Variables: s.taskVariables(), Secrets: s.secretSource(), LogSink: s.logSink(),
		Hosts: []agent.HostOptions{{
			Name: fargate, Engine: s.faulty, Admit: s.guard.Admit, PullBehavior: agent.PullBehavior(s.opts.PullBehavior),
			VPCRange: s.opts.VPCCIDR, InstanceRange: s.opts.InstanceCIDR, LocalPorts: s.opts.LocalPorts,
			VolumeOptions: agent.VolumeOptions{HostPaths: s.opts.AllowHostPaths, FileSystems: s.opts.FileSystems},
		}},
	}
	if s.opts.StrictRoles {
		options.AssumesRole = s.assumesRole
	}
	at := controllers{balancers: s.newLoadBalancers()}
	options.LoadBalancerNews = at.balancers.Wake
	at.agent = agent.New(options)
	at.balancers.Host = at.agent
	at.services = &service.Controller{Store: s.store, Clock: s.clock, Log: s.opts.Log, Delays: services}
	if s.opts.StrictRoles {
		at.services.RefusedRole = refusedRole
	}
	at.capacity = &capacity.Controller{
		Store: s.store, Clock: s.clock, Log: s.opts.Log, Delays: instances, AgentAway: s.faults.instances.agentAway,
		Addresses: at.agent,
	}
	at.groups = &capacity.GroupController{Store: s.store, Clock: s.clock, Log: s.opts.Log, Delays: s.opts.groupDelays()}
	at.targets = &loadbalancer.TaskTargets{Store: s.store, Clock: s.clock, Log: s.opts.Log}
	s.controllers = at
	for _, c := range at.all() {
		s.running.Go(func() { s.report(c.name, c.run(ctx)) })
	}
	s.retain(ctx)
	if sweeper, ok := s.engine.(backend.Sweeper); ok {
		s.running.Go(func() { s.sweep(ctx, sweeper) })
	}
}

// stopControllers returns when no controller runs any more.
func (s *Server) stopControllers() {
	if s.stop == nil {
		return
	}
	s.stop()
	s.running.Wait()
	s.retaining.Lock() // until what it does now is done
	defer s.retaining.Unlock()
}

// afterFunc is the clock's, for faults.
func (s *Server) afterFunc(d time.Duration, f func()) (stop func() bool) {
	return s.clock.AfterFunc(d, f).Stop
}

func (s *Server) report(who string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		s.opts.Log.Error("controller ended", "controller", who, "error", err)
	}
}

const (
	// sweepTimeout bounds one sweep: what an engine does not get done in that time is
	// left to the next one.
	sweepTimeout = 2 * time.Minute
	// readTimeout bounds how long their removal waits for their output.
	readTimeout = 30 * time.Second
	// removeTimeout bounds the removal of all containers.
	removeTimeout = 10 * time.Minute
)

// sweep removes what killed emulators have left on the engine: at the start, again
// when those that died just before it are known to be dead, and now and then.
func (s *Server) sweep(ctx context.Context, sweeper backend.Sweeper) {
	next := time.NewTimer(0)
	defer next.Stop()
	for pause := 10 * time.Second; ; pause = time.Minute {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			next.Reset(pause)
		}
		short, cancel := context.WithTimeout(ctx, sweepTimeout)
		removed, err := sweeper.Sweep(short)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			s.opts.Log.Warn("leftovers of earlier runs not removed", "error", err)
		case removed > 0:
			s.opts.Log.Info("removed what earlier runs had left", "things", removed)
		}
	}
}

// fargate is the agent's host for Fargate tasks.
const fargate = ""

// URL is the endpoint, for --endpoint-url and AWS_ENDPOINT_URL.
func (s *Server) URL() string {
	addr := s.listener.Addr().(*net.TCPAddr)
	if addr.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d", addr.Port)
	}
	return "http://" + addr.String()
}

// Config is for clients of the SDK.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       s.opts.Region,
		BaseEndpoint: aws.String(s.URL()),
		Credentials:  static.NewStaticCredentialsProvider(s.opts.Account, "secret", ""),
	}
}

// Handler is the endpoint without its listener.
func (s *Server) Handler() http.Handler { return s.handler }

// Engine is the container engine: with the simulated one, a *sim.Engine to script.
func (s *Server) Engine() backend.Engine { return s.engine }

// EngineName says where containers run, for people.
func (s *Server) EngineName() string { return s.engineName }

// EngineProblem is why no task could run at the start, though the emulator has
// started: its state waits for the engine that it belongs to. Empty is no problem.
func (s *Server) EngineProblem() string { return s.engineProblem }
