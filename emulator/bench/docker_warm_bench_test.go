package bench_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// warmSandboxes is how many the emulator keeps for each subnet, as by default.
const warmSandboxes = 2

// warmUp runs and ends a task in each subnet, so that what the emulator makes once is there. The function that it returns
// waits until the sandboxes for the next tasks are there, and none is being made.
func (w *world) warmUp(family string) (awaitWarm func()) {
	w.Helper()
	cli, owner, subnets := dockertest.Client(w), "", w.Subnets()
	for _, subnet := range subnets {
		network := w.network()
		network.AwsvpcConfiguration.Subnets = []string{subnet}
		task, _ := w.runTaskOn(network, family)
		found, err := cli.ContainerInspect(w.Context(), w.shown(task).Containers[0].EngineID, client.ContainerInspectOptions{})
		w.must(err)
		owner = found.Container.Config.Labels["ecs-emulator.owner"]
		w.endTask(task)
	}
	return func() {
		w.Helper()
		want := warmSandboxes * len(subnets)
		w.until(fmt.Sprint(want, " sandboxes to be warm"), func() bool {
			found, err := cli.ContainerList(w.Context(), client.ContainerListOptions{Filters: make(client.Filters).
				Add("label", "ecs-emulator.warm").
				Add("label", "ecs-emulator.owner="+owner).
				Add("name", "-warm-").
				Add("status", "running")})
			w.must(err)
			return len(found.Items) == want
		})
	}
}

// endTask stops a task, and returns when nothing of it is left to do.
func (w *world) endTask(arn string) {
	w.Helper()
	w.stopTask(arn)
	w.until("the task to stop", func() bool {
		found, err := w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Tasks: []string{arn}})
		w.must(err)
		return *found.Tasks[0].LastStatus == "STOPPED"
	})
}
