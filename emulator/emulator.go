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
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/app/access"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
	"github.com/ecs-emulator/ecs-emulator/internal/app/initfolder"
	"github.com/ecs-emulator/ecs-emulator/internal/app/retention"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/httpserver/pipelistener"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/price"
)

// Server is a running emulator.
type Server struct {
	opts      Options
	core      *app.Core
	parts     parts
	modules   []app.Module
	functions *app.Functions // that answer for hooks and targets
	faults    *Faults
	collect   func(context.Context) // brings what has been counted into the metrics
	prices    *price.Table          // of Options.Prices; nil: the emulator's own

	listener     net.Listener
	httpClient   *http.Client // of Config
	handler      http.Handler
	http         *http.Server // of the host
	tasksHTTP    *http.Server // of tasks, with what they are offered
	registryHTTP *http.Server // of the engine's host, where that does not reach the listener
	metadata     http.Handler // of tasks
	metadataHTTP *http.Server
	regions      app.RegionWarnings
	dns          *app.DNS // nil without Options.DNS

	// closing ends when Close begins: requests that follow something go then.
	closing context.Context
	close   context.CancelFunc

	// changing is held while controllers are stopped and started: one Reset at a
	// time, and none once the emulator closes.
	changing sync.Mutex
	closed   bool

	access   *access.Control // nil: everything is allowed
	rootKeys []*iam.RootKey  // of Options.Account first; none if they are of no use

	running   controllers.Running
	quiet     *controllers.Quiet
	retention *retention.Keeper
	serving   sync.WaitGroup
	requests  atomic.Uint64 // of clients that were answered
}

// New starts an emulator. Call Close to end it.
func New(opts Options) (*Server, error) { return NewContext(context.Background(), opts) }

// NewContext is New that gives up, with the error of ctx, if ctx ends before the emulator is ready: an engine
// may take its time to answer. An emulator that is ready does not look at ctx; Close ends it.
func NewContext(ctx context.Context, opts Options) (*Server, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	s := &Server{opts: opts.withDefaults()}
	s.regions.Log, s.running.Log = s.opts.Log, s.opts.Log
	s.regions.See(s.opts.Region)
	s.closing, s.close = context.WithCancel(context.Background())
	var err error
	if opts.Prices != "" {
		if s.prices, err = price.ReadFile(ctx, opts.Prices); err != nil {
			return nil, err
		}
	}
	if s.core, err = s.newCore(); err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.closeParts())
	}
	if err := s.openAccess(); err != nil {
		return nil, errors.Join(err, s.closeParts())
	}
	s.core.Clock.SetQuiet(s.quiet.Wait)
	s.core.Clock.SetProgress(s.tellProgress)
	s.retention = s.newRetention()
	s.core.Store.OnChange(s.retention.Changed)
	s.handler = s.newHandler(s.offer())
	tasks := app.NewMetadata(s.parts.engine, s.parts.ecs, s.opts.MetadataRate)
	s.metadata, s.parts.engine.Variables = tasks.Handler(), tasks.Variables
	callers, engines := s.listenMetadata(), s.parts.images.Listen()
	s.core.Begun = true
	s.begin()
	s.serveMetadata(callers)
	s.serveHost()
	s.serveDNS()
	s.serveTasks()
	s.serveRegistry(engines)
	if err := s.make(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// make makes what the options describe.
func (s *Server) make(ctx context.Context) error {
	if s.opts.CapacityFile != "" {
		if err := s.parts.ec2.AddCapacity(ctx, s.opts.CapacityFile); err != nil {
			return err
		}
	}
	if s.opts.InitDir != "" {
		folder := s.initFolder()
		if err := folder.Make(ctx); err != nil {
			return err
		}
		if err := folder.MakeStacks(ctx); err != nil {
			return err
		}
	}
	if s.opts.FaultsFile != "" {
		return s.faults.of.RunFile(ctx, s.opts.FaultsFile)
	}
	return nil
}

// initFolder makes what Options.InitDir describes.
func (s *Server) initFolder() *initfolder.Folder {
	return &initfolder.Folder{
		Dir: s.opts.InitDir, Client: s.core.Client, Root: apiclient.Root(s.core.Scope), GiveAccessKey: s.core.GiveAccessKey, Log: s.opts.Log,
		AwaitStack: func(ctx context.Context, id string) error {
			_, err := s.stacks().Await(ctx, id)
			return err
		},
	}
}

// newCore reads what the options say about all modules.
func (s *Server) newCore() (*app.Core, error) {
	o := &s.opts
	return app.NewCore(app.Settings{
		Scope: arn.Scope{Region: o.Region, Account: o.Account}, DataDir: o.DataDir, StrictVPC: o.StrictVPC, StrictRoles: o.StrictRoles,
		UpstreamFor: o.UpstreamFor, Log: o.Log,
	}, app.Choices{
		Quotas: o.Quotas, LaunchRates: o.LaunchRates, AWSDelays: o.AWSDelays, TaskCredentials: o.TaskCredentials, Authorize: o.authorize,
	}, s.closing)
}

// open takes the port first, so that a second emulator fails before it touches
// anything.
func (s *Server) open(ctx context.Context) (err error) {
	if s.opts.InProcess {
		s.listener = pipelistener.New()
	} else if s.listener, err = endpoint.Listen(ctx, s.opts.Listen); err != nil {
		return err
	}
	s.httpClient = newHTTPClient(s.listener)
	if s.opts.DNS != "" {
		if s.dns, err = app.ListenDNS(s.opts.DNS); err != nil {
			return err
		}
	}
	if err = s.core.OpenUpstream(s.opts.Upstream, s.listener.Addr()); err != nil {
		return err
	}
	// What the data directory has is read and checked before anything is written there.
	engine, err := s.opts.engine()
	if err != nil {
		return err
	}
	if engine.Known, err = enginerecord.Read(s.opts.DataDir); err != nil {
		return err
	}
	if err := s.core.OpenStore(app.StoreOptions{Speed: s.opts.Speed, SkipDamagedRows: s.opts.SkipDamagedRows, Fault: s.opts.fault}); err != nil {
		return err
	}
	s.core.Client = s.newClient()
	if err := s.makeModules(engine); err != nil {
		return err
	}
	if err := s.openModules(ctx); err != nil {
		return err
	}
	endpoint := ""
	if !s.opts.InProcess {
		endpoint = s.URL()
	}
	s.core.Occupy(endpoint)
	return nil
}

// newRetention forgets what modules say is too old.
func (s *Server) newRetention() *retention.Keeper {
	k := &retention.Keeper{Store: s.core.Store, Clock: s.core.Clock, Log: s.opts.Log}
	for _, m := range s.modules {
		for _, f := range m.Forgets {
			k.Forgets = append(k.Forgets, f.Do)
		}
		if m.Sweep != nil {
			k.Sweeps = append(k.Sweeps, m.Sweep)
		}
	}
	return k
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
		Credentials:  s.rootCredentials(),
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

// Engine is the container engine: with the simulated one, a *sim.Engine to script. Of several it is the first one; Engines has all.
func (s *Server) Engine() backend.Engine { return s.parts.engine.Engine() }

// Engines are the container engines by their names, of which one alone may have none.
func (s *Server) Engines() map[string]backend.Engine {
	all := map[string]backend.Engine{}
	for _, one := range s.parts.engine.Set().All() {
		all[one.Name] = one.Backend()
	}
	return all
}

// EngineName names the engine that runs containers, or each of several, for people.
func (s *Server) EngineName() string { return s.parts.engine.Name() }

// EngineProblem says why no task could run when the emulator started: its state waits for the
// engine that it belongs to. It is empty if there was no problem.
func (s *Server) EngineProblem() string { return s.parts.engine.Problem() }
