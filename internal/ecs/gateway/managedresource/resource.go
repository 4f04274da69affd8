// Package managedresource has what Express gateway services and gateways share: the rows of resources that ECS makes for an owner, and
// the steps that make, change and remove them, by the calls that a user would make. Which resources an owner has, and how each is made,
// says a book of recipes.
//
// A step has two rows: Begun is written before its call, and what Done makes of the answer after it. If the emulator ends between
// them, the next step finds what was made: by a call that may be made again, by the token of the call, or by the name, which no
// other resource has.
package managedresource

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Kind is what a resource is to its owner, which has one of each at most.
type Kind string

// Resource is one that ECS has made for an owner, or is about to make: the row is there before the call. The controller writes it.
type Resource struct {
	Owner string
	Kind  Kind
	// ID is how calls name it, mostly its ARN. It is empty while nothing is known to be made.
	ID string
	// Before is the ID that a resource had which this one is in place of.
	Before    string
	Status    types.ManagedResourceStatus
	Reason    string // of FAILED, in the words of the API
	UpdatedAt time.Time

	// Role is the owner's role at the last call. It removes the resource if the owner is gone.
	Role string
	// Wanted is a digest of what it was made from, or last changed to.
	Wanted string
	// Asked says that a call to make it may have had its effect, and that its answer is not known.
	Asked bool
	// Tries are the calls that have failed in a row, for now; the next one is not before Due.
	Tries int
	Due   time.Time
	// Left says that it could not be removed, and is left to the user.
	Left bool
	// Refusal is the error of a call that has made it FAILED; nil where it was removed by others.
	Refusal *Refusal `json:",omitempty"`
}

// Refusal is what an API has answered to an operation, which is named as an action of IAM.
type Refusal struct{ Operation, Code, Message string }

// Rows are the resources of the owners of one sort.
type Rows struct {
	table *store.Table[*Resource]
	byID  *store.Index[*Resource]
}

// NewRows declares the table of a name.
func NewRows(name string) Rows {
	table := store.NewTable(name, func(r *Resource) string { return r.Owner + "|" + string(r.Kind) })
	return Rows{table, table.Index(func(r *Resource) string { return r.ID })}
}

// Owned are the resources of an owner, in order of their kinds.
func (rows Rows) Owned(tx *store.Tx, owner string) []*Resource { return rows.table.List(tx, owner+"|") }

// Made are the resources that calls name by an ID.
func (rows Rows) Made(tx *store.Tx, id string) []*Resource { return rows.byID.List(tx, id) }

func (rows Rows) Put(tx *store.Tx, r *Resource) { rows.table.Put(tx, r) }

func (rows Rows) Remove(tx *store.Tx, r *Resource) { rows.table.Delete(tx, r) }

// Source wakes with the owners of resources that change.
func (rows Rows) Source() store.Source {
	return store.On(rows.table, func(before, after *Resource) []string {
		if after == nil {
			after = before
		}
		return []string{after.Owner}
	})
}

// Owner is what is known of an owner of resources.
type Owner struct {
	Key   string
	Scope arn.Scope
	// Own are its resources, Shared the ones of others that its own need.
	Own, Shared []*Resource
	// Wanted is whether it is to have its resources. Role makes, changes and removes them; empty: the one of each.
	Wanted bool
	Role   string
	// AskedAt is when it was last asked for something. What had failed before is tried again.
	AskedAt time.Time
	Now     time.Time
}

// Find returns a resource that is not left, or nil.
func (o *Owner) Find(k Kind) *Resource {
	for _, list := range [][]*Resource{o.Own, o.Shared} {
		for _, r := range list {
			if r.Kind == k && !r.Left {
				return r
			}
		}
	}
	return nil
}

// ID is how calls name a resource, empty if there is none.
func (o *Owner) ID(k Kind) string {
	if r := o.Find(k); r != nil {
		return r.ID
	}
	return ""
}

// Active is whether a resource can be used.
func (o *Owner) Active(k Kind) bool {
	r := o.Find(k)
	return r != nil && r.Status == types.ManagedResourceStatusActive
}

// Removed is whether a user has removed a resource.
func (o *Owner) Removed(k Kind) bool {
	r := o.Find(k)
	return r != nil && r.Status == types.ManagedResourceStatusFailed && r.Refusal == nil
}

// Stands is whether a resource was made and is there, be it as it is wanted or as it was before.
func (o *Owner) Stands(k Kind) bool { return o.ID(k) != "" && !o.Removed(k) }

// Gone reports whether an owner has nothing any more that can be removed.
func (o *Owner) Gone() bool {
	for _, r := range o.Own {
		if !r.Left {
			return false
		}
	}
	return true
}
