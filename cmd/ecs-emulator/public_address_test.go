package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/testall"
)

// runPublic runs a web server with a public address.
func (p *process) runPublic() (task types.Task, address string) {
	p.Helper()
	_, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("public"), RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String(dockertest.Image(p.T)), Command: []string{"serve", "80", "hello"},
		}},
	})
	p.must(err)
	out, err := p.client.RunTask(p.Context(), &ecs.RunTaskInput{
		TaskDefinition: aws.String("public"), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: []string{"subnet-0ec5e3a1a70000001"}, AssignPublicIp: types.AssignPublicIpEnabled,
		}},
	})
	p.must(err)
	p.until(*out.Tasks[0].TaskArn, "RUNNING")
	return out.Tasks[0], p.publicAddress()
}

// publicAddress is that of the only network interface with one.
func (p *process) publicAddress() string {
	p.Helper()
	o := p.client.Options()
	found, err := ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials}).
		DescribeNetworkInterfaces(p.Context(), &ec2.DescribeNetworkInterfacesInput{})
	p.must(err)
	for _, n := range found.NetworkInterfaces {
		if n.Association != nil {
			return *n.Association.PublicIp
		}
	}
	p.Fatal("no interface has a public address")
	return ""
}

// hello reports whether a web server of runPublic answers there.
func hello(address string) bool {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + address + "/")
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return err == nil && string(body) == "hello"
}

// hasRoute reports whether this host has one of an emulator to an address.
func hasRoute(t *testing.T, address string) bool {
	t.Helper()
	out, err := exec.Command("ip", "route", "show", "proto", "236").Output()
	if err != nil {
		dockertest.Lack(t, "no ip: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, address+" ") {
			return true
		}
	}
	return false
}

// A task keeps its public address over kill -9, and an emulator that ends takes the route
// along, or else the next one does.
func TestDockerPublicAddressAfterAKill(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.PublicAddresses(t)
	dir := t.TempDir()
	first := startServe(t, "--engine", "docker", "--data-dir", dir, "--public-addresses")
	task, address := first.runPublic()
	first.eventually("the task answers at its public address", func() bool { return hello(address) })
	first.kill()

	second := startServe(t, "--engine", "docker", "--data-dir", dir, "--public-addresses")
	second.until(*task.TaskArn, "RUNNING")
	if again := second.publicAddress(); again != address {
		t.Errorf("after a kill it is %s, not %s", again, address)
	}
	second.eventually("the task answers again", func() bool { return hasRoute(t, address) && hello(address) })
	second.kill()

	third := startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove")
	third.eventually("without the option the route goes", func() bool { return !hasRoute(t, address) })
	third.until(*task.TaskArn, "RUNNING")
	third.must(third.cmd.Process.Signal(os.Interrupt))
	third.wait()
}

func TestDockerPublicAddressGoesWithTheEmulator(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.PublicAddresses(t)
	p := startServe(t, "--engine", "docker", "--data-dir", t.TempDir(), "--public-addresses", "--on-exit", "remove")
	task, address := p.runPublic()
	p.eventually("the task answers at its public address", func() bool { return hello(address) })
	_, err := p.client.StopTask(p.Context(), &ecs.StopTaskInput{Task: task.TaskArn})
	p.must(err)
	p.until(*task.TaskArn, "STOPPED")
	if hasRoute(t, address) {
		t.Error("the route outlives the task")
	}
	_, address = p.runPublic()
	p.must(p.cmd.Process.Signal(os.Interrupt))
	p.wait()
	if hasRoute(t, address) {
		t.Error("the route outlives the emulator")
	}
}

func TestPublicAddressesNeedARealEngine(t *testing.T) {
	out, err := command("serve", "--engine", "sim", "--listen", "127.0.0.1:0", "--public-addresses").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "public addresses cannot lead to tasks: containers are simulated") {
		t.Errorf("got %q (%v)", out, err)
	}
}
