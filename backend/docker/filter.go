package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/door"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/nameserver"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/relay"
)

// startsAgain reports whether a sandbox that is about to start has run before: then it begins with its last filter, which
// is meant for a start by others than the emulator.
func (e *Engine) startsAgain(ctx context.Context, id string) bool {
	if _, unbegun := e.unbegun.LoadAndDelete(id); unbegun {
		return false
	}
	found, err := e.containers.Inspect(ctx, id)
	return err == nil && !found.State.Running && !dockerapi.ParseTime(found.State.StartedAt).IsZero()
}

// clearFilter removes that filter when the sandbox has started.
func (e *Engine) clearFilter(ctx context.Context, id string) error {
	err := e.commands.Send(ctx, id, command.FilterWords(netip.Addr{}, nil))
	var refused *command.RefusedError
	if errors.As(err, &refused) { // the kernel has no filters
		return nil
	}
	return err
}

// SetFilter implements backend.Engine. The rules are nftables of the sandbox's own
// namespace, which the sandbox program replaces as a whole.
func (e *Engine) SetFilter(ctx context.Context, sandboxID string, f *backend.Filter) error {
	known, err := e.sandbox(ctx, sandboxID)
	if err != nil {
		return dockerapi.Classify(err)
	}
	if err := f.Check(known.IP); err != nil {
		return err
	}
	vpc, err := e.networks.At(ctx, known.IP)
	if err != nil {
		return dockerapi.Classify(err)
	}
	var always []int
	if e.behindSSH() { // a proxy is told there what to do
		always = []int{door.BalancerPort}
	}
	held := nameserver.InFilter(relay.InFilter(f, vpc.Gateway, e.relay.Address(vpc), always...), e.resolvers.Address(vpc))
	return withLack(e.commands.Send(ctx, sandboxID, command.FilterWords(known.IP, held)))
}

// withLack gives an answer of a sandbox program that says what the kernel lacks the meaning backend.ErrNoFilter.
func withLack(err error) error {
	var refused *command.RefusedError
	if errors.As(err, &refused) && strings.HasPrefix(refused.Answer, "lacks ") {
		return dockerapi.WithMeaning(fmt.Errorf("the kernel of the engine's host %s", refused.Answer), backend.ErrNoFilter)
	}
	return dockerapi.Classify(err)
}
