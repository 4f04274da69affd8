// Package silence remembers that an engine does not answer although it can be reached. What is done for other engines of a swarm
// then waits for it once, and goes on without it until it answers again.
package silence

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

const (
	// pingPatience is how long an engine that is in doubt may take to answer the least of all requests, and pingPause the time
	// between two of these while it is silent.
	pingPatience = 2 * time.Second
	pingPause    = 500 * time.Millisecond
)

// Silence is what is known about an engine.
type Silence struct {
	ping    func(context.Context) error
	closing context.Context

	mu    sync.Mutex
	lasts bool // and the engine is asked in the background
	doubt bool // it is asked whether it answers
}

// New returns the silence of an engine that answers as far as is known. Ping is the request that tells whether it does, which
// is made until closing ends. Nil asks nothing: then the engine is never taken for silent.
func New(closing context.Context, ping func(context.Context) error) *Silence {
	return &Silence{ping: ping, closing: closing}
}

// ErrSilent is the error of what an engine was not asked, or has not answered, because it does not answer at all.
var ErrSilent error = silent{}

type silent struct{}

func (silent) Error() string { return "the engine does not answer" }

// Unavailable has the error be as a connection that failed; see errdefs.IsUnavailable.
func (silent) Unavailable() {}

// Ask makes a request of an engine for the sake of another one, which takes no longer than patience. While the engine
// is silent it is not asked. The error is ErrSilent then, and context.DeadlineExceeded where this request alone comes too late.
func (s *Silence) Ask(ctx context.Context, patience time.Duration, request func(context.Context) error) error {
	if s.Lasts() {
		return ErrSilent
	}
	soon, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	doubt := time.AfterFunc(patience/2, s.Doubt)
	defer doubt.Stop()
	err := request(soon)
	switch {
	case err == nil || soon.Err() == nil || ctx.Err() != nil:
		return err
	case s.Lasts():
		return ErrSilent
	case !errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
	}
	return err
}

// Lasts reports whether the engine does not answer.
func (s *Silence) Lasts() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lasts
}

// Doubt is for a request that has taken long: it finds out, in the background, whether the engine answers at all.
func (s *Silence) Doubt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.doubt && s.ping != nil {
		s.doubt = true
		go s.listen()
	}
}

// listen asks until the engine answers.
func (s *Silence) listen() {
	defer s.is(false, false)
	for s.closing.Err() == nil {
		soon, cancel := context.WithTimeout(s.closing, pingPatience)
		err := s.ping(soon)
		late := soon.Err() != nil
		cancel()
		if err == nil || !late { // one that refuses connections holds up no caller
			return
		}
		s.is(true, true)
		_ = pause.For(s.closing, pingPause)
	}
}

func (s *Silence) is(lasts, doubt bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lasts, s.doubt = lasts, doubt
}
