package docker

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/door"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/request"
	"github.com/ecs-emulator/ecs-emulator/internal/base/pause"
)

// balancerMemory bounds the program of a load balancer, which passes bodies on and keeps none.
const balancerMemory = 256 << 20

// CreateLoadBalancer implements backend.LoadBalancers.
func (e *Engine) CreateLoadBalancer(ctx context.Context, spec backend.LoadBalancerSpec) (string, error) {
	defer e.warm.TaskStarts()()
	if err := e.heartbeat.Ensure(ctx); err != nil {
		return "", dockerapi.Classify(err)
	}
	sandbox, err := e.sandbox(ctx, spec.Sandbox)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	logs := container.LogConfig{Type: "none"} // what it says is for the connection
	if spec.Logs {
		known, err := e.engineFacts(ctx)
		if err != nil {
			return "", dockerapi.Classify(err)
		}
		logs = request.AmpleLog(known.logDrivers)
	}
	var env []string
	if spec.Many && e.behindSSH() {
		env = []string{door.BalancerKey + "=" + rand.Text()}
	}
	entrypoint := []string{containers.BalancerPath}
	if spec.Debug {
		entrypoint = append(entrypoint, "-debug")
	}
	made, err := e.containers.CreateFrom(ctx, containers.BalancerImage, containers.Creation{Name: spec.Name, CreateRequest: container.CreateRequest{
		// Its standard input is never closed: the next connection goes on with it.
		Config: &container.Config{
			Entrypoint: entrypoint, OpenStdin: true, Env: env, Labels: e.owner.Labels(label.Container, spec.Labels),
		},
		HostConfig: &container.HostConfig{
			NetworkMode: container.NetworkMode("container:" + spec.Sandbox),
			LogConfig:   logs,
			Resources:   container.Resources{CgroupParent: sandbox.Group, Memory: balancerMemory, MemorySwap: balancerMemory},
		},
	}})
	return made.ID, dockerapi.Classify(err)
}

// isOutdatedBalancer reports whether a container is a load balancer with the program of another
// version: its image is named by its content. Where the present one cannot be imported there is
// nothing to replace it with, so it does not count as outdated.
func (e *Engine) isOutdatedBalancer(ctx context.Context, c backend.Container) bool {
	if c.State != backend.Running || !strings.Contains(c.Image, containers.BalancerImage.Repository+":") {
		return false
	}
	ref, err := e.containers.EnsureImage(ctx, containers.BalancerImage)
	if err != nil {
		e.log.Warn("cannot import the load balancer program of this version: a load balancer goes on with the one that it has", "container", c.ID, "error", err)
		return false
	}
	return !strings.HasSuffix(c.Image, ref) // Podman writes a registry before it
}

// ConnectLoadBalancer implements backend.LoadBalancers. It uses the engine's stream to the container,
// which each engine has, also a remote one. One with a key is connected to at its address instead, through
// the relay if need be.
func (e *Engine) ConnectLoadBalancer(ctx context.Context, id string) (io.ReadWriteCloser, error) {
	found, err := e.containers.Inspect(ctx, id)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	if key := balancerKey(found); key != "" && found.State.Running {
		conn, err := e.enterLoadBalancer(ctx, found.HostConfig.NetworkMode.ConnectedContainer(), key)
		if err == nil || ctx.Err() != nil {
			return conn, err
		}
		e.log.Warn("a load balancer is not reached at its address, so it costs a stream through the engine", "container", id, "error", err)
	}
	logless := found.HostConfig == nil || found.HostConfig.LogConfig.Type == "none" // else its log has what it says
	stream, err := e.client.Attach(ctx, id, client.ContainerAttachOptions{Stdin: true, Stdout: true, Stderr: logless})
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	conn := dockerapi.NewAttached(stream)
	conn.Heard = func(text string) { e.log.Warn("a load balancer says", "container", id, "text", text) }
	return conn, nil
}

// balancerKey is the key by which a load balancer knows this process; empty: it was made without.
func balancerKey(found container.InspectResponse) string {
	if found.Config == nil || found.HostConfig == nil || found.State == nil {
		return ""
	}
	for _, variable := range found.Config.Env {
		if key, ok := strings.CutPrefix(variable, door.BalancerKey+"="); ok {
			return key
		}
	}
	return ""
}

// A load balancer that has just started does not listen yet.
const (
	listenPatience = 3 * time.Second
	listenInterval = 50 * time.Millisecond
)

// enterLoadBalancer connects to the address of the sandbox that a load balancer is in.
func (e *Engine) enterLoadBalancer(ctx context.Context, sandboxID, key string) (net.Conn, error) {
	for began := time.Now(); ; {
		conn, err := e.Dial(ctx, "tcp", sandboxID, door.BalancerPort)
		if err == nil {
			return conn, door.Knock(conn, key)
		}
		if !errors.Is(err, syscall.ECONNREFUSED) || time.Since(began) > listenPatience {
			return nil, err
		}
		if err := pause.For(ctx, listenInterval); err != nil {
			return nil, err
		}
	}
}
