package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var _ backend.PublicAddresser = (*Engine)(nil)

// hostRoute is a route of this host.
type hostRoute struct {
	to   netip.Prefix
	via  netip.Addr
	ours bool // of an emulator
}

// publicAddresses are those that this process leads to sandboxes: by routes of the host,
// which go with the bridge that they lead to, or here.
type publicAddresses struct {
	mu     sync.Mutex
	claim  io.Closer // nil: there are none
	ranges []netip.Prefix
	routes map[string]hostRoute // by sandbox
}

// ClaimPublicAddresses implements backend.PublicAddresser. Where the engine does not answer
// yet, it shows later that its host is another one.
func (e *Engine) ClaimPublicAddresses(ctx context.Context, ranges []netip.Prefix) ([]netip.Prefix, error) {
	if err := e.routesHere(ctx); err != nil {
		return nil, err
	}
	claim, err := claimHost()
	if err != nil {
		return nil, err
	}
	free, err := freeRanges(ranges)
	if err == nil {
		err = removeOurRoutes()
	}
	if err != nil {
		return nil, errors.Join(err, claim.Close())
	}
	e.public.mu.Lock()
	defer e.public.mu.Unlock()
	e.public.claim, e.public.ranges, e.public.routes = claim, free, map[string]hostRoute{}
	return free, nil
}

// routesHere says why routes of this host do not lead to sandboxes; nil if they do.
func (e *Engine) routesHere(ctx context.Context) error {
	if err := mayRoute(); err != nil {
		return err
	}
	if !e.local {
		return errors.New("the container engine is not on this host")
	}
	own, err := e.ownContainer(ctx)
	if err == nil && own.id != "" {
		return errors.New("the emulator runs in a container of the engine, and has not the routes of its host")
	}
	reachable := false
	if err == nil {
		reachable, err = e.reachable(ctx)
	}
	switch err = engineError(err); {
	case errors.Is(err, backend.ErrUnavailable):
		return nil
	case err != nil:
		return err
	case !reachable:
		return errors.New("the container engine has its networks in a virtual machine or a namespace of its own, which no route of this host leads to")
	}
	return nil
}

// freeRanges are those that lead nowhere on this host.
func freeRanges(ranges []netip.Prefix) (free []netip.Prefix, err error) {
	routes, err := hostRoutes()
	if err != nil {
		return nil, err
	}
	var taken []string
	for _, r := range ranges {
		if way := routeInTheWay(r, routes); way.IsValid() {
			taken = append(taken, fmt.Sprintf("%s (by its route to %s)", r, way))
		} else {
			free = append(free, r)
		}
	}
	if len(free) == 0 {
		return nil, fmt.Errorf("this host has its own use for %s", strings.Join(taken, " and "))
	}
	return free, nil
}

// routeInTheWay is where somebody else's route leads that has part of a range; not valid, if
// there is none. The default route and its like have all ranges.
func routeInTheWay(r netip.Prefix, routes []hostRoute) netip.Prefix {
	i := slices.IndexFunc(routes, func(way hostRoute) bool {
		return !way.ours && way.to.Bits() >= minRouteBits && way.to.Overlaps(r)
	})
	if i < 0 {
		return netip.Prefix{}
	}
	return routes[i].to
}

// removeOurRoutes removes those that emulators have left. The caller has the claim.
func removeOurRoutes() error {
	routes, err := hostRoutes()
	if err != nil {
		return err
	}
	var failures []error
	for _, r := range routes {
		if r.ours {
			failures = append(failures, removeHostRoute(r))
		}
	}
	return errors.Join(failures...)
}

// sweepRoutes removes routes that emulators have left, unless one that lives has some.
func (e *Engine) sweepRoutes() {
	routes, err := hostRoutes()
	if err != nil || !slices.ContainsFunc(routes, func(r hostRoute) bool { return r.ours }) {
		return
	}
	claim, err := claimHost()
	if err != nil {
		return
	}
	defer func() { _ = claim.Close() }()
	if err := removeOurRoutes(); err != nil {
		e.log.Debug("routes of public addresses not removed", "error", err)
	}
}

// SetPublicAddress implements backend.PublicAddresser. The route leads to the sandbox's own
// address, behind which the sandbox program has what comes in go to that.
func (e *Engine) SetPublicAddress(ctx context.Context, sandboxID string, address netip.Addr) error {
	known, err := e.sandbox(ctx, sandboxID)
	if err != nil {
		return engineError(err)
	}
	if !known.ip.IsValid() {
		return errors.New("a sandbox without an address has no public one")
	}
	if err := e.command(ctx, sandboxID, "public "+address.String()+" "+known.ip.String()); err != nil {
		return engineError(err)
	}
	if err := e.public.lead(sandboxID, hostRoute{to: netip.PrefixFrom(address, 32), via: known.ip, ours: true}); err != nil {
		return err
	}
	if err := e.expectRunning(ctx, sandboxID); err != nil { // it may have been removed meanwhile
		e.public.drop(sandboxID)
		return engineError(err)
	}
	return nil
}

// lead adds the route of a sandbox.
func (p *publicAddresses) lead(sandboxID string, r hostRoute) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.ContainsFunc(p.ranges, func(of netip.Prefix) bool { return of.Contains(r.to.Addr()) }) {
		return fmt.Errorf("%w: %s is none of the public addresses %v", backend.ErrAddressInUse, r.to.Addr(), p.ranges)
	}
	for other, route := range p.routes {
		if other != sandboxID && route.to == r.to {
			return fmt.Errorf("%w: %s leads to another sandbox", backend.ErrAddressInUse, r.to.Addr())
		}
	}
	routes, err := hostRoutes()
	if err != nil {
		return err
	}
	if way := routeInTheWay(r.to, routes); way.IsValid() {
		return fmt.Errorf("%w: this host has a route to %s", backend.ErrAddressInUse, way)
	}
	if before, ok := p.routes[sandboxID]; ok && before.to != r.to {
		if err := removeHostRoute(before); err != nil {
			return err
		}
	}
	if err := addHostRoute(r); err != nil {
		return err
	}
	p.routes[sandboxID] = r
	return nil
}

// drop removes the route of a sandbox, if it has one.
func (p *publicAddresses) drop(sandboxID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r, ok := p.routes[sandboxID]; ok {
		_ = removeHostRoute(r) // it goes with the bridge at the latest
		delete(p.routes, sandboxID)
	}
}

// dropAll removes all routes.
func (p *publicAddresses) dropAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, r := range p.routes {
		_ = removeHostRoute(r)
		delete(p.routes, id)
	}
}

// end removes all routes, and leaves the addresses to others.
func (p *publicAddresses) end() {
	p.dropAll()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.claim != nil {
		_ = p.claim.Close()
		p.claim, p.ranges = nil, nil
	}
}
