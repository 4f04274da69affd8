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
	token chan struct{}
	at    time.Time // of last; zero is none yet
	measured
}

// measured is the newest sample, and what it is compared with. An engine may tell the same
// again, be it all or the networks alone, which says nothing about rates.
type measured struct {
	last     backend.Stats
	previous *backend.Stats // the last one read at another time; nil if there is none
	// network and networkBefore are the last two whose networks were read at different times.
	network, networkBefore backend.Stats
}

func (m *measured) add(fresh backend.Stats, first bool) {
	if before := m.last; !first && !fresh.Read.Equal(before.Read) {
		m.previous = &before
	}
	if fresh.Networks != nil && !fresh.NetworksRead.Equal(m.network.NetworksRead) {
		m.networkBefore, m.network = m.network, fresh
	}
	m.last = fresh
}

func newSamples(now func() time.Time, lives func(sampleKey) bool) *samples {
	return &samples{now: now, lives: lives, byKey: map[sampleKey]*sampled{}}
}

// take returns the newest sample and those before it. It asks for a new one if the last one is
// old, once for all who want it.
func (s *samples) take(ctx context.Context, key sampleKey, ask func(context.Context) (backend.Stats, error)) (measured, error) {
	of := s.of(key)
	select {
	case of.token <- struct{}{}:
	case <-ctx.Done():
		return measured{}, ctx.Err()
	}
	defer func() { <-of.token }()
	now := s.now()
	if !of.at.IsZero() && now.Sub(of.at) < sampleEvery {
		return of.measured, nil
	}
	fresh, err := ask(ctx)
	if err != nil {
		return measured{}, err
	}
	of.add(fresh, of.at.IsZero())
	of.at = now
	return of.measured, nil
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
