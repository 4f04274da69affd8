package reason

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/host/containerinstance"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

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
// Source: field reports of tasks on EC2, current agents; recorded pull failures (ECS0002).
func Pull(image string, err error, fargate bool) string {
	if !fargate {
		return "CannotPullImageManifestError: Error response from daemon: " + engineText(err)
	}
	return fmt.Sprintf("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref %s: %s",
		imagepull.Canonical(image), engineText(err))
}

// OtherPlatform is the reason of a container whose image is for other machines, on Fargate. On
// a container instance the engine itself refuses such an image.
// Source: field reports of tasks on Fargate.
func OtherPlatform(wanted string) string {
	return fmt.Sprintf("CannotPullContainerError: image Manifest does not contain descriptor matching platform '%s'", cmp.Or(wanted, "linux/amd64"))
}

// OutOfMemory is the reason of a container that its memory limit has ended.
func OutOfMemory(fargate bool) string {
	if fargate { // 1.4.0 writes it with a small letter
		return "OutOfMemoryError: container killed due to memory usage"
	}
	return "OutOfMemoryError: Container killed due to memory usage"
}
