package containers

import (
	"context"
	"strings"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// Facts do not change while a container is there.
type Facts struct {
	Sandbox      bool   // that it is one
	Bound        string // see label.BoundKey
	Routes       string // see label.RoutesKey
	CgroupParent string
	// Name is the one that it was made with.
	Name string
	// Joins is the container whose network namespace it shares; empty is a namespace of its own,
	// which is on a network if it is Networked.
	Joins     string
	Networked bool
}

func factsOf(name string, labels map[string]string, host *container.HostConfig) Facts {
	return Facts{
		Sandbox: labels[label.KindKey] == string(label.Sandbox), Bound: labels[label.BoundKey], Routes: labels[label.RoutesKey],
		CgroupParent: host.CgroupParent, Name: strings.TrimPrefix(name, "/"),
		Joins: host.NetworkMode.ConnectedContainer(), Networked: !host.NetworkMode.IsNone(),
	}
}

// Facts returns the facts of a container of the owner's, and asks the engine if need be. What this process made or
// listed needs no asking.
func (s *Store) Facts(ctx context.Context, id string) (Facts, error) {
	if known, ok := s.known.Load(id); ok {
		return known.(Facts), nil
	}
	found, err := s.Inspect(ctx, id)
	if err != nil {
		return Facts{}, err
	}
	return factsOf(found.Name, found.Config.Labels, found.HostConfig), nil
}

// Know remembers a container of the owner's.
func (s *Store) Know(found container.InspectResponse) {
	s.known.Store(found.ID, factsOf(found.Name, found.Config.Labels, found.HostConfig))
}

// Knows reports whether a container is known to be the owner's.
func (s *Store) Knows(id string) bool {
	_, known := s.known.Load(id)
	return known
}

// All are the containers that are known, by id.
func (s *Store) All() map[string]Facts {
	all := map[string]Facts{}
	s.known.Range(func(id, its any) bool {
		all[id.(string)] = its.(Facts)
		return true
	})
	return all
}

// Forget forgets a container that is gone, and returns what was known of it.
func (s *Store) Forget(id string) (its Facts, known bool) {
	was, known := s.known.LoadAndDelete(id)
	its, _ = was.(Facts)
	return its, known
}

func (s *Store) ForgetAll() { s.known.Clear() }
