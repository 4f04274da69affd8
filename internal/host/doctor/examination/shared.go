package examination

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Shared makes one examination for all who ask while it is under way: each makes a sandbox on the engine.
type Shared struct {
	// Run makes the checks of these names, or all.
	Run func(names []string) diagnosis.Report

	mu      sync.Mutex
	running map[string]*underWay // by the names of its checks
	turns   chan struct{}        // of those that are made at once
}

// mostAtOnce leaves other doctors room in the range that trials make their networks in.
const mostAtOnce = 4

type underWay struct {
	done   chan struct{}
	report diagnosis.Report
}

// Examine makes the checks of these names, or all. It returns when ctx ends; the examination goes on then, as others may wait for it.
func (s *Shared) Examine(ctx context.Context, names []string) (diagnosis.Report, error) {
	joined := s.join(names)
	select {
	case <-joined.done:
		return joined.report, nil
	case <-ctx.Done():
		return diagnosis.Report{}, ctx.Err()
	}
}

// join returns the examination that is under way, or begins one.
func (s *Shared) join(names []string) *underWay {
	s.mu.Lock()
	defer s.mu.Unlock()
	names = slices.Clone(names)
	slices.Sort(names)
	names = slices.Compact(names)
	key := strings.Join(names, ",")
	if under := s.running[key]; under != nil {
		return under
	}
	if s.running == nil {
		s.running, s.turns = map[string]*underWay{}, make(chan struct{}, mostAtOnce)
	}
	begun := &underWay{done: make(chan struct{})}
	s.running[key] = begun
	go func() {
		s.turns <- struct{}{}
		begun.report = s.Run(names)
		<-s.turns
		s.mu.Lock()
		delete(s.running, key)
		s.mu.Unlock()
		close(begun.done)
	}()
	return begun
}

// Wait returns when no examination is under way.
func (s *Shared) Wait() {
	s.mu.Lock()
	under := slices.Collect(maps.Values(s.running))
	s.mu.Unlock()
	for _, one := range under {
		<-one.done
	}
}
