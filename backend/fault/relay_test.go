package fault_test

import (
	"errors"
	"net"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
)

func TestAnEngineWithoutRelayIsSilent(t *testing.T) {
	behind := sim.New(sim.Options{})
	defer behind.Close()
	engine := fault.New(behind, fault.Options{})
	if tcp, udp, err := engine.PublishedPorts(t.Context()); len(tcp)+len(udp) > 0 || err != nil {
		t.Errorf("ports %d and %d are published, %v", tcp, udp, err)
	}
	if err := engine.SetPublished(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if err := engine.SetPublished(t.Context(), []backend.PortForward{{Protocol: "tcp", Port: 14600}}); err == nil {
		t.Error("a port leads somewhere that is not published")
	}
	listener := engine.Listen()
	accepted := make(chan error)
	go func() {
		_, err := listener.Accept()
		accepted <- err
	}()
	listener.Close()
	if err := <-accepted; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept of a closed listener: %v", err)
	}
	engine.Leave("pulled the plug")
	if err := engine.SetPublished(t.Context(), nil); !errors.Is(err, backend.ErrUnavailable) {
		t.Errorf("SetPublished of an engine that is away: %v", err)
	}
}
