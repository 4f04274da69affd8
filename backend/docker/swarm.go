package docker

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/silence"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/vpcnet"
)

// Swarm is what the engines of one Docker swarm share. Networks of VPCs are overlays of the swarm, which are made on an
// engine that manages it, and no two engines give the same address. Nothing here changes the swarm itself.
type Swarm struct {
	shared *vpcnet.Swarm

	mu      sync.Mutex
	engines []*Engine
}

// SwarmOptions say how engines share a swarm.
type SwarmOptions struct {
	// Log is where the engines tell what they do of their own accord. Nil discards.
	Log *slog.Logger
	// Names are the engines' names in the order in which messages have them, and managers are asked. Others come behind them, as
	// they are opened.
	Names []string
}

// NewSwarm returns a swarm for [Options.Swarm] of each of its engines.
func NewSwarm(opts SwarmOptions) *Swarm {
	log := opts.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Swarm{shared: vpcnet.NewSwarm(log, opts.Names...)}
}

// networks are the swarm's; nil where there is none.
func (s *Swarm) networks() *vpcnet.Swarm {
	if s == nil {
		return nil
	}
	return s.shared
}

// with are the engines of the swarm, of which the first is the one that asks, if one does; without a swarm that one alone.
func (s *Swarm) with(first *Engine) (all []*Engine) {
	if first != nil {
		all = []*Engine{first}
	}
	if s == nil {
		return all
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.engines {
		if e != first {
			all = append(all, e)
		}
	}
	return all
}

// silence is what is known of one of the engines. An engine by itself is never taken for silent: it holds up no other.
func (s *Swarm) silence(closing context.Context, ping func(context.Context) error) *silence.Silence {
	if s == nil {
		ping = nil
	}
	return silence.New(closing, ping)
}

// silences are what is known of engines, for silence.AskEach.
func silences(engines []*Engine) (all []*silence.Silence) {
	for _, e := range engines {
		all = append(all, e.silence)
	}
	return all
}

func (s *Swarm) join(e *Engine) {
	if s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.engines = append(s.engines, e)
	}
}

// leave forgets an engine that is closed.
func (s *Swarm) leave(e *Engine) {
	if s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.engines = slices.DeleteFunc(s.engines, func(known *Engine) bool { return known == e })
		s.shared.Leave(e.networks)
	}
}

// Check is an error in one line where the engines that have been opened are not in one swarm, or none of them manages it.
// It says what the user types. Engines that do not answer are left out.
func (s *Swarm) Check(ctx context.Context) error { return s.shared.Check(ctx) }

// checkSwarm is an error in one line where the engine can share no networks with others. It says what the user types.
func (e *Engine) checkSwarm(ctx context.Context, name string) error {
	info, err := e.client.Info(ctx)
	if err == nil && info.ProductLicense == licenseOfPodman {
		return fmt.Errorf("the engine %s is Podman, which has no swarm: use Docker where there are several engines", name)
	}
	if err == nil {
		_, err = e.networks.Node(ctx)
	}
	return err
}

// SwarmRole is "manager" or "worker"; empty: the engine was opened without a swarm.
func (e *Engine) SwarmRole(ctx context.Context) (string, error) {
	if e.swarm == nil {
		return "", nil
	}
	node, err := e.networks.Node(ctx)
	if err != nil {
		return "", dockerapi.Classify(err)
	}
	return node.Role(), nil
}

// hostMTU looks how large packets are on the interface of the engine's host that has an address.
func (e *Engine) hostMTU(ctx context.Context, address string) (int, error) {
	if err := e.heartbeat.Ensure(ctx); err != nil {
		return 0, err
	}
	answer, err := e.errands.RunOnHost(ctx, "mtu", address)
	if err != nil {
		return 0, err
	}
	size, err := strconv.Atoi(strings.TrimSpace(answer))
	if err != nil {
		return 0, fmt.Errorf("the host's program says %q", answer)
	}
	return size, nil
}
