package emulator_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// neighbor is an emulator on Docker, beside another one, with a gateway, and with managed instances that have a daemon.
type neighbor struct {
	gated
	fleet *fleet
	text  string // that its service answers
	owner string // how the engine names it
}

func newNeighbor(t *testing.T, text string) *neighbor {
	t.Helper()
	w := start(t, emulator.Options{Engine: "docker"})
	n := &neighbor{gated: gated{world: w}, fleet: &fleet{world: w, image: dockertest.Image(t)}, text: text}
	n.fleet.observe()
	return n
}

// connects begins a service of its gateway, and one on managed instances with a daemon.
func (n *neighbor) connects() {
	n.Helper()
	n.openGateway()
	n.connect("web", n.define("web", dockertest.Image(n.T), "serve", "8080", n.text))
	n.fleet.fill()
	n.fleet.deploy("logs", "daemon", true)
	n.fleet.serve("web", 1)
	n.eventually("its task has a container", func() bool {
		tasks, err := n.client.ListTasks(n.Context(), &ecs.ListTasksInput{})
		n.must(err)
		found := containers(n.T, tasks.TaskArns...)
		if len(found) == 0 {
			return false
		}
		n.owner = found[0].Labels["ecs-emulator.owner"]
		return true
	})
}

// untilServed waits until both services are steady.
func (n *neighbor) untilServed() {
	n.Helper()
	n.untilSteady("web")
	n.eventually("tasks run on managed instances, beside the daemon", func() bool {
		out, err := n.client.DescribeServices(n.Context(), &ecs.DescribeServicesInput{Cluster: aws.String(fleetCluster), Services: []string{"web"}})
		n.must(err)
		return out.Services[0].RunningCount == 1 && len(n.fleet.daemonTasks()) == 1
	})
	if by := n.answers("web", 5); by["200 "+n.text] != 5 {
		n.Errorf("the answers of %s are %v", n.text, by)
	}
}

// listeners are the addresses of this host at which its load balancers listen.
func (n *neighbor) listeners() (addresses []string) {
	n.Helper()
	answer, err := http.Get(n.srv.URL() + "/_emulator/loadbalancers")
	n.must(err)
	defer answer.Body.Close()
	var body control.LoadBalancers
	n.must(json.NewDecoder(answer.Body).Decode(&body))
	for _, b := range body.LoadBalancers {
		for _, l := range b.Listeners {
			addresses = append(addresses, l.LocalAddresses...)
		}
	}
	return addresses
}

// onEngine is what the engine has of it.
func (n *neighbor) onEngine() (names []string) {
	n.Helper()
	cli, ctx, of := dockertest.Client(n.T), context.WithoutCancel(n.Context()), make(client.Filters).Add("label", "ecs-emulator.owner="+n.owner)
	list, err := cli.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: of})
	n.must(err)
	for _, c := range list.Items {
		names = append(names, c.Labels["ecs-emulator.kind"]+" "+c.Names[0])
	}
	networks, err := cli.NetworkList(ctx, client.NetworkListOptions{Filters: of})
	n.must(err)
	for _, each := range networks.Items {
		names = append(names, "network "+each.Name)
	}
	volumes, err := cli.VolumeList(ctx, client.VolumeListOptions{Filters: of})
	n.must(err)
	for _, each := range volumes.Items {
		names = append(names, "volume "+each.Name)
	}
	return names
}

// resets has it forget all, of which the engine keeps nothing but what is the emulator's own, and no port is open any more.
func (n *neighbor) resets(when string) {
	n.Helper()
	open := n.listeners()
	if len(open) == 0 {
		n.Errorf("reset %s: its load balancer does not listen", when)
	}
	n.must(n.srv.Reset())
	for _, name := range n.onEngine() {
		kind, _, _ := strings.Cut(name, " ")
		if slices.Contains([]string{"container", "sandbox", "volume"}, kind) || kind == "network" && !strings.Contains(name, "-vpc-0ec5e3a1a70000001") {
			n.Errorf("reset %s: the engine has %s", when, name)
		}
	}
	for _, address := range open {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			n.Errorf("reset %s: %s is open", when, address)
		}
	}
	if got := n.left(); got != nothing {
		n.Errorf("reset %s: %s are left", when, got)
	}
}

// ends closes the emulator, of which the engine keeps nothing.
func (n *neighbor) ends() {
	n.Helper()
	n.must(n.srv.Close())
	if left := n.onEngine(); len(left) > 0 {
		n.Errorf("the engine still has %q of %s", left, n.text)
	}
}

// asks asks its gateway again and again until ctx ends, and counts the answers that are its service's, and others.
func (n *neighbor) asks(ctx context.Context, answered, other *atomic.Int64) {
	proxy, _ := url.Parse(n.srv.URL())
	c := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: n.authorities()}}}
	defer c.CloseIdleConnections()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for address := *n.routeOf("web").ServiceUrl + "/"; ; {
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		answer, err := c.Do(request)
		var body []byte
		if err == nil {
			body, err = io.ReadAll(answer.Body)
			answer.Body.Close()
		}
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && string(body) == n.text:
			answered.Add(1)
		default:
			other.Add(1)
		}
		<-tick.C
	}
}

// Two emulators on one engine have gateways, and daemons on managed instances. One is reset while its services connect, and while their
// traffic and its daemon are on the way to new revisions; works at once after that; and ends. Nothing is left of it, and the other one
// has lost no request and no task.
func TestDockerResetOfGatewaysBesideAnotherEmulator(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	a, b := newNeighbor(t, "a"), newNeighbor(t, "b")
	b.connects()
	a.connects()
	a.eventually("its load balancer listens", func() bool { return len(a.listeners()) > 0 })
	a.resets("while it connects")
	a.connects()

	b.untilServed()
	daemons := b.fleet.daemonTasks()
	var answered, other atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.asks(ctx, &answered, &other) }()

	a.untilServed()
	_, err := a.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Service: aws.String("web"), TaskDefinition: a.define("web", dockertest.Image(t), "serve", "8080", "new"),
		DeploymentConfiguration: &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(60)},
	})
	a.must(err)
	a.fleet.deploy("logs", "daemon", true)
	a.eventually("its traffic is on the new revision", func() bool {
		a.must(a.srv.Clock().Advance(5 * time.Second))
		return a.answers("web", 1)["200 new"] == 1
	})
	a.resets("while it shifts")
	a.connects()
	a.untilServed()
	a.ends()

	before := answered.Load()
	b.eventually("requests go on", func() bool { return answered.Load() > before+20 })
	stop()
	<-done
	if other.Load() > 0 {
		t.Errorf("%d of %d requests had no answer of b", other.Load(), other.Load()+answered.Load())
	}
	if now := b.fleet.daemonTasks(); !slices.Equal(now, daemons) {
		t.Errorf("the daemon's tasks were %q and are %q", daemons, now)
	}
	b.untilServed()
	b.ends()
}
