package relay

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// PublishedPorts are the published ports of the engine host that can lead somewhere; see backend.Relay.
func (r *Relay) PublishedPorts(ctx context.Context) (tcp, udp []uint16, err error) {
	own, err := r.Networks.Own(ctx)
	if err != nil {
		return nil, nil, dockerapi.Classify(err)
	}
	if own.ID == "" || r.HostPorts == 0 {
		return nil, nil, nil
	}
	l, err := r.get(ctx)
	if err != nil {
		return nil, nil, dockerapi.Classify(err)
	}
	return slices.Clone(l.published.tasks.tcp), slices.Clone(l.published.tasks.udp), nil
}

// SetPublished says where they lead; see backend.Relay. The rules are nftables of the relay's namespace:
// the kernel carries what comes in there, and this process sees nothing of it.
func (r *Relay) SetPublished(ctx context.Context, forwards []backend.PortForward) error {
	tcp, udp, err := r.PublishedPorts(ctx)
	if err != nil {
		return err
	}
	if err := (hostPorts{tcp, udp}).check(forwards); err != nil {
		return err
	}
	r.mu.Lock()
	r.forwards = slices.Clone(forwards)
	r.mu.Unlock()
	if len(tcp)+len(udp) == 0 {
		return nil
	}
	for again := true; ; again = false {
		l, err := r.get(ctx)
		if err == nil {
			err = r.lead(ctx, l)
		}
		if err == nil || !again || ctx.Err() != nil || l != nil && !l.session.IsClosed() {
			return dockerapi.Classify(err)
		}
	}
}

// lead pushes where the relay's published ports lead. Nothing else passes from one VPC to another, and
// tasks do not reach each other by these ports. Callers take turns.
func (r *Relay) lead(ctx context.Context, l *link) error {
	if err := l.leading.Acquire(ctx, 1); err != nil {
		return err
	}
	defer l.leading.Release(1)
	r.mu.Lock()
	forwards := r.forwards
	r.mu.Unlock()
	leads, lost := l.published.tasks.split(forwards)
	for _, f := range lost {
		r.Log.Warn("port is no longer published: it was taken", "port", f.Port, "protocol", f.Protocol)
	}
	if l.published.tasks.none() {
		return nil
	}
	words := []string{"traffic", "masquerade"}
	for _, f := range leads {
		words = append(words, command.ForwardWord(f))
	}
	return r.Commands.Exec(ctx, l.id, words...)
}
