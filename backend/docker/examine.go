package docker

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
)

// Examine asks an engine about itself; host is as in [Options]. It makes nothing there, and answers also where the
// engine does not.
func Examine(ctx context.Context, host string) diagnosis.Engine {
	at, err := endpoint.Resolve(host)
	if err != nil {
		return diagnosis.Engine{Host: host, Trouble: diagnosis.Unusable, Error: err.Error()}
	}
	found := diagnosis.Engine{Host: at.Host, Local: at.Local()}
	cli, err := at.Client()
	if err != nil {
		found.Trouble, found.Error = diagnosis.Unusable, err.Error()
		return found
	}
	e := newEngine(at, dockerapi.Client{Client: cli}, label.Owner{Name: label.RandomSuffix()}, nil, slog.New(slog.DiscardHandler))
	e.assemble(Options{})
	defer func() { _ = e.Close() }()
	if err := e.examine(ctx, &found); err != nil {
		found.Trouble, found.Error = troubleOf(err), err.Error()
	}
	return found
}

// errTooOld is what negotiate says of an engine whose API is older than the client's oldest.
var errTooOld = errors.New("the engine's API is too old")

func (e *Engine) examine(ctx context.Context, found *diagnosis.Engine) error {
	ping, err := e.client.Client.Ping(ctx, client.PingOptions{})
	if err != nil {
		return err
	}
	found.APIVersion = ping.APIVersion
	if err := e.client.Negotiate(ctx); err != nil {
		if strings.Contains(err.Error(), "minimum supported API version") { // the library's words, which wrap nothing
			return errors.Join(errTooOld, err)
		}
		return err
	}
	asked := time.Now()
	info, err := e.client.Info(ctx)
	if err != nil {
		return err
	}
	found.Within = time.Since(asked) / 2
	found.Asked = asked.Add(found.Within)
	describe(found, info)
	networks, err := e.client.NetworkList(ctx, nil)
	if err != nil {
		return err
	}
	for _, n := range networks {
		found.Networks = append(found.Networks, rangesOf(n)...)
	}
	found.FreeRange = e.networks.FreeRange(networks)
	running, err := e.client.ContainerList(ctx, client.ContainerListOptions{})
	if err != nil {
		return err
	}
	for _, c := range running {
		found.Ports = append(found.Ports, portsOf(c)...)
	}
	if found.HostGateway, err = e.hasHostGateway(ctx); err != nil {
		return err
	}
	found.Container, err = e.OwnContainer(ctx)
	return err
}

// OwnContainer is the name of the engine's container that this process runs in; empty is none.
func (e *Engine) OwnContainer(ctx context.Context) (name string, err error) {
	own, err := e.networks.Own(ctx)
	if err != nil || own.ID == "" {
		return "", err
	}
	itself, err := e.client.ContainerInspect(ctx, own.ID)
	return strings.TrimPrefix(itself.Name, "/"), err
}

// describe adds what the engine says about itself.
func describe(found *diagnosis.Engine, info system.Info) {
	known := factsOf(info)
	found.Product = "docker"
	if info.ProductLicense == licenseOfPodman {
		found.Product = "podman"
	}
	found.Version, found.OS, found.System, found.Kernel = info.ServerVersion, info.OSType, info.OperatingSystem, info.KernelVersion
	found.Architecture, found.Hosted = known.architecture, known.hosted
	found.Rootless = slices.ContainsFunc(info.SecurityOptions, func(option string) bool { return strings.Contains(option, "rootless") })
	found.StorageDriver, found.DataRoot = info.Driver, info.DockerRootDir
	// Source: Docker documentation, "containerd image store with Docker Engine": driver-type.
	found.Containerd = slices.ContainsFunc(info.DriverStatus, func(pair [2]string) bool {
		return pair[0] == "driver-type" && strings.HasPrefix(pair[1], "io.containerd.snapshotter")
	})
	found.Groups = known.cgroups.Layout.String()
	if known.cgroups.Binding == limits.Unbound {
		found.Unbound = known.cgroups.WhyNot
	}
	found.MemoryLimit, found.SwapLimit, found.CPULimit = info.MemoryLimit, info.SwapLimit, info.CPUCfsQuota
	found.Clock = dockerapi.ParseTime(info.SystemTime)
	found.Fluentd = slices.Contains(known.logDrivers, "fluentd")
}

func rangesOf(n network.Summary) (ranges []diagnosis.Network) {
	for _, config := range n.IPAM.Config {
		if config.Subnet.IsValid() {
			ranges = append(ranges, diagnosis.Network{Name: n.Name, Owner: n.Labels[label.OwnerKey], Range: config.Subnet})
		}
	}
	return ranges
}

func portsOf(c container.Summary) (ports []diagnosis.Port) {
	for _, p := range c.Ports {
		if p.PublicPort != 0 {
			ports = append(ports, diagnosis.Port{Container: dockerapi.FirstName(c.Names), Address: p.IP, Port: p.PublicPort, Protocol: p.Type})
		}
	}
	return ports
}

// troubleOf is what keeps an engine from being used. The client's library wraps little, so some is read in its words.
func troubleOf(err error) diagnosis.Trouble {
	says := func(text string) bool { return strings.Contains(err.Error(), text) }
	switch {
	case errors.Is(err, errTooOld):
		return diagnosis.TooOld
	case says("client version") && says("is too old"):
		return diagnosis.TooNew
	case errors.Is(err, fs.ErrPermission), says("permission denied while trying to connect"):
		return diagnosis.Denied
	case errors.Is(err, fs.ErrNotExist):
		return diagnosis.NoSocket
	case errors.Is(err, context.DeadlineExceeded):
		return diagnosis.Silent
	case errors.Is(err, syscall.ECONNREFUSED), says("connection refused"), says("Is the docker daemon running"):
		return diagnosis.Refused
	default:
		return diagnosis.Unusable
	}
}

// EnsureImages imports the images of programs that tasks, load balancers and VPCs need, unless the engine has them. They
// stay, because all emulators share them.
func (e *Engine) EnsureImages(ctx context.Context) error {
	for _, image := range []*containers.ProgramImage{containers.SandboxImage, containers.BalancerImage, containers.ResolverImage} {
		if _, err := e.containers.EnsureImage(ctx, image); err != nil {
			return dockerapi.Classify(err)
		}
	}
	return nil
}

// OtherOwners are the emulators that have things on the engine, but for this one.
func (e *Engine) OtherOwners(ctx context.Context) ([]diagnosis.Owner, error) {
	all, err := e.Owners(ctx)
	if err != nil {
		return nil, err
	}
	var others []diagnosis.Owner
	for _, o := range all {
		if o.ID != e.owner.Name {
			others = append(others, diagnosis.Owner{
				ID: o.ID, State: string(o.State), Directory: o.Directory,
				Containers: o.Containers, Networks: o.Networks, Volumes: o.Volumes, SharedVolumes: o.SharedVolumes,
			})
		}
	}
	return others, nil
}
