package emulator_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// engineParts are the container and the sandbox of a load balancer, as the engine has them.
func (b *balanced) engineParts() (program, sandbox container.InspectResponse) {
	b.Helper()
	cli := dockertest.Client(b.T)
	found, err := cli.ContainerList(b.Context(), client.ContainerListOptions{All: true, Filters: make(client.Filters).
		Add("label", "ecs-emulator.load-balancer="+*b.loadBalancer.LoadBalancerArn).
		Add("label", "ecs-emulator.kind=container")})
	b.must(err)
	if len(found.Items) != 1 {
		b.Fatalf("the load balancer has %d containers", len(found.Items))
	}
	inspect := func(id string) container.InspectResponse {
		seen, err := cli.ContainerInspect(b.Context(), id, client.ContainerInspectOptions{})
		b.must(err)
		return seen.Container
	}
	program = inspect(found.Items[0].ID)
	return program, inspect(program.HostConfig.NetworkMode.ConnectedContainer())
}

// asOfVersion has a container be as another version of the emulator would have left it.
func (b *balanced) asOfVersion(version string, c container.InspectResponse) {
	b.Helper()
	cli, ctx := dockertest.Client(b.T), b.Context()
	former := "ecs-emulator/balancer:" + version
	_, err := cli.ImageTag(ctx, client.ImageTagOptions{Source: c.Config.Image, Target: former})
	b.must(err)
	b.Cleanup(func() { _, _ = cli.ImageRemove(context.WithoutCancel(ctx), former, client.ImageRemoveOptions{}) })
	_, err = cli.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true})
	b.must(err)
	config := *c.Config
	config.Image, config.Hostname = former, "" // it has that of its sandbox
	made, err := cli.ContainerCreate(ctx, client.ContainerCreateOptions{
		Config:     &config,
		HostConfig: c.HostConfig,
		Name:       c.Name,
	})
	b.must(err)
	_, err = cli.ContainerStart(ctx, made.ID, client.ContainerStartOptions{})
	b.must(err)
}

// A load balancer goes on while there is no emulator. Another version of that starts its own program
// in its place, at the same address, and one of the same version leaves it alone.
func TestDockerLoadBalancersRunTheProgramOfThisVersion(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	opts := emulator.Options{Engine: "docker", DataDir: t.TempDir(), OnExit: emulator.Remove}
	w := open(t, opts)
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	b := w.saying("web", port)
	program, sandbox := b.engineParts()
	restart := func() {
		t.Helper()
		b.world = open(t, opts)
		b.eventually("it answers", func() bool { return answer("http://127.0.0.1:"+strconv.Itoa(port)) == "web" })
	}
	w.srv.Die()
	restart()
	if same, _ := b.engineParts(); same.ID != program.ID {
		t.Errorf("after a restart it is %s, and was %s", same.ID, program.ID)
	}
	b.srv.Die()
	b.asOfVersion("former", program)
	restart()
	now, within := b.engineParts()
	if now.Config.Image != program.Config.Image {
		t.Errorf("after an upgrade it runs %s, want %s", now.Config.Image, program.Config.Image)
	}
	if within.ID != sandbox.ID || within.State.StartedAt != sandbox.State.StartedAt {
		t.Errorf("its network interface is %s since %s, and was %s since %s", within.ID, within.State.StartedAt, sandbox.ID, sandbox.State.StartedAt)
	}
}
