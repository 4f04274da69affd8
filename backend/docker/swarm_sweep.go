package docker

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/owner"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
)

// judgePatience bounds how long an engine may take to say which owners live.
const judgePatience = 20 * time.Second

// sweep removes the networks of owners that are dead on all engines, where the swarm has no others of theirs. Each engine's own
// sweep removes the containers, so a network goes with the last of these.
func (s *Swarm) sweep(ctx context.Context, own string) (removed int, err error) {
	owned, err := s.shared.Owned(ctx)
	if err != nil {
		return 0, err
	}
	delete(owned, own)
	if len(owned) == 0 {
		return 0, nil
	}
	dead, err := s.dead(ctx)
	if err != nil {
		return 0, err
	}
	for of, networks := range owned {
		if dead[of] {
			n, failed := s.removeAbandoned(ctx, networks)
			removed, err = removed+n, errors.Join(err, failed)
		}
	}
	return removed, err
}

// dead are the owners that no engine knows to be anything else. All have to answer.
func (s *Swarm) dead(ctx context.Context) (map[string]bool, error) {
	engines := s.with(nil)
	found := make([][]Owner, len(engines))
	failures := silence.AskEach(ctx, silences(engines), judgePatience, func(ctx context.Context, i int, _ *silence.Silence) (err error) {
		found[i], err = engines[i].Owners(ctx)
		return err
	})
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	dead := map[string]bool{}
	for _, o := range slices.Concat(found...) {
		before, known := dead[o.ID]
		dead[o.ID] = o.State == owner.Dead && (before || !known)
	}
	return dead, nil
}

// removeAbandoned removes networks that nothing is on, where the engines are all that their owner had.
func (s *Swarm) removeAbandoned(ctx context.Context, networks []network.Summary) (removed int, err error) {
	for _, n := range networks {
		all, failed := s.shared.SeesAll(ctx, n.Labels)
		if failed == nil && all {
			var gone bool
			if gone, failed = s.shared.RemoveAbandoned(ctx, n.ID); gone {
				removed++
			}
		}
		err = errors.Join(err, failed)
	}
	return removed, dockerapi.Classify(err)
}

// removeOwner removes the networks of an owner when nothing is on them any more.
func (s *Swarm) removeOwner(ctx context.Context, id string) (removed int, err error) {
	owned, err := s.shared.Owned(ctx)
	if err != nil {
		return 0, err
	}
	return s.removeAbandoned(ctx, owned[id])
}
