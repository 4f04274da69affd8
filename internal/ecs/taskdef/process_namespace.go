package taskdef

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// checkProcessNamespaces checks the values of pidMode and ipcMode.
// ECS0302 for pidMode; for ipcMode by analogy.
func checkProcessNamespaces(def *types.TaskDefinition) error {
	if err := checkMode("pidMode", def.PidMode, types.PidModeTask, types.PidModeHost); err != nil {
		return err
	}
	return checkMode("ipcMode", def.IpcMode, types.IpcModeTask, types.IpcModeHost, types.IpcModeNone)
}

func checkMode[T ~string](member string, mode T, allowed ...T) error {
	if mode == "" || slices.Contains(allowed, mode) {
		return nil
	}
	return refuse("%s is not a valid value for %s. The value must be one of [%s]", mode, member, joinValues(allowed))
}
