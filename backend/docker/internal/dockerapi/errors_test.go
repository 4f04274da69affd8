package dockerapi

import (
	"errors"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func TestAFullBridgeIsLackOfCapacity(t *testing.T) {
	err := errors.New("Error response from daemon: failed to create endpoint web on network vpc: adding interface veth1 to bridge br-1 failed: exchange full") //nolint:staticcheck // the engine's own text
	if got := Classify(err); !errors.Is(got, backend.ErrNoCapacity) || got.Error() != err.Error() {
		t.Errorf("Classify = %v", got)
	}
}

// What an engine said that was restarted in the middle of starts.
func TestErrorsOfAnEngineThatEnds(t *testing.T) {
	for text, want := range map[string]error{
		"Error response from daemon: transport is closing: unavailable":                                       backend.ErrUnavailable,
		"Error response from daemon: cannot join network of a non running container: ebb106cb":                backend.ErrNoSandbox,
		"Error response from daemon: container ebb106cb is not running":                                       backend.ErrNoSandbox,
		"Error response from daemon: can't join IPC of container ebb106cb: container ebb106cb is not running": backend.ErrNoSandbox,
		"Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to create new parent process: namespace path: lstat /proc/3204/ns/net: no such file or directory: unknown": backend.ErrNoSandbox,
	} {
		if got := Classify(errors.New(text)); !errors.Is(got, want) || got.Error() != text {
			t.Errorf("%s: Classify = %v, want %v", text, got, want)
		}
	}
}

// What Podman 4.3 says.
func TestWordsOfPodman(t *testing.T) {
	const daemon = "Error response from daemon: "
	if !NameTaken(errors.New(daemon + `container create: creating container storage: the container name "web" is already in use by f79e9918d654. You have to remove that container to be able to reuse that name: that name is already in use`)) {
		t.Error("a name that is taken is not recognized")
	}
	if NameTaken(nil) || NameTaken(errors.New(daemon+"no such image")) {
		t.Error("anything counts as taken")
	}
}
