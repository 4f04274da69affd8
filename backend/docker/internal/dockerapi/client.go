// Package dockerapi is the part of the Docker Engine API that the emulator uses, and what the
// engine's errors and values mean.
package dockerapi

import (
	"context"
	"net/url"
	"path"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/versions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
)

// Client is a client of the engine, without the options and the parts of answers that are of no
// use here.
type Client struct{ *endpoint.Client }

// Negotiate agrees on the version of the API. Each first call does so by itself.
func (c Client) Negotiate(ctx context.Context) error {
	_, err := c.Client.Client.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true})
	return err
}

// Ping asks whether the engine answers.
func (c Client) Ping(ctx context.Context) error {
	_, err := c.Client.Ping(ctx, client.PingOptions{})
	return err
}

// Info is what the engine says about itself. The emulator decides by it whether the engine can be used, so one request
// without an answer is not enough to say no.
func (c Client) Info(ctx context.Context) (system.Info, error) {
	return twice(ctx, func(ctx context.Context) (system.Info, error) {
		found, err := c.Client.Info(ctx, client.InfoOptions{})
		return found.Info, err
	})
}

func (c Client) ContainerList(ctx context.Context, o client.ContainerListOptions) ([]container.Summary, error) {
	found, err := c.Client.ContainerList(ctx, o)
	return found.Items, err
}

// ContainerInspect tells of a container by its id or name.
func (c Client) ContainerInspect(ctx context.Context, id string) (container.InspectResponse, error) {
	found, err := c.Client.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	return found.Container, err
}

// ContainerCreate makes a container. The MAC address moved from the container to the endpoint; older
// engines ignore it there, and the library does not have the earlier place.
// Source: Docker Engine API version history, v1.44.
func (c Client) ContainerCreate(ctx context.Context, r container.CreateRequest, platform *ocispec.Platform, name string) (id string, err error) {
	mac := MACOf(r.NetworkingConfig)
	if mac == "" || !versions.LessThan(c.ClientVersion(), "1.44") {
		made, err := c.Client.ContainerCreate(ctx, client.ContainerCreateOptions{
			Config: r.Config, HostConfig: r.HostConfig, NetworkingConfig: r.NetworkingConfig, Platform: platform, Name: name,
		})
		return made.ID, err
	}
	query := url.Values{"name": {name}}
	if platform != nil {
		query.Set("platform", path.Join(platform.OS, platform.Architecture))
	}
	var made container.CreateResponse
	err = c.Post(ctx, "/containers/create", query, struct {
		container.CreateRequest
		MacAddress string
	}{r, mac}, &made)
	return made.ID, err
}

// MACOf is the address that an endpoint is to have; empty is none.
func MACOf(networking *network.NetworkingConfig) string {
	if networking != nil {
		for _, endpoint := range networking.EndpointsConfig {
			return endpoint.MacAddress.String()
		}
	}
	return ""
}

func (c Client) ContainerStart(ctx context.Context, id string) error {
	_, err := c.Client.ContainerStart(ctx, id, client.ContainerStartOptions{})
	return err
}

// ContainerStop counts the grace period in whole seconds.
func (c Client) ContainerStop(ctx context.Context, id string, seconds int) error {
	_, err := c.Client.ContainerStop(ctx, id, client.ContainerStopOptions{Timeout: &seconds})
	return err
}

// ContainerRemove kills a container that runs, and removes its nameless volumes.
func (c Client) ContainerRemove(ctx context.Context, id string) error {
	_, err := c.Client.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	return err
}

// Attach opens a stream to a container that exists. It returns when ctx ends, also where the
// engine does not answer.
func (c Client) Attach(ctx context.Context, id string, o client.ContainerAttachOptions) (client.HijackedResponse, error) {
	o.Stream = true
	return hijack(ctx, func(ctx context.Context) (client.HijackedResponse, error) {
		attached, err := c.Client.ContainerAttach(ctx, id, o)
		return attached.HijackedResponse, err
	})
}

// ExecAttach starts a process that ExecCreate has made, and opens a stream to it. It returns when
// ctx ends, also where the engine does not answer.
func (c Client) ExecAttach(ctx context.Context, id string) (client.HijackedResponse, error) {
	return hijack(ctx, func(ctx context.Context) (client.HijackedResponse, error) {
		attached, err := c.Client.ExecAttach(ctx, id, client.ExecAttachOptions{})
		return attached.HijackedResponse, err
	})
}

func (c Client) NetworkList(ctx context.Context, which client.Filters) ([]network.Summary, error) {
	found, err := c.Client.NetworkList(ctx, client.NetworkListOptions{Filters: which})
	return found.Items, err
}

// NetworkInspect tells of a network by its id or name.
func (c Client) NetworkInspect(ctx context.Context, id string) (network.Inspect, error) {
	found, err := c.Client.NetworkInspect(ctx, id, client.NetworkInspectOptions{})
	return found.Network, err
}

// NetworkCreate makes a network. Engines before API 1.44 make another one of the same name unless
// they are told to look. Source: Docker Engine API version history, v1.44, CheckDuplicate.
func (c Client) NetworkCreate(ctx context.Context, r network.CreateRequest) (id string, err error) {
	if versions.LessThan(c.ClientVersion(), "1.44") {
		var made network.CreateResponse
		err := c.Post(ctx, "/networks/create", nil, struct {
			network.CreateRequest
			CheckDuplicate bool
		}{r, true}, &made)
		return made.ID, err
	}
	made, err := c.Client.NetworkCreate(ctx, r.Name, client.NetworkCreateOptions{
		Driver: r.Driver, Scope: r.Scope, Internal: r.Internal, Attachable: r.Attachable, Options: r.Options, Labels: r.Labels, IPAM: r.IPAM,
	})
	return made.ID, err
}

// NetworkConnect puts a container on a network.
func (c Client) NetworkConnect(ctx context.Context, id, containerID string, endpoint *network.EndpointSettings) error {
	_, err := c.Client.NetworkConnect(ctx, id, client.NetworkConnectOptions{Container: containerID, EndpointConfig: endpoint})
	return err
}

// NetworkDisconnect takes a container off a network, also where the network does not know it.
func (c Client) NetworkDisconnect(ctx context.Context, id, containerID string) error {
	_, err := c.Client.NetworkDisconnect(ctx, id, client.NetworkDisconnectOptions{Container: containerID, Force: true})
	return err
}

// NetworkRemove removes a network without containers.
func (c Client) NetworkRemove(ctx context.Context, id string) error {
	_, err := c.Client.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
	return err
}

func (c Client) VolumeList(ctx context.Context, which client.Filters) ([]volume.Volume, error) {
	found, err := c.Client.VolumeList(ctx, client.VolumeListOptions{Filters: which})
	return found.Items, err
}

func (c Client) VolumeInspect(ctx context.Context, name string) (volume.Volume, error) {
	found, err := c.Client.VolumeInspect(ctx, name, client.VolumeInspectOptions{})
	return found.Volume, err
}

// VolumeRemove removes a volume, also where its driver cannot.
func (c Client) VolumeRemove(ctx context.Context, name string) error {
	_, err := c.Client.VolumeRemove(ctx, name, client.VolumeRemoveOptions{Force: true})
	return err
}

// FirstName is a container's own name in lists; links would follow.
func FirstName(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return strings.TrimPrefix(names[0], "/")
}
