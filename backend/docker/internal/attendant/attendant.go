// Package attendant keeps the containers that serve networks on an engine, one of a kind on each: their turns, and until when
// they are wanted. What they do is their own packages': spare and nameserver.
package attendant

import (
	"context"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Attendant is the container of a network. Has is what its package knows of it.
type Attendant[T any] struct {
	turn *semaphore.Weighted
	Has  T
}

// Acquire waits until the container is neither being made nor removed.
func (a *Attendant[T]) Acquire(ctx context.Context) error { return a.turn.Acquire(ctx, 1) }

// Release ends the turn.
func (a *Attendant[T]) Release() { a.turn.Release(1) }

// Set is the containers of one kind on an engine. The zero value has none.
type Set[T any] struct {
	mu    sync.Mutex
	known map[string]*Attendant[T] // by the network's id
	era   int                      // counts the times they were dropped
	over  bool                     // no other is to be made
}

// Of is the container of a network. What is new has what first returns.
func (s *Set[T]) Of(networkID string, first func() T) *Attendant[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	its := s.known[networkID]
	if its == nil {
		its = &Attendant[T]{turn: semaphore.NewWeighted(1), Has: first()}
		if s.known == nil {
			s.known = map[string]*Attendant[T]{}
		}
		s.known[networkID] = its
	}
	return its
}

// All are the containers of all networks that were asked for.
func (s *Set[T]) All() []*Attendant[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.known))
}

// Era is what GoesOn needs of the time at which a caller asks for a container.
func (s *Set[T]) Era() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.era
}

// GoesOn reports whether containers are still wanted of a caller that asks since an era: they were not dropped meanwhile.
func (s *Set[T]) GoesOn(era int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.era == era && !s.over
}

// Drop has none made for what was asked so far, and returns when none is being made: then those that there are can be
// removed. What is known of them is forgotten.
func (s *Set[T]) Drop(ctx context.Context) error {
	s.mu.Lock()
	s.era++
	dropped := slices.Collect(maps.Values(s.known))
	clear(s.known)
	s.mu.Unlock()
	for _, its := range dropped {
		if err := its.Acquire(ctx); err != nil {
			return err
		}
		its.Release()
	}
	return nil
}

// Close is Drop for good.
func (s *Set[T]) Close(ctx context.Context) error {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	return s.Drop(ctx)
}
