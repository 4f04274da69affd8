package taskdef

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Ephemeral storage of a task in GiB. Source: ECS API reference, EphemeralStorage.
const (
	minEphemeralStorage = 21
	maxEphemeralStorage = 200
)

// checkEphemeralStorage: the size is configurable on Fargate only. A definition that
// names no launch type may become a Fargate task when it is of the awsvpc mode.
func checkEphemeralStorage(def *types.TaskDefinition) error {
	if def.EphemeralStorage == nil {
		return nil
	}
	requires := def.RequiresCompatibilities
	onFargate := slices.Contains(requires, types.CompatibilityFargate) ||
		len(requires) == 0 && def.NetworkMode == types.NetworkModeAwsvpc
	return checkStorageSize(def.EphemeralStorage, onFargate, refuse)
}

// checkStorageSize checks the storage of a definition or an override; fail makes
// the errors.
func checkStorageSize(s *types.EphemeralStorage, onFargate bool, fail func(string, ...any) error) error {
	switch {
	case !onFargate:
		return fail("Tasks using the EC2 launch type do not support EphemeralStorage.")
	case s.SizeInGiB < minEphemeralStorage:
		return fail("EphemeralStorage size should be at least %d", minEphemeralStorage)
	case s.SizeInGiB > maxEphemeralStorage:
		return fail("EphemeralStorage size should be at most %d", maxEphemeralStorage)
	}
	return nil
}
