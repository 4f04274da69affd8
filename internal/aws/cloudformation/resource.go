package cloudformation

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var resources = store.NewTable("cloudformation-resource", func(r *Resource) string { return r.StackID + "\x00" + r.LogicalID })

// Resource is a resource of a stack by its logical id, with all physical ones that stand for it, have stood for it, or are on
// their way. Package operation writes it.
type Resource struct {
	StackID, LogicalID string
	// What descriptions show (CFN-99). Status is empty before anything has begun.
	Type       string
	Status     ResourceStatus
	Reason     string
	PhysicalID string
	ChangedAt  time.Time

	// Now is what stands, nil if nothing does.
	Now *Physical
	// Next is what is being created, or whose create has failed; nil if there is none.
	Next *Physical
	// Before is what a rollback returns to, nil where that is Now as it is, and where Fresh.
	Before *Before
	// Fresh says that there was none before, so a rollback has it go.
	Fresh bool
	// Dirty says that Now may be half changed: an update of it has failed or is under way.
	Dirty bool
	// Leaving are those to delete in clean-up, or with the stack.
	Leaving []*Physical
	// Wanted is what the template under way says where Now does not have it yet; nil where Now is as it says.
	Wanted *Spec
	// Removed says that the template under way has no such resource.
	Removed bool
}

// Spec is what a template says of a resource. References to other resources are Calls in it.
type Spec struct {
	Type                                   string
	Properties                             *document.Value // a Map
	Shown                                  *document.Value // Properties as events have them, with a mask for NoEcho parameters
	Metadata, CreationPolicy, UpdatePolicy *document.Value // nil without one
	DeletionPolicy, UpdateReplacePolicy    string          // empty without one
	Dependencies                           []string        // logical ids, sorted
}

// Same is whether two templates say the same of a resource.
func (s *Spec) Same(o *Spec) bool {
	return s.Type == o.Type && s.Properties.Equal(o.Properties) && s.Shown.Equal(o.Shown) && s.Metadata.Equal(o.Metadata) &&
		s.CreationPolicy.Equal(o.CreationPolicy) && s.UpdatePolicy.Equal(o.UpdatePolicy) && s.DeletionPolicy == o.DeletionPolicy &&
		s.UpdateReplacePolicy == o.UpdateReplacePolicy && slices.Equal(s.Dependencies, o.Dependencies)
}

// Physical is a resource that is there, or may be.
type Physical struct {
	// Incarnation is one for each creation. Names, client tokens and tags come from it, so a create is found again.
	Incarnation string
	ID          string // the physical id; empty while it is not known
	Made        bool   // its create has succeeded
	Going       bool   // its delete has begun, so that another one can take its place
	Spec        *Spec
	// Properties are those that it was last asked to have, with dynamic references as they are written. Previous are those
	// before an update that is under way or has failed.
	Properties, Previous *document.Value
	Shown                string // Properties as events have them (CFN-28)
	Attributes           map[string]*document.Value
	Tags, PreviousTags   []Tag
	// Uses are the incarnations that it refers to or depends on.
	Uses []string
	// Step is what is being done to it, nil while nothing is. CreateProgress is what its create said last, if it has not succeeded: a
	// delete finds by it what there is.
	Step           *Step
	CreateProgress string
	// Retain says that it is let go of when it is to be deleted. Attempts counts deletes that have failed; the next one begins at
	// RetryAt.
	Retain   bool
	Attempts int
	RetryAt  time.Time
}

// Before is a resource as it was before the operation.
type Before struct {
	Physical *Physical
	// Changed says that it may have been changed since, so a rollback must change it back: from Asked, where another one has taken
	// its place. Gone says that it was deleted so that another one could take its place (CFN-54).
	Changed, Gone bool
	Asked         *document.Value
}

// Step is an action on a physical resource that is under way. Its calls are made by the controller.
type Step struct {
	Action    Action
	Began     time.Time
	Due       time.Time // when to call the handler next
	Progress  string    // what it said last
	Initiated bool      // its physical id has been told of
	Stable    bool      // all calls are made, and it only has to get stable
}

// Action is what is done to a physical resource.
type Action string

// Actions.
const (
	Create Action = "Create"
	Update Action = "Update"
	Delete Action = "Delete"
)

// Clone returns a copy to change: what it points to is copied, too, but for values of templates, which do not change.
func (r *Resource) Clone() *Resource {
	c := *r
	c.Now, c.Next = r.Now.Clone(), r.Next.Clone()
	if r.Before != nil {
		b := *r.Before
		b.Physical = b.Physical.Clone()
		c.Before = &b
	}
	c.Leaving = nil
	for _, p := range r.Leaving {
		c.Leaving = append(c.Leaving, p.Clone())
	}
	return &c
}

// Clone returns a copy to change, nil of nil.
func (p *Physical) Clone() *Physical {
	if p == nil {
		return nil
	}
	c := *p
	if p.Step != nil {
		step := *p.Step
		c.Step = &step
	}
	return &c
}

// FindResource returns a resource of a stack by its logical id, or nil. It may be one that has not begun.
func FindResource(tx *store.Tx, stackID, logicalID string) *Resource {
	return resources.Get(tx, stackID+"\x00"+logicalID)
}

// Resources returns all of a stack that have begun, in order of their logical ids (CFN-99).
func Resources(tx *store.Tx, stackID string) (list []*Resource) {
	for r := range resources.Forward(tx, stackID+"\x00") {
		if r.Status != "" {
			list = append(list, r)
		}
	}
	return list
}

// AllResources returns all of a stack, in order of their logical ids.
func AllResources(tx *store.Tx, stackID string) []*Resource {
	return resources.List(tx, stackID+"\x00")
}

// PutResource writes a resource.
func PutResource(tx *store.Tx, r *Resource) { resources.Put(tx, r) }

// DeleteResource removes the row of a resource.
func DeleteResource(tx *store.Tx, r *Resource) { resources.Delete(tx, r) }
