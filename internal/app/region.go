package app

import (
	"log/slog"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/nearest"
)

// mostRegionsNamed bounds the warnings: a client may ask in any number of regions.
const mostRegionsNamed = 20

// RegionWarnings warn once of each region that AWS has not. Requests work there, apart from the region that was meant.
type RegionWarnings struct {
	Log *slog.Logger

	mu    sync.Mutex
	named map[string]bool
}

// See warns of a region if there is no such one.
func (w *RegionWarnings) See(region string) {
	if arn.IsRegion(region) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.named[region] || len(w.named) == mostRegionsNamed {
		return
	}
	if w.named == nil {
		w.named = map[string]bool{}
	}
	w.named[region] = true
	w.Log.Warn("AWS has no such region that ecs-emulator knows: other regions do not see what is made there", "region", region, "didYouMean", nearest.Name(region, arn.Regions()))
}
