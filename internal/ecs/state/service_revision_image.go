package state

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PinnedImage is the image that all tasks of a revision run in a container.
type PinnedImage struct {
	Digest string
	Own    bool // it was in the emulator's own registry
}

// PinImage notes the image of a container that a task of a revision has found. It returns the one that all tasks of the revision
// run: the first one that was noted.
//
// Source: ECS developer guide, container image resolution.
func PinImage(tx *store.Tx, revisionARN, container string, image PinnedImage) PinnedImage {
	row := FindServiceRevision(tx, revisionARN)
	if row == nil {
		return image
	}
	if pinned := row.Pinned[container]; pinned.Digest != "" {
		return pinned
	}
	changed := *row
	changed.Pinned = maps.Clone(row.Pinned)
	if changed.Pinned == nil {
		changed.Pinned = map[string]PinnedImage{}
	}
	changed.Pinned[container] = image
	serviceRevisions.Put(tx, &changed)
	return image
}

// RevisionOf is the revision that a task of a service is of; nil if it is of none that is listed.
func RevisionOf(tx *store.Tx, t *Task) *ServiceRevision {
	s := FindService(tx, t.Spec.ServiceARN)
	if s == nil {
		return nil
	}
	if !s.Deploys() {
		return setRevision(tx, s.ARN, t.Spec.DeploymentID)
	}
	at := slices.IndexFunc(s.Deployments, func(d *Deployment) bool { return d.ID == t.Spec.DeploymentID })
	if at < 0 {
		return nil
	}
	return FindServiceRevision(tx, s.Deployments[at].Revision.ARN)
}

// setRevision is the revision of a task set that is there, else nil.
func setRevision(tx *store.Tx, serviceARN, setID string) *ServiceRevision {
	if r := FindServiceRevision(tx, RevisionARN(serviceARN, setID)); r != nil && r.RetiredAt.IsZero() {
		return r
	}
	return nil
}

// ResolvedImages are the images of a revision's containers with the digests that are known.
func (r *ServiceRevision) ResolvedImages() []types.ContainerImage {
	images := slices.Clone(r.ContainerImages)
	for i, image := range images {
		if pinned := r.Pinned[aws.ToString(image.ContainerName)]; pinned.Digest != "" {
			images[i].ImageDigest = &pinned.Digest
		}
	}
	return images
}
