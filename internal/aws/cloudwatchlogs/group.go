package cloudwatchlogs

import (
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

type Group struct {
	Scope     arn.Scope
	Name      string
	Created   time.Time
	Retention int32               `json:",omitempty"` // days; zero is for ever
	Class     types.LogGroupClass `json:",omitempty"`
	KMSKey    string              `json:",omitempty"`
	Tags      map[string]string   `json:",omitempty"`
	// Protected is its deletion protection.
	Protected bool `json:",omitempty"`
}

// ARN is the ARN of the group, without the :* that some operations add.
func (g Group) ARN() string { return GroupARN(g.Scope, g.Name) }

func GroupARN(scope arn.Scope, name string) string {
	return "arn:" + scope.Partition() + ":logs:" + scope.Region + ":" + scope.Account + ":log-group:" + name
}

// expiry is the time before which events are no longer shown.
func (g *Group) expiry(now time.Time) int64 {
	if g.Retention == 0 {
		return earliest
	}
	return now.UnixMilli() - int64(g.Retention)*24*time.Hour.Milliseconds()
}

// Texts of the exceptions. Source: recorded answers; only those of what is missing have a
// full stop.
const (
	groupExists   = "The specified log group already exists"
	streamExists  = "The specified log stream already exists"
	groupMissing  = "The specified log group does not exist."
	streamMissing = "The specified log stream does not exist."
)

func missing(text string) error { return &types.ResourceNotFoundException{Message: aws.String(text)} }

func exists(text string) error {
	return &types.ResourceAlreadyExistsException{Message: aws.String(text)}
}

// CreateGroup makes a group, whose time of creation is now.
func (s *Store) CreateGroup(g Group) error {
	g.Created = s.opts.Now()
	g.Tags = maps.Clone(g.Tags)
	return s.change(func(m *metadata) (*change, error) {
		if m.group(g.Scope, g.Name) != nil {
			return nil, exists(groupExists)
		}
		return &change{Group: &g}, nil
	})
}

// UpdateGroup has fn change a copy of a group, other than in its name.
func (s *Store) UpdateGroup(scope arn.Scope, name string, fn func(*Group) error) error {
	return s.change(func(m *metadata) (*change, error) {
		found := m.group(scope, name)
		if found == nil {
			return nil, missing(groupMissing)
		}
		g := found.Group
		if g.Tags = maps.Clone(g.Tags); g.Tags == nil {
			g.Tags = map[string]string{}
		}
		if err := fn(&g); err != nil {
			return nil, err
		}
		return &change{Group: &g}, nil
	})
}

func (s *Store) DeleteGroup(scope arn.Scope, name string) error {
	return s.change(func(m *metadata) (*change, error) {
		if m.group(scope, name) == nil {
			return nil, missing(groupMissing)
		}
		return &change{DeleteGroup: groupKey(scope, name)}, nil
	})
}

// Group returns a group. Its tags must not be changed.
func (s *Store) Group(scope arn.Scope, name string) (Group, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.meta.group(scope, name)
	if g == nil {
		return Group{}, missing(groupMissing)
	}
	return g.Group, nil
}

// Groups returns the groups of a scope whose names have a prefix, in order of their names, and how many bytes the
// events in each of them have.
func (s *Store) Groups(scope arn.Scope, prefix string) (groups []Group, bytes []int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []*group
	for _, g := range s.meta.groups {
		if g.Scope == scope && strings.HasPrefix(g.Name, prefix) {
			found = append(found, g)
		}
	}
	sorting.By(found, func(a, b *group) int { return strings.Compare(a.Name, b.Name) })
	for _, g := range found {
		groups, bytes = append(groups, g.Group), append(bytes, g.bytes)
	}
	return groups, bytes
}
