package ec2network

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Rows are the resources of one kind of all accounts and regions, with their tags. R is a pointer, as of store.Table.
type Rows[R any] struct {
	Table *store.Table[R]
	place func(row R) (scope arn.Scope, id string)
	with  Unstored[R]
}

// Unstored is about resources that exist without having been stored, as long as nothing has
// changed, and about what else goes with a change of rows. Each part may be nil.
type Unstored[R any] struct {
	// List has the ones of an account and region.
	List func(tx *store.Tx, scope arn.Scope) []R
	// Keep stores them, if the change of a row demands it.
	Keep func(tx *store.Tx, row R)
	// Deleted removes what a row that is deleted takes with it.
	Deleted func(tx *store.Tx, row R)
}

// NewRows declares the table of a kind of resource, as store.NewTable does. A row has its
// scope and its id at place.
func NewRows[R any](name string, place func(row R) (arn.Scope, string)) *Rows[R] {
	table := store.NewTable(name, func(row R) string { scope, id := place(row); return scope.Prefix() + id })
	return &Rows[R]{Table: table, place: place}
}

// With is the same rows with those that are not stored.
func (r *Rows[R]) With(more Unstored[R]) *Rows[R] { return &Rows[R]{r.Table, r.place, more} }

// List returns the resources of an account and region, by id.
func (r *Rows[R]) List(tx *store.Tx, scope arn.Scope) []R {
	stored := r.Table.List(tx, scope.Prefix())
	if r.with.List == nil {
		return stored
	}
	return byID(append(slices.Clip(stored), r.with.List(tx, scope)...), func(row R) string { _, id := r.place(row); return id })
}

// Find returns one by its id, or nil.
func (r *Rows[R]) Find(tx *store.Tx, scope arn.Scope, id string) R {
	if r.with.List == nil {
		return r.Table.Get(tx, scope.Prefix()+id)
	}
	return First(r.List(tx, scope), func(row R) bool { _, other := r.place(row); return other == id })
}

// Put writes one.
func (r *Rows[R]) Put(tx *store.Tx, row R) {
	if r.with.Keep != nil {
		r.with.Keep(tx, row)
	}
	r.Table.Put(tx, row)
}

// Make writes a new one with its tags.
func (r *Rows[R]) Make(tx *store.Tx, row R, tags map[string]string) (id string) {
	r.Put(tx, row)
	scope, id := r.place(row)
	SetTags(tx, scope, id, tags)
	return id
}

// Delete removes one with its tags.
func (r *Rows[R]) Delete(tx *store.Tx, row R) {
	if r.with.Keep != nil {
		r.with.Keep(tx, row)
	}
	r.Table.Delete(tx, row)
	scope, id := r.place(row)
	SetTags(tx, scope, id, nil)
	if r.with.Deleted != nil {
		r.with.Deleted(tx, row)
	}
}

// First returns the first row of which something holds, or nil.
func First[R any](all []R, is func(R) bool) (first R) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		first = all[i]
	}
	return first
}
