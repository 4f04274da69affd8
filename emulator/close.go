package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
)

// Farewell is a sentence for people about what Close will do.
func (s *Server) Farewell() string {
	switch tasks := s.livingTasks(); {
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

// livingTasks is the number of tasks that have not ended.
func (s *Server) livingTasks() (n int) {
	for _, t := range state.AllTasks(s.store.Read()) {
		if !t.Ended() {
			n++
		}
	}
	return n
}

// Reset ends all tasks and faults and removes all state, as if the emulator had just been
// started. If the state cannot be written, it changes nothing. If containers or log events
// cannot be removed, it returns an error, and another Reset tries again.
func (s *Server) Reset() error {
	s.changing.Lock()
	defer s.changing.Unlock()
	if s.closed {
		return errors.New("the emulator is closed")
	}
	s.faults.kit.Abandon()
	s.sessions.EndAll(resetText)
	s.stopControllers()
	defer s.startControllers()
	err := s.store.Update(func(tx *store.Tx) error {
		ecs.Reset(tx, s.clock.Now(), !s.opts.NoDefaultCluster)
		return nil
	})
	if err != nil {
		return fmt.Errorf("nothing is reset: %w", err)
	}
	s.sessions.EndAll(resetText) // what was started meanwhile
	s.sessions.Forget()
	s.credentials.Forget()
	s.otherSecrets.Forget()
	s.rates.Forget()
	s.deliveries.Reset()
	s.quiet.Forget()
	s.metrics.Reset()
	s.loads.ClearAll()
	left := s.logs.Reset()
	if left != nil {
		left = fmt.Errorf("log events are left: %w", left)
	}
	if s.opts.CapacityFile != "" {
		if err := s.addCapacity(context.Background(), s.opts.CapacityFile); err != nil {
			s.opts.Log.Error("cannot launch the instances of --capacity after the reset", "error", err)
		}
	}
	if s.opts.InitDir != "" {
		if err := s.initFolder().Make(context.Background()); err != nil {
			s.opts.Log.Error("cannot make what the folder of --init describes after the reset", "error", err)
		}
	}
	_, err = s.askEngine()
	if err == nil {
		err = s.removeContainers()
	}
	if err != nil {
		left = errors.Join(left, fmt.Errorf("containers are left: %w", err))
	}
	if left != nil {
		return fmt.Errorf("everything else is removed, but %w", left)
	}
	return nil
}

// Close ends the emulator. Unless there are tasks that are to be kept, it removes all that
// it has started.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s.close()
	s.sessions.Close(closedText) // of their connections Shutdown knows nothing
	var ending sync.WaitGroup
	for _, server := range []*http.Server{s.http, s.tasksHTTP} {
		ending.Go(func() {
			server.Shutdown(ctx)
			server.Close()
		})
	}
	ending.Wait()
	s.httpClient.CloseIdleConnections()
	s.metadataHTTP.Close()
	_ = s.closeDNS() // it serves no more
	s.serving.Wait()
	s.changing.Lock()
	defer s.changing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.opts.OnExit == Keep {
		s.faults.kit.Abandon() // or tasks would stay cut off, without a fault that says so
	}
	s.stopControllers()
	return errors.Join(s.removeTasks(), s.closeParts())
}

// removeTasks takes down what shall not outlive the emulator. A state that does must
// not take the tasks for failed at the next start. Where tasks are kept, and there are none, what
// is left of those that have ended goes as well: it would keep a range of addresses from others.
func (s *Server) removeTasks() error {
	if s.opts.OnExit == Remove {
		return s.removeEverything(false)
	}
	if s.livingTasks() == 0 {
		if err := s.removeEverything(true); err != nil {
			s.opts.Log.Warn("cannot remove everything from the engine: the next start with this data directory takes over the rest", "error", err)
		}
	}
	return nil
}

// removeEverything removes all that there is on the engine; if output that waits to be kept shall
// wait for the next start, only when there is none.
func (s *Server) removeEverything(waits bool) error {
	info, err := s.askEngine()
	if err == nil {
		err = s.admit(info) // on another engine the tasks go on
	}
	if err == nil {
		if kept := s.readOutput(); kept || !waits {
			err = s.removeContainers()
		} else {
			err = errors.New("their output is not stored yet")
		}
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

// readOutput reads the output of containers that are about to be removed, where it outlives them. It
// reports whether all of that is kept.
func (s *Server) readOutput() bool {
	if s.opts.DataDir == "" && !s.opts.leaves("logs") {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	return s.controllers.Agent.ReadLogs(ctx)
}

const (
	// readTimeout bounds how long their removal waits for their output.
	readTimeout = 30 * time.Second
	// removeTimeout bounds the removal of all containers.
	removeTimeout = 10 * time.Minute
)

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
	if s.http == nil {
		errs = append(errs, s.closeDNS())
	}
	if s.http == nil && s.listener != nil {
		errs = append(errs, s.listener.Close())
	}
	if s.upstream != nil {
		s.upstream.Close()
	}
	if s.engine != nil && s.opts.Backend == nil {
		errs = append(errs, s.engine.Close())
	}
	if s.logs != nil {
		errs = append(errs, s.logs.Close())
	}
	switch {
	case s.metrics == nil:
	case s.begun:
		errs = append(errs, s.metrics.Close())
	default: // the start is refused
		errs = append(errs, s.metrics.Abandon())
	}
	switch {
	case s.store == nil:
	case s.begun:
		errs = append(errs, s.store.Close())
	default:
		errs = append(errs, s.store.Abandon())
	}
	if s.clock != nil {
		s.clock.Close()
	}
	return errors.Join(errs...)
}
