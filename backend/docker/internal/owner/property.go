package owner

import (
	"context"
	"errors"
	"slices"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// property is what owners have on the engine.
type property struct {
	containers []container.Summary // without what resolvers and heartbeats have
	resolvers  []container.Summary // and spare containers, of the networks, with which they go
	heartbeats []container.Summary // and cgroup managers, which are needed to the end, and relays
	networks   []network.Summary   // of this engine alone
	waysOut    []network.Summary   // with which the latter go
	overlays   []network.Summary   // of the swarm that the engine manages: they tell of owners, and are no one engine's to remove
	volumes    []volume.Volume
}

func (r *Registry) listProperty(ctx context.Context, which client.Filters) (property, error) {
	var all property
	containers, err := r.Client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: which})
	if err != nil {
		return all, err
	}
	for _, c := range containers {
		switch label.Kind(c.Labels[label.KindKey]) {
		case label.Heartbeat, label.CgroupManager, label.Relay:
			all.heartbeats = append(all.heartbeats, c)
		case label.Resolver, label.Spare:
			all.resolvers = append(all.resolvers, c)
		default:
			all.containers = append(all.containers, c)
		}
	}
	if all.networks, err = r.Client.NetworkList(ctx, which); err != nil {
		return all, err
	}
	all.networks = slices.DeleteFunc(all.networks, func(n network.Summary) bool {
		if label.Kind(n.Labels[label.KindKey]) == label.WayOut {
			all.waysOut = append(all.waysOut, n)
			return true
		}
		if n.Scope == "swarm" {
			all.overlays = append(all.overlays, n)
			return true
		}
		return false
	})
	all.volumes, err = r.Client.VolumeList(ctx, which)
	return all, err
}

// labels are the labels of each container, network and volume.
func (p property) labels() (all []map[string]string) {
	for _, c := range slices.Concat(p.containers, p.resolvers, p.heartbeats) {
		all = append(all, c.Labels)
	}
	for _, n := range slices.Concat(p.networks, p.waysOut, p.overlays) {
		all = append(all, n.Labels)
	}
	for _, v := range p.volumes {
		all = append(all, v.Labels)
	}
	return all
}

func (p property) filter(keep func(labels map[string]string) bool) property {
	drop := func(c container.Summary) bool { return !keep(c.Labels) }
	without := func(n network.Summary) bool { return !keep(n.Labels) }
	return property{
		containers: slices.DeleteFunc(p.containers, drop),
		resolvers:  slices.DeleteFunc(p.resolvers, drop),
		heartbeats: slices.DeleteFunc(p.heartbeats, drop),
		networks:   slices.DeleteFunc(p.networks, without),
		waysOut:    slices.DeleteFunc(p.waysOut, without),
		overlays:   slices.DeleteFunc(p.overlays, without),
		volumes:    slices.DeleteFunc(p.volumes, func(v volume.Volume) bool { return !keep(v.Labels) }),
	}
}

// removeProperty removes things in the order in which they depend on each other:
// containers before the sandbox whose namespace and control group they are in,
// sandboxes before their parents, those and resolvers before networks and volumes, and heartbeats last.
func (r *Registry) removeProperty(ctx context.Context, all property) (removed int, err error) {
	var containers, children, sandboxes, networks, volumes []string
	for _, c := range all.containers {
		switch {
		case c.Labels[label.KindKey] != string(label.Sandbox):
			containers = append(containers, c.ID)
		case c.Labels[label.BoundKey] != "":
			children = append(children, c.ID)
		default:
			sandboxes = append(sandboxes, c.ID)
		}
	}
	resolvers, heartbeats := idsOf(all.resolvers), idsOf(all.heartbeats)
	var waysOut []string
	for _, n := range all.networks {
		networks = append(networks, n.ID)
	}
	for _, n := range all.waysOut {
		waysOut = append(waysOut, n.ID)
	}
	for _, v := range all.volumes {
		volumes = append(volumes, v.Name)
	}
	lost := r.Limits.WithoutSandbox(ctx, all.containers)
	var failures []error
	for _, step := range []struct {
		ids     []string
		remove  func(context.Context, string) error
		counted bool
	}{
		{containers, r.Containers.Remove, true},
		{children, r.Limits.RemoveSandbox, true},
		{sandboxes, r.Limits.RemoveSandbox, true},
		{resolvers, r.Containers.Remove, false},
		{networks, r.Networks.Remove, true},
		{waysOut, r.Networks.Remove, false},
		{volumes, r.Client.VolumeRemove, true},
		{heartbeats, r.Containers.Remove, false},
	} {
		n, err := dockerapi.InParallel(ctx, step.ids, step.remove)
		if step.counted {
			removed += n
		}
		failures = append(failures, err)
	}
	for _, group := range lost {
		r.Limits.RemoveGroup(ctx, group)
	}
	return removed, errors.Join(failures...)
}

func idsOf(containers []container.Summary) (ids []string) {
	for _, c := range containers {
		ids = append(ids, c.ID)
	}
	return ids
}
