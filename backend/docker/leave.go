package docker

import (
	"context"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// leaveTimeout bounds what is still asked of the engine when a call or Close is over.
const leaveTimeout = 10 * time.Second

// leave tidies up behind an owner that lives on in its data directory: its lifeline
// ends, and a network without tasks goes, because each keeps a range of addresses
// from all others.
func (e *Engine) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	if err := e.tidy(ctx); err != nil {
		e.log.Debug("not tidied up at the end", "error", err)
	}
}

func (e *Engine) tidy(ctx context.Context) error {
	all, err := e.listProperty(ctx, e.owner.Filter(nil))
	if err != nil {
		return err
	}
	if len(all.containers) == 0 {
		for _, n := range all.networks {
			if err := e.networks.Remove(ctx, n.ID); err != nil && !cerrdefs.IsNotFound(err) {
				return err
			}
		}
		all.networks = nil
	}
	if err := e.ensureWitness(ctx, all); err != nil {
		return err
	}
	if err := e.dropLifeline(ctx); err != nil {
		return err
	}
	return e.removeSpentLifelines(ctx, "")
}

// ensureWitness has one thing tell where the owner's data directory is now, if all
// else is of earlier runs that had it elsewhere, or were to leave nothing: labels
// cannot be changed. It is an empty volume.
func (e *Engine) ensureWitness(ctx context.Context, all property) error {
	all.lifelines = nil
	for _, v := range all.volumes {
		if v.Labels[label.KindKey] != string(label.Witness) {
			continue
		}
		if err := e.removeVolume(ctx, v.Name); err != nil && !cerrdefs.IsNotFound(err) {
			return err
		}
	}
	if !needsWitness(all, e.owner.Place) {
		return nil
	}
	_, err := e.client.VolumeCreate(ctx, client.VolumeCreateOptions{
		Name: e.owner.UniqueName("witness"), Labels: e.owner.Labels(label.Witness, nil),
	})
	return err
}

// needsWitness says whether nothing else tells where the owner's directory is now.
func needsWitness(all property, now label.Place) bool {
	things := 0
	for labels := range all.labels() {
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

// removeSpentLifelines removes the lifelines of the owner's earlier runs. They tell
// where the directory is: something else has to do so by now.
func (e *Engine) removeSpentLifelines(ctx context.Context, but string) error {
	spent := e.owner.Filter(map[string]string{label.KindKey: string(label.Heartbeat)})
	spent.Add("status", string(container.StateExited))
	found, err := e.client.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: spent})
	if err != nil {
		return err
	}
	var ids []string
	for _, c := range found {
		if c.ID != but {
			ids = append(ids, c.ID)
		}
	}
	_, err = dockerapi.InParallel(ctx, ids, e.containers.Remove)
	return err
}
