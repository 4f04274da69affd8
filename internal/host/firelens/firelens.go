// Package firelens says what FireLens makes of a task: the configuration of its log router, what the router gets of the
// other containers, and the log driver with which these send their output there. It decides by definitions alone and calls
// no engine. "FL-n" are recorded facts about FireLens.
//
// Sources: ECS developer guide, "Send Amazon ECS logs to an AWS service or AWS Partner"; amazon-ecs-agent, taskresource/firelens.
package firelens

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Volume is the name of the volume that a task has for the socket of its log router. No definition has a volume of that name.
const Volume = "~internal~ecs~firelens"

// SocketFolder is where the log router has that volume, and SocketName what it is to make there (FL-8).
const (
	SocketFolder = "/var/run/"
	SocketName   = "fluent.sock"
)

// Uses reports whether a container sends its output to the log router of its task.
func Uses(d *types.ContainerDefinition) bool {
	return d.LogConfiguration != nil && d.LogConfiguration.LogDriver == types.LogDriverAwsfirelens
}

// Router is the place of the log router among the containers of a task; -1 is none.
func Router(containers []types.ContainerDefinition) int {
	return slices.IndexFunc(containers, func(d types.ContainerDefinition) bool { return d.FirelensConfiguration != nil })
}

// IsVolume reports whether a volume is the one for the socket.
func IsVolume(v *types.Volume) bool { return aws.ToString(v.Name) == Volume }
