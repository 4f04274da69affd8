// Package wayout keeps the bridge of an engine over which sandboxes lead out of a VPC whose network is an overlay. The overlay
// itself leads nowhere, and the bridge carries nothing from one sandbox to another.
package wayout

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/network"
	"golang.org/x/sync/semaphore"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// WayOut is the bridge of an owner on an engine. It is made when the first sandbox needs it, and goes with the owner's last
// network.
type WayOut struct {
	Options
	turn *semaphore.Weighted // held while it is looked for, made or removed

	mu    sync.Mutex
	known Bridge // the zero Bridge: none is known
}

// Options are what a WayOut needs; all are required.
type Options struct {
	Client   dockerapi.Client
	Owner    label.Owner
	Networks *vpcnet.Networks
}

// New returns the way out of an owner, which is not made yet.
func New(o Options) *WayOut { return &WayOut{Options: o, turn: semaphore.NewWeighted(1)} }

// Bridge is what sandboxes need to know of it.
type Bridge struct {
	id string
	// Gateway is the address of the engine's host there, with the length of the range.
	Gateway netip.Prefix
}

// Get returns the bridge, made if need be.
func (w *WayOut) Get(ctx context.Context) (Bridge, error) {
	if b := w.current(); b.id != "" {
		return b, nil
	}
	if err := w.turn.Acquire(ctx, 1); err != nil {
		return Bridge{}, err
	}
	defer w.turn.Release(1)
	if b := w.current(); b.id != "" {
		return b, nil
	}
	b, err := w.find(ctx)
	if err == nil && b.id == "" {
		b, err = w.create(ctx)
	}
	if err != nil {
		return Bridge{}, fmt.Errorf("the bridge that leads out of VPCs: %w", err)
	}
	w.is(b)
	return b, nil
}

func (w *WayOut) current() Bridge {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known
}

func (w *WayOut) is(b Bridge) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known = b
}

// Forget has the next call look for the bridge anew.
func (w *WayOut) Forget() { w.is(Bridge{}) }

// find looks for the bridge of an earlier run.
func (w *WayOut) find(ctx context.Context) (Bridge, error) {
	found, err := w.Client.NetworkList(ctx, w.Owner.Filter(map[string]string{label.KindKey: string(label.WayOut)}))
	for _, n := range found {
		if b, ok := bridgeOf(n.Network); ok && err == nil {
			return b, nil
		}
	}
	return Bridge{}, err
}

func bridgeOf(n network.Network) (Bridge, bool) {
	for _, config := range n.IPAM.Config {
		if config.Subnet.Addr().Is4() && config.Gateway.Is4() {
			return Bridge{n.ID, netip.PrefixFrom(config.Gateway, config.Subnet.Bits())}, true
		}
	}
	return Bridge{}, false
}

// create makes the bridge in the first range that the engine takes: another process may take one after the look at those that
// are free.
func (w *WayOut) create(ctx context.Context) (Bridge, error) {
	taken, err := w.Networks.Taken(ctx)
	if err != nil {
		return Bridge{}, err
	}
	for subnet := range Ranges(taken) {
		b := Bridge{Gateway: netip.PrefixFrom(subnet.Addr().Next(), subnet.Bits())}
		b.id, err = w.Client.NetworkCreate(ctx, w.request(subnet, b.Gateway.Addr()))
		if err == nil || !vpcnet.RangeTaken(err) {
			return b, err
		}
	}
	return Bridge{}, errors.New("no free range for it")
}

// withoutTraffic keeps the containers of a bridge from each other.
// Source: Docker bridge network driver options.
const withoutTraffic = "com.docker.network.bridge.enable_icc"

func (w *WayOut) request(subnet netip.Prefix, gateway netip.Addr) network.CreateRequest {
	return network.CreateRequest{
		Name: w.Owner.WayOutName(), Driver: "bridge", Labels: w.Owner.Labels(label.WayOut, nil),
		Options: map[string]string{withoutTraffic: "false"},
		IPAM:    &network.IPAM{Driver: "default", Config: []network.IPAMConfig{{Subnet: subnet, Gateway: gateway}}},
	}
}

// ErrGone is the error of a bridge that is not there any more: the user has removed it. Get makes another one, whose addresses may
// be others.
var ErrGone = errors.New("the bridge is gone")

// Put puts a container on the bridge, unless it is there: the run that made the container may have died in between.
// The error may be ErrGone.
func (w *WayOut) Put(ctx context.Context, b Bridge, containerID string) error {
	err := w.Client.NetworkConnect(ctx, b.id, containerID, nil)
	switch {
	case err == nil, strings.Contains(err.Error(), "already exists in network"):
		return nil
	case backend.Missing(dockerapi.Classify(err), backend.KindNetwork):
		w.Forget()
		err = fmt.Errorf("%w: %w", ErrGone, err)
	}
	return fmt.Errorf("put a container on the bridge that leads out of VPCs: %w", err)
}

// RemoveUnused removes the bridge if the owner has no network any more and nothing is on it.
func (w *WayOut) RemoveUnused(ctx context.Context) error {
	if err := w.turn.Acquire(ctx, 1); err != nil {
		return err
	}
	defer w.turn.Release(1)
	b, err := w.find(ctx)
	if err != nil || b.id == "" {
		return err
	}
	left, err := w.Networks.List(ctx, nil)
	if err != nil || len(left) > 0 {
		return err
	}
	w.Forget()
	err = w.Client.NetworkRemove(ctx, b.id)
	if cerrdefs.IsNotFound(err) || cerrdefs.IsPermissionDenied(err) && strings.Contains(err.Error(), "has active endpoints") {
		return nil
	}
	return err
}
