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

// forgetRevisions removes the revisions of a daemon that no deployment and no instance has.
func forgetRevisions(tx *store.Tx, daemonARN string) {
	named := map[string]bool{}
	for _, d := range deploymentsOf.List(tx, daemonARN) {
		named[d.Target], named[d.Stable] = true, true
		for _, source := range d.Sources {
			named[source] = true
		}
		if back := d.RolloutOf(tx).Back; back != nil {
			named[back.Revision] = true
		}
	}
	for _, p := range Presences(tx, daemonARN) {
		named[p.Revision] = true
	}
	for _, r := range revisionsOf.List(tx, daemonARN) {
		if !named[r.ARN] {
			removeRevision(tx, r)
		}
	}
}

func removeRevision(tx *store.Tx, r *Revision) {
	revisions.Delete(tx, r)
	if i := images.Get(tx, r.ARN); i != nil {
		images.Delete(tx, i)
	}
}
