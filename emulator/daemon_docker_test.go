package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// newest is the state of the newest deployment of the daemon logs.
func (f *fleet) newest() string {
	lines := f.rollouts()
	if len(lines) == 0 {
		return "none"
	}
	return strings.Fields(lines[0])[2]
}

// some reports whether a container instance has a status.
func (f *fleet) some(status types.ContainerInstanceStatus) bool {
	f.Helper()
	out, err := f.client.ListContainerInstances(f.Context(), &ecs.ListContainerInstancesInput{Cluster: aws.String(fleetCluster), Status: status})
	f.must(err)
	return len(out.ContainerInstanceArns) > 0
}

// The connection to the engine is cut while instances drain for a deployment of a daemon, while their replacements come, and while it is
// taken back. It ends as it would without.
func TestDockerDaemonsWhileTheEngineIsAway(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	engine := newLine(t, "/var/run/docker.sock")
	f := &fleet{world: start(t, emulator.Options{Engine: "unix://" + engine.Addr().String(), Speed: 30}), image: dockertest.Image(t)}
	f.observe()
	f.fill()
	f.deploy("logs", "daemon", true)
	f.serve("web", 1)
	until := func(what string, is func() bool) {
		t.Helper()
		f.eventually(what, func() bool { f.must(f.srv.Clock().Advance(10 * time.Second)); return is() })
	}
	runs := func() bool {
		out, err := f.client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String(fleetCluster), Services: []string{"web"}})
		f.must(err)
		return out.Services[0].RunningCount == 1 && len(f.daemonTasks()) == 1 && !f.some(types.ContainerInstanceStatusDraining)
	}
	until("the service runs", runs)
	owner := containers(t, f.daemonTasks()...)[0].Labels["ecs-emulator.owner"]
	for _, c := range []struct {
		family, when, end string
		is                func() bool
	}{
		{"daemon", "an instance registers", "SUCCESSFUL", func() bool { return f.some(types.ContainerInstanceStatusRegistering) }},
		{"daemon", "an instance drains", "SUCCESSFUL", func() bool { return f.some(types.ContainerInstanceStatusDraining) }},
		{"broken", "it is taken back", "ROLLBACK_SUCCESSFUL", func() bool { return f.newest() == "ROLLBACK_IN_PROGRESS" }},
	} {
		f.deploy("logs", c.family, true)
		f.eventually(c.when, c.is)
		engine.set(true)
		f.untilEngineAway()
		f.must(f.srv.Clock().Advance(time.Minute))
		engine.set(false)
		until(c.when+", and it ends", func() bool { return f.newest() == c.end && runs() })
		f.check()
	}
	f.scale("web", 0)
	f.deleteDaemon("logs")
	until("nothing is left", func() bool {
		f.must(f.srv.Clock().Advance(time.Minute))
		rows, _ := f.instances()
		list, err := dockertest.Client(t).ContainerList(t.Context(), client.ContainerListOptions{
			All: true, Filters: make(client.Filters).Add("label", "ecs-emulator.owner="+owner).Add("label", "ecs-emulator.kind=container"),
		})
		f.must(err)
		return len(rows) == 0 && len(f.rollouts()) == 0 && len(list.Items) == 0
	})
}
