package docker

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
)

// An engine by itself holds up no other: each of its own requests is made, and waited for, also after one that came late.
func TestAnEngineByItselfIsNeverTakenForSilent(t *testing.T) {
	for _, swarm := range []*Swarm{nil, NewSwarm(SwarmOptions{})} {
		synctest.Test(t, func(t *testing.T) {
			hangs := func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			}
			closing, stop := context.WithCancel(t.Context())
			defer stop()
			known := swarm.silence(closing, hangs)
			late := known.Ask(t.Context(), answerTimeout, hangs)
			time.Sleep(answerTimeout) // of the bubble's time
			if silent := errors.Is(late, silence.ErrSilent); silent != (swarm != nil) || known.Lasts() != silent {
				t.Errorf("with the swarm %v: %v, silent is %t", swarm, late, known.Lasts())
			}
		})
	}
}
