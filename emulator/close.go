package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Farewell is a sentence for people about what Close will do.
func (s *Server) Farewell() string {
	switch tasks := s.parts.engine.LivingTasks(); {
	case tasks == 0:
		return "stopping; no task is running"
	case s.parts.engine.KeepsTasks():
		return fmt.Sprintf("stopping; %d tasks go on, and the next start with this data directory takes them over", tasks)
	case s.opts.DataDir != "":
		return fmt.Sprintf("stopping; removing %d tasks; services start theirs again at the next start with this data directory", tasks)
	default:
		return fmt.Sprintf("stopping; removing %d tasks", tasks)
	}
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
	for _, m := range slices.Backward(s.modules) {
		if m.Halt != nil {
			m.Halt()
		}
	}
	s.halt()
	defer s.makeStacksAgain()
	defer s.begin()
	if err := s.parts.ecs.ResetRows(); err != nil {
		return fmt.Errorf("nothing is reset: %w", err)
	}
	s.quiet.Forget()
	var left []error
	for _, m := range s.modules {
		if m.Reset != nil {
			left = append(left, m.Reset())
		}
	}
	s.makeAgain()
	left = append(left, s.parts.engine.RemoveContainers()) // last, as it may take long
	if left := errors.Join(left...); left != nil {
		return fmt.Errorf("everything else is removed, but %w", left)
	}
	return nil
}

// makeStacksAgain makes the stacks of the init folder after a reset: one may have to wait for another one, so controllers run.
func (s *Server) makeStacksAgain() {
	if s.opts.InitDir != "" {
		if err := s.initFolder().MakeStacks(context.Background()); err != nil {
			s.opts.Log.Error("cannot make the stacks of the folder of --init after the reset", "error", err)
		}
	}
}

// makeAgain makes what the options describe after a reset, but for stacks.
func (s *Server) makeAgain() {
	if s.opts.CapacityFile != "" {
		if err := s.parts.ec2.AddCapacity(context.Background(), s.opts.CapacityFile); err != nil {
			s.opts.Log.Error("cannot launch the instances of --capacity after the reset", "error", err)
		}
	}
	if s.opts.InitDir != "" {
		if err := s.initFolder().Make(context.Background()); err != nil {
			s.opts.Log.Error("cannot make what the folder of --init describes after the reset", "error", err)
		}
	}
}

// Close ends the emulator. Unless there are tasks that are to be kept, it removes all that
// it has started.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s.close()
	s.parts.sessions.End() // of their connections Shutdown knows nothing
	var ending sync.WaitGroup
	for _, server := range []*http.Server{s.http, s.tasksHTTP, s.registryHTTP} {
		ending.Go(func() {
			server.Shutdown(ctx)
			server.Close()
		})
	}
	ending.Wait()
	s.httpClient.CloseIdleConnections()
	s.metadataHTTP.Close()
	_ = s.dns.Close() // it serves no more
	s.serving.Wait()
	s.changing.Lock()
	defer s.changing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.parts.engine.KeepsTasks() {
		s.faults.of.Kit().Abandon() // or tasks would stay cut off, without a fault that says so
	}
	s.halt()
	return errors.Join(s.parts.engine.RemoveTasks(), s.closeParts())
}

// closeParts closes what is open, also where the start is refused.
func (s *Server) closeParts() error {
	var errs []error
	if s.http == nil {
		errs = append(errs, s.dns.Close())
	}
	if s.http == nil && s.listener != nil {
		errs = append(errs, s.listener.Close())
	}
	if s.core.Upstream != nil {
		s.core.Upstream.Close()
	}
	for _, m := range s.modules {
		if m.Close != nil {
			errs = append(errs, m.Close())
		}
	}
	return errors.Join(append(errs, s.core.CloseStore())...)
}
