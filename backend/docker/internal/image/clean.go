package image

import (
	"context"
	"fmt"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// List tells of all images; see backend.ImageCleaner. Containers are listed after them, so that one which is made
// meanwhile counts.
func (s *Store) List(ctx context.Context) ([]backend.StoredImage, error) {
	found, err := s.client.ImageList(ctx, client.ImageListOptions{All: true})
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	containers, err := s.client.ContainerList(ctx, client.ContainerListOptions{All: true})
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	used := map[string]bool{}
	for _, c := range containers {
		used[c.ImageID], used[c.Image] = true, true
	}
	images := make([]backend.StoredImage, len(found.Items))
	for i, each := range found.Items {
		names := namesOf(each.RepoTags, each.RepoDigests)
		isUsed := used[each.ID] || slices.ContainsFunc(names, func(name string) bool { return used[name] })
		images[i] = backend.StoredImage{ID: each.ID, Names: names, Size: each.Size, Used: isUsed}
	}
	return images, nil
}

// namesOf leaves out what the engine shows in place of a name.
func namesOf(tags, digests []string) []string {
	return slices.DeleteFunc(slices.Concat(tags, digests), func(name string) bool { return strings.Contains(name, "<none>") })
}

// Remove takes names from an image; see backend.ImageCleaner. It looks at the image before each step. The last one is by id
// and without force: an engine refuses that of an image which has got a container meanwhile, or a tag beside its own.
func (s *Store) Remove(ctx context.Context, id string, names []string) error {
	for range len(names) + 1 {
		found, err := s.client.ImageInspect(ctx, id)
		if cerrdefs.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return dockerapi.Classify(err)
		}
		left := namesOf(found.RepoTags, found.RepoDigests)
		others := slices.DeleteFunc(slices.Clone(left), func(name string) bool { return slices.Contains(names, name) })
		if len(others) > 0 {
			return fmt.Errorf("image %s has other names: %s", id, strings.Join(others, ", "))
		}
		what := id
		if severalNames(left) {
			what = left[0] // a tag: with the last one of a repository its digests go
		}
		_, err = s.client.ImageRemove(ctx, what, client.ImageRemoveOptions{})
		if err != nil && !cerrdefs.IsNotFound(err) {
			return dockerapi.Classify(err)
		}
	}
	return fmt.Errorf("image %s is still there", id)
}

// severalNames reports whether an engine refuses to remove an image with these names by its id: it has several tags, or is
// of several repositories.
func severalNames(names []string) bool {
	tags, repositories := 0, map[string]bool{}
	for _, name := range names {
		repository, _, isDigest := strings.Cut(name, "@")
		if !isDigest {
			tags++
			repository = name[:strings.LastIndexByte(name, ':')]
		}
		repositories[repository] = true
	}
	return tags > 1 || len(repositories) > 1
}
