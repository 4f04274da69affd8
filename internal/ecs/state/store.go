// Package state is the single source of truth about ECS: what clients asked for,
// what the controllers decided, and what the engines reported. It has a file for each
// resource, with its row, its table and the rules of its changes; how rows are kept
// is the work of package store.
//
// Handlers and controllers meet here and nowhere else. Rows are never changed: copy
// one, change the copy and put it.
package state

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/migration"
)

// Open makes a store of the rows of ECS, and of every other package with tables. It knows the migrations
// of all.
func Open(opts store.Options) (*store.Store, error) {
	opts.Migrations = migration.All
	return store.Open(opts)
}
