package firelens

import (
	"fmt"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// longestSocket is how long the path of a socket may be on Linux. Source: unix(7); FL-8.
const longestSocket = 107

// Socket is the log router's socket in a folder of the engine's host.
func Socket(folder string) (string, error) {
	socket := path.Join(folder, SocketName)
	if len(socket) > longestSocket {
		return "", fmt.Errorf("the path of the log router's socket is longer than %d bytes: %s", longestSocket, socket)
	}
	return socket, nil
}

// Log is the log driver of a container that uses the log router with a socket of the engine's host (FL-10). It is
// asynchronous in any case: without, the engine waits for a router that is gone, and the container neither stops nor
// can be removed (FL-19).
func Log(d *types.ContainerDefinition, taskARN, socket string) backend.Log {
	options := map[string]string{
		"tag":                          aws.ToString(d.Name) + "-firelens-" + arn.Name(taskARN),
		"fluentd-address":              "unix://" + socket,
		"fluentd-async":                "true",
		"fluentd-sub-second-precision": "true",
	}
	if limit := d.LogConfiguration.Options[optionBufferLimit]; limit != "" {
		options["fluentd-buffer-limit"] = limit
	}
	return backend.Log{Driver: "fluentd", Options: options}
}

// Variables are those with which a container finds the log router at an address, to send records by itself (FL-11).
func Variables(address string) []string {
	return []string{"FLUENT_HOST=" + address, "FLUENT_PORT=" + forwardPort}
}
