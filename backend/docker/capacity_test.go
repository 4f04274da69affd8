package docker_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// bridgePorts is how many ports the kernel gives a bridge.
// Source: Linux net/bridge/br_private.h, BR_MAX_PORTS 1024, of which 0 is none.
const bridgePorts = 1023

// fillBridge takes ports of a Docker network until only so many are left.
func fillBridge(t *testing.T, networkID string, left int) {
	t.Helper()
	bridge, links := "br-"+networkID[:12], dockertest.Owner()[len("test-"):][:6]
	if _, err := exec.LookPath("ip"); err != nil {
		dockertest.Lack(t, "the engine's bridges cannot be changed: %v", err)
	}
	ports, err := exec.Command("ip", "-oneline", "link", "show", "master", bridge).Output() // a line for each
	if err != nil {
		dockertest.Lack(t, "the engine's bridges cannot be seen from here: %v", err)
	}
	if os.Getuid() != 0 {
		dockertest.Lack(t, "only root can change the engine's bridges")
	}
	var add strings.Builder
	group := 1<<20 + rand.IntN(1<<20) // is removed at once, which one by one takes half a minute
	for n := range bridgePorts - bytes.Count(ports, []byte("\n")) - left {
		fmt.Fprintf(&add, "link add a%s%d type veth peer name b%s%d\nlink set a%s%d master %s group %d\n", links, n, links, n, links, n, bridge, group)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("ip", "link", "delete", "group", strconv.Itoa(group)).CombinedOutput(); err != nil {
			t.Errorf("remove links: %v: %.200s", err, out)
		}
	})
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(add.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("add links: %v: %.200s", err, out)
	}
}

func TestAFullNetworkIsLackOfCapacity(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine := openWarm(t, owner)
	newTask(t, engine, backend.SandboxSpec{})
	awaitWarm(t, owner, 2)
	fillBridge(t, ensureNetwork(t, engine, "vpc").ID, 0)
	// Of another kind than the warm ones, which make room for it.
	newTask(t, engine, backend.SandboxSpec{Names: backend.Names{Hosts: []string{"db:10.0.0.1"}}})
	awaitWarm(t, owner, 0)
	newTask(t, engine, backend.SandboxSpec{Names: backend.Names{Hosts: []string{"db:10.0.0.1"}}})
	last, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: owner, Network: "vpc"})
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Start(t.Context(), last.ID); !errors.Is(err, backend.ErrNoCapacity) {
		t.Errorf("Start on a full network: %v; want that there is no capacity", err)
	}
}
