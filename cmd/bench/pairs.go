package main

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/client"
)

// benchLabel marks the containers of a run; its value is the run.
const benchLabel = "ecs-emulator.bench"

// pairs makes what the emulator makes for a task, directly: image, network, limits
// and all that the engine was told are the same, as they are read back from a task.
type pairs struct {
	docker       *client.Client
	run          string
	sandbox, app container.InspectResponse
}

func newPairs(cli *client.Client) *pairs { return &pairs{docker: cli, run: rand.Text()} }

// start creates and starts the sandbox and then the container in it.
func (p *pairs) start(ctx context.Context) (string, error) {
	sandbox, err := p.create(ctx, p.sandbox, p.sandbox.ID)
	if err != nil {
		return "", err
	}
	if err := p.docker.ContainerStart(ctx, sandbox, container.StartOptions{}); err != nil {
		return sandbox, err
	}
	app, err := p.create(ctx, p.app, sandbox)
	if err != nil {
		return sandbox, err
	}
	return sandbox + " " + app, p.docker.ContainerStart(ctx, app, container.StartOptions{})
}

// single makes what is the least of a task without a sandbox: its container alone, on
// the engine's own bridge.
type single struct{ *pairs }

// start creates and starts the container.
func (s single) start(ctx context.Context) (string, error) {
	r := s.request(s.app, "")
	r.HostConfig.NetworkMode, r.HostConfig.CgroupParent = "bridge", s.sandbox.HostConfig.CgroupParent
	made, err := s.docker.ContainerCreate(ctx, r.Config, r.HostConfig, nil, nil, "bench-"+rand.Text())
	if err != nil {
		return "", err
	}
	return made.ID, s.docker.ContainerStart(ctx, made.ID, container.StartOptions{})
}

// create repeats what made a container, with another sandbox in the place of its own.
func (p *pairs) create(ctx context.Context, like container.InspectResponse, sandbox string) (string, error) {
	r := p.request(like, sandbox)
	made, err := p.docker.ContainerCreate(ctx, r.Config, r.HostConfig, r.NetworkingConfig, nil, "bench-"+rand.Text())
	return made.ID, err
}

func (p *pairs) request(like container.InspectResponse, sandbox string) container.CreateRequest {
	config, host := *like.Config, *like.HostConfig
	config.Labels = map[string]string{benchLabel: p.run}
	for key, value := range like.Config.Labels {
		// Those of the emulator would have it take the container for its own.
		if !strings.HasPrefix(key, "ecs-emulator.") {
			config.Labels[key] = value
		}
	}
	host.CgroupParent = strings.ReplaceAll(host.CgroupParent, p.sandbox.ID, sandbox)
	host.NetworkMode = container.NetworkMode(strings.ReplaceAll(string(host.NetworkMode), p.sandbox.ID, sandbox))
	networking := &network.NetworkingConfig{}
	if host.NetworkMode.IsContainer() {
		config.Hostname, config.Domainname = "", "" // the sandbox's
	} else {
		// The engine chooses the addresses.
		networking.EndpointsConfig = map[string]*network.EndpointSettings{string(host.NetworkMode): {}}
	}
	//lint:ignore SA1019 older engines know no other place
	config.MacAddress = ""
	return container.CreateRequest{Config: &config, HostConfig: &host, NetworkingConfig: networking}
}

// clear stops and removes the pairs, the container before its sandbox.
func (p *pairs) clear(ctx context.Context, ids []string) error {
	return each(ids, func(id string) error {
		sandbox, app, _ := strings.Cut(id, " ")
		var err error
		for _, id := range []string{app, sandbox} {
			if id != "" {
				err = errors.Join(err, remove(ctx, p.docker, id))
			}
		}
		return err
	})
}

// clearAll removes whatever this run has left.
func (p *pairs) clearAll(ctx context.Context) error {
	found, err := p.docker.ContainerList(ctx, container.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("label", benchLabel+"="+p.run)),
	})
	for _, c := range found { // the newest first, so containers before sandboxes
		err = errors.Join(err, remove(ctx, p.docker, c.ID))
	}
	return err
}

// remove removes a container, killing it if it runs. Gone is success.
func remove(ctx context.Context, cli *client.Client, id string) error {
	err := cli.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err) { // gone, or going
		return nil
	}
	return err
}
