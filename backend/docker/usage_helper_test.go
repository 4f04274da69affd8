package docker_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// helpers are the containers of an owner that look at the engine's host.
func helpers(t *testing.T, owner string) (all []container.InspectResponse) {
	t.Helper()
	cli := dockertest.Client(t)
	which := make(client.Filters).Add("label", "ecs-emulator.owner="+owner).Add("label", "ecs-emulator.kind=errand")
	list, err := cli.ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: which})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list.Items {
		found, err := cli.ContainerInspect(t.Context(), c.ID, client.ContainerInspectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found.Container)
	}
	return all
}

// A process that does not see the control groups of the engine's host has one container that does, from when it is first asked
// what containers use until it ends.
func TestOneHelperReadsTheGroupsOfAll(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	ids := []string{}
	for range 3 {
		ids = append(ids, newTask(t, engine, backend.SandboxSpec{}).run(backend.ContainerSpec{}, "sleep", "1h"))
	}
	read := func(way string) {
		t.Helper()
		found, err := engine.Usage(t.Context(), ids)
		if err != nil || len(found) != len(ids) {
			t.Fatalf("%s: %d read, %v", way, len(found), err)
		}
		for id, u := range found {
			if u.ID != id || u.MemoryStats.Usage == 0 || u.CPUStats.CPUUsage.TotalUsage == 0 || u.Networks["eth0"].RxBytes == 0 {
				t.Errorf("%s: %+v", way, u.Stats)
			}
		}
		if n := engine.OpenLines(); n != 0 {
			t.Errorf("%s: %d lines are open", way, n)
		}
	}
	read("by groups")
	if n := len(helpers(t, engine.Owner())); n != 0 {
		t.Errorf("%d helpers where this process sees the groups", n)
	}
	engine.HideGroups()
	if n := len(helpers(t, engine.Owner())); n != 0 {
		t.Errorf("%d helpers before anything is asked", n)
	}
	read("by a helper")
	read("by the same helper")
	its := helpers(t, engine.Owner())
	if len(its) != 1 {
		t.Fatalf("%d helpers, want 1", len(its))
	}
	host := its[0].HostConfig
	if strings.Join(host.Binds, " ") != "/sys/fs/cgroup:/sys/fs/cgroup:ro" || host.NetworkMode != "none" || len(host.CapAdd) != 0 || host.Privileged {
		t.Errorf("the helper has %+v", host)
	}
	if listed, err := engine.List(t.Context(), nil); err != nil || len(listed) != 2*len(ids) {
		t.Errorf("%d containers are listed, want those of %d tasks: %v", len(listed), len(ids), err)
	}
	dockertest.Kill(t, its[0].ID)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			if found, err := engine.Usage(t.Context(), ids); err != nil || len(found) != len(ids) {
				t.Errorf("after a user killed the helper: %d read, %v", len(found), err)
			}
		})
	}
	readers.Wait()
	again := helpers(t, engine.Owner())
	if len(again) != 1 || again[0].ID == its[0].ID {
		t.Errorf("%d helpers after one was killed", len(again))
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(helpers(t, engine.Owner())); n != 0 {
		t.Errorf("%d helpers after Close", n)
	}
}

// Another emulator that removes what this one has removes its helper, too.
func TestTheHelperGoesWithItsOwner(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	task := newTask(t, engine, backend.SandboxSpec{})
	engine.HideGroups()
	if _, err := engine.Usage(t.Context(), []string{task.sandbox}); err != nil || len(helpers(t, engine.Owner())) != 1 {
		t.Fatalf("%d helpers, %v", len(helpers(t, engine.Owner())), err)
	}
	other, err := docker.Open(t.Context(), docker.Options{Owner: dockertest.Owner()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	if _, err := other.RemoveOwner(context.WithoutCancel(t.Context()), engine.Owner(), false); err != nil {
		t.Fatal(err)
	}
	if n := len(helpers(t, engine.Owner())); n != 0 {
		t.Errorf("%d helpers are left", n)
	}
}

// An engine that refuses the helper is not asked for another one with each sample, but now and then.
func TestAHelperThatCannotStartIsTriedAgain(t *testing.T) {
	fake := &cgroupEngine{version: "2", driver: "cgroupfs", refuses: "errand", hangsUp: true}
	engine := openCgroupEngine(t, fake)
	engine.HideGroups()
	sandbox, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: "task"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		before time.Duration // the last attempt was
		want   int           // attempts, with this one
	}{{0, 1}, {9 * time.Minute, 1}, {10 * time.Minute, 2}} {
		if c.before > 0 {
			engine.HelperTriedBefore(c.before)
		}
		if _, err := engine.Usage(t.Context(), []string{sandbox.ID}); err != nil {
			t.Fatal(err)
		}
		made, removed := 0, 0
		for _, line := range fake.since("") {
			made += strings.Count(line, "create errand")
			removed += strings.Count(line, "remove errand")
		}
		if made != c.want || removed != made {
			t.Errorf("%s after the last attempt: %d helpers were made and %d removed, want %d", c.before, made, removed, c.want)
		}
	}
}
