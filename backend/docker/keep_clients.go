package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/request"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// answering remembers which sandboxes answer through which load balancers.
type answering struct {
	mu      sync.Mutex
	through map[string][]netip.Addr // by sandbox
}

// forget is for a sandbox that starts or goes: its program begins without them.
func (a *answering) forget(sandboxID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.through, sandboxID)
}

func (a *answering) has(sandboxID string, through netip.Addr) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Contains(a.through[sandboxID], through)
}

func (a *answering) add(sandboxID string, through netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.through == nil {
		a.through = map[string][]netip.Addr{}
	}
	a.through[sandboxID] = append(a.through[sandboxID], through)
}

// answerTimeout bounds the wait for a sandbox, toldAtOnce the number of sandboxes told at a time.
const (
	answerTimeout = 5 * time.Second
	toldAtOnce    = 4
)

// KeepClients implements backend.LoadBalancers. The sandbox programs mark what comes from the
// load balancer's link-layer address, and route its answers back there; see program/sandbox.
func (e *Engine) KeepClients(ctx context.Context, sandboxID string, targets []netip.Addr) ([]netip.Addr, error) {
	of, err := e.sandbox(ctx, sandboxID)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	if !of.IP.IsValid() {
		return nil, errors.New("a sandbox without an address leads no flows to targets")
	}
	if err := e.canBalance(ctx, sandboxID); err != nil || len(targets) == 0 {
		return nil, err
	}
	sandboxes, err := e.targetsAt(ctx, of.Network, targets)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	var mu sync.Mutex
	var kept []netip.Addr
	var failures []error
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(toldAtOnce)
	for at, target := range sandboxes {
		group.Go(func() error {
			err := target.on.answerThrough(groupCtx, target.id, of.IP)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				kept = append(kept, at)
			case !errors.Is(err, backend.ErrNoSandbox): // one that has just ended is no target
				failures = append(failures, fmt.Errorf("have %s answer through the load balancer: %w", at, err))
			}
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	sorting.By(kept, netip.Addr.Compare)
	return kept, dockerapi.Classify(errors.Join(failures...))
}

// canBalance asks the sandbox of a load balancer, once.
func (e *Engine) canBalance(ctx context.Context, sandboxID string) error {
	if e.answering.has(sandboxID, netip.Addr{}) {
		return nil
	}
	if err := asLack(e.commands.Send(ctx, sandboxID, "balances")); err != nil {
		return dockerapi.Classify(err)
	}
	e.answering.add(sandboxID, netip.Addr{})
	return nil
}

// answerThrough tells a sandbox, once.
func (e *Engine) answerThrough(ctx context.Context, sandboxID string, through netip.Addr) error {
	if e.answering.has(sandboxID, through) {
		return nil
	}
	err := e.silence.Ask(ctx, answerTimeout, func(ctx context.Context) error {
		return asLack(e.commands.Send(ctx, sandboxID, "answer "+through.String()))
	})
	if err != nil {
		return err
	}
	e.answering.add(sandboxID, through)
	return nil
}

// asLack gives a refusal of a sandbox program the meaning backend.ErrNoFilter: the kernel cannot do it,
// or the program is of an earlier version.
func asLack(err error) error {
	var refused *command.RefusedError
	if errors.As(err, &refused) {
		return dockerapi.WithMeaning(fmt.Errorf("lead flows to targets: the kernel of the engine's host or the sandbox: %s", refused.Answer), backend.ErrNoFilter)
	}
	return err
}

// target is a sandbox that flows lead to, which may be on another engine of the swarm.
type target struct {
	on *Engine
	id string
}

// targetsAt finds the sandboxes that run and have some addresses on a network, on all engines that have it. One that does not
// answer has none.
func (e *Engine) targetsAt(ctx context.Context, network string, addresses []netip.Addr) (map[netip.Addr]target, error) {
	own, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	sandboxes, err := e.sandboxesAt(own, network, addresses)
	if err != nil {
		return nil, err
	}
	found := map[netip.Addr]target{}
	for at, id := range sandboxes {
		found[at] = target{e, id}
	}
	left := slices.DeleteFunc(slices.Clone(addresses), func(a netip.Addr) bool { return found[a].on != nil })
	if len(left) == 0 {
		return found, nil
	}
	others := e.swarm.with(e)[1:]
	there := make([]map[netip.Addr]string, len(others))
	silence.AskEach(ctx, silences(others), answerTimeout, func(ctx context.Context, i int, _ *silence.Silence) (err error) {
		there[i], err = others[i].sandboxesAt(ctx, network, left)
		return err
	})
	for i, on := range others {
		for at, id := range there[i] {
			found[at] = target{on, id}
		}
	}
	return found, nil
}

// sandboxesAt finds the sandboxes that run and have some addresses on a network. It asks the engine for
// those of an earlier run.
func (e *Engine) sandboxesAt(ctx context.Context, network string, addresses []netip.Addr) (map[netip.Addr]string, error) {
	found := map[netip.Addr]string{}
	e.sandboxes.Range(func(id, facts any) bool {
		if known := facts.(request.Sandbox); known.Network == network && slices.Contains(addresses, known.IP) {
			found[known.IP] = id.(string)
		}
		return true
	})
	if !slices.ContainsFunc(addresses, func(a netip.Addr) bool { return found[a] == "" }) {
		return found, nil
	}
	list, err := e.client.ContainerList(ctx, client.ContainerListOptions{Filters: e.owner.Filter(nil)})
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if c.Labels[label.KindKey] != string(label.Sandbox) || c.NetworkSettings == nil || c.NetworkSettings.Networks[network] == nil {
			continue
		}
		at := c.NetworkSettings.Networks[network].IPAddress
		if slices.Contains(addresses, at) {
			found[at] = c.ID
		}
	}
	return found, nil
}
