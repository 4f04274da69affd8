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

// restartGrace is for how long after the engine itself restarted an owner may still be
// about to start its lifeline again, and after a lifeline was created its owner about to
// start it.
const restartGrace = time.Minute

// Lapse is why an owner counts as live although its lifeline does not run: it has ended,
// or it is cut off from the engine and about to connect again.
type Lapse struct {
	// Since is for how long the lifeline has not run, by the engine's clock.
	Since time.Duration
	// Left is for how much longer the owner counts as live.
	Left time.Duration
	// Then is what the owner is after that, if it does not connect again.
	Then OwnerState
}

// pulse is what an owner's lifeline says.
type pulse struct {
	running bool
	// since and left are those of a Lapse, if it does not run.
	since, left time.Duration
}

func (p pulse) alive() bool { return p.running || p.left > 0 }

// pulses are those of the owners that have a lifeline, which may be over.
func (e *Engine) pulses(ctx context.Context) (map[string]pulse, error) {
	lifelines, err := e.client.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", label.KindKey+"="+string(label.Heartbeat)),
	})
	if err != nil {
		return nil, err
	}
	now, err := e.engineTime(ctx)
	if err != nil {
		return nil, err
	}
	best := map[string]pulse{}
	for _, c := range lifelines {
		owner := c.Labels[label.OwnerKey]
		if best[owner].running {
			continue
		}
		if c.State == container.StateRunning {
			best[owner] = pulse{running: true}
			continue
		}
		found, err := e.client.ContainerInspect(ctx, c.ID)
		if cerrdefs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if p := pulseOf(found, now); p.running || p.left > best[owner].left {
			best[owner] = p
		}
	}
	return best, nil
}

// pulseOf judges an owner by one lifeline.
func pulseOf(l container.InspectResponse, now time.Time) pulse {
	over, grace := dockerapi.ParseTime(l.State.FinishedAt), restartGrace
	switch {
	case l.State.Running:
		return pulse{running: true}
	case l.State.Status == container.StateCreated:
		over = dockerapi.ParseTime(l.Created)
	case l.State.ExitCode == 0: // the end of its input; else the engine stopped it
		grace, _ = time.ParseDuration(l.Config.Labels[label.GraceKey]) // without one there is none
	}
	since := now.Sub(over)
	return pulse{since: max(since, 0), left: max(grace-since, 0)}
}

// engineTime is the engine's clock, by which its timestamps are to be judged.
func (e *Engine) engineTime(ctx context.Context) (time.Time, error) {
	info, err := e.client.Info(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, info.SystemTime)
}
