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
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/emulator/agent"
	"github.com/ecs-emulator/ecs-emulator/emulator/clock"
	"github.com/ecs-emulator/ecs-emulator/emulator/service"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
)

// Server is a running emulator.
type Server struct {
	opts       Options
	clock      *clock.Clock
	store      *state.Store
	engine     backend.Engine // what the user asked for
	faulty     *fault.Engine  // the same, with faults
	faults     *Faults
	guard      *engineGuard
	engineName string
	// engineProblem is why no task can run at first; empty if one can.
	engineProblem string
	handler       http.Handler
	listener      net.Listener
	http          *http.Server
	started       time.Time
	// closing ends when Close begins: requests that follow something go then.
	closing context.Context
	close   context.CancelFunc

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
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.closeParts())
	}
	s.faulty = fault.New(s.engine, fault.Options{AfterFunc: s.afterFunc})
	s.faults = newFaults(s.faulty, s.clock)
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
	if err := s.openStore(); err != nil {
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
	start, err := goOn(s.store.Stamped(), time.Now())
	if err != nil {
		return fmt.Errorf("read state file %s: %w", where.Path, err)
	}
	s.clock = clock.New(clock.Options{Start: start, Speed: s.opts.Speed})
	return nil
}

// startControllers sets the agent and the scheduler to work on the store.
func (s *Server) startControllers() {
	ctx, cancel := context.WithCancel(context.Background())
	s.controllersMu.Lock()
	defer s.controllersMu.Unlock()
	s.stop = cancel
	s.agent = agent.New(agent.Options{
		Store: s.store, Clock: s.clock, Log: s.opts.Log,
		Hosts: []agent.HostOptions{{Name: fargate, Engine: s.faulty, Admit: s.guard.admit, PullBehavior: s.opts.PullBehavior, VPCRange: s.opts.VPCCIDR}},
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
		Credentials:  credentials.NewStaticCredentialsProvider(s.opts.Account, "secret", ""),
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
	case s.opts.DataDir != "":
		return fmt.Sprintf("stopping; removing %d tasks; services start theirs again at the next start with this data directory", tasks)
	default:
		return fmt.Sprintf("stopping; removing %d tasks", tasks)
	}
}

// Reset ends all tasks and faults and forgets everything, as if the emulator had
// just been started. If the state cannot be written, nothing has happened. If
// containers cannot be removed, they belong to nobody any more, and another Reset tries
// again.
func (s *Server) Reset() error {
	s.changing.Lock()
	defer s.changing.Unlock()
	if s.closed {
		return errors.New("the emulator is closed")
	}
	s.faults.ClearAll()
	s.stopControllers()
	defer s.startControllers()
	err := s.store.Update(func(tx *state.Tx) error {
		ecs.Reset(tx, s.clock.Now())
		return nil
	})
	if err != nil {
		return fmt.Errorf("nothing is reset: %w", err)
	}
	_, err = s.askEngine()
	if err == nil {
		err = s.removeContainers()
	}
	if err != nil {
		return fmt.Errorf("everything is forgotten, but containers are left: %w", err)
	}
	return nil
}

// Close ends the emulator. Unless tasks are to be kept, it removes all that it
// has started.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s.close()
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
	return errors.Join(s.removeTasks(), s.closeParts())
}

// removeTasks takes down what shall not outlive the emulator. A state that does must
// not take the tasks for failed at the next start.
func (s *Server) removeTasks() error {
	if s.opts.OnExit != Remove {
		return nil
	}
	info, err := s.askEngine()
	if err == nil {
		err = s.guard.admit(info) // on another engine the tasks go on
	}
	if err == nil {
		err = s.removeContainers()
	}
	if err != nil {
		return fmt.Errorf("remove containers: %w", err)
	}
	if s.opts.DataDir == "" {
		return nil
	}
	_, err = agent.Abandon(s.store, s.clock.Now(), removed)
	return err
}

// askEngine comes before removeContainers, which may take long: an engine that does not
// even say what it is removes nothing.
func (s *Server) askEngine() (backend.Info, error) {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	return s.engine.Info(ctx)
}

func (s *Server) removeContainers() error {
	ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
	defer cancel()
	return s.engine.RemoveAll(ctx)
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
	if s.clock != nil {
		s.clock.Close()
	}
	return errors.Join(errs...)
}
