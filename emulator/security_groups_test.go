package emulator_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// withoutFilters is an engine whose kernel lacks what filters need.
type withoutFilters struct{ backend.Engine }

func (withoutFilters) SetFilter(context.Context, string, *backend.Filter) error {
	return fmt.Errorf("%w: the kernel of the engine's host lacks nft_ct (connection tracking): no such file or directory", backend.ErrNoFilter)
}

func TestSecurityGroupsAreKeptWhereNothingCanFilter(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	w := start(t, emulator.Options{
		Backend: withoutFilters{sim.New(sim.Options{})}, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if _, h := w.health(); h.Engine.FilterError != "" {
		t.Errorf("before the first task health says %q", h.Engine.FilterError)
	}
	definition := w.register("web", "app", "serve", "8080")
	for range 3 {
		w.untilRunning(w.runTask(definition))
	}
	const lacks = "the kernel of the engine's host lacks nft_ct (connection tracking)"
	if _, h := w.health(); h.Status != "ok" || !strings.Contains(h.Engine.FilterError, lacks) {
		t.Errorf("health says %s, %q", h.Status, h.Engine.FilterError)
	}
	if n := strings.Count(log.String(), "security groups have no effect"); n != 1 || !strings.Contains(log.String(), lacks) {
		t.Errorf("the log says so %d times:\n%s", n, log.String())
	}
}
