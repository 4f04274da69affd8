package image

import (
	"context"
	"sync"
)

// sharedPulls lets callers that want the same image at the same time wait for one pull.
type sharedPulls struct {
	mu   sync.Mutex
	open map[string]*sharedPull // that others may join, by what they pull
}

// sharedPull goes on as long as a caller waits for it.
type sharedPull struct {
	done    chan struct{}
	err     error // once it is done
	cancel  context.CancelFunc
	waiting int // callers
	progress
}

// do joins the pull with a key, or begins it, and tells seen of its progress. pull calls closed when callers that come from then on need
// a pull of their own.
func (s *sharedPulls) do(ctx context.Context, key string, seen func(*progress), pull func(ctx context.Context, closed func(), of *progress) error) error {
	p := s.join(ctx, key, pull)
	seen(&p.progress)
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
	}
	if s.leave(key, p) {
		<-p.done // so that nothing of it is left
	}
	return context.Cause(ctx)
}

func (s *sharedPulls) join(ctx context.Context, key string, pull func(ctx context.Context, closed func(), of *progress) error) *sharedPull {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.open[key]; p != nil {
		p.waiting++
		return p
	}
	shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &sharedPull{done: make(chan struct{}), cancel: cancel, waiting: 1}
	if s.open == nil {
		s.open = map[string]*sharedPull{}
	}
	s.open[key] = p
	go func() {
		defer close(p.done)
		defer cancel()
		p.err = pull(shared, func() { s.close(key, p) }, &p.progress)
		s.close(key, p)
	}()
	return p
}

// leave notes that a caller does not wait any more. It reports whether it was the last one, with
// which the pull ends.
func (s *sharedPulls) leave(key string, p *sharedPull) (last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.waiting--
	if p.waiting > 0 {
		return false
	}
	s.forget(key, p)
	p.cancel()
	return true
}

// close keeps later callers from a pull.
func (s *sharedPulls) close(key string, p *sharedPull) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(key, p)
}

func (s *sharedPulls) forget(key string, p *sharedPull) {
	if s.open[key] == p {
		delete(s.open, key)
	}
}
