package lifecycle

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ImagesOf is what rules look at of a repository.
func ImagesOf(tx *store.Tx, r *ecr.Repository) (images []Image) {
	all := ecr.Images.List(tx, r)
	inIndex := map[string]bool{}
	for _, i := range all {
		for _, child := range i.Children {
			inIndex[child] = true
		}
	}
	for _, i := range all {
		images = append(images, Image{Digest: i.Digest, Tags: ecr.TagsOf(tx, i), PushedAt: i.PushedAt, InIndex: inIndex[i.Digest]})
	}
	return images
}

// Apply deletes the images of a repository that expire at a time, and returns the digests of what it no longer has.
func Apply(tx *store.Tx, r *ecr.Repository, now time.Time) (gone []string, err error) {
	p, err := Read(r.Lifecycle)
	if err != nil {
		return nil, err
	}
	for _, e := range p.Expired(ImagesOf(tx, r), now) {
		gone = append(gone, ecr.Delete(tx, r, ecr.Images.Find(tx, r, e.Digest), now)...)
	}
	evaluated := *r
	evaluated.EvaluatedAt = now
	ecr.Repositories.Put(tx, &evaluated)
	return gone, nil
}
