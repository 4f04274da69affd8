package ecr

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	// Tags are the tags of images by their names in a repository.
	Tags = store.NewScoped("ecr-tag", func(r *Repository, name string) string { return r.key() + ":" + name },
		func(t *Tag) string { return repositoryKey(t.Scope, t.Repository) + ":" + t.Name })
	tagsOfImages = Tags.Index(func(t *Tag) string { return repositoryKey(t.Scope, t.Repository) + "@" + t.Digest })
)

// Tag is a tag of an image. Push writes every field.
type Tag struct {
	Scope      arn.Scope
	Repository string
	Name       string
	Digest     string
	Number     int // in the order in which tags were given
	TaggedAt   time.Time
}

// TagsOf returns the names of an image's tags, in the order in which they were given (ECR0002.1).
func TagsOf(tx *store.Tx, i *Image) []string {
	names := []string{}
	for _, t := range inOrder(tagsOfImages.List(tx, i.key())) {
		names = append(names, t.Name)
	}
	return names
}

// TagsInOrder returns all tags of a repository, in the order in which they were given (ECR-11).
func TagsInOrder(tx *store.Tx, r *Repository) []*Tag { return inOrder(Tags.List(tx, r)) }

func inOrder(tags []*Tag) []*Tag {
	sorting.By(tags, func(a, b *Tag) int { return cmp.Compare(a.Number, b.Number) })
	return tags
}

// Immutable reports whether a tag of the repository stays at the image that it was given to.
func (r *Repository) Immutable(tag string) bool {
	immutable := strings.HasPrefix(r.Mutability, "IMMUTABLE")
	if !strings.HasSuffix(r.Mutability, "_WITH_EXCLUSION") {
		return immutable
	}
	excluded := slices.ContainsFunc(r.Exclusions, func(e Exclusion) bool { return Match(e.Filter, tag) })
	return immutable != excluded
}

// Match reports whether a tag has the form of a pattern, in which * stands for any characters, none included.
func Match(pattern, tag string) bool {
	first, rest, more := strings.Cut(pattern, "*")
	if !more {
		return pattern == tag
	}
	tag, found := strings.CutPrefix(tag, first)
	if !found {
		return false
	}
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(tag, part)
		}
		at := strings.Index(tag, part)
		if at < 0 {
			return false
		}
		tag, rest = tag[at+len(part):], after
	}
}
