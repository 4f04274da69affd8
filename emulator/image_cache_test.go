package emulator_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func TestABoundOfImagesIsSaidToHaveNoEffectOnTheSimulatedEngine(t *testing.T) {
	t.Parallel()
	for size, want := range map[int64]int{0: 0, 1: 1} {
		var log lockedBuffer
		emulator.Start(t, emulator.Options{ImageCache: size, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if said := strings.Count(log.String(), "--image-cache has no effect"); said != want {
			t.Errorf("with a bound of %d it is said %d times, want %d:\n%s", size, said, want, log.String())
		}
	}
}
