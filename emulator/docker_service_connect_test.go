package emulator_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// connected is a world with three services of Service Connect, each with a task: api, to which calls of its container
// port are redirected, plain, whose proxy listens at another port, and a client of both, which runs when they do.
type connected struct {
	*world
	web, friends       string // security groups: of api and plain, and of the client
	api, plain, client string // tasks
}

func startConnected(t *testing.T) *connected {
	t.Helper()
	w := start(t, emulator.Options{Engine: "docker"})
	c := &connected{world: w, web: w.group("web"), friends: w.group("friends")}
	c.allow(c.web, c.friends, 8080, true)
	c.allow(c.web, c.friends, 9000, true)
	w.privateNamespace("shop.local")
	for _, name := range []string{"api", "plain"} {
		c.definition(name, types.ContainerDefinition{Command: []string{"serve", "8080", "served"}, StopTimeout: aws.Int32(2)})
	}
	c.definition("client",
		types.ContainerDefinition{Command: []string{"linger", "1s"}},
		types.ContainerDefinition{Name: aws.String("first"), Essential: aws.Bool(false), Command: []string{"check", "http://api/"}})
	c.definition("stranger", types.ContainerDefinition{Command: []string{"sleep", "1h"}, StopTimeout: aws.Int32(2)})
	c.api = c.serviceOf("api", types.LaunchTypeFargate, c.web, connect("shop.local", "api", "api"))
	override := connect("shop.local", "plain", "")
	s := &override.Services[0]
	s.IngressPortOverride, s.ClientAliases[0] = aws.Int32(9000), types.ServiceConnectClientAlias{Port: aws.Int32(8080)}
	c.plain = c.serviceOf("plain", types.LaunchTypeFargate, c.web, override)
	w.untilRunning(c.api)
	w.untilRunning(c.plain)
	c.client = c.serviceOf("client", types.LaunchTypeFargate, c.friends, &types.ServiceConnectConfiguration{Enabled: true, Namespace: aws.String("shop.local")})
	w.untilRunning(c.client)
	return c
}

// definition registers one of containers, the first of which is app and has the port http.
func (c *connected) definition(family string, containers ...types.ContainerDefinition) {
	c.Helper()
	for i := range containers {
		containers[i].Image = aws.String(dockertest.Image(c.T))
	}
	containers[0].Name = aws.String("app")
	containers[0].PortMappings = []types.PortMapping{{Name: aws.String("http"), ContainerPort: aws.Int32(8080), AppProtocol: types.ApplicationProtocolHttp}}
	_, err := c.world.client.RegisterTaskDefinition(c.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"), ContainerDefinitions: containers,
	})
	c.must(err)
}

// serviceOf makes a service with the definition of its name, in a group, and returns its task.
func (c *connected) serviceOf(name string, on types.LaunchType, group string, configuration *types.ServiceConnectConfiguration) (task string) {
	c.Helper()
	_, err := c.world.client.CreateService(c.Context(), &ecs.CreateServiceInput{
		ServiceName: &name, TaskDefinition: &name, DesiredCount: aws.Int32(1), LaunchType: on, ServiceConnectConfiguration: configuration,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{firstSubnet}, SecurityGroups: []string{group}}},
	})
	c.must(err)
	return c.onlyTask(name)
}

// proxy is the proxy of a task, as DescribeTasks shows it.
func (c *connected) proxy(task string) types.Container {
	c.Helper()
	described := c.task(task)
	i := slices.IndexFunc(described.Containers, func(of types.Container) bool { return strings.HasPrefix(*of.Name, "ecs-service-connect-") })
	if i < 0 {
		c.Fatalf("the task has no proxy: %+v", described.Containers)
	}
	return described.Containers[i]
}

// in runs the application in the container app of a task, and returns what it says.
func (c *connected) in(task string, command ...string) string {
	c.Helper()
	return executes(c.T, c.container(task, "app"), append([]string{dockertest.AppPath}, command...)...)
}

// inspect is a container of a task as the engine has it.
func (c *connected) inspect(task, name string) container.InspectResponse {
	c.Helper()
	seen, err := dockertest.Client(c.T).ContainerInspect(c.Context(), c.container(task, name), client.ContainerInspectOptions{})
	c.must(err)
	return seen.Container
}

func TestDockerServiceConnectInsideATask(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	c := startConnected(t)
	c.containersKnowTheEndpoints()
	c.describesTheProxy()
	c.callsPassTheProxy()
	c.anotherSandboxKnowsTheEndpoints()
	c.groupsFilterCallers()
	c.proxyStartsFirstAndStopsLast()
	c.proxyIsEssential()
}

// containersKnowTheEndpoints: names in the hosts file of the client's containers lead to both services.
func (c *connected) containersKnowTheEndpoints() {
	c.Helper()
	var names [][]string
	for line := range strings.Lines(c.in(c.client, "read", "/etc/hosts")) {
		if words := strings.Fields(line); len(words) > 1 && strings.HasPrefix(words[0], "127.255.") {
			names = append(names, words[:2])
		}
	}
	if want := [][]string{{"127.255.0.1", "api"}, {"127.255.0.2", "plain.shop.local"}}; !slices.EqualFunc(names, want, slices.Equal) {
		c.Errorf("the hosts file has %q, want %q", names, want)
	}
	for _, url := range []string{"http://api/", "http://plain.shop.local:8080/"} { // alias, and discovery name and namespace
		if said := c.in(c.client, "get", url); said != "200 served\n" {
			c.Errorf("%s says %q", url, said)
		}
	}
}

// describesTheProxy: DescribeTasks and the task's metadata list the proxy beside the containers of the definition, which
// have no variable of it.
func (c *connected) describesTheProxy() {
	c.Helper()
	task, proxy := c.task(c.client), c.proxy(c.client)
	id := c.client[strings.LastIndexByte(c.client, '/')+1:]
	if len(task.Containers) != 3 || *proxy.LastStatus != "RUNNING" || proxy.HealthStatus != types.HealthStatusHealthy || proxy.Image != nil ||
		!strings.HasPrefix(aws.ToString(proxy.RuntimeId), id) || aws.ToString(proxy.NetworkInterfaces[0].PrivateIpv4Address) != addressOf(task) {
		c.Errorf("the proxy is %+v", proxy)
	}
	i := slices.IndexFunc(task.Attachments, func(a types.Attachment) bool { return *a.Type == "ServiceConnect" })
	if i < 0 || *task.Attachments[i].Status != "ATTACHED" || *task.Attachments[i].Details[0].Value != *proxy.Name {
		c.Errorf("the attachments are %+v", task.Attachments)
	}
	metadata := ""
	for line := range strings.Lines(c.in(c.client, "env")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if name == "ECS_CONTAINER_METADATA_URI_V4" {
			metadata = value
		}
		if strings.HasPrefix(name, "APPNET_") || strings.HasPrefix(name, "APPMESH_") || strings.HasPrefix(name, "ENVOY_") {
			c.Errorf("the application has the proxy's variable %s", name)
		}
	}
	type seen struct {
		Name, KnownStatus string
		Health            struct{ Status string }
		Networks          []struct{ IPv4Addresses []string }
	}
	var said struct{ Containers []seen }
	text, found := strings.CutPrefix(c.in(c.client, "get", metadata+"/task"), "200 ")
	if !found || json.Unmarshal([]byte(text), &said) != nil {
		c.Fatalf("the metadata of the task are %s", text)
	}
	i = slices.IndexFunc(said.Containers, func(of seen) bool { return of.Name == *proxy.Name })
	if i < 0 || len(said.Containers) != 3 || said.Containers[i].KnownStatus != "RUNNING" || said.Containers[i].Health.Status != "HEALTHY" ||
		said.Containers[i].Networks[0].IPv4Addresses[0] != addressOf(task) {
		c.Errorf("the metadata have %+v", said.Containers)
	}
	stats := map[string]any{}
	if text, found = strings.CutPrefix(c.in(c.client, "get", metadata+"/task/stats"), "200 "); !found || json.Unmarshal([]byte(text), &stats) != nil || stats[*proxy.RuntimeId] == nil {
		c.Errorf("the metadata have no figures of the proxy: %s", text)
	}
	if own, app := c.inspect(c.client, *proxy.Name), c.inspect(c.client, "app"); own.HostConfig.CgroupParent == "" || own.HostConfig.CgroupParent != app.HostConfig.CgroupParent {
		c.Errorf("the proxy is in the group %q, for which the task's limits hold, and its application in %q", own.HostConfig.CgroupParent, app.HostConfig.CgroupParent)
	}
}

// callsPassTheProxy: calls of the task's own address pass the proxy at the container port, or at the port that overrides
// it, and say so as on AWS (recorded-companions 14.21).
func (c *connected) callsPassTheProxy() {
	c.Helper()
	for _, at := range []struct {
		task, port string
		proxied    bool
	}{{c.api, "8080", true}, {c.plain, "9000", true}, {c.plain, "8080", false}} {
		answer, err := http.Get("http://" + addressOf(c.task(at.task)) + ":" + at.port + "/")
		c.must(err)
		answer.Body.Close()
		server, took := answer.Header.Get("Server"), answer.Header.Get("X-Envoy-Upstream-Service-Time")
		if proxied := server == "envoy" && took != ""; proxied != at.proxied || answer.StatusCode != http.StatusOK {
			c.Errorf("port %s answers %s, server %q, time %q; want the proxy: %v", at.port, answer.Status, server, took, at.proxied)
		}
	}
	if said := c.in(c.api, "get", "http://127.0.0.1:8080/"); said != "200 served\n" {
		c.Errorf("within its task the server says %q", said)
	}
}

// groupsFilterCallers: a group lets callers in at a port as if there were no proxy, whether they call by an alias or by
// address. One of them is on a container instance.
func (c *connected) groupsFilterCallers() {
	c.Helper()
	strangers := c.group("strangers")
	c.instances(1)
	stranger := c.serviceOf("stranger", types.LaunchTypeEc2, strangers, &types.ServiceConnectConfiguration{Enabled: true, Namespace: aws.String("shop.local")})
	friend, other := c.asker(c.friends, "sleep", "1h"), c.asker(strangers, "sleep", "1h")
	c.untilRunning(stranger)
	api, plain := "http://"+addressOf(c.task(c.api)), "http://"+addressOf(c.task(c.plain))
	callers := map[string]string{
		"a task": c.engineID(friend.arn), "a stranger": c.engineID(other.arn),
		"the client": c.container(c.client, "app"), "a client that is a stranger": c.container(stranger, "app"),
	}
	expect := func(want bool, asked ...[2]string) {
		c.Helper()
		var asking sync.WaitGroup
		for _, each := range asked {
			asking.Go(func() {
				if got, err := execCheck(c.Context(), dockertest.Client(c.T), callers[each[0]], each[1], within(want)); err != nil || got != want {
					c.Errorf("%s is answered by %s: %v, %v", each[0], each[1], got, err)
				}
			})
		}
		asking.Wait()
	}
	byAlias, byName := "http://api/", "http://plain.shop.local:8080/"
	expect(true, [2]string{"a task", api + ":8080/"}, [2]string{"a task", plain + ":9000/"}, [2]string{"the client", byAlias}, [2]string{"the client", byName})
	expect(false, [2]string{"a stranger", api + ":8080/"}, [2]string{"a stranger", plain + ":9000/"},
		[2]string{"a client that is a stranger", byAlias}, [2]string{"a client that is a stranger", byName},
		[2]string{"a task", api + ":15000/"}) // where calls are redirected to: no group lets that in
	c.allow(c.web, c.friends, 9000, false)
	c.allow(c.web, strangers, 8080, true)
	expect(false, [2]string{"a task", plain + ":9000/"}, [2]string{"a client that is a stranger", byName}) // the client's proxy has an open connection
	expect(true, [2]string{"a task", plain + ":8080/"}, [2]string{"a client that is a stranger", byAlias})
}

// allow lets a group in at a port of another one, or no longer.
func (c *connected) allow(group, peer string, port int32, allow bool) {
	c.Helper()
	permissions := []ec2types.IpPermission{{
		IpProtocol: aws.String("tcp"), FromPort: &port, ToPort: &port, UserIdGroupPairs: []ec2types.UserIdGroupPair{{GroupId: &peer}},
	}}
	api := ec2.NewFromConfig(c.srv.Config())
	var err error
	if allow {
		_, err = api.AuthorizeSecurityGroupIngress(c.Context(), &ec2.AuthorizeSecurityGroupIngressInput{GroupId: &group, IpPermissions: permissions})
	} else {
		_, err = api.RevokeSecurityGroupIngress(c.Context(), &ec2.RevokeSecurityGroupIngressInput{GroupId: &group, IpPermissions: permissions})
	}
	c.must(err)
	c.must(c.srv.Told(c.Context(), time.Minute))
}

// anotherSandboxKnowsTheEndpoints: when a sandbox is started again, which loses its hosts file, its task ends as on AWS
// without its network, and the next one has the names.
func (c *connected) anotherSandboxKnowsTheEndpoints() {
	c.Helper()
	_, err := dockertest.Client(c.T).ContainerRestart(c.Context(), c.sandboxOfApp(c.client), client.ContainerRestartOptions{})
	c.must(err)
	ended := c.client
	c.eventually("the task stops", func() bool { return *c.task(ended).LastStatus == "STOPPED" })
	c.eventually("there is another one", func() bool { c.client = c.onlyTask("client"); return c.client != ended })
	c.untilRunning(c.client)
	c.containersKnowTheEndpoints()
}

// sandboxOfApp is the engine's id of the network namespace of a task.
func (c *connected) sandboxOfApp(task string) string {
	return c.inspect(task, "app").HostConfig.NetworkMode.ConnectedContainer()
}

// proxyStartsFirstAndStopsLast: the container first called a service as soon as it ran, and the application lingers.
func (c *connected) proxyStartsFirstAndStopsLast() {
	c.Helper()
	name, cli := *c.proxy(c.client).Name, dockertest.Client(c.T)
	c.eventually("the container first ends", func() bool { return *c.task(c.client).Containers[1].LastStatus == "STOPPED" })
	if first := c.task(c.client).Containers[1]; *first.Name != "first" || aws.ToInt32(first.ExitCode) != 0 {
		c.Errorf("what calls as soon as it runs ends with %+v", first)
	}
	proxy, app := c.container(c.client, name), c.container(c.client, "app")
	_, err := c.world.client.UpdateService(c.Context(), &ecs.UpdateServiceInput{Service: aws.String("client"), DesiredCount: aws.Int32(0)})
	c.must(err)
	c.eventually("the client stops", func() bool { return *c.task(c.client).LastStatus == "STOPPED" })
	times := func(id string) (started, finished time.Time) {
		c.Helper()
		seen, err := cli.ContainerInspect(c.Context(), id, client.ContainerInspectOptions{})
		c.must(err)
		started, err = time.Parse(time.RFC3339Nano, seen.Container.State.StartedAt)
		c.must(err)
		finished, err = time.Parse(time.RFC3339Nano, seen.Container.State.FinishedAt)
		c.must(err)
		return started, finished
	}
	started, finished := times(proxy)
	if begins, ends := times(app); !started.Before(begins) || !finished.After(ends) {
		c.Errorf("the proxy runs from %v to %v, its application from %v to %v", started, finished, begins, ends)
	}
}

// proxyIsEssential: when it ends, its task ends.
func (c *connected) proxyIsEssential() {
	c.Helper()
	dockertest.Kill(c.T, c.container(c.plain, *c.proxy(c.plain).Name))
	c.eventually("the task stops", func() bool { return *c.task(c.plain).LastStatus == "STOPPED" })
	if task, proxy := c.task(c.plain), c.proxy(c.plain); task.StopCode != types.TaskStopCodeEssentialContainerExited ||
		*task.StoppedReason != "Essential container in task exited" || aws.ToInt32(proxy.ExitCode) != 137 {
		c.Errorf("it stops with %s, %s, and its proxy with %v", task.StopCode, *task.StoppedReason, proxy.ExitCode)
	}
}
