package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

const (
	// sampleFresh is for how long the engine's own stats are good enough: as long as the
	// container agent leaves between two, when it asks for them.
	// Source: Amazon ECS container agent, ECS_POLLING_METRICS_WAIT_DURATION.
	sampleFresh = 10 * time.Second
	// sampleStale is when they are no longer told while newer ones are on their way.
	sampleStale = time.Minute
	// sampleTimeout bounds one request.
	sampleTimeout = 10 * time.Second
)

// statSamples are the latest stats that the engine itself has told, by container. Some engines
// take a second for them, so they are asked for only where somebody wants them.
type statSamples struct {
	latest sync.Map // container id to statSample
	flight singleflight.Group
}

type statSample struct {
	stats backend.Stats
	at    time.Time // here
}

func (s *statSamples) forget(id string) { s.latest.Delete(id) }

// sample returns the engine's stats of a container that runs, not older than a minute.
func (e *Engine) sample(ctx context.Context, id string) (backend.Stats, error) {
	if known, ok := e.samples.latest.Load(id); ok {
		sample := known.(statSample)
		age := time.Since(sample.at)
		if age >= sampleFresh && age < sampleStale {
			e.resample(id)
		}
		if age < sampleStale {
			return sample.stats, nil
		}
	}
	select {
	case answer := <-e.resample(id):
		s, _ := answer.Val.(backend.Stats)
		return s, answer.Err
	case <-ctx.Done():
		return backend.Stats{}, ctx.Err()
	}
}

// resample asks the engine, once for all who want to know.
func (e *Engine) resample(id string) <-chan singleflight.Result {
	return e.samples.flight.DoChan(id, func() (any, error) {
		ctx, cancel := context.WithTimeout(e.closing, sampleTimeout)
		defer cancel()
		s, err := e.engineStats(ctx, id)
		if err == nil {
			e.samples.latest.Store(id, statSample{s, time.Now()})
		} else {
			e.samples.forget(id)
		}
		return s, err
	})
}

// engineStats are those that the engine itself has. Of a container that does not run they
// have no time.
func (e *Engine) engineStats(ctx context.Context, id string) (s backend.Stats, err error) {
	answer, err := e.client.ContainerStatsOneShot(ctx, id)
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
