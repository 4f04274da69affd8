// Package reason has the texts by which ECS says why a task or a container ended.
package reason

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// engineText is the engine's own words without the client's frame.
func engineText(err error) string {
	return strings.TrimPrefix(err.Error(), "Error response from daemon: ")
}

// Attachment is the reason of a task without network interface. Source: field
// reports for a full subnet's text and RunTask's for lack of capacity; that they end
// a task that was accepted is the emulator's own, as it learns of it only then.
func Attachment(t *state.Task, doing string, err error) string {
	switch {
	case errors.Is(err, backend.ErrSubnetFull):
		return fmt.Sprintf("Unexpected EC2 error while attempting to Create Network Interface in subnet '%s': InsufficientFreeAddressesInSubnet", t.Placement.SubnetID)
	case errors.Is(err, backend.ErrNoCapacity):
		return state.NoCapacity
	case !t.Spec.HasInterface():
		return "ResourceInitializationError: unable to " + doing + " the sandbox of the task: " + engineText(err)
	default:
		return "ResourceInitializationError: unable to " + doing + " the network interface of the task: " + engineText(err)
	}
}

// Cut shortens a reason as ECS does. Source: amazon-ecs-agent, 1024 characters.
func Cut(reason string) string {
	const longest = 1024
	if runes := []rune(reason); len(runes) > longest {
		return string(runes[:longest])
	}
	return reason
}

// EssentialExited is the reason of a task whose essential container ended, with
// any exit code. Source: recorded tasks.
const EssentialExited = "Essential container in task exited"

// FailedToStart is the reason of a task that could not start for a container's sake, where
// the detail is only in the container's. Source: field reports of tasks on EC2.
const FailedToStart = "Task failed to start"

// GivenUpCode is the exit code of a container that is given up on a container instance: what SIGTERM would come to, which no process got.
const GivenUpCode = 143
