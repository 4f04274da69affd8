package taskdef

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// checkProcessNamespaces checks the values of pidMode and ipcMode.
func checkProcessNamespaces(def *types.TaskDefinition) error {
	if err := checkEnum("pidMode", def.PidMode, def.PidMode.Values()); err != nil {
		return err
	}
	return checkEnum("ipcMode", def.IpcMode, def.IpcMode.Values())
}
