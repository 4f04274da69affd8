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

// metadata is what an engine does about metadata.
type metadata struct {
	instance bool        // Options.AllowInstanceMetadata
	ready    atomic.Bool // a sandbox has been asked whether it is ready
}

// hold is what the sandbox program is started with in the namespace of an address: where
// metadata is. It is there before anything else runs in the namespace, and each time that the
// sandbox starts; the relay that it leads to has the same address each time that it is made.
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

// checkMetadata looks once whether a sandbox could lead metadata and refuse it: that depends on
// the kernel, and the sandbox starts all the same.
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
