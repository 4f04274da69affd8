package daemon

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	revisions   = store.NewTable("daemon-revision", func(r *Revision) string { return r.ARN })
	revisionsOf = revisions.Index(func(r *Revision) string { return r.Daemon })
)

// Revision is what one deployment was to make of a daemon. Handlers write it, once.
type Revision struct {
	ARN, Daemon    string
	TaskDefinition string // ARN
	Providers      []string
	Critical       bool
	PropagateTags  types.DaemonPropagateTags
	ManagedTags    bool
	Exec           bool
	CreatedAt      time.Time
}

// On reports whether instances of a provider have tasks of the revision.
func (r *Revision) On(provider string) bool { return slices.Contains(r.Providers, provider) }

// FindRevision returns a revision by its ARN, or nil.
func FindRevision(tx *store.Tx, revisionARN string) *Revision { return revisions.Get(tx, revisionARN) }

// PutRevision writes a new revision.
func PutRevision(tx *store.Tx, r *Revision) { revisions.Put(tx, r) }
