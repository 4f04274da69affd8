package image

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// listTries is how often images are listed while each time one of them goes.
const listTries = 5

// List tells of all images; see backend.ImageCleaner. Containers are listed after them, so that one which is made
// meanwhile counts.
func (s *Store) List(ctx context.Context) ([]backend.StoredImage, error) {
	var found client.ImageListResult
	// With containerd's image store an engine lists none, if one is removed meanwhile: "content digest … not found".
	// Source: https://github.com/moby/moby/issues/52688.
	err := error(cerrdefs.ErrNotFound)
	for try := 0; cerrdefs.IsNotFound(err) && try < listTries; try++ {
		found, err = s.client.ImageList(ctx, client.ImageListOptions{All: true})
	}
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

// Stamp tells when the image was tagged last, and where the engine has its files, as Docker does not count a pull as that. See
// backend.ImageCleaner.
func (s *Store) Stamp(ctx context.Context, id string) (string, error) {
	found, err := s.client.ImageInspect(ctx, id)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	stamp := found.Metadata.LastTagTime.UTC().Format(time.RFC3339Nano)
	if found.GraphDriver != nil {
		stamp += " " + found.GraphDriver.Data["UpperDir"]
	}
	return stamp, nil
}

// Remove takes names from an image; see backend.ImageCleaner. It looks at the image before each step. The last one is by id
// and without force: an engine refuses to remove an image so which has got a container meanwhile, or a tag beside its own. It
// does not refuse to take one of several names, digests first: what is left when it ends early has its tag.
func (s *Store) Remove(ctx context.Context, id string, names []string) error {
	var tried []string
	for range len(names) + 1 {
		found, err := s.client.ImageInspect(ctx, id)
		if cerrdefs.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return dockerapi.Classify(err)
		}
		left := namesOf(found.RepoDigests, found.RepoTags)
		others := slices.DeleteFunc(slices.Clone(left), func(name string) bool { return slices.Contains(names, name) })
		if len(others) > 0 {
			return fmt.Errorf("image %s has other names: %s", id, strings.Join(others, ", "))
		}
		what := id
		if severalNames(left) {
			i := slices.IndexFunc(left, func(name string) bool { return !slices.Contains(tried, name) })
			if i < 0 {
				break
			}
			what = left[i]
			tried = append(tried, what)
			if err := s.removable(ctx, id, what); err != nil {
				return err
			}
		}
		_, err = s.client.ImageRemove(ctx, what, client.ImageRemoveOptions{})
		if err != nil && !cerrdefs.IsNotFound(err) {
			return dockerapi.Classify(err)
		}
	}
	return fmt.Errorf("image %s is still there", id)
}

// removable is an error if a container has an image, or if a name does not stand for it any more.
func (s *Store) removable(ctx context.Context, id, name string) error {
	having, err := s.client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("ancestor", id)})
	if err != nil {
		return dockerapi.Classify(err)
	}
	if len(having) > 0 {
		return fmt.Errorf("image %s has a container: %s", id, having[0].ID)
	}
	named, err := s.client.ImageInspect(ctx, name)
	if err == nil && named.ID != id {
		return fmt.Errorf("the name %s of image %s stands for another image by now", name, id)
	}
	if err != nil && !cerrdefs.IsNotFound(err) {
		return dockerapi.Classify(err)
	}
	return nil
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
