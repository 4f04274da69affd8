package docker_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// openWarm opens the engine for an owner with two warm sandboxes for each subnet.
func openWarm(t *testing.T, owner string) *docker.Engine {
	t.Helper()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	engine, err := docker.Open(t.Context(), docker.Options{Owner: owner, WarmSandboxes: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}

// warm are the ids of an owner's sandboxes that run and belong to no task.
func warm(t *testing.T, owner string) (ids []string) {
	t.Helper()
	found, err := dockertest.Client(t).ContainerList(context.Background(), client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", "ecs-emulator.owner="+owner).Add("label", "ecs-emulator.warm"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range found.Items {
		if strings.Contains(c.Names[0], "-warm-") && c.State == container.StateRunning {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func awaitWarm(t *testing.T, owner string, n int) (ids []string) {
	t.Helper()
	eventually(t, "warm sandboxes", func() bool {
		ids = warm(t, owner)
		return len(ids) == n
	})
	return ids
}

func TestATaskGetsAWarmSandbox(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine, cli := openWarm(t, owner), dockertest.Client(t)
	labels := map[string]string{"of": "test"}
	first := newTask(t, engine, backend.SandboxSpec{Labels: labels, Domain: "ec2.internal", CPU: 256, Memory: 128 << 20})
	ids := awaitWarm(t, owner, 2)

	if list, err := engine.List(t.Context(), labels); err != nil || len(list) != 1 {
		t.Errorf("List shows %+v, %v; want the task's sandbox alone", list, err)
	}
	if c, err := engine.Inspect(t.Context(), ids[0]); !backend.Missing(err, backend.KindContainer) {
		t.Errorf("Inspect of a warm sandbox: %+v, %v", c, err)
	}
	task := newTask(t, engine, backend.SandboxSpec{Labels: labels, Domain: "ec2.internal", CPU: 512, Memory: 64 << 20})
	if !slices.Contains(ids, task.sandbox) {
		t.Errorf("the task's sandbox is %s, want one of %v", task.sandbox, ids)
	}
	c := task.inspect(task.sandbox)
	if c.State != backend.Running || c.Name != task.name || c.Labels["of"] != "test" || c.IP != task.ip || !c.Sandbox {
		t.Errorf("the sandbox is %+v", c)
	}
	if list, err := engine.List(t.Context(), labels); err != nil || len(list) != 2 {
		t.Errorf("List shows %+v, %v; want the tasks' sandboxes", list, err)
	}
	found, err := cli.ContainerInspect(t.Context(), task.sandbox, client.ContainerInspectOptions{})
	if err != nil || found.Container.HostConfig.Memory != 64<<20 || found.Container.HostConfig.CPUQuota != 50_000 {
		t.Errorf("limits of the sandbox: %+v, %v", found.Container.HostConfig.Resources, err)
	}
	task.says(task.run(backend.ContainerSpec{}, "serve", "8080"), "listening on :8080")
	if c := first.exited(first.run(backend.ContainerSpec{}, "check", "http://"+backend.HostName(task.ip, "ec2.internal")+":8080/")); c.ExitCode != 0 {
		t.Errorf("another task asks for it by name: %+v", c)
	}
	if c := task.exited(task.run(backend.ContainerSpec{}, "eat", "120")); !c.OOMKilled {
		t.Errorf("a container that takes more than the task has: %+v", c)
	}
	if again, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: task.name, Network: "vpc", Labels: labels, Domain: "ec2.internal", CPU: 512, Memory: 64 << 20}); err != nil || again.ID != task.sandbox {
		t.Errorf("CreateSandbox again: %+v, %v; want the same", again, err)
	}
}

func TestATaskWithASandboxOfItsOwnKindGetsNoWarmOne(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine := openWarm(t, owner)
	newTask(t, engine, backend.SandboxSpec{})
	ids := awaitWarm(t, owner, 2)
	for name, spec := range map[string]backend.SandboxSpec{
		"extra hosts": {Names: backend.Names{Hosts: []string{"db:10.0.0.1"}}}, "labels": {Labels: map[string]string{"a": "b"}},
		"sysctls": {Sysctls: map[string]string{"net.core.somaxconn": "512"}}, "domain": {Domain: "compute.internal"},
		"limits": {CPU: 256, Memory: 64 << 20},
	} {
		if task := newTask(t, engine, spec); slices.Contains(ids, task.sandbox) {
			t.Errorf("%s: the task has a warm sandbox", name)
		}
	}
}

// TestDeadWarmSandboxesAreReplacedUnseen ends them in all ways while tasks start.
func TestDeadWarmSandboxesAreReplacedUnseen(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine, cli := openWarm(t, owner), dockertest.Client(t)
	var (
		mu   sync.Mutex
		seen []backend.Event
	)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() {
		_ = engine.Watch(ctx, nil, func(e backend.Event) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, e)
		})
	})
	eventually(t, "the engine is watched", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(seen) > 0
	})
	tasks := []*task{newTask(t, engine, backend.SandboxSpec{})}
	for name, end := range map[string]func(id string) error{
		"killed": func(id string) error {
			_, err := cli.ContainerKill(t.Context(), id, client.ContainerKillOptions{Signal: "KILL"})
			return err
		},
		"removed": func(id string) error {
			_, err := cli.ContainerRemove(t.Context(), id, client.ContainerRemoveOptions{Force: true})
			return err
		},
		"paused": func(id string) error {
			_, err := cli.ContainerPause(t.Context(), id, client.ContainerPauseOptions{})
			return err
		},
	} {
		for _, id := range awaitWarm(t, owner, 2) {
			if err := end(id); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			task := newTask(t, engine, backend.SandboxSpec{})
			task.says(task.run(backend.ContainerSpec{}, "print", "1"), "line 1")
			if c := task.inspect(task.sandbox); c.State != backend.Running || c.IP != task.ip {
				t.Errorf("%s: a task's sandbox is %+v", name, c)
			}
			tasks = append(tasks, task)
		}
	}
	if list, err := engine.List(t.Context(), nil); err != nil || len(list) != 2*len(tasks)-1 {
		t.Errorf("List shows %d, %v; want %d", len(list), err, 2*len(tasks)-1)
	}
	addresses := map[netip.Addr]bool{}
	for _, task := range tasks {
		if addresses[task.ip] {
			t.Errorf("two tasks have the address %v", task.ip)
		}
		addresses[task.ip] = true
	}
	mu.Lock()
	defer mu.Unlock()
	for _, e := range seen {
		known := slices.ContainsFunc(tasks, func(task *task) bool { return task.sandbox == e.ContainerID })
		if e.ContainerID == "" || known {
			continue
		}
		if c, err := engine.Inspect(t.Context(), e.ContainerID); err != nil || c.Sandbox {
			t.Errorf("event %+v is of %+v, %v", e, c, err)
		}
	}
}

// TestWarmSandboxesKeepNoAddress takes all addresses of a subnet, in each way.
func TestWarmSandboxesKeepNoAddress(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine := openWarm(t, owner)
	base := ensureNetwork(t, engine, "vpc").CIDR.Addr().As4()
	base[2] = 9
	subnet := netip.PrefixFrom(netip.AddrFrom4(base), 28)
	const room = 16 - 5 // AWS keeps five addresses of each subnet
	first := newTask(t, engine, backend.SandboxSpec{Subnet: subnet})
	awaitWarm(t, owner, 2)
	var reserved []netip.Addr
	for range room - 1 {
		ip, err := engine.ReserveAddress(t.Context(), "vpc", subnet)
		if err != nil {
			t.Fatalf("after %d addresses: %v", len(reserved), err)
		}
		reserved = append(reserved, ip)
	}
	for _, ip := range reserved {
		engine.ReleaseAddress("vpc", ip)
	}
	awaitWarm(t, owner, 2)
	all := map[netip.Addr]bool{first.ip: true}
	for len(all) < room {
		task := newTask(t, engine, backend.SandboxSpec{Subnet: subnet, Names: backend.Names{Hosts: []string{"db:10.0.0.1"}}})
		all[task.ip] = true
	}
	if err := engine.Remove(t.Context(), first.sandbox); err != nil {
		t.Fatal(err)
	}
	// The pool may be quicker; who asks for the address has it all the same.
	if task := newTask(t, engine, backend.SandboxSpec{IP: first.ip}); task.ip != first.ip {
		t.Errorf("the task has the address %v, want %v", task.ip, first.ip)
	}
}

func TestCloseRemovesWarmSandboxesOnly(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	engine := openWarm(t, owner)
	task := newTask(t, engine, backend.SandboxSpec{})
	awaitWarm(t, owner, 2)
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	awaitWarm(t, owner, 0)
	if list, err := open(t, owner).List(t.Context(), nil); err != nil || len(list) != 1 || list[0].ID != task.sandbox {
		t.Errorf("left are %+v, %v; want the task's sandbox", list, err)
	}
}

// TestTheNextRunRemovesTheWarmSandboxesOfOneThatWasKilled, which stays unseen by it.
func TestTheNextRunRemovesTheWarmSandboxesOfOneThatWasKilled(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	removeAllOf(t, owner)
	killed := openWarm(t, owner) // it is closed in the end only
	task := newTask(t, killed, backend.SandboxSpec{})
	ids := awaitWarm(t, owner, 2)
	next := open(t, owner)
	if list, err := next.List(t.Context(), nil); err != nil || len(list) != 1 || list[0].ID != task.sandbox {
		t.Errorf("List shows %+v, %v; want the task's sandbox", list, err)
	}
	// No task asks for the network on which they are.
	eventually(t, "the warm sandboxes of the earlier run are gone", func() bool {
		return !slices.ContainsFunc(warm(t, owner), func(id string) bool { return slices.Contains(ids, id) })
	})
	ensureNetwork(t, next, "vpc")
}
