package metadata

import (
	"context"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// sampleEvery is how old a sample may be that is shown again. The container agent reads a
// stream that has one each second.
const sampleEvery = time.Second

// samples keep the last two of each container: rates are between them. They go with the
// container.
type samples struct {
	now func() time.Time
	// lives reports whether a container is still there.
	lives func(key sampleKey) bool

	mu    sync.Mutex
	byKey map[sampleKey]*sampled
	swept time.Time
}

// sampleKey is one container on the engine.
type sampleKey struct{ taskARN, container, engineID string }

// sampled belongs to who holds the token.
type sampled struct {
	token    chan struct{}
	at       time.Time // of last; zero is none yet
	last     backend.Stats
	previous *backend.Stats
}

func newSamples(now func() time.Time, lives func(sampleKey) bool) *samples {
	return &samples{now: now, lives: lives, byKey: map[sampleKey]*sampled{}}
}

// take returns the newest sample and the one before it, if there is one. It asks for a new one
// if the last one is old, once for all who want it.
func (s *samples) take(ctx context.Context, key sampleKey, ask func(context.Context) (backend.Stats, error)) (last backend.Stats, previous *backend.Stats, err error) {
	of := s.of(key)
	select {
	case of.token <- struct{}{}:
	case <-ctx.Done():
		return last, nil, ctx.Err()
	}
	defer func() { <-of.token }()
	now := s.now()
	if !of.at.IsZero() && now.Sub(of.at) < sampleEvery {
		return of.last, of.previous, nil
	}
	fresh, err := ask(ctx)
	if err != nil {
		return last, nil, err
	}
	if !of.at.IsZero() {
		before := of.last
		of.previous = &before
	}
	of.last, of.at = fresh, now
	return of.last, of.previous, nil
}

// of is the place of a container, and forgets those that are gone.
func (s *samples) of(key sampleKey) *sampled {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); now.Sub(s.swept) >= forgetAfter {
		s.swept = now
		for k := range s.byKey {
			if !s.lives(k) {
				delete(s.byKey, k)
			}
		}
	}
	if s.byKey[key] == nil {
		s.byKey[key] = &sampled{token: make(chan struct{}, 1)}
	}
	return s.byKey[key]
}
