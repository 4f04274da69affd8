package emulator_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// TestDockerCausesOfTasks has the causes that only an engine with processes shows: kills, memory, checks and registries.
func TestDockerCausesOfTasks(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the same causes on the simulated engine")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	app, other := dockertest.Image(t), map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	foreign := dockertest.NewIndexRegistry(t, other)
	for name, c := range map[string]struct {
		image  string
		change func(app *types.ContainerDefinition)
		ends   func(w *world, task string) // once it runs
		want   []wanted
	}{
		"out-of-memory": {app, func(app *types.ContainerDefinition) { app.Command, app.Memory = []string{"eat", "200"}, aws.Int32(64) }, nil, []wanted{{
			why.OutOfMemory, []string{"container app needed more than the 64 MiB that the container may have, and was killed after "}, "Raise memory",
		}}},
		"exit-code 127": {app, func(app *types.ContainerDefinition) { app.Command = []string{"exit", "127"} }, nil, []wanted{{
			why.ExitCode, []string{"container app ended with code 127 (by the convention of shells a program that was not found) after ", "; its last line is "}, "Correct entryPoint",
		}}},
		"docker kill": {app, func(app *types.ContainerDefinition) { app.Command = []string{"sleep", "600"} }, func(w *world, task string) { dockertest.Kill(w.T, w.engineID(task)) }, []wanted{{
			why.ExitCode, []string{"container app ended with code 137 (SIGKILL) after ", "without a stop by ECS and without lack of memory that the engine reports: probably another program killed it, as docker kill does."}, "",
		}}},
		"stopTimeout": {app, func(app *types.ContainerDefinition) { app.Command = []string{"ignore-term"} }, func(w *world, task string) {
			w.eventually("it ignores the signal", func() bool { return strings.Contains(w.output(w.engineID(task)), "ignoring SIGTERM") })
			w.stopTask(task)
		}, []wanted{
			{why.UserStopped, []string{"arn:aws:iam::000000000000:root stopped it, with the reason "}, ""},
			{why.ExitCode, []string{"container app ended with code 137, as it had not ended 2.0 s after SIGTERM, its stopTimeout."}, "raise stopTimeout"},
		}},
		"start-failed": {app, func(app *types.ContainerDefinition) { app.EntryPoint = []string{"/nowhere"} }, nil, []wanted{{
			why.StartFailed, []string{"container app cannot start: ", "/nowhere"}, "Correct container app",
		}}},
		"image-platform": {foreign.Image(t), func(*types.ContainerDefinition) {}, nil, []wanted{{
			why.ImagePlatform, []string{" of container app is for other platforms alone, and the task is for linux/"}, "Build it for linux/",
		}}},
		"image-not-found": {foreign.Host + "/nothing:1", func(*types.ContainerDefinition) {}, nil, []wanted{{
			why.ImageNotFound, []string{"image " + foreign.Host + "/nothing:1 of container app does not exist."}, "Build it",
		}}},
		"registry-unreachable": {"127.0.0.1:1/nothing:1", func(*types.ContainerDefinition) {}, nil, []wanted{{
			why.RegistryUnreachable, []string{"image 127.0.0.1:1/nothing:1 of container app is not on the container engine, and registry 127.0.0.1:1 cannot be reached: ", "connection refused"}, "",
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{t, w.srv, w.client}
			task := w.runTask(w.definition("cause", func(_ *ecs.RegisterTaskDefinitionInput, app *types.ContainerDefinition) {
				app.Image = &c.image
				c.change(app)
			}))
			if c.ends != nil {
				w.untilRunning(task)
				c.ends(w, task)
			}
			w.untilStoppedTask(task)
			w.expectCauses(task, c.want...)
		})
	}
	t.Run("container-unhealthy", func(t *testing.T) {
		t.Parallel()
		w := &world{t, w.srv, w.client}
		task := w.runTask(w.definition("cause", func(_ *ecs.RegisterTaskDefinitionInput, d *types.ContainerDefinition) {
			d.Image, d.Command = &app, []string{"sleep", "600"}
			d.HealthCheck = &types.HealthCheck{Command: []string{"CMD", dockertest.AppPath, "check", "http://127.0.0.1:9", "0"}, Interval: aws.Int32(5), Retries: aws.Int32(1)}
		}))
		w.eventually("the check has failed, and said why", func() bool {
			answers := w.causes(task)
			return len(answers) == 1 && len(answers[0].Evidence) > 1 && answers[0].Cause == why.ContainerUnhealthy
		})
		w.expectCauses(task, wanted{why.ContainerUnhealthy, []string{
			"is RUNNING: health check \"CMD " + dockertest.AppPath + " check http://127.0.0.1:9 0\" of container app failed once, the last time with exit code 1 and output ", "connection refused",
		}, "ecs-emulator exec"})
		w.stopTask(task)
		w.eventually("the task has stopped", func() bool { return *w.task(task).LastStatus == "STOPPED" })
	})
}
