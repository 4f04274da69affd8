// Package reason has the texts by which ECS says why a task or a container ended.
package reason

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
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
		return "Unexpected EC2 error while attempting to Create Network Interface in subnet '" + t.Placement.SubnetID +
			"': InsufficientFreeAddressesInSubnet"
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

// NotBegun is the reason of a container that could not be made or started: an error of a kind.
func NotBegun(kind string, err error) string {
	var late *enginecall.TimeoutError
	var ports containerinstance.NoPortsError
	switch { // that have a name of their own
	case errors.As(err, &late):
		return late.Error()
	case errors.As(err, &ports):
		return ports.Error()
	}
	return kind + ": " + err.Error()
}

// Pull is the reason of a container without an image.
// Source: field reports of tasks on EC2, current agents, and of roles without the right to log in; amazon-ecs-agent, docker_client.go,
// of pulls that break off; recorded pull failures (ECS0002).
func Pull(image string, err error, fargate bool) string {
	var broken *backend.BrokenPullError
	var login *imagepull.LoginError
	switch {
	case errors.As(err, &login) && fargate:
		return "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: " +
			"unable to retrieve ecr registry auth: service call has been retried 1 time(s): " + login.Error()
	case errors.As(err, &login):
		return "CannotPullECRContainerError: " + login.Error()
	case fargate || !errors.As(err, &broken):
	case broken.Silent && !broken.Begun:
		return "DockerTimeoutError: Could not transition to pullBegin; timed out after waiting 5m0s"
	case broken.Silent:
		return "CannotPullContainerError: inactivity time exceeded timeout while pulling image"
	default: // the manifest was there
		return "CannotPullContainerError: Error response from daemon: " + engineText(err)
	}
	if !fargate {
		return "CannotPullImageManifestError: Error response from daemon: " + engineText(err)
	}
	ref, why := imagepull.Canonical(image), engineText(err)
	var lacks *imagepull.LacksError
	if errors.As(err, &lacks) {
		why = lacks.Resolving(ref)
	}
	return fmt.Sprintf("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref %s: %s", ref, why)
}

// OtherPlatform is the reason of a container whose image is for other machines, on Fargate. On
// a container instance the engine itself refuses such an image.
// Source: field reports of tasks on Fargate.
func OtherPlatform(wanted string) string {
	return "CannotPullContainerError: image Manifest does not contain descriptor matching platform '" + cmp.Or(wanted, "linux/amd64") + "'"
}

// OutOfMemory is the reason of a container that its memory limit has ended.
func OutOfMemory(fargate bool) string {
	if fargate { // 1.4.0 writes it with a small letter
		return "OutOfMemoryError: container killed due to memory usage"
	}
	return "OutOfMemoryError: Container killed due to memory usage"
}
