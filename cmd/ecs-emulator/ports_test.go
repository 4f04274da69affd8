package main

import (
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// runServer runs a task that serves a port, and waits until it is RUNNING.
func (p *process) runServer(port int) types.Task {
	p.Helper()
	definition, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("app"), Command: []string{"serve", strconv.Itoa(port), "hello"},
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(int32(port))}},
		}},
	})
	p.must(err)
	started, err := p.client.RunTask(p.Context(), &ecs.RunTaskInput{
		TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	p.must(err)
	p.until(*started.Tasks[0].TaskArn, "RUNNING")
	return p.task(*started.Tasks[0].TaskArn)
}

// freePort is a free port that no system gives to programs that ask for any, and that no emulator publishes by itself.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := 16000 + rand.N(14000)
		if l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

func TestServeGivesATaskItsOwnPort(t *testing.T) {
	p := startServe(t, "--engine", "sim")
	port := freePort(t)
	p.runServer(port)
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	answer, err := http.Get("http://" + address)
	p.must(err)
	text, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || string(text) != "hello" {
		t.Errorf("it answers %q, %v", text, err)
	}
	if want := regexp.MustCompile(`task is running.*` + regexp.QuoteMeta(address)); !want.MatchString(p.log()) {
		t.Errorf("the log does not say so:\n%s", p.log())
	}

	// The next task has another one, which is opened by the first request: it is simulated.
	other := p.runServer(port)
	url := endpoint.FindStringSubmatch(p.ready)[1]
	all, err := command("ports", "--endpoint", url).CombinedOutput()
	p.must(err)
	lines := regexp.MustCompile(`(?m)^127\.0\.0\.1:\d+ +` + strconv.Itoa(port) + `/tcp +app +family:web +default/[0-9a-f]{32}$`)
	if got := len(lines.FindAll(all, -1)); got != 2 {
		t.Errorf("%d ports in\n%s", got, all)
	}
	one, err := command("ports", "--endpoint", url, *other.TaskArn).CombinedOutput()
	p.must(err)
	if got := len(lines.FindAll(one, -1)); got != 1 || regexp.MustCompile(regexp.QuoteMeta(address)+" ").Match(one) {
		t.Errorf("of the second task it says\n%s", one)
	}

	p.must(p.cmd.Process.Signal(os.Interrupt))
	p.wait()
	if conn, err := net.Dial("tcp4", address); err == nil {
		conn.Close()
		t.Error("a program listens there after the end")
	}
}

func TestServeWithoutLocalPorts(t *testing.T) {
	p := startServe(t, "--engine", "sim", "--local-ports=false")
	port := freePort(t)
	p.runServer(port)
	if conn, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
		conn.Close()
		t.Error("a program listens at the port")
	}
}
