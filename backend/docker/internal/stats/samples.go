package stats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/moby/moby/client"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

const (
	// sampleFresh is for how long the engine's own stats are good enough: as long as the
	// container agent leaves between two, when it asks for them.
	// Source: Amazon ECS container agent, ECS_POLLING_METRICS_WAIT_DURATION.
	sampleFresh = 10 * time.Second
	// sampleStale is the age from which on they are no longer told while newer ones are on their way.
	sampleStale = time.Minute
	// sampleTimeout bounds one request, samplePatience the wait of a caller that needs it, and networkPatience
	// of one that can do without: requests for metadata are answered within five seconds.
	sampleTimeout   = 10 * time.Second
	samplePatience  = 3 * time.Second
	networkPatience = 300 * time.Millisecond
	// mostSampled bounds the requests at a time: each takes a connection, and behind ssh one of few
	// sessions.
	mostSampled = 4
)

// samples are the latest stats that the engine itself has told, by container. Some engines
// take a second for them, so they are asked for only when they are wanted.
type samples struct {
	ask     func(ctx context.Context, id string) (backend.Stats, error)
	closing context.Context
	turns   *semaphore.Weighted // for requests
	flight  singleflight.Group

	mu     sync.Mutex
	latest map[string]*sample // by container
}

type sample struct {
	stats backend.Stats
	at    time.Time // here; zero while the first ones are on their way
}

func newSamples(closing context.Context, ask func(ctx context.Context, id string) (backend.Stats, error)) *samples {
	return &samples{ask: ask, closing: closing, turns: semaphore.NewWeighted(mostSampled), latest: map[string]*sample{}}
}

func (s *samples) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.latest, id)
}

// errNotSampled: the engine takes its time.
var errNotSampled = errors.New("the engine has not reported the container's stats yet")

// take returns the engine's stats of a container that runs, not older than a minute. A caller that asks
// for the first ones waits for them, but not longer than its patience.
func (s *samples) take(ctx context.Context, id string, patience time.Duration) (backend.Stats, error) {
	s.mu.Lock()
	var known sample
	if latest := s.latest[id]; latest != nil {
		known = *latest
	}
	s.mu.Unlock()
	age := time.Since(known.at)
	if age < sampleFresh {
		return known.stats, nil
	}
	fresh := s.refresh(id)
	if age < sampleStale {
		return known.stats, nil
	}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case answer := <-fresh:
		stats, _ := answer.Val.(backend.Stats)
		return stats, answer.Err
	case <-limit.C:
		return backend.Stats{}, errNotSampled
	case <-ctx.Done():
		return backend.Stats{}, ctx.Err()
	}
}

// refresh asks the engine, once for all callers. What it tells of a container that is
// forgotten meanwhile is not kept.
func (s *samples) refresh(id string) <-chan singleflight.Result {
	return s.flight.DoChan(id, func() (any, error) {
		s.mu.Lock()
		asked := s.latest[id]
		if asked == nil {
			asked = new(sample)
			s.latest[id] = asked
		}
		s.mu.Unlock()
		ctx, cancel := context.WithTimeout(s.closing, sampleTimeout)
		defer cancel()
		stats, err := s.askInTurn(ctx, id)
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case s.latest[id] != asked:
		case err != nil:
			delete(s.latest, id)
		default:
			*asked = sample{stats, time.Now()}
		}
		return stats, err
	})
}

func (s *samples) askInTurn(ctx context.Context, id string) (backend.Stats, error) {
	if err := s.turns.Acquire(ctx, 1); err != nil {
		return backend.Stats{}, err
	}
	defer s.turns.Release(1)
	return s.ask(ctx, id)
}

// EngineStats are those that the engine itself has. The error is backend.ErrNotRunning for a container
// that does not run.
func (r *Reader) EngineStats(ctx context.Context, id string) (s backend.Stats, err error) {
	answer, err := r.client.ContainerStats(ctx, id, client.ContainerStatsOptions{})
	if err != nil {
		return s, err
	}
	defer func() { _ = answer.Body.Close() }()
	if err := json.NewDecoder(answer.Body).Decode(&s); err != nil {
		return s, fmt.Errorf("read stats of %s: %w", id, err)
	}
	if s.Read.Equal(time.Time{}) {
		return s, notRunning(id)
	}
	s.NetworksRead = s.Read
	return s, nil
}

func notRunning(id string) error { return fmt.Errorf("%w: %s", backend.ErrNotRunning, id) }
