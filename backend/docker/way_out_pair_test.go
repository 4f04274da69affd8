package docker_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// bridgeWatch looks at the bridge that leads out of VPCs on an engine, from outside.
type bridgeWatch struct {
	*testing.T
	cli   *client.Client
	owner string
	image string
}

func watchBridge(t *testing.T, host, owner string) *bridgeWatch {
	t.Helper()
	cli, err := client.New(client.WithHost(host))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cli.Close() })
	return &bridgeWatch{t, cli, owner, dockertest.ImageOn(t, host)}
}

// bridges are the owner's.
func (w *bridgeWatch) bridges() []network.Summary {
	w.Helper()
	which := make(client.Filters).Add("label", "ecs-emulator.owner="+w.owner, "ecs-emulator.kind=way out")
	found, err := w.cli.NetworkList(w.Context(), client.NetworkListOptions{Filters: which})
	if err != nil {
		w.Fatal(err)
	}
	return found.Items
}

// bridge is the one that the owner has.
func (w *bridgeWatch) bridge() network.Summary {
	w.Helper()
	found := w.bridges()
	if len(found) != 1 {
		w.Fatalf("the owner has the bridges %+v", found)
	}
	return found[0]
}

// run starts a container on a network that is no sandbox.
func (w *bridgeWatch) run(on string, command ...string) (id string) {
	w.Helper()
	made, err := w.cli.ContainerCreate(w.Context(), client.ContainerCreateOptions{
		Name: dockertest.Owner(), Config: &container.Config{Image: w.image, Cmd: command}, HostConfig: &container.HostConfig{NetworkMode: container.NetworkMode(on)},
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		_, _ = w.cli.ContainerRemove(context.Background(), made.ID, client.ContainerRemoveOptions{Force: true})
	})
	if _, err := w.cli.ContainerStart(w.Context(), made.ID, client.ContainerStartOptions{}); err != nil {
		w.Fatal(err)
	}
	return made.ID
}

// reaches reports whether a container on a network gets an answer.
func (w *bridgeWatch) reaches(on, url string) bool {
	w.Helper()
	id := w.run(on, "check", url, "3s")
	wait := w.cli.ContainerWait(w.Context(), id, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case ended := <-wait.Result:
		return ended.StatusCode == 0
	case err := <-wait.Error:
		w.Fatal(err)
		return false
	}
}

// on is the address that a container has on a network.
func (w *bridgeWatch) on(network, id string) netip.Addr {
	w.Helper()
	found, err := w.cli.ContainerInspect(w.Context(), id, client.ContainerInspectOptions{})
	if err != nil || found.Container.NetworkSettings.Networks[network] == nil {
		w.Fatalf("the container is not on %s: %v", network, err)
	}
	return found.Container.NetworkSettings.Networks[network].IPAddress
}

// The bridge leads out, and nothing gets in: not the engine's host, which reaches others on it, and no neighbour. It is there
// with the first sandbox, and goes with the last network.
func TestTheBridgeThatLeadsOut(t *testing.T) {
	owner := dockertest.Owner()
	w := watchBridge(t, pairHosts(t)[0], owner)
	a, b := openPair(t, owner)
	if left := w.bridges(); len(left) != 0 {
		t.Fatalf("before any network there is %+v", left)
	}
	task := sandboxOn(t, a, w.image)
	bridge := w.bridge()
	if taken := bridge.IPAM.Config[0].Subnet; !netip.MustParsePrefix("100.64.0.0/10").Overlaps(taken) || bridge.Options["com.docker.network.bridge.enable_icc"] != "false" {
		t.Errorf("the bridge is %+v", bridge)
	}
	if list, err := a.Networks(t.Context(), nil); err != nil || len(list) != 1 {
		t.Errorf("the bridge is a VPC: %+v, %v", list, err)
	}
	app := task.run(backend.ContainerSpec{}, "serve", "80")
	task.says(app, "listening")
	hosts := task.run(backend.ContainerSpec{}, "read", "/etc/hosts")
	task.exited(hosts)
	names := strings.Join(task.lines(hosts, backend.LogOptions{}), "\n")
	if there := w.on(bridge.Name, task.sandbox).String(); !strings.Contains(names, task.ip.String()) || strings.Contains(names, there) {
		t.Errorf("the hosts file of a task is to have %s and not %s: %s", task.ip, there, names)
	}
	plain := w.run(bridge.Name, "serve", "80")
	inside, beside := fmt.Sprintf("http://%s:80/", w.on(bridge.Name, task.sandbox)), fmt.Sprintf("http://%s:80/", w.on(bridge.Name, plain))
	eventually(t, "the host reaches what is no sandbox on the bridge", func() bool { return w.reaches("host", beside) })
	everything := []backend.FilterRule{{Protocol: backend.AnyProtocol, From: -1, To: -1, Peers: []backend.AddressRange{backend.Anywhere}}}
	for what, f := range map[string]*backend.Filter{"no filter": nil, "a filter that lets all in": {In: everything, Out: everything}} {
		if err := a.SetFilter(t.Context(), task.sandbox, f); err != nil {
			t.Fatal(err)
		}
		if w.reaches("host", inside) {
			t.Errorf("with %s the host gets in", what)
		}
		if w.reaches(bridge.Name, inside) {
			t.Errorf("with %s a neighbour gets in", what)
		}
	}
	if c := task.exited(task.run(backend.ContainerSpec{}, "check", beside, "3s")); c.ExitCode == 0 {
		t.Error("a sandbox reaches what is on the bridge")
	}
	if err := a.Remove(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	removeContainers(t, a)
	if err := b.RemoveNetwork(t.Context(), "vpc"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.cli.ContainerRemove(t.Context(), plain, client.ContainerRemoveOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
		t.Fatal(err)
	}
	if err := a.RemoveNetwork(t.Context(), "vpc"); err != nil {
		t.Fatal(err)
	}
	if left := w.bridges(); len(left) != 0 {
		t.Errorf("after the last network there is %+v", left)
	}
}

// sandboxOn is newTask on one engine of several.
func sandboxOn(t *testing.T, engine *docker.Engine, image string) *task {
	t.Helper()
	if _, err := engine.EnsureNetwork(t.Context(), backend.NetworkSpec{Name: "vpc"}); err != nil {
		t.Fatal(err)
	}
	name := dockertest.Owner()
	made, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: name, Network: "vpc"})
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Start(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	return &task{T: t, engine: engine, image: image, sandbox: made.ID, ip: made.IP, name: name}
}

// removeContainers removes the containers of an owner and then its sandboxes.
func removeContainers(t *testing.T, engine *docker.Engine) {
	t.Helper()
	all, err := engine.List(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, sandboxes := range []bool{false, true} {
		for _, c := range all {
			if c.Sandbox == sandboxes {
				if err := engine.Remove(t.Context(), c.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// What leaves the VPC is not counted, and what crosses to another engine is.
func TestCountersAreOfTheVPCAlone(t *testing.T) {
	const requests = 100
	owner := dockertest.Owner()
	hosts := pairHosts(t)
	w := watchBridge(t, hosts[0], owner)
	a, b := openPair(t, owner)
	here, there := sandboxOn(t, a, w.image), sandboxOn(t, b, dockertest.ImageOn(t, hosts[1]))
	there.says(there.run(backend.ContainerSpec{}, "serve", "80"), "listening")
	port := fmt.Sprint(20_000 + rand.IntN(10_000))
	w.run("host", "serve", port)
	app := here.run(backend.ContainerSpec{}, "sleep", "300")
	packets := func() (n uint64) {
		t.Helper()
		s, err := a.Stats(t.Context(), app)
		if err != nil || len(s.Networks) != 1 {
			t.Fatalf("the networks are %+v, %v", s.Networks, err)
		}
		all, err := a.Usage(t.Context(), []string{app})
		if err != nil || len(all[app].Networks) != 1 {
			t.Fatalf("the networks of many containers are %+v, %v", all[app].Networks, err)
		}
		for _, of := range s.Networks {
			n += of.RxPackets
		}
		return n
	}
	ask := func(url string) uint64 {
		t.Helper()
		before := packets()
		if c := here.exited(here.run(backend.ContainerSpec{}, "ask", fmt.Sprint(requests), url)); c.ExitCode != 0 {
			t.Fatalf("%s does not answer", url)
		}
		return packets() - before
	}
	if n := ask(fmt.Sprintf("http://%s:80/", there.ip)); n < requests {
		t.Errorf("%d packets for %d answers of the other engine", n, requests)
	}
	if n := ask(fmt.Sprintf("http://%s:%s/", w.bridge().IPAM.Config[0].Gateway, port)); n >= requests {
		t.Errorf("%d packets for %d answers from outside", n, requests)
	}
}

// Where the tests run on the host of an engine, what they carry to a sandbox there goes over a bridge of the engine, although
// the host has no address in the VPC.
func TestTheRelayOfASwarmIsReachedByABridge(t *testing.T) {
	a, _ := openPair(t, dockertest.Owner())
	task := sandboxOn(t, a, dockertest.ImageOn(t, pairHosts(t)[0]))
	task.says(task.run(backend.ContainerSpec{}, "serve", "80"), "listening")
	conn, err := a.Dial(t.Context(), "tcp", task.sandbox, 80)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if direct, within := a.RelayIsDirect(t.Context()); !direct || within {
		t.Errorf("the relay is reached by a bridge: %v; sandboxes are: %v", direct, within)
	}
	if info, err := a.Info(t.Context()); err != nil || info.Reachable {
		t.Errorf("%+v, %v; want sandboxes out of reach", info, err)
	}
}

// Who removes what an owner has on one engine removes the bridge as well, and counts it as no network.
func TestTheBridgeThatLeadsOutGoesWithItsOwner(t *testing.T) {
	owner, host := dockertest.Owner(), pairHosts(t)[0]
	w := watchBridge(t, host, owner)
	a, _ := openPair(t, owner)
	sandboxOn(t, a, w.image)
	w.bridge()
	other, err := docker.Open(t.Context(), docker.Options{Host: host, Owner: dockertest.Owner()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	all, err := other.Owners(t.Context())
	i := slices.IndexFunc(all, func(o docker.Owner) bool { return o.ID == owner })
	if err != nil || i < 0 || all[i].Networks > 1 {
		t.Fatalf("%+v, %v; want the network of one VPC at most", all, err)
	}
	if _, err := other.RemoveOwner(t.Context(), owner, false); err != nil {
		t.Fatal(err)
	}
	if left := w.bridges(); len(left) != 0 {
		t.Errorf("after the removal of its owner there is %+v", left)
	}
}
