package main

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
)

// benchLabel marks the containers of a run; its value is the run.
const benchLabel = "ecs-emulator.bench"

// bareTasks makes what the emulator makes for a task, directly: image, network, limits
// and all that the engine was told are the same, as they are read back from a task.
type bareTasks struct {
	docker  *client.Client
	run     string
	sandbox container.InspectResponse
	apps    []container.InspectResponse
}

func newBareTasks(cli *client.Client) *bareTasks { return &bareTasks{docker: cli, run: rand.Text()} }

// start creates and starts the sandbox, and then the containers in it side by side.
func (b *bareTasks) start(ctx context.Context) (string, error) {
	sandbox, err := b.create(ctx, b.sandbox, b.sandbox.ID)
	if err != nil {
		return "", err
	}
	if _, err := b.docker.ContainerStart(ctx, sandbox, client.ContainerStartOptions{}); err != nil {
		return sandbox, err
	}
	made := make([]string, len(b.apps))
	errs := make([]error, len(b.apps))
	var wait sync.WaitGroup
	for i, app := range b.apps {
		wait.Go(func() {
			if made[i], errs[i] = b.create(ctx, app, sandbox); errs[i] == nil {
				_, errs[i] = b.docker.ContainerStart(ctx, made[i], client.ContainerStartOptions{})
			}
		})
	}
	wait.Wait()
	return strings.Join(append(made, sandbox), " "), errors.Join(errs...)
}

// single makes what is the least of a task without a sandbox: its container alone, on
// the engine's own bridge.
type single struct{ *bareTasks }

// start creates and starts the container.
func (s single) start(ctx context.Context) (string, error) {
	r := s.request(s.apps[0], "")
	r.HostConfig.NetworkMode, r.HostConfig.CgroupParent = "bridge", s.sandbox.HostConfig.CgroupParent
	made, err := s.docker.ContainerCreate(ctx, client.ContainerCreateOptions{
		Config:     r.Config,
		HostConfig: r.HostConfig,
		Name:       "bench-" + rand.Text(),
	})
	if err != nil {
		return "", err
	}
	_, err = s.docker.ContainerStart(ctx, made.ID, client.ContainerStartOptions{})
	return made.ID, err
}

// create repeats what made a container, with another sandbox in the place of its own.
func (b *bareTasks) create(ctx context.Context, like container.InspectResponse, sandbox string) (string, error) {
	r := b.request(like, sandbox)
	made, err := b.docker.ContainerCreate(ctx, client.ContainerCreateOptions{
		Config:           r.Config,
		HostConfig:       r.HostConfig,
		NetworkingConfig: r.NetworkingConfig,
		Name:             "bench-" + rand.Text(),
	})
	return made.ID, err
}

func (b *bareTasks) request(like container.InspectResponse, sandbox string) container.CreateRequest {
	config, host := *like.Config, *like.HostConfig
	config.Labels = map[string]string{benchLabel: b.run}
	for key, value := range like.Config.Labels {
		// Those of the emulator would have it take the container for its own.
		if !strings.HasPrefix(key, "ecs-emulator.") {
			config.Labels[key] = value
		}
	}
	host.CgroupParent = strings.ReplaceAll(host.CgroupParent, b.sandbox.ID, sandbox)
	host.NetworkMode = container.NetworkMode(strings.ReplaceAll(string(host.NetworkMode), b.sandbox.ID, sandbox))
	networking := &network.NetworkingConfig{}
	if host.NetworkMode.IsContainer() {
		config.Hostname, config.Domainname = "", "" // the sandbox's
	} else {
		// The engine chooses the addresses.
		networking.EndpointsConfig = map[string]*network.EndpointSettings{string(host.NetworkMode): {}}
	}
	return container.CreateRequest{Config: &config, HostConfig: &host, NetworkingConfig: networking}
}

// clear stops and removes what start has made, containers before their sandbox.
func (b *bareTasks) clear(ctx context.Context, ids []string) error {
	return each(ids, func(made string) (err error) {
		for id := range strings.FieldsSeq(made) {
			err = errors.Join(err, remove(ctx, b.docker, id))
		}
		return err
	})
}

// clearAll removes all that this run has left.
func (b *bareTasks) clearAll(ctx context.Context) error {
	found, err := b.docker.ContainerList(ctx, client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", benchLabel+"="+b.run),
	})
	for _, c := range found.Items { // the newest first, so containers before sandboxes
		err = errors.Join(err, remove(ctx, b.docker, c.ID))
	}
	return err
}

// remove removes a container, killing it if it runs. Gone is success.
func remove(ctx context.Context, cli *client.Client, id string) error {
	_, err := cli.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err) { // gone, or going
		return nil
	}
	return err
}

// kill kills a container. One that has ended is success.
func kill(ctx context.Context, cli *client.Client, id string) error {
	_, err := cli.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: "KILL"})
	if cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err) {
		return nil
	}
	return err
}
