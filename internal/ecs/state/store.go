// Package state is the single source of truth about ECS: what clients asked for,
// what the controllers decided, and what the engines reported. It has a file for each
// resource, with its row, its table and the rules of its changes; how rows are kept
// is the work of package store.
//
// Handlers and controllers meet here and nowhere else. Rows are never changed: copy
// one, change the copy and put it.
package state

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Store holds the rows of ECS, and those of every other package with tables.
type Store struct{ *store.Store }

// Options say where rows live. Open knows the migrations.
type Options = store.Options

// Open makes a store and loads what the durable log holds.
func Open(opts Options) (*Store, error) {
	opts.Migrations = migrations
	s, err := store.Open(opts)
	if err != nil {
		return nil, err
	}
	return &Store{s}, nil
}

// Tx is a snapshot of the store, writable inside Update. The functions for each
// resource stand in the file named after it.
type Tx = store.Tx

// Update runs fn in a write transaction; see [store.Store.Update]. It forgets the oldest
// of what has ended when there is too much of it.
func (s *Store) Update(fn func(tx *Tx) error) error { return s.UpdateSoon(0, fn) }

// UpdateSoon is Update for what is in no hurry; see [store.Store.UpdateSoon].
func (s *Store) UpdateSoon(patience time.Duration, fn func(tx *Tx) error) error {
	return s.Store.UpdateSoon(patience, func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		stoppedTasks.Trim(tx, maxStoppedTasks)
		retiredServiceDeployments.Trim(tx, maxRetired)
		retiredRevisions.Trim(tx, maxRetired)
		return nil
	})
}

// Watch wakes a controller; see [store.Watch].
type Watch = store.Watch
