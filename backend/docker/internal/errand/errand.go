// Package errand runs the sandbox program to look at what only the engine's host sees: once, or as often as it is asked.
package errand

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
)

// Path is where the sandbox program finds that folder.
const Path = "/at"

// endTimeout bounds the removal of the container when a call is over.
const endTimeout = 10 * time.Second

// Runner runs the sandbox program in containers of its own.
type Runner struct {
	client     dockerapi.Client
	containers *containers.Store
	owner      label.Owner
	run        string
	log        *slog.Logger
}

// New returns a runner for an owner. run is unique to this run of the owner.
func New(client dockerapi.Client, containers *containers.Store, owner label.Owner, run string, log *slog.Logger) *Runner {
	return &Runner{client: client, containers: containers, owner: owner, run: run, log: log}
}

// Run runs the sandbox program once, with a mount of the engine's host, and returns its output.
func (r *Runner) Run(ctx context.Context, at mount.Mount, words ...string) (answer string, err error) {
	return r.runOnce(ctx, &container.HostConfig{Mounts: []mount.Mount{at}}, words)
}

// RunOnHost runs the sandbox program once, in the network of the engine's host, and returns its output.
func (r *Runner) RunOnHost(ctx context.Context, words ...string) (answer string, err error) {
	return r.runOnce(ctx, &container.HostConfig{NetworkMode: network.NetworkHost}, words)
}

func (r *Runner) runOnce(ctx context.Context, host *container.HostConfig, words []string) (answer string, err error) {
	made, err := r.create(ctx, host, &container.Config{Cmd: words})
	if err != nil {
		return "", err
	}
	defer r.End(ctx, made.ID)
	stream, err := r.client.Attach(ctx, made.ID, client.ContainerAttachOptions{Stdout: true, Stderr: true})
	if err != nil {
		return "", err
	}
	defer stream.Close()
	defer context.AfterFunc(ctx, stream.Close)()
	if err := r.client.ContainerStart(ctx, made.ID); err != nil {
		return "", err
	}
	var said bytes.Buffer
	if _, err := stdcopy.StdCopy(&said, &said, stream.Reader); err != nil {
		return "", errors.Join(ctx.Err(), err)
	}
	return said.String(), nil
}

// Begin has the sandbox program run until End, with what it is to see of the engine's host, and returns its container. The
// program reads commands from its standard input.
func (r *Runner) Begin(ctx context.Context, host *container.HostConfig, words ...string) (id string, err error) {
	made, err := r.create(ctx, host, &container.Config{Cmd: words, OpenStdin: true})
	if err != nil {
		return "", err
	}
	if err := r.client.ContainerStart(ctx, made.ID); err != nil {
		r.End(ctx, made.ID)
		return "", err
	}
	return made.ID, nil
}

// name is the prefix of the names of this run's errands.
func (r *Runner) name() string { return r.owner.ResourceName("errand-" + r.run + "-") }

// create makes the container. If the caller gives up, the container is removed once it is there: the
// engine goes on with the request.
func (r *Runner) create(ctx context.Context, host *container.HostConfig, config *container.Config) (containers.Created, error) {
	host.LogConfig = container.LogConfig{Type: "none"}
	if host.NetworkMode == "" {
		host.NetworkMode, config.NetworkDisabled = network.NetworkNone, true
	}
	config.Labels = r.owner.Labels(label.Errand, nil)
	type outcome struct {
		containers.Created
		err error
	}
	answer := make(chan outcome, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lazy.LoadTimeout)
		defer cancel()
		made, err := r.containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{
			Name:          r.name() + label.RandomSuffix(),
			CreateRequest: container.CreateRequest{Config: config, HostConfig: host},
		})
		answer <- outcome{made, err}
	}()
	select {
	case a := <-answer:
		return a.Created, a.err
	case <-ctx.Done():
	}
	go func() {
		if a := <-answer; a.err == nil {
			r.End(ctx, a.ID)
		}
	}()
	return containers.Created{}, ctx.Err()
}

// End removes the container, also for a caller that has given up.
func (r *Runner) End(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	if err := r.containers.Remove(ctx, id); err != nil { // it goes with everything else of the owner
		r.log.Warn("container that looked at the engine's host not removed", "container", id, "error", err)
	}
}

// RemoveLost removes the errands of earlier runs of the owner that were killed.
func (r *Runner) RemoveLost(ctx context.Context) error {
	errands := r.owner.Filter(map[string]string{label.KindKey: string(label.Errand)})
	return r.containers.RemoveListed(ctx, errands, func(c container.Summary) bool {
		return strings.HasPrefix(dockerapi.FirstName(c.Names), r.name())
	})
}
