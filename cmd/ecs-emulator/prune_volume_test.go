package main

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/types/volume"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// An emulator is killed whose task has a volume of its own and a file system: the next one
// sweeps the first, and the other goes on request.
func TestDockerFileSystemOfAKilledRun(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	cli, id := dockertest.Client(t), "fs-"+strings.ToLower(rand.Text()[:12])
	volumes := func(label string) []volume.Volume {
		t.Helper()
		found, err := cli.VolumeList(t.Context(), client.VolumeListOptions{Filters: make(client.Filters).Add("label", label)})
		if err != nil {
			t.Fatal(err)
		}
		return found.Items
	}
	serve := startServe(t, "--engine", "docker")
	task := serve.runWith([]types.Volume{
		{Name: aws.String("scratch")},
		{Name: aws.String("files"), EfsVolumeConfiguration: &types.EFSVolumeConfiguration{FileSystemId: &id}},
	}, dockertest.Image(t), "serve", "8080")
	files := volumes("ecs-emulator.file-system=" + id)
	if len(files) != 1 || len(volumes("com.amazonaws.ecs.task-arn="+*task.TaskArn)) != 1 {
		t.Fatalf("file systems %v, volumes of the task %v", files, volumes("com.amazonaws.ecs.task-arn="+*task.TaskArn))
	}
	owner := files[0].Labels["ecs-emulator.owner"]
	t.Cleanup(func() { command("prune", "--owner", owner, "--force", "--shared-volumes").Run() })
	serve.kill()

	sweeper := dockertest.Engine(t)
	serve.eventually("what the killed emulator had is swept, but for the file system", func() bool {
		if _, err := sweeper.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		return strings.HasSuffix(strings.Join(strings.Fields(row(t, owner)), " "), "dead 0 0 0 1 -")
	})
	if left := volumes("com.amazonaws.ecs.task-arn=" + *task.TaskArn); len(left) > 0 {
		t.Errorf("volumes of the task are left: %v", left)
	}
	if got := pruned(t, "--dead"); !strings.Contains(got, "; --shared-volumes removes those too\n") || len(volumes("ecs-emulator.file-system="+id)) != 1 {
		t.Errorf("pruning the dead prints %q", got)
	}
	if got, want := pruned(t, "--owner", owner, "--shared-volumes"), "removed what "+owner+" had (dead): 0 containers, 0 networks, 1 volume\n"; got != want {
		t.Errorf("prints %q; want %q", got, want)
	}
	if left := volumes("ecs-emulator.file-system=" + id); len(left) > 0 || row(t, owner) != "" {
		t.Errorf("left are %v, listed as %q", left, row(t, owner))
	}
}
