package docker

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// property is what owners have on the engine.
type property struct {
	containers []container.Summary // without lifelines and governors
	lifelines  []container.Summary // and governors, which are needed to the end, and relays
	networks   []network.Summary
	volumes    []volume.Volume
}

// Sweep implements backend.Sweeper: it removes what dead owners have, but for shared
// volumes, which outlive their owners. It counts containers, networks and volumes, not the lifelines, which go too. An owner counts
// as dead some seconds after its process died, so call Sweep now and then, not only
// at the start.
func (e *Engine) Sweep(ctx context.Context) (removed int, err error) {
	all, owners, err := e.census(ctx)
	if err != nil {
		return 0, err
	}
	left := all.filter(func(labels map[string]string) bool {
		id := labels[label.OwnerKey]
		return id != e.owner.Name && owners[id].State == OwnerDead && !isShared(labels)
	})
	removed, err = e.removeProperty(ctx, left)
	if removed > 0 {
		e.log.Info("removed what emulators that died left behind", "removed", removed)
	}
	return removed, dockerapi.Classify(err)
}

// RemoveAll implements backend.Engine. The lifeline goes last, so that whatever an
// interrupted run leaves is never without an owner that is plainly dead or alive.
func (e *Engine) RemoveAll(ctx context.Context) error {
	e.warm.Empty(ctx)
	dropped := e.dropRelay(ctx)
	all, err := e.listProperty(ctx, e.owner.Filter(nil))
	if err != nil {
		return fmt.Errorf("remove all: %w", dockerapi.Classify(err))
	}
	l, made := e.life.Peek()
	all.lifelines = slices.DeleteFunc(all.lifelines, func(c container.Summary) bool { return made && c.ID == l.id })
	all = all.filter(func(labels map[string]string) bool { return !isShared(labels) })
	_, err = e.removeProperty(ctx, all)
	e.limits.RemoveLost(ctx)
	e.networks.Forget(ctx, func(string, vpcnet.Network) bool { return true })
	e.direct.Reset()
	e.sandboxes.Clear()
	e.leases.Clear()
	e.commands.ForgetAll()
	e.containers.ForgetAll()
	return dockerapi.Classify(errors.Join(err, dropped, e.limits.Close(ctx), e.dropLifeline(ctx)))
}

func (e *Engine) listProperty(ctx context.Context, which client.Filters) (property, error) {
	var all property
	containers, err := e.client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: which})
	if err != nil {
		return all, err
	}
	for _, c := range containers {
		if of := label.Kind(c.Labels[label.KindKey]); of == label.Heartbeat || of == label.CgroupManager || of == label.Relay {
			all.lifelines = append(all.lifelines, c)
		} else {
			all.containers = append(all.containers, c)
		}
	}
	if all.networks, err = e.client.NetworkList(ctx, which); err != nil {
		return all, err
	}
	all.volumes, err = e.client.VolumeList(ctx, which)
	return all, err
}

// labels are those of all things.
func (p property) labels() iter.Seq[map[string]string] {
	return func(yield func(map[string]string) bool) {
		for _, c := range slices.Concat(p.containers, p.lifelines) {
			if !yield(c.Labels) {
				return
			}
		}
		for _, n := range p.networks {
			if !yield(n.Labels) {
				return
			}
		}
		for _, v := range p.volumes {
			if !yield(v.Labels) {
				return
			}
		}
	}
}

func (p property) filter(keep func(labels map[string]string) bool) property {
	drop := func(c container.Summary) bool { return !keep(c.Labels) }
	return property{
		containers: slices.DeleteFunc(p.containers, drop),
		lifelines:  slices.DeleteFunc(p.lifelines, drop),
		networks:   slices.DeleteFunc(p.networks, func(n network.Summary) bool { return !keep(n.Labels) }),
		volumes:    slices.DeleteFunc(p.volumes, func(v volume.Volume) bool { return !keep(v.Labels) }),
	}
}

// removeProperty removes in the order in which things depend on each other:
// containers before the sandbox whose namespace and control group they are in,
// sandboxes before their parents, those before networks and volumes, lifelines last.
func (e *Engine) removeProperty(ctx context.Context, all property) (removed int, err error) {
	var containers, children, sandboxes, lifelines, networks, volumes []string
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
	for _, c := range all.lifelines {
		lifelines = append(lifelines, c.ID)
	}
	for _, n := range all.networks {
		networks = append(networks, n.ID)
	}
	for _, v := range all.volumes {
		volumes = append(volumes, v.Name)
	}
	lost := e.limits.WithoutSandbox(ctx, all.containers)
	var failures []error
	for _, step := range []struct {
		ids     []string
		remove  func(context.Context, string) error
		counted bool
	}{
		{containers, e.containers.Remove, true},
		{children, e.limits.RemoveSandbox, true},
		{sandboxes, e.limits.RemoveSandbox, true},
		{networks, e.networks.Remove, true},
		{volumes, e.removeVolume, true},
		{lifelines, e.containers.Remove, false},
	} {
		n, err := dockerapi.InParallel(ctx, step.ids, step.remove)
		if step.counted {
			removed += n
		}
		failures = append(failures, err)
	}
	for _, group := range lost {
		e.limits.RemoveGroup(ctx, group)
	}
	return removed, errors.Join(failures...)
}
