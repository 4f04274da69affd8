package state

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ResolveImages notes in a revision which images the containers of a task of it run.
func ResolveImages(tx *store.Tx, revisionARN string, containers []Container) {
	row := FindServiceRevision(tx, revisionARN)
	if row == nil {
		return
	}
	resolved := *row
	resolved.ContainerImages = slices.Clone(row.ContainerImages)
	for i, image := range resolved.ContainerImages {
		for _, c := range containers {
			if c.ImageDigest != "" && image.ContainerName != nil && c.Name == *image.ContainerName {
				resolved.ContainerImages[i].ImageDigest = &c.ImageDigest
			}
		}
	}
	serviceRevisions.Put(tx, &resolved)
}

// ResolveTargetGroups notes in a revision which target groups its tasks go into.
func ResolveTargetGroups(tx *store.Tx, revisionARN string, groups []string) {
	if row := FindServiceRevision(tx, revisionARN); row != nil {
		resolved := *row
		resolved.TargetGroups = groups
		serviceRevisions.Put(tx, &resolved)
	}
}

// ConnectGateway notes in a revision what gateways bring to its tasks.
func ConnectGateway(tx *store.Tx, revisionARN string, connect func(*ServiceRevision)) {
	if row := FindServiceRevision(tx, revisionARN); row != nil {
		connected := *row
		connect(&connected)
		serviceRevisions.Put(tx, &connected)
	}
}
