package owner

import (
	"context"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// leaveTimeout bounds what is still asked of the engine when a call or Close is over.
const leaveTimeout = 10 * time.Second

// Leave tidies up behind an owner that lives on in its data directory: its heartbeat
// ends, and a network without tasks goes with its resolver, because each keeps a range
// of addresses from all others.
func (r *Registry) Leave() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	if err := r.tidy(ctx); err != nil {
		r.Log.Debug("not tidied up at the end", "error", err)
	}
}

func (r *Registry) tidy(ctx context.Context) error {
	all, err := r.listProperty(ctx, r.Owner.Filter(nil))
	if err != nil {
		return err
	}
	if len(all.containers) == 0 {
		if _, err := dockerapi.InParallel(ctx, idsOf(all.resolvers), r.Containers.Remove); err != nil {
			return err
		}
		for _, n := range all.networks {
			if err := r.Networks.Remove(ctx, n.ID); err != nil && !cerrdefs.IsNotFound(err) {
				return err
			}
		}
		all.resolvers, all.networks = nil, nil
	}
	if err := r.ensureWitness(ctx, all); err != nil {
		return err
	}
	if err := r.Heartbeat.Drop(ctx); err != nil {
		return err
	}
	return r.Heartbeat.RemoveSpent(ctx, "")
}

// ensureWitness makes an empty volume that tells where the owner's data directory is now, if all that
// is left is of runs with the directory elsewhere, or without one: labels cannot be changed.
func (r *Registry) ensureWitness(ctx context.Context, all property) error {
	all.heartbeats = nil
	for _, v := range all.volumes {
		if v.Labels[label.KindKey] != string(label.Witness) {
			continue
		}
		if err := r.Client.VolumeRemove(ctx, v.Name); err != nil && !cerrdefs.IsNotFound(err) {
			return err
		}
	}
	if !needsWitness(all, r.Owner.Place) {
		return nil
	}
	_, err := r.Client.VolumeCreate(ctx, client.VolumeCreateOptions{
		Name: r.Owner.UniqueName("witness"), Labels: r.Owner.Labels(label.Witness, nil),
	})
	return err
}

// needsWitness reports whether nothing else tells where the owner's directory is now.
func needsWitness(all property, now label.Place) bool {
	things := 0
	for _, labels := range all.labels() {
		switch {
		case labels[label.KindKey] == string(label.Witness):
		case label.PlaceOf(labels) == now:
			return false
		default:
			things++
		}
	}
	return things > 0
}
