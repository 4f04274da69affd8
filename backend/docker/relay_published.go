package docker

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// PublishedPorts implements backend.Relay.
func (e *Engine) PublishedPorts(ctx context.Context) (tcp, udp []uint16, err error) {
	own, err := e.networks.Own(ctx)
	if err != nil {
		return nil, nil, dockerapi.Classify(err)
	}
	if own.ID == "" || e.relays.ports == 0 {
		return nil, nil, nil
	}
	l, err := e.relay(ctx)
	if err != nil {
		return nil, nil, dockerapi.Classify(err)
	}
	return slices.Clone(l.published.tcp), slices.Clone(l.published.udp), nil
}

// SetPublished implements backend.Relay. The rules are nftables of the relay's namespace:
// the kernel carries what comes in there, and this process sees nothing of it.
func (e *Engine) SetPublished(ctx context.Context, forwards []backend.PortForward) error {
	tcp, udp, err := e.PublishedPorts(ctx)
	if err != nil {
		return err
	}
	if err := (hostPorts{tcp, udp}).check(forwards); err != nil {
		return err
	}
	e.relays.mu.Lock()
	e.relays.forwards = slices.Clone(forwards)
	e.relays.mu.Unlock()
	if len(tcp)+len(udp) == 0 {
		return nil
	}
	for again := true; ; again = false {
		l, err := e.relay(ctx)
		if err == nil {
			err = e.lead(ctx, l)
		}
		if err == nil || !again || ctx.Err() != nil || l != nil && !l.session.IsClosed() {
			return dockerapi.Classify(err)
		}
	}
}

// lead has the relay's published ports lead where they are to, and nothing else go through it
// from one VPC to another, nor tasks reach each other by these ports. Two who do so take turns.
func (e *Engine) lead(ctx context.Context, l *relayLink) error {
	if err := take(ctx, l.leading); err != nil {
		return err
	}
	defer func() { <-l.leading }()
	e.relays.mu.Lock()
	forwards := e.relays.forwards
	e.relays.mu.Unlock()
	leads, lost := l.published.split(forwards)
	for _, f := range lost {
		e.log.Warn("port is no longer published: somebody has taken it", "port", f.Port, "protocol", f.Protocol)
	}
	if l.published.none() {
		return nil
	}
	words := []string{"traffic", "masquerade"}
	for _, f := range leads {
		words = append(words, command.ForwardWord(f))
	}
	return e.commands.Exec(ctx, l.id, words...)
}
