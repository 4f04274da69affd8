package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

var ulimitNames = types.UlimitName("").Values()

func checkUlimits(c *types.ContainerDefinition) error {
	for _, u := range c.Ulimits {
		if u.Name == "" {
			return refuse("name should be one of [%s]", joinValues(ulimitNames))
		}
		if err := checkEnum("name", u.Name, ulimitNames); err != nil {
			return err
		}
		// A hard limit of -1 is no limit at all.
		if u.HardLimit != -1 && u.SoftLimit > u.HardLimit {
			return refuse("Soft limit exceeds hard limit for ulimit %s", u.Name)
		}
	}
	return nil
}
