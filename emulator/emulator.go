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
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials"
	"github.com/ecs-emulator/ecs-emulator/internal/app/enginerecord"
	"github.com/ecs-emulator/ecs-emulator/internal/app/retention"
	"github.com/ecs-emulator/ecs-emulator/internal/app/taskmetadata"
	"github.com/ecs-emulator/ecs-emulator/internal/app/upstream"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/evaluation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs/logmetric"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/routing"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery/target"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pipelistener"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	connectmetrics "github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/metrics"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceload"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
	loadbalancermetrics "github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/metrics"
)

// Server is a running emulator.
type Server struct {
	opts         Options
	quotas       quota.Quotas
	rates        *quota.Rates // nil: tasks are launched at any
	clock        *clock.Clock
	store        *store.Store
	logs         *logs.Store
	metrics      *metric.Store
	alarms       *evaluation.Evaluator       // on metrics
	balanced     *loadbalancermetrics.Source // of the load balancers that are at work
	connected    *connectmetrics.Source      // of the proxies of Service Connect
	credentials  *credentials.Issuer
	otherSecrets credentials.ToldARNs // that a secret with another suffix stands for
	engine       backend.Engine       // what the user asked for
	faulty       *fault.Engine        // the same, with faults
	faults       *Faults
	guard        *enginerecord.Guard
	replaces     atomic.Bool // the engine that answers takes the place of the former one
	engineName   string
	// engineProblem is why no task can run at first; empty if one can.
	engineProblem string
	handler       http.Handler
	client        *apiclient.Client // of handler
	httpClient    *http.Client      // of Config
	functions     *lambda.Functions
	router        *routing.Router
	targets       *target.Targets    // of rules and schedules
	deliveries    delivery.Counters  // of the same
	loads         *serviceload.Board // of services on the simulated engine
	services      []string           // of handler, as signatures name them
	endpoints     []string           // variables of containers; see serve.go
	upstream      *handlers.Upstream // nil if there is none
	listener      net.Listener
	http          *http.Server // of the host
	tasksHTTP     *http.Server // of tasks, with what they are offered
	regions       regionWarnings
	dns           *dnsServer // nil without Options.DNS
	ecs           *ecs.API
	ssm           *ssm.API
	tasks         *taskmetadata.Endpoint
	metadata      http.Handler // of tasks
	metadataHTTP  *http.Server
	sessions      *ssmsession.Kernel // of ECS Exec and Session Manager
	started       time.Time
	begun         bool // before that, nothing but what the engine demands is written
	// closing ends when Close begins: requests that follow something go then.
	closing context.Context
	close   context.CancelFunc

	// changing is held while controllers are stopped and started: one Reset at a
	// time, and none once the emulator closes.
	changing sync.Mutex
	closed   bool

	controllersMu sync.Mutex // of controllers
	controllers   controllers.Set
	quiet         *controllers.Quiet
	retention     *retention.Keeper
	stop          context.CancelFunc
	running       sync.WaitGroup
	serving       sync.WaitGroup
	requests      atomic.Uint64 // of clients that were answered
}

// New starts an emulator. Call Close to end it.
func New(opts Options) (*Server, error) { return NewContext(context.Background(), opts) }

// NewContext is New that gives up, with the error of ctx, if ctx ends before the emulator is ready: an engine
// may take its time to answer. An emulator that is ready does not look at ctx; Close ends it.
func NewContext(ctx context.Context, opts Options) (*Server, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	quotas, err := quota.New(opts.Quotas)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts.withDefaults(), quotas: quotas, started: time.Now()}
	s.regions.log = s.opts.Log
	s.regions.see(s.opts.Region)
	if opts.LaunchRates {
		s.rates = &quota.Rates{}
	}
	s.closing, s.close = context.WithCancel(context.Background())
	profile, err := credentials.OpenProfile(s.opts.TaskCredentials, s.opts.Log)
	if err != nil {
		return nil, err
	}
	s.credentials = &credentials.Issuer{Log: s.opts.Log, Profile: profile, Authorize: s.opts.authorize}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.closeParts())
	}
	s.faulty = fault.New(s.engine, fault.Options{AfterFunc: s.afterFunc})
	s.loads = s.newLoads()
	s.faults = newFaults(s)
	s.quiet = &controllers.Quiet{Store: s.store, Engine: s.engine, Faulty: s.faulty, Set: s.atWork, Requests: s.requests.Load, Matched: s.deliveries.AllMatched, Log: s.opts.Log}
	s.clock.SetQuiet(s.quiet.Wait)
	s.clock.SetProgress(s.tellProgress)
	s.retention = &retention.Keeper{Store: s.store, Logs: s.logs, Clock: s.clock, Log: s.opts.Log}
	s.store.OnChange(s.retention.Changed)
	s.sessions = s.newSessions()
	s.router = &routing.Router{Clock: s.clock, Counters: &s.deliveries}
	s.handler = s.newHandler()
	s.client = s.newClient()
	if s.functions, err = s.newFunctions(); err != nil {
		return nil, errors.Join(err, s.closeParts())
	}
	s.targets = s.newTargets()
	s.tasks = s.newMetadata()
	s.metadata = s.tasks.Handler()
	callers := s.listenMetadata()
	s.begun = true
	s.startControllers()
	s.serveMetadata(callers)
	s.serveHost()
	s.serveDNS()
	s.serveTasks()
	if s.opts.CapacityFile != "" {
		if err := s.addCapacity(ctx, s.opts.CapacityFile); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if s.opts.InitDir != "" {
		if err := s.initFolder().Make(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if s.opts.FaultsFile != "" {
		if err := s.faults.runFile(ctx, s.opts.FaultsFile); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// open takes the port first, so that a second emulator fails before it touches
// anything.
func (s *Server) open(ctx context.Context) (err error) {
	if s.opts.InProcess {
		s.listener = pipelistener.New()
	} else if s.listener, err = listen(ctx, s.opts.Listen); err != nil {
		return err
	}
	s.httpClient = newHTTPClient(s.listener)
	if err = s.openDNS(); err != nil {
		return err
	}
	if s.upstream, err = upstream.Open(s.opts.Upstream, s.listener.Addr().(*net.TCPAddr)); err != nil {
		return err
	}
	// What the data directory has is read and checked before anything is written there.
	known, err := enginerecord.Read(s.opts.DataDir)
	if err != nil {
		return err
	}
	if err := s.openStore(); err != nil {
		return err
	}
	if err := s.openMetrics(); err != nil {
		return err
	}
	if err := s.readLogs(); err != nil { // whose events become metrics
		return err
	}
	s.alarms = s.newEvaluator()
	if err := s.openEngine(ctx, known); err != nil {
		return err
	}
	if err := s.logs.Begin(); err != nil {
		return err
	}
	s.occupy()
	return nil
}

// occupy says in the data directory which emulator has it, as far as that can be written.
func (s *Server) occupy() {
	if s.opts.DataDir == "" {
		return
	}
	o := occupant{PID: os.Getpid()}
	if !s.opts.InProcess {
		o.Endpoint = s.URL()
	}
	if err := o.write(s.opts.DataDir); err != nil {
		s.opts.Log.Debug("cannot write which process has the data directory", "error", err)
	}
}

// openStore opens the state and sets the clock.
func (s *Server) openStore() (err error) {
	where := store.Options{Stamp: s.clockStamp, Fault: s.opts.fault}
	if s.opts.DataDir != "" {
		if err := os.MkdirAll(s.opts.DataDir, 0o700); err != nil {
			return fmt.Errorf("make the data directory: %w", err)
		}
		where.Path = filepath.Join(s.opts.DataDir, "state.db")
	}
	if s.opts.SkipDamagedRows {
		where.Skipped = func(why error) {
			s.opts.Log.Error("goes on without what is damaged in the state file, because of --skip-damaged-rows", "file", where.Path, "damaged", why)
		}
	}
	if s.store, err = state.Open(where); err != nil {
		return explainInUse(err, s.opts.DataDir)
	}
	s.credentials.Store, s.credentials.Sessions = s.store, session.New(s.store)
	start, err := clock.Resume(s.store.Stamped(), time.Now())
	if err != nil {
		return fmt.Errorf("read state file %s: %w", where.Path, err)
	}
	s.clock = clock.New(clock.Options{Start: start, Speed: s.opts.Speed})
	s.credentials.Clock = s.clock
	if s.opts.Speed == Still {
		return s.clock.SetSpeed(0)
	}
	return nil
}

// readLogs reads the store of what CloudWatch Logs has. It lies beside the state: only an
// emulator that has the state open gets here, so it is the only writer. Where the upstream has
// them it keeps nothing but how far the output of containers has been put there.
func (s *Server) readLogs() (err error) {
	where := logs.Options{
		Size: s.opts.LogSize, Now: s.clock.Now, Log: s.opts.Log, Arrived: (&logmetric.Publisher{Metrics: s.metrics, Now: s.clock.Now}).Arrived,
	}
	if s.opts.DataDir != "" {
		where.Dir = filepath.Join(s.opts.DataDir, "logs")
		if s.opts.leaves("logs") {
			where.Dir = filepath.Join(s.opts.DataDir, "log-positions")
		}
	}
	s.logs, err = logs.Read(where)
	return err
}

// URL is the endpoint, for --endpoint-url and AWS_ENDPOINT_URL. With Options.InProcess it leads
// nowhere.
func (s *Server) URL() string {
	addr := s.listener.Addr().(*net.TCPAddr)
	if addr.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d", addr.Port)
	}
	return "http://" + addr.String()
}

// Config is a configuration for clients of the SDK that leads them to the emulator.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       s.opts.Region,
		BaseEndpoint: aws.String(s.URL()),
		Credentials:  static.NewStaticCredentialsProvider(s.opts.Account, "secret", ""),
		APIOptions:   []func(*middleware.Stack) error{addWithoutHostPrefix},
		HTTPClient:   s.httpClient,
	}
}

// addWithoutHostPrefix has clients leave the name of the emulator's host as it is: before it DiscoverInstances of Cloud
// Map would have data-, and such a name is not found.
func addWithoutHostPrefix(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("EmulatorWithoutHostPrefix", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
	}), middleware.Before)
}

// Handler is the endpoint without its listener.
func (s *Server) Handler() http.Handler { return s.handler }

// Engine is the container engine: with the simulated one, a *sim.Engine to script.
func (s *Server) Engine() backend.Engine { return s.engine }

// EngineName names the engine that runs containers, for people.
func (s *Server) EngineName() string { return s.engineName }

// EngineProblem says why no task could run when the emulator started: its state waits for the
// engine that it belongs to. It is empty if there was no problem.
func (s *Server) EngineProblem() string { return s.engineProblem }
