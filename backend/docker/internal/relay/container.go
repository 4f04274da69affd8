package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
)

// portAttempts bounds how often a relay is made anew because a port is taken: the engine's refusal
// names one port at a time.
const portAttempts = 32

// registryAttempts are how many of them are for a port of the registry.
const registryAttempts = 8

// listenPorts are where the relay listens.
var listenPorts = []string{decimal(backend.RelayPort), decimal(MetadataPort), decimal(registryPort)}

// removeEarlier removes earlier relays, which hold the addresses and ports of the next one. Only one
// process has a data directory, so relays that are there when it starts are of a run that was killed.
func (r *Relay) removeEarlier(ctx context.Context) error {
	if r.latest != "" {
		return r.Containers.Remove(ctx, r.latest)
	}
	if !r.Owner.Durable() {
		return nil
	}
	earlier := r.Owner.Filter(map[string]string{label.KindKey: string(label.Relay)})
	return r.Containers.RemoveListed(ctx, earlier, func(container.Summary) bool { return false })
}

// create makes a relay that answers, with ports published where this process runs in a
// container of the engine, where users cannot reach its own loopback address, and with one for the registry where the
// engine cannot.
func (r *Relay) create(ctx context.Context) (*link, error) {
	own, err := r.Networks.Own(ctx)
	if err != nil {
		return nil, err
	}
	demand := demand{r.HostPorts, r.askRegistryNeeded(ctx)}
	if own.ID == "" {
		demand.tasks = 0
	}
	r.mu.Lock()
	before := r.published
	r.mu.Unlock()
	var refused hostPorts
	unclear := 0
	for attempt := range portAttempts {
		if attempt == registryAttempts { // tasks need the relay more than the registry does
			demand.registry = 0
		}
		taken, err := r.taken(ctx, demand)
		if err != nil {
			return nil, err
		}
		asked := demand.choose(before, taken.and(refused))
		if demand.tasks > 0 && asked.tasks.none() {
			return nil, errNoHostPort
		}
		l, taken, err := r.try(ctx, asked)
		switch {
		case err != nil && taken.none() && asked.registry != 0: // perhaps the engine refuses the port in words of its own
			r.Log.Warn("relay not made with a port for the registry", "port", asked.registry, "error", err)
			taken.tcp = []uint16{asked.registry}
			if unclear++; unclear > 1 {
				demand.registry = 0
			}
		case err == nil || taken.none():
			return l, err
		}
		refused = refused.and(taken)
	}
	return nil, fmt.Errorf("%w: %d attempts", errNoHostPort, portAttempts)
}

// taken are the ports that containers have, if it matters.
func (r *Relay) taken(ctx context.Context, d demand) (hostPorts, error) {
	if d == (demand{}) {
		return hostPorts{}, nil
	}
	all, err := r.Client.ContainerList(ctx, client.ContainerListOptions{})
	return publishedPorts(all), err
}

// try makes a relay with published ports, or says which of them is taken.
func (r *Relay) try(ctx context.Context, asked publication) (l *link, taken hostPorts, err error) {
	request, err := r.request(ctx, asked)
	if err != nil {
		return nil, taken, err
	}
	key := r.key(ctx)
	if key != "" {
		request.Env = append(request.Env, tunnel.HomeKey+"="+key)
	}
	made, err := r.Containers.CreateFrom(ctx, containers.SandboxImage, containers.Creation{Name: r.Owner.UniqueName("relay"), CreateRequest: request})
	if err != nil {
		return nil, taken, err
	}
	defer func() {
		if err != nil {
			_ = r.Containers.TakeBack(ctx, made.ID)
		}
	}()
	stream, err := r.Client.Attach(ctx, made.ID, client.ContainerAttachOptions{Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return nil, taken, err
	}
	if err = r.Client.ContainerStart(ctx, made.ID); err != nil {
		stream.Close()
		taken, _ = asked.all().refusedPort(err)
		return nil, taken, err
	}
	l = &link{id: made.ID, published: asked, conn: dockerapi.NewAttached(stream), leading: semaphore.NewWeighted(1)}
	if l.session, err = tunnel.Near(l.conn); err != nil {
		stream.Close()
		return nil, taken, err
	}
	if _, err = l.session.Ping(); err != nil {
		_ = l.session.Close()
		return nil, taken, fmt.Errorf("no answer: %w: %s", err, l.conn.Complaint())
	}
	if key == "" && asked.registry == 0 {
		return l, taken, nil
	}
	found, err := r.Client.ContainerInspect(ctx, l.id)
	if err != nil && asked.registry != 0 {
		_ = l.session.Close()
		return nil, taken, err
	}
	l.gateways = gateways(found)
	if err == nil && key != "" {
		r.goDirect(ctx, l, found, key)
	}
	return l, taken, nil
}

// goDirect has the streams of a relay go over a connection to its address, which takes half the
// time that they take through the engine. The relay still ends with its standard input, which carries
// the streams if its address turns out to be out of reach.
func (r *Relay) goDirect(ctx context.Context, l *link, found container.InspectResponse, key string) {
	for _, endpoint := range found.NetworkSettings.Networks {
		direct, err := tunnel.Direct(ctx, net.JoinHostPort(dockerapi.EndpointAddress(endpoint).String(), tunnel.HomePort), key)
		if err != nil {
			r.Log.Debug("relay is not reached but through the engine", "error", err)
			continue
		}
		slow := l.session
		l.session = direct
		go func() {
			<-slow.CloseChan()
			_ = direct.Close()
		}()
		return
	}
}

// key is the secret by which a relay whose address is within reach knows this process. Empty is none:
// a process in a container of the engine cannot reach the relay before that is on its networks.
func (r *Relay) key(ctx context.Context) string {
	own, err := r.Networks.Own(ctx)
	if err != nil || own.ID != "" {
		return ""
	}
	if within, err := r.Reachable(ctx); err != nil || !within {
		return ""
	}
	return rand.Text()
}

// memory bounds the relay: as many connections as it takes (program/relay/crowd.go) stay well
// below it while most of them carry little, and its garbage collector aims at a part of it. A relay
// that needs more is killed, and another is made.
const (
	memory = 512 << 20
	heap   = "GOMEMLIMIT=400MiB"
)

// forwarding has a namespace forward packets. A new namespace does if the engine's host does.
const forwarding = "net.ipv4.ip_forward"

// request asks for a container on the engine's default bridge, from where ports are
// published: the networks of VPCs come and go. An engine without it has the relay on one
// of those.
func (r *Relay) request(ctx context.Context, asked publication) (container.CreateRequest, error) {
	exposed, bound := asked.bindings()
	c := container.CreateRequest{
		Config: &container.Config{
			Entrypoint: []string{containers.RelayPath}, Cmd: listenPorts, Env: []string{heap},
			OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true,
			Labels: r.Owner.Labels(label.Relay, nil), ExposedPorts: exposed,
		},
		HostConfig: &container.HostConfig{
			AutoRemove: true, NetworkMode: network.NetworkBridge, PortBindings: bound, LogConfig: container.LogConfig{Type: "none"},
			// It is on the networks of all VPCs, and must not lead packets from one to the other.
			Sysctls:   map[string]string{forwarding: "0"},
			Resources: container.Resources{Memory: memory},
		},
	}
	if !asked.tasks.none() { // the kernel carries what comes in there; see lead
		c.HostConfig.CapAdd = []string{"NET_ADMIN"}
		c.HostConfig.Sysctls[forwarding] = "1"
	}
	_, err := r.Client.NetworkInspect(ctx, network.NetworkBridge)
	if !cerrdefs.IsNotFound(err) {
		return c, err
	}
	for _, vpc := range r.Networks.All() {
		if !vpc.Isolated {
			c.HostConfig.NetworkMode = container.NetworkMode(vpc.DockerName)
			return c, nil
		}
	}
	return c, errors.New("the engine has no network for the relay")
}
