package lifecycle

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Image is what rules look at.
type Image struct {
	Digest   string
	Tags     []string
	PushedAt time.Time
	InIndex  bool // an index names it, so that it cannot go before that
}

// Expiry is an image that expires by a rule.
type Expiry struct {
	Image
	Priority int // of the rule
}

// Expired decides which images expire at a time, the oldest first. All rules look at all images; but an image that a rule
// is for is for no rule of a lower priority to take, whether it expires or not (ECR0007.6).
func (p *Policy) Expired(images []Image, now time.Time) []Expiry {
	newestFirst := slices.Clone(images)
	sorting.By(newestFirst, func(a, b Image) int {
		if byTime := b.PushedAt.Compare(a.PushedAt); byTime != 0 {
			return byTime
		}
		return strings.Compare(a.Digest, b.Digest)
	})
	taken := map[string]bool{}
	var expired []Expiry
	for _, r := range p.Rules {
		selected := slices.DeleteFunc(slices.Clone(newestFirst), func(i Image) bool { return !r.Selection.selects(i) })
		for _, i := range r.Selection.old(selected, now) {
			if !taken[i.Digest] && !i.InIndex {
				expired = append(expired, Expiry{i, r.Priority})
			}
		}
		for _, i := range selected {
			taken[i.Digest] = true
		}
	}
	sorting.By(expired, func(a, b Expiry) int { return a.PushedAt.Compare(b.PushedAt) })
	return expired
}

// selects reports whether a rule is for an image.
func (s *Selection) selects(i Image) bool {
	switch s.TagStatus {
	case Any:
		return true
	case Untagged:
		return len(i.Tags) == 0
	}
	hasTag := func(has func(tag string) bool) bool { return slices.ContainsFunc(i.Tags, has) }
	for _, prefix := range s.TagPrefixList {
		if !hasTag(func(tag string) bool { return strings.HasPrefix(tag, prefix) }) {
			return false
		}
	}
	for _, pattern := range s.TagPatternList {
		if !hasTag(func(tag string) bool { return ecr.Match(pattern, tag) }) {
			return false
		}
	}
	return len(i.Tags) > 0
}

// old are the images that are too many, or too old, of those that are selected, the newest first.
func (s *Selection) old(selected []Image, now time.Time) []Image {
	if s.CountType == moreThan {
		return selected[min(s.CountNumber, len(selected)):]
	}
	before := now.AddDate(0, 0, -s.CountNumber)
	for at, i := range selected {
		if i.PushedAt.Before(before) {
			return selected[at:]
		}
	}
	return nil
}
