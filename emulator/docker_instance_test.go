package emulator_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// instances launches EC2 instances of the ECS-optimized image, waits until they are in the
// cluster, and returns their addresses.
func (w *world) instances(n int) (addresses []string) {
	w.Helper()
	client := ec2.NewFromConfig(w.srv.Config())
	_, err := client.RunInstances(w.Context(), &ec2.RunInstancesInput{
		ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
		InstanceType: ec2types.InstanceTypeT3Small, MinCount: aws.Int32(int32(n)), MaxCount: aws.Int32(int32(n)),
	})
	w.must(err)
	w.eventually("the instances join the cluster", func() bool {
		list, err := w.client.ListContainerInstances(w.Context(), &ecs.ListContainerInstancesInput{})
		return err == nil && len(list.ContainerInstanceArns) == n
	})
	described, err := client.DescribeInstances(w.Context(), &ec2.DescribeInstancesInput{})
	w.must(err)
	for _, r := range described.Reservations {
		for _, i := range r.Instances {
			addresses = append(addresses, *i.PrivateIpAddress)
		}
	}
	return addresses
}

// runOnInstances runs a task of one web server in a network mode on each of n instances.
func (w *world) runOnInstances(n int32, mode types.NetworkMode, port, hostPort int32) (tasks []string) {
	w.Helper()
	registered, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web-" + string(mode)), NetworkMode: mode,
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String(dockertest.Image(w.T)), Memory: aws.Int32(64), StopTimeout: aws.Int32(2),
			Command:      []string{"serve", strconv.Itoa(int(port)), "hello " + string(mode)},
			PortMappings: []types.PortMapping{{ContainerPort: &port, HostPort: &hostPort}},
		}},
	})
	w.must(err)
	out, err := w.client.RunTask(w.Context(), &ecs.RunTaskInput{
		TaskDefinition: registered.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeEc2, Count: aws.Int32(n),
	})
	w.must(err)
	if len(out.Tasks) != int(n) {
		w.Fatalf("%d of %d tasks have a place: %+v", len(out.Tasks), n, out.Failures)
	}
	for _, t := range out.Tasks {
		w.untilRunning(*t.TaskArn)
		tasks = append(tasks, *t.TaskArn)
	}
	return tasks
}

// Two instances have the same ports, in bridge and in host mode, also after a restart of
// the emulator, and leave nothing.
func TestDockerContainerInstances(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	opts := emulator.Options{Engine: "docker", DataDir: t.TempDir(), OnExit: emulator.Keep}
	srv, err := emulator.New(withoutWarm(opts))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	addresses := w.instances(2)
	tasks := append(w.runOnInstances(2, types.NetworkModeBridge, 8080, 18080), w.runOnInstances(2, types.NetworkModeHost, 19000, 19000)...)
	answers := func(when string) {
		for _, address := range addresses {
			w.eventually("bridge mode answers "+when, func() bool { return strings.Contains(answer("http://"+address+":18080/"), "hello bridge") })
			w.eventually("host mode answers "+when, func() bool { return strings.Contains(answer("http://"+address+":19000/"), "hello host") })
		}
		for _, task := range tasks {
			w.eventually("a port of this host answers "+when, func() bool {
				ports := w.srv.HostPorts(task)
				return len(ports) == 1 && strings.Contains(answer("http://"+ports[0].Address+"/"), "hello ")
			})
		}
	}
	answers("at first")
	w.must(srv.Close())

	opts.OnExit = emulator.Remove
	w = start(t, opts)
	for _, task := range tasks {
		if got := *w.untilRunning(task).LastStatus; got != "RUNNING" {
			t.Errorf("after the restart: %s", got)
		}
	}
	answers("after the restart")
	_, err = w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &tasks[0]})
	w.must(err)
	w.eventually("a task ends", func() bool { return *w.task(tasks[0]).LastStatus == "STOPPED" })
	tasks = append(tasks[1:], w.runOnInstances(1, types.NetworkModeBridge, 8080, 18080)...)
	answers("with a new task on the port")

	owner := "ecs-emulator.owner=" + containers(t, tasks[0])[0].Labels["ecs-emulator.owner"] // tests of other packages have theirs
	machines := make(client.Filters).Add("label", "ecs-emulator.container-instance").Add("label", owner)
	before, err := dockertest.Client(t).ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: machines})
	w.must(err)
	w.must(w.srv.Close())
	for _, c := range before.Items {
		if left, err := dockertest.Client(t).ContainerInspect(t.Context(), c.ID, client.ContainerInspectOptions{}); err == nil {
			t.Errorf("left behind: %s", left.Container.Name)
		}
		for name := range c.NetworkSettings.Networks {
			if name == "host" || name == "none" {
				continue
			}
			left, err := dockertest.Client(t).NetworkInspect(t.Context(), name, client.NetworkInspectOptions{})
			if err != nil {
				continue
			}
			// Docker 20.10 loses track of an endpoint now and then, and keeps its network until it is restarted.
			_, err = dockertest.Client(t).NetworkRemove(t.Context(), name, client.NetworkRemoveOptions{})
			if len(left.Network.Containers) > 0 || err == nil || !strings.Contains(err.Error(), "has active endpoints") {
				t.Errorf("left behind: network %s", name)
			}
		}
	}
}

// A daemon finds the tasks of its container instance at the port of the agent.
func TestDockerIntrospection(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	address := w.instances(1)[0]
	neighbour := w.runOnInstances(1, types.NetworkModeBridge, 8080, 18080)[0]
	for mode, at := range map[types.NetworkMode]string{types.NetworkModeHost: "localhost", types.NetworkModeBridge: address} {
		_, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("daemon"), NetworkMode: mode,
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: aws.String(dockertest.Image(t)), Memory: aws.Int32(64),
				Command: []string{"check", "http://" + at + ":51678/v1/tasks?taskarn=" + neighbour},
			}},
		})
		w.must(err)
		out, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: aws.String("daemon"), LaunchType: types.LaunchTypeEc2})
		w.must(err)
		id := *out.Tasks[0].TaskArn
		w.eventually("it ends", func() bool { return *w.task(id).LastStatus == "STOPPED" })
		if code := w.task(id).Containers[0].ExitCode; aws.ToInt32(code) != 0 || code == nil {
			t.Errorf("in mode %s it finds no neighbour: %s", mode, aws.ToString(w.task(id).StoppedReason))
		}
	}
}
