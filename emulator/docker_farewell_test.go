package emulator_test

import (
	"bytes"
	"context"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	discovery "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// output is what the container app of a task has printed, which may have stopped.
func (w *world) output(id string) string {
	w.Helper()
	stream, err := dockertest.Client(w.T).ContainerLogs(w.Context(), id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true})
	w.must(err)
	defer stream.Close()
	var said bytes.Buffer
	_, err = stdcopy.StdCopy(&said, &said, stream)
	w.must(err)
	return said.String()
}

// resolver asks the DNS server of the default VPC from this host.
func (w *world) resolver() *net.Resolver {
	w.Helper()
	vpcs, err := ec2.NewFromConfig(w.srv.Config()).DescribeVpcs(w.Context(), &ec2.DescribeVpcsInput{})
	w.must(err)
	third := netip.MustParsePrefix(*vpcs.Vpcs[0].CidrBlock).Masked().Addr().Next().Next()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, netip.AddrPortFrom(third, 53).String())
	}}
}

// A name no longer leads to a task when that gets SIGTERM.
func TestDockerNamesLeaveTasksBeforeTheyEnd(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	shop := w.privateNamespace("shop.test")
	registry := shop.service("api", discovery.RecordTypeA, nil)
	const count = 3
	_, err := w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("api"), TaskDefinition: aws.String(w.registerStopping("api", dockertest.Image(t), 30, "farewell", "api.shop.test")),
		DesiredCount: aws.Int32(count), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		ServiceRegistries: []types.ServiceRegistry{{RegistryArn: registry.Arn}},
	})
	w.must(err)
	w.eventually("the tasks run", func() bool { return w.service("api").RunningCount == count })
	found, apps := w.resolver(), map[string]string{}
	var addresses []string
	w.eventually("the name leads to the tasks", func() bool {
		addresses, _ = found.LookupHost(t.Context(), "api.shop.test.")
		return len(addresses) == count
	})
	tasks := w.listTasks()
	for _, task := range tasks {
		address := addressOf(w.task(task))
		apps[address] = w.engineID(task)
		if !slices.Contains(addresses, address) {
			t.Errorf("the name leads to %q, and not to the task at %s", addresses, address)
		}
	}
	for _, app := range apps {
		w.eventually("the tasks wait for SIGTERM", func() bool { return strings.Contains(w.output(app), "waiting for SIGTERM") })
	}
	shop.waitsForTheResolver(*registry.Id, apps)
	for left := count - 2; left >= 0; left-- { // one after the other, so that the name leads to the others
		_, err = w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("api"), DesiredCount: aws.Int32(int32(left))})
		w.must(err)
		w.eventually("a task stops", func() bool { return len(w.listTasks()) == left })
	}
	for _, task := range tasks {
		w.eventually("the tasks stop", func() bool { return *w.task(task).LastStatus == "STOPPED" })
	}
	for address, app := range apps {
		said := w.output(app)
		if !strings.Contains(said, "at the end api.shop.test leads to [") || strings.Contains(said, address) {
			t.Errorf("the task at %s says %q", address, said)
		}
	}
}

// waitsForTheResolver: a task that stops gets SIGTERM when the resolver, which is paused, has heard of it.
func (n privateNamespace) waitsForTheResolver(registry string, apps map[string]string) {
	n.Helper()
	cli := dockertest.Client(n.T)
	list, err := cli.ContainerList(n.Context(), client.ContainerListOptions{Filters: make(client.Filters).Add("label", "ecs-emulator.kind=resolver").
		Add("label", "ecs-emulator.owner="+containers(n.T, n.listTasks()[0])[0].Labels["ecs-emulator.owner"])})
	if n.must(err); len(list.Items) != 1 {
		n.Fatalf("%d resolvers", len(list.Items))
	}
	_, err = cli.ContainerPause(n.Context(), list.Items[0].ID, client.ContainerPauseOptions{})
	n.must(err)
	began := time.Now()
	_, err = n.client.UpdateService(n.Context(), &ecs.UpdateServiceInput{Service: aws.String("api"), DesiredCount: aws.Int32(int32(len(apps) - 1))})
	n.must(err)
	n.eventually("a task is deregistered", func() bool {
		out, err := n.api.ListInstances(n.Context(), &servicediscovery.ListInstancesInput{ServiceId: &registry})
		n.must(err)
		return len(out.Instances) == len(apps)-1
	})
	n.must(n.srv.Told(n.Context(), time.Second)) // the agent has done what there is to do
	var ended []string
	for address, app := range apps {
		if strings.Contains(n.output(app), "terminated") {
			ended = append(ended, address)
		}
	}
	took, left := time.Since(began), len(apps)-1
	_, err = cli.ContainerUnpause(n.Context(), list.Items[0].ID, client.ContainerUnpauseOptions{})
	n.must(err)
	n.eventually("a task stops", func() bool { return len(n.listTasks()) == left })
	if took < 4*time.Second && len(ended) > 0 {
		n.Errorf("%v after it was to stop the task at %q has got SIGTERM, while the resolver does not answer", took, ended)
	}
	if took >= 4*time.Second { // it may not have been waited for, so what the task is told last may be old
		maps.DeleteFunc(apps, func(_, app string) bool { return strings.Contains(n.output(app), "terminated") })
	}
}

// What is deregistered is gone from answers within a tenth of a second, while no other tests run.
func TestDockerDeregisteredNamesGoInTime(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker"})
	shop := w.privateNamespace("shop.test")
	registry := shop.service("api", discovery.RecordTypeA, nil)
	w.untilRunning(w.runTask(w.register("app", dockertest.Image(t), "wait")))
	found := w.resolver()
	var took []time.Duration
	for range 9 {
		_, err := shop.api.RegisterInstance(t.Context(), &servicediscovery.RegisterInstanceInput{
			ServiceId: registry.Id, InstanceId: aws.String("one"), Attributes: map[string]string{"AWS_INSTANCE_IPV4": "192.0.2.1"},
		})
		w.must(err)
		w.eventually("the name leads there", func() bool { _, err := found.LookupHost(t.Context(), "api.shop.test."); return err == nil })
		_, err = shop.api.DeregisterInstance(t.Context(), &servicediscovery.DeregisterInstanceInput{ServiceId: registry.Id, InstanceId: aws.String("one")})
		w.must(err)
		gone := time.Now()
		w.eventually("it does no longer", func() bool { _, err := found.LookupHost(t.Context(), "api.shop.test."); return err != nil })
		took = append(took, time.Since(gone))
	}
	slices.Sort(took)
	t.Log("after a deregistration a name leads there for", took)
	if took[len(took)/2] > 100*time.Millisecond { // some of them may have had to wait for the machine
		t.Errorf("after a deregistration a name leads there for %v", took)
	}
}
