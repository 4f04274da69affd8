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
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator/agent"
	"github.com/ecs-emulator/ecs-emulator/emulator/clock"
	"github.com/ecs-emulator/ecs-emulator/emulator/service"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// Server is a running emulator.
type Server struct {
	opts       Options
	clock      *clock.Clock
	store      *state.Store
	engine     backend.Engine
	engineName string
	handler    http.Handler
	listener   net.Listener
	http       *http.Server
	started    time.Time

	// changing is held while controllers are stopped and started: one Reset at a
	// time, and none once the emulator closes.
	changing sync.Mutex
	closed   bool

	controllersMu sync.Mutex // of agent
	agent         *agent.Agent
	services      *service.Controller
	stop          context.CancelFunc
	running       sync.WaitGroup
	serving       sync.WaitGroup
	retaining     sync.Mutex
}

// New starts an emulator. Call Close to end it.
func New(opts Options) (*Server, error) {
	s := &Server{opts: opts.withDefaults(), started: time.Now()}
	s.clock = clock.New(clock.Options{Speed: s.opts.Speed})
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.closeParts())
	}
	s.clock.SetQuiet(s.quiet)
	s.handler = s.newHandler()
	s.startControllers()
	s.http = &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second}
	s.serving.Go(func() {
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.opts.Log.Error("endpoint ended", "error", err)
		}
	})
	if s.opts.InitDir != "" {
		if err := s.init(context.Background(), s.opts.InitDir); err != nil {
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
	where := state.Options{}
	if s.opts.DataDir != "" {
		if err := os.MkdirAll(s.opts.DataDir, 0o700); err != nil {
			return fmt.Errorf("make the data directory: %w", err)
		}
		where.Path = filepath.Join(s.opts.DataDir, "state.db")
	}
	if s.store, err = state.Open(where); err != nil {
		return err
	}
	if s.engine, err = openEngine(context.Background(), s.opts, s.clock); err != nil {
		return err
	}
	info, err := s.engine.Info(context.Background())
	if err != nil {
		return fmt.Errorf("ask the engine about itself: %w", err)
	}
	s.engineName = strings.TrimSpace(info.Name + " " + info.Version)
	return nil
}

// startControllers sets the agent and the scheduler to work on the store.
func (s *Server) startControllers() {
	ctx, cancel := context.WithCancel(context.Background())
	s.controllersMu.Lock()
	defer s.controllersMu.Unlock()
	s.stop = cancel
	s.agent = agent.New(agent.Options{
		Store: s.store, Engine: s.engine, Clock: s.clock, Log: s.opts.Log, PullBehavior: s.opts.PullBehavior,
	})
	s.services = &service.Controller{Store: s.store, Clock: s.clock, Log: s.opts.Log}
	s.running.Go(func() { s.report("agent", s.agent.Run(ctx)) })
	s.running.Go(func() { s.report("service scheduler", s.services.Run(ctx)) })
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

func (s *Server) report(who string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		s.opts.Log.Error("controller ended", "controller", who, "error", err)
	}
}

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
		removed, err := sweeper.Sweep(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			s.opts.Log.Warn("leftovers of earlier runs not removed", "error", err)
		case removed > 0:
			s.opts.Log.Info("removed what earlier runs had left", "things", removed)
		}
	}
}

// quiet waits until no controller has anything to do, for Clock.Advance. A stop
// timeout or a pull runs in real time; quiet does not wait for those longer than
// it would take to notice.
func (s *Server) quiet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, longestQuiet)
	defer cancel()
	settle := func(context.Context) error { return nil }
	if engine, simulated := s.engine.(*sim.Engine); simulated {
		settle = engine.Settle
	}
	for {
		before := s.store.Commits()
		for _, wait := range []func(context.Context) error{settle, s.store.Idle, s.currentAgent().Idle, settle, s.store.Idle} {
			if err := wait(ctx); errors.Is(err, context.DeadlineExceeded) {
				return nil
			} else if err != nil {
				return err
			}
		}
		if s.store.Commits() == before {
			return nil
		}
	}
}

const longestQuiet = 10 * time.Second

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
		Credentials:  credentials.NewStaticCredentialsProvider(s.opts.Account, "secret", ""),
	}
}

// Handler is the endpoint without its listener.
func (s *Server) Handler() http.Handler { return s.handler }

// Engine is the container engine: with the simulated one, a *sim.Engine to script.
func (s *Server) Engine() backend.Engine { return s.engine }

// EngineName says where containers run, for people.
func (s *Server) EngineName() string { return s.engineName }

// Farewell says what Close is going to do, for people.
func (s *Server) Farewell() string {
	tasks := 0
	for _, t := range s.store.Read().AllTasks() {
		if !t.Ended() {
			tasks++
		}
	}
	switch {
	case tasks == 0:
		return "stopping; no task is running"
	case s.opts.OnExit == Keep:
		return fmt.Sprintf("stopping; %d tasks go on, and the next start with this data directory takes them over", tasks)
	default:
		return fmt.Sprintf("stopping; removing %d tasks", tasks)
	}
}

// Reset ends all tasks and forgets everything, as if the emulator had just been
// started.
func (s *Server) Reset() error {
	s.changing.Lock()
	defer s.changing.Unlock()
	if s.closed {
		return errors.New("the emulator is closed")
	}
	s.stopControllers()
	defer s.startControllers()
	if err := s.engine.RemoveAll(context.Background()); err != nil {
		return fmt.Errorf("remove containers: %w", err)
	}
	return s.store.Reset()
}

// Close ends the emulator. Unless tasks are to be kept, it removes all that it
// has started.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s.http.Shutdown(ctx)
	s.http.Close()
	s.serving.Wait()
	s.changing.Lock()
	defer s.changing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.stopControllers()
	var err error
	if s.opts.OnExit == Remove {
		if err = s.engine.RemoveAll(context.Background()); err != nil {
			err = fmt.Errorf("remove containers: %w", err)
		}
	}
	return errors.Join(err, s.closeParts())
}

func (s *Server) closeParts() error {
	var errs []error
	if s.http == nil && s.listener != nil {
		errs = append(errs, s.listener.Close())
	}
	if s.engine != nil && s.opts.Backend == nil {
		errs = append(errs, s.engine.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}
