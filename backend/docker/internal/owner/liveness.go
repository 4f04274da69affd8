package owner

import (
	"context"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// restartGrace is for how long after the engine itself restarted an owner may still be
// about to start its heartbeat again, and after a heartbeat was created its owner about to
// start it.
const restartGrace = time.Minute

// Grace is why an owner counts as live although its heartbeat does not run: it has ended,
// or it is cut off from the engine and about to connect again.
type Grace struct {
	// Since is for how long the heartbeat has not run, by the engine's clock.
	Since time.Duration
	// Left is for how much longer the owner counts as live.
	Left time.Duration
	// Then is what the owner is after that, if it does not connect again.
	Then State
}

// liveness is what an owner's heartbeat says.
type liveness struct {
	running bool
	// since and left are those of a Grace, if it does not run.
	since, left time.Duration
}

func (l liveness) alive() bool { return l.running || l.left > 0 }

// livenesses are the livenesses of the owners that have a heartbeat, which may be over.
func (r *Registry) livenesses(ctx context.Context) (map[string]liveness, error) {
	heartbeats, err := r.Client.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", label.KindKey+"="+string(label.Heartbeat)),
	})
	if err != nil {
		return nil, err
	}
	now, err := r.Client.Time(ctx)
	if err != nil {
		return nil, err
	}
	best := map[string]liveness{}
	for _, c := range heartbeats {
		owner := c.Labels[label.OwnerKey]
		if best[owner].running {
			continue
		}
		if c.State == container.StateRunning {
			best[owner] = liveness{running: true}
			continue
		}
		found, err := r.Client.ContainerInspect(ctx, c.ID)
		if cerrdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if l := livenessOf(found, now); l.running || l.left > best[owner].left {
			best[owner] = l
		}
	}
	return best, nil
}

// livenessOf judges an owner by one heartbeat.
func livenessOf(l container.InspectResponse, now time.Time) liveness {
	over, grace := dockerapi.ParseTime(l.State.FinishedAt), restartGrace
	switch {
	case l.State.Running:
		return liveness{running: true}
	case l.State.Status == container.StateCreated:
		over = dockerapi.ParseTime(l.Created)
	case l.State.ExitCode == 0: // the end of its input; else the engine stopped it
		grace, _ = time.ParseDuration(l.Config.Labels[label.GraceKey]) // without one there is none
	}
	since := now.Sub(over)
	return liveness{since: max(since, 0), left: max(grace-since, 0)}
}
