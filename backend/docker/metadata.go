package docker

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/command"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/lazy"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/relay"
)

// metadata is the state of an engine about metadata.
type metadata struct {
	instance bool        // Options.AllowInstanceMetadata
	ready    atomic.Bool // a sandbox has been asked whether it is ready
}

// hold is the command line of the sandbox program in the namespace of an address: it says where
// metadata is. So metadata is there before anything else runs in the namespace, each time that the
// sandbox starts; the relay has the same address each time that it is made.
func (e *Engine) hold(own, relayAt netip.Addr) []string {
	lead := "none"
	if relayAt.IsValid() && e.relay.Listens(relay.MetadataPort) {
		lead = netip.AddrPortFrom(relayAt, relay.MetadataPort).String()
	}
	words := []string{"hold", own.String(), "lead=" + lead}
	if e.metadata.instance {
		words = append(words, "instance")
	}
	return words
}

// introspection has the sandbox program listen at the port at which the container agent of an instance
// tells of its tasks, and carry what comes there to the relay as well.
const introspection = "ECS_EMULATOR_INTROSPECTION=on"

// checkMetadata looks once whether a sandbox has been able to lead metadata and to refuse it. That
// depends on the kernel, and the sandbox starts without it.
func (e *Engine) checkMetadata(sandboxID string) {
	known, err := e.sandbox(e.closing, sandboxID)
	if err != nil || !known.IP.IsValid() || e.metadata.ready.Swap(true) {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(e.closing, lazy.LoadTimeout)
		defer cancel()
		err := e.commands.Send(ctx, sandboxID, "ready")
		var refused *command.RefusedError
		switch {
		case errors.As(err, &refused):
			e.log.Warn("cannot redirect task metadata: containers may find none, or that of the engine's host", "address", backend.TaskMetadataAddress, "reason", refused.Answer)
		case err != nil: // it has ended
			e.metadata.ready.Store(false)
		}
	}()
}
