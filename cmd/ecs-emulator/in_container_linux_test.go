package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// inContainer is an emulator in a container, on a network with its clients.
type inContainer struct {
	*process // by its published port
	image    string
	network  string
	serve    []string // the command that starts it
	files    []string // of this host, which it has: its program and those that run on engines
	cli      *client.Client
}

// startInContainer runs one until the test ends, of an image that has the application. On the network its name is emulator.
func startInContainer(t *testing.T, image string) *inContainer {
	t.Helper()
	c := &inContainer{process: &process{T: t}, cli: dockertest.Client(t), image: image, files: []string{staticProgram(t) + ":/ecs-emulator:ro"}}
	// The engine publishes ports through the network whose name comes first. An emulator joins the networks of its
	// VPCs, ecs-emulator-…, so another order would have the engine publish the port anew, and end connections.
	c.network = "clients-" + dockertest.Owner()
	c.serve = []string{"serve", "--listen", "0.0.0.0:4577", "--engine", "docker", "--warm-sandboxes", "0"}
	if beside := programs(t); beside != "" {
		c.serve, c.files = append(c.serve, "--programs", "/programs"), append(c.files, beside+":/programs:ro")
	}
	_, err := c.cli.NetworkCreate(t.Context(), c.network, client.NetworkCreateOptions{})
	c.must(err)
	t.Cleanup(func() { _, _ = c.cli.NetworkRemove(context.Background(), c.network, client.NetworkRemoveOptions{}) })

	id, port := c.runEmulator()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(c.describe(id))
		}
	})
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	c.ready = "ready at " + url + ", engine"
	c.client = ecs.New(ecs.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	short := http.Client{Timeout: 10 * time.Second}
	c.eventually("the emulator is ready", func() bool {
		answer, err := short.Get(url + "/_emulator/health")
		if err != nil {
			c.runs(id)
			return false
		}
		defer answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return c
}

// portAttempts is how many ports the engine may refuse because they are taken.
const portAttempts = 10

// portTaken are the engine's words for that.
var portTaken = regexp.MustCompile(`already allocated|already in use`)

// runEmulator publishes the emulator at a port that stays the same, as users do: one that the engine chooses is
// another one whenever the engine publishes it anew.
func (c *inContainer) runEmulator() (id string, port int) {
	c.Helper()
	socket, inside := strings.TrimPrefix(c.cli.DaemonHost(), "unix://"), network.MustParsePort("4577/tcp")
	for range portAttempts {
		port = freePort(c.T)
		id, err := c.start("emulator", &container.Config{
			Entrypoint: []string{"/ecs-emulator"}, Cmd: c.serve, Env: []string{"ECS_EMULATOR_TEST_AS_COMMAND=1"}, ExposedPorts: network.PortSet{inside: {}},
		}, &container.HostConfig{
			Binds:        append(c.files, socket+":/var/run/docker.sock"),
			PortBindings: network.PortMap{inside: {{HostIP: netip.MustParseAddr("127.0.0.1"), HostPort: strconv.Itoa(port)}}},
		})
		if err == nil {
			return id, port
		}
		if !portTaken.MatchString(err.Error()) {
			c.Fatal(err)
		}
	}
	c.Fatalf("each of %d ports is taken", portAttempts)
	return "", 0
}

// runContainer runs a container of the image until the test ends, with a name on the network.
func (c *inContainer) runContainer(name string, config *container.Config, host *container.HostConfig) (id string) {
	c.Helper()
	id, err := c.start(name, config, host)
	c.must(err)
	return id
}

// start does so, or leaves no container.
func (c *inContainer) start(name string, config *container.Config, host *container.HostConfig) (id string, err error) {
	config.Image, host.NetworkMode = c.image, container.NetworkMode(c.network)
	made, err := c.cli.ContainerCreate(c.Context(), client.ContainerCreateOptions{
		Config: config, HostConfig: host,
		NetworkingConfig: &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{c.network: {Aliases: []string{name}}}},
	})
	if err != nil {
		return "", err
	}
	remove := func() error {
		_, err := c.cli.ContainerRemove(context.Background(), made.ID, client.ContainerRemoveOptions{Force: true})
		return err
	}
	if _, err := c.cli.ContainerStart(c.Context(), made.ID, client.ContainerStartOptions{}); err != nil {
		_ = remove()
		return "", err
	}
	c.Cleanup(func() {
		seconds := 60 // in which the emulator removes its tasks
		_, _ = c.cli.ContainerStop(context.Background(), made.ID, client.ContainerStopOptions{Timeout: &seconds})
		if err := remove(); err != nil {
			c.Error(err)
		}
	})
	return made.ID, nil
}

// runs fails the test if a container has ended.
func (c *inContainer) runs(id string) {
	c.Helper()
	found, err := c.cli.ContainerInspect(c.Context(), id, client.ContainerInspectOptions{})
	c.must(err)
	if !found.Container.State.Running {
		c.Fatalf("the emulator has ended with %d", found.Container.State.ExitCode)
	}
}

// describe is what the engine says of a container: its state, its ports and its output.
func (c *inContainer) describe(id string) string {
	ctx := context.Background()
	found, err := c.cli.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return err.Error()
	}
	var text bytes.Buffer
	is := found.Container
	fmt.Fprintf(&text, "the emulator's container is %s (exit code %d), its ports %v, its networks", is.State.Status, is.State.ExitCode, is.NetworkSettings.Ports)
	for name, endpoint := range is.NetworkSettings.Networks {
		fmt.Fprintf(&text, " %s %v", name, endpoint.IPAddress)
	}
	text.WriteString("; it said:\n")
	said, err := c.cli.ContainerLogs(ctx, id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Timestamps: true})
	if err == nil {
		defer said.Close()
		_, err = stdcopy.StdCopy(&text, &text, said)
	}
	if err != nil {
		fmt.Fprintln(&text, err)
	}
	return text.String()
}
