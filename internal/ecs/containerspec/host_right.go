package containerspec

import (
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// CheckRights refuses a container with rights on the engine's host. An emulator accepted it that permits
// them.
func CheckRights(spec *backend.ContainerSpec) error {
	if spec.Privileged {
		return errors.New("privileged containers need --allow-privileged of ecs-emulator")
	}
	if capability, found := taskdef.HostCapability(spec.CapAdd); found {
		return fmt.Errorf("containers with the capability %s need --allow-privileged of ecs-emulator", capability)
	}
	return nil
}
