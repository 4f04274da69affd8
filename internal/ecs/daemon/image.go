package daemon

import (
	"maps"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var images = store.NewTable("daemon-images", func(i *Images) string { return i.Revision })

// Images are the digests of the images of a revision by container, as its newest task had them that ran. The controller writes them.
type Images struct {
	Revision string // ARN
	Digests  map[string]string
}

// Digests of the images of a revision by container; those that no task has told are missing.
func Digests(tx *store.Tx, revisionARN string) map[string]string {
	if i := images.Get(tx, revisionARN); i != nil {
		return i.Digests
	}
	return nil
}

// NoteDigests keeps the digests that a task of a daemon runs.
func NoteDigests(tx *store.Tx, revisionARN string, t *state.Task) {
	found := map[string]string{}
	for _, c := range t.Status.Containers {
		if c.ImageDigest != "" {
			found[c.Name] = c.ImageDigest
		}
	}
	if len(found) > 0 && !maps.Equal(found, Digests(tx, revisionARN)) {
		images.Put(tx, &Images{Revision: revisionARN, Digests: found})
	}
}
