package managedresource

// Recipe is how a resource is made, changed and removed, from a view of its owner.
type Recipe[V any] struct {
	// Needs are those that must be there before it, and stay until it is gone.
	Needs []Kind
	// Unless says that an owner has none of the kind.
	Unless func(*V) bool
	// Drops has the resource of an owner be removed that comes to have none of the kind, once the one that takes its place is as it is wanted.
	Drops Kind
	// AsECS is of calls for which the infrastructure role has no permission.
	AsECS, ChangesAsECS, LooksAsECS bool

	Make func(*V) Call
	// Like is the input of which a change is a change of the resource. Nil: the one of Make.
	Like func(*V) any
	// Change has the resource be as it is wanted. Nil: it does not change.
	Change func(*V, *Resource) Call
	// Anew says that a change is another resource in its place, and that the old one stays.
	Anew bool
	// Look finds the resource by its ID, or without one by what only it has. It reads no ID if there is none. Nil: Make may be called
	// again, and knows the ID.
	Look func(*V, *Resource) Call
	// Remove of nil leaves the resource: of what the role may not remove, and of what goes with another one.
	Remove func(*V, *Resource) Call
	// Lingers says that it is still there for a while when its removal is answered.
	Lingers bool
}

// Book is the recipes of the owners of one sort, whose view is a V.
type Book[V any] struct {
	Recipes map[Kind]Recipe[V]
	// Kinds are the ones that an owner has.
	Kinds func(*V) []Kind
	// Owner is what a view says of its owner.
	Owner func(*V) *Owner
}

// plan decides for one owner.
type plan[V any] struct {
	recipes map[Kind]Recipe[V]
	view    *V
	*Owner
}
