// Package ecsemulator runs the emulator in a container, with Testcontainers:
//
//	emulator, err := ecsemulator.Run(ctx, "ecs-emulator/ecs-emulator")
//	defer testcontainers.TerminateContainer(emulator)
//	endpoint, err := emulator.EndpointURL(ctx)
//
// Go tests need no container: package emulator starts one in their process.
package ecsemulator

import (
	"context"
	"fmt"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

const (
	port = "4577/tcp"
	// stopTimeout gives the emulator time to remove the containers of its tasks.
	stopTimeout = 30 * time.Second
)

// Container is a running emulator.
type Container struct{ testcontainers.Container }

// Run starts an emulator from an image, and returns when tasks can run. Containers of tasks are
// simulated, unless there is the option WithDockerSocket. With an error, the container may be there
// nevertheless: testcontainers.TerminateContainer removes it, and accepts nil.
func Run(ctx context.Context, image string, opts ...testcontainers.ContainerCustomizer) (*Container, error) {
	all := append([]testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(port),
		testcontainers.WithEnv(map[string]string{"ECS_EMULATOR_ENGINE": "sim"}),
		testcontainers.WithCmd("serve"),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/_emulator/health").WithPort(port)),
	}, opts...)
	started, err := testcontainers.Run(ctx, image, all...)
	var c *Container
	if started != nil {
		c = &Container{started}
	}
	if err != nil {
		return c, fmt.Errorf("run ecs-emulator: %w", err)
	}
	return c, nil
}

// WithFlags gives the serve command more flags: WithFlags("--default-launch-type", "FARGATE").
func WithFlags(flags ...string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithCmdArgs(flags...)
}

// WithDockerSocket has tasks run as containers of the engine that runs the emulator, whose socket
// the emulator's container gets. The emulator makes a network for each VPC and joins it. Ports of
// tasks are on 127.0.0.1 of the engine's host, from 14600 up.
func WithDockerSocket() testcontainers.CustomizeRequestOption {
	return func(r *testcontainers.GenericContainerRequest) error {
		if err := testcontainers.WithEnv(map[string]string{"ECS_EMULATOR_ENGINE": "docker"})(r); err != nil {
			return err
		}
		before := r.HostConfigModifier
		r.HostConfigModifier = func(host *container.HostConfig) {
			if before != nil {
				before(host)
			}
			host.Binds = append(host.Binds, testcontainers.MustExtractDockerSocket(context.Background())+":/var/run/docker.sock")
		}
		return nil
	}
}

// EndpointURL is the URL for AWS_ENDPOINT_URL and the BaseEndpoint of clients.
func (c *Container) EndpointURL(ctx context.Context) (string, error) {
	return c.PortEndpoint(ctx, port, "http")
}

// Terminate implements testcontainers.Container. It waits up to 30 seconds for the emulator to
// remove the containers of its tasks, unless an option says something else.
func (c *Container) Terminate(ctx context.Context, opts ...testcontainers.TerminateOption) error {
	return c.Container.Terminate(ctx, append([]testcontainers.TerminateOption{testcontainers.StopTimeout(stopTimeout)}, opts...)...)
}
