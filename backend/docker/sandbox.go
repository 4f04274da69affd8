package docker

import (
	"context"
	"errors"
	"fmt"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// sandboxFacts are what other calls need to know of a sandbox; remembered so that
// they need not ask the engine.
type sandboxFacts struct {
	ip       string // as asked for; empty when the engine picks one
	cpuQuota int64  // per cpuPeriod
	memory   int64
}

// CreateSandbox implements backend.Engine. With TaskLimits the sandbox's control
// group is the parent of its containers' groups, so its limits hold for their sum.
func (e *Engine) CreateSandbox(ctx context.Context, spec backend.SandboxSpec) (string, error) {
	if err := e.ensureLifeline(ctx); err != nil {
		return "", engineError(err)
	}
	vpc, err := e.vpc(ctx, spec.Network)
	if err != nil {
		return "", engineError(err)
	}
	known, err := e.engineFacts(ctx)
	if err != nil {
		return "", engineError(err)
	}
	request := e.sandboxRequest(spec, vpc, known.taskLimits)
	id, err := e.createFromSandboxImage(ctx, request, spec.Name)
	if err != nil {
		return "", engineError(err)
	}
	e.sandboxes.Store(id, sandboxFacts{ip: spec.IP, cpuQuota: cpuQuota(spec.CPU), memory: spec.Memory})
	return id, nil
}

// createFromSandboxImage imports the image again when somebody pruned it.
func (e *Engine) createFromSandboxImage(ctx context.Context, request container.CreateRequest, name string) (string, error) {
	for attempt := 0; ; attempt++ {
		image, err := e.ensureSandboxImage(ctx)
		if err != nil {
			return "", fmt.Errorf("import sandbox image: %w", err)
		}
		request.Image = image
		id, err := e.create(ctx, request, name)
		if attempt > 0 || !cerrdefs.IsNotFound(err) {
			return id, err
		}
		e.sandboxImage.reset()
	}
}

func (e *Engine) sandboxRequest(spec backend.SandboxSpec, vpc vpcNetwork, taskLimits bool) container.CreateRequest {
	endpoint := &network.EndpointSettings{}
	if spec.IP != "" {
		endpoint.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: spec.IP}
	}
	config := &container.Config{
		Hostname: spec.Hostname, Labels: e.labels(kindSandbox, spec.Labels),
	}
	// The address moved from the container to the endpoint; each engine refuses or
	// ignores the other place.
	// Source: Docker Engine API version history, v1.44.
	if versions.LessThan(e.client.ClientVersion(), "1.44") {
		//lint:ignore SA1019 older engines know no other place
		config.MacAddress = spec.MAC
	} else {
		endpoint.MacAddress = spec.MAC
	}
	host := &container.HostConfig{
		NetworkMode: container.NetworkMode(vpc.dockerName),
		ExtraHosts:  spec.ExtraHosts,
		Sysctls:     spec.Sysctls,
		LogConfig:   logConfig(),
		Resources: container.Resources{
			Memory: spec.Memory, MemorySwap: spec.Memory,
			CPUPeriod: cpuPeriodFor(spec.CPU), CPUQuota: cpuQuota(spec.CPU),
		},
	}
	if taskLimits {
		host.CgroupParent = cgroupRoot
	}
	return container.CreateRequest{
		Config: config, HostConfig: host,
		NetworkingConfig: &network.NetworkingConfig{
			EndpointsConfig: map[string]*network.EndpointSettings{vpc.dockerName: endpoint},
		},
	}
}

// sandbox returns what is known of a sandbox, and asks the engine after a restart.
func (e *Engine) sandbox(ctx context.Context, id string) (sandboxFacts, error) {
	if known, ok := e.sandboxes.Load(id); ok {
		return known.(sandboxFacts), nil
	}
	found, err := e.inspectOwned(ctx, id)
	if err != nil {
		return sandboxFacts{}, err
	}
	if found.Config.Labels[kindLabel] != string(kindSandbox) {
		return sandboxFacts{}, fmt.Errorf("container %s is no sandbox: %w", id, backend.ErrNotFound)
	}
	known := sandboxFacts{cpuQuota: found.HostConfig.CPUQuota, memory: found.HostConfig.Memory}
	for _, endpoint := range found.NetworkSettings.Networks {
		if endpoint.IPAMConfig != nil {
			known.ip = endpoint.IPAMConfig.IPv4Address
		}
	}
	e.sandboxes.Store(found.ID, known)
	return known, nil
}

// sandboxIP is the address of a running sandbox.
func (e *Engine) sandboxIP(ctx context.Context, id string) (string, error) {
	known, err := e.sandbox(ctx, id)
	if err != nil || known.ip != "" {
		return known.ip, err
	}
	found, err := e.inspectOwned(ctx, id)
	if err != nil {
		return "", err
	}
	if ip := address(found); ip != "" {
		return ip, nil
	}
	return "", errors.New("sandbox " + id + " has no address: it does not run")
}
