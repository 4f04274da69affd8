package agent

import (
	"context"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// elsewherePatience bounds how long a container that cannot have its image waits for the answers of the other engines.
const elsewherePatience = 2 * time.Second

// elsewhere says of an image that could not be pulled which other engine has it, and how it comes from there: a build is on
// the engine that built it alone.
func (h *host) elsewhere(ctx context.Context, ref, platform string, why error) error {
	ctx, cancel := context.WithTimeout(ctx, elsewherePatience)
	defer cancel()
	for _, other := range h.agent.hosts {
		if other == h || other.Engine.Health() != nil {
			continue
		}
		if image, err := other.Engine.Image(ctx, ref, platform); err != nil || !fits(image, platform, h.Engine.LastInfo().Architecture) {
			continue
		}
		copying := ""
		if other.Command != "" && h.Command != "" {
			copying = fmt.Sprintf(": %s save %s | %s load", other.Command, ref, h.Command)
		}
		return fmt.Errorf("%w (ecs-emulator: the engine %s has this image, and %s has not%s)", why, other.Name, h.Name, copying)
	}
	return why
}

// fits reports whether an image of another engine is for a platform, or else for the architecture of the own one.
func fits(image backend.Image, platform, own string) bool {
	if platform == "" {
		platform = "linux/" + own
	}
	return image.Architecture == "" || "linux/"+image.Architecture == platform
}
