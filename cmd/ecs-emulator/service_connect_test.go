package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// runConnected runs a service with Service Connect and returns the owner of its containers.
func (p *process) runConnected(image string) (owner string) {
	p.Helper()
	_, err := p.client.CreateCluster(p.Context(), &ecs.CreateClusterInput{
		ClusterName: aws.String("shop"), ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("shop.local")},
	})
	p.must(err)
	app := types.ContainerDefinition{
		Name: aws.String("app"), Image: &image, Command: []string{"serve", "8080"},
		PortMappings: []types.PortMapping{{Name: aws.String("http"), ContainerPort: aws.Int32(8080), AppProtocol: types.ApplicationProtocolHttp}},
	}
	definition, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("api"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{app},
	})
	p.must(err)
	_, err = p.client.CreateService(p.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String("shop"), ServiceName: aws.String("api"), TaskDefinition: definition.TaskDefinition.TaskDefinitionArn,
		DesiredCount: aws.Int32(2), LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		ServiceConnectConfiguration: &types.ServiceConnectConfiguration{Enabled: true, Services: []types.ServiceConnectService{{
			PortName: aws.String("http"), ClientAliases: []types.ServiceConnectClientAlias{{Port: aws.Int32(80)}},
		}}},
	})
	p.must(err)
	p.untilService("2 tasks run", func(s types.Service) bool { return s.RunningCount == 2 })
	listed, err := p.client.ListTasks(p.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop")})
	p.must(err)
	found, err := dockertest.Client(p.T).ContainerList(p.Context(), client.ContainerListOptions{
		Filters: make(client.Filters).Add("label", "com.amazonaws.ecs.task-arn="+listed.TaskArns[0]),
	})
	p.must(err)
	return found.Items[0].Labels["ecs-emulator.owner"]
}

func (p *process) untilService(what string, is func(types.Service) bool) {
	p.Helper()
	p.eventually(what, func() bool {
		out, err := p.client.DescribeServices(p.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{"api"}})
		p.must(err)
		return is(out.Services[0])
	})
}

func (p *process) interrupt() {
	p.Helper()
	p.must(p.cmd.Process.Signal(os.Interrupt))
	p.wait()
}

// has are the kinds of what an owner has on the engine: containers that run, or all of them with networks and volumes.
func has(t *testing.T, owner string, running bool) (kinds []string) {
	t.Helper()
	cli, ctx := dockertest.Client(t), context.WithoutCancel(t.Context())
	which := make(client.Filters).Add("label", "ecs-emulator.owner="+owner)
	containers, err := cli.ContainerList(ctx, client.ContainerListOptions{All: !running, Filters: which})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range containers.Items {
		kinds = append(kinds, c.Labels["ecs-emulator.kind"])
	}
	slices.Sort(kinds)
	if running {
		return kinds
	}
	networks, err := cli.NetworkList(ctx, client.NetworkListOptions{Filters: which})
	if err != nil {
		t.Fatal(err)
	}
	for range networks.Items {
		kinds = append(kinds, "network")
	}
	volumes, err := cli.VolumeList(ctx, client.VolumeListOptions{Filters: which})
	if err != nil {
		t.Fatal(err)
	}
	for range volumes.Items {
		kinds = append(kinds, "volume")
	}
	return kinds
}

// However an emulator ends, nothing is left of the proxies of its tasks and of the resolver of its VPC that the next
// start does not need.
func TestDockerServiceConnectLeavesNothing(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	for name, run := range map[string]func(t *testing.T, image string) (owner string){
		"interrupted": func(t *testing.T, image string) (owner string) {
			p := startServe(t, "--engine", "docker")
			owner = p.runConnected(image)
			p.interrupt()
			return owner
		},
		"killed": func(t *testing.T, image string) (owner string) {
			p := startServe(t, "--engine", "docker")
			owner = p.runConnected(image)
			p.kill()
			other := dockertest.Engine(t)
			p.eventually("another emulator sweeps", func() bool {
				_, err := other.Sweep(t.Context())
				p.must(err)
				return len(has(t, owner, false)) == 0
			})
			return owner
		},
		"pruned": func(t *testing.T, image string) (owner string) {
			p := startServe(t, "--engine", "docker", "--data-dir", filepath.Join(t.TempDir(), "data"))
			owner = p.runConnected(image)
			p.interrupt()
			if got, want := pruned(t, "--owner", owner), "removed what "+owner+" had (kept): 6 containers, 1 network, 0 volumes\n"; got != want {
				t.Errorf("prints %q; want %q", got, want)
			}
			return owner
		},
		"killed, and started again": func(t *testing.T, image string) (owner string) {
			args := []string{"--engine", "docker", "--data-dir", filepath.Join(t.TempDir(), "data")}
			first := startServe(t, args...)
			owner = first.runConnected(image)
			before := has(t, owner, true)
			first.kill()
			p := startServe(t, args...)
			p.eventually("it has what it had, and a relay and a heartbeat again", func() bool { return slices.Equal(has(t, owner, true), before) })
			p.untilService("its tasks go on", func(s types.Service) bool { return s.RunningCount == 2 })
			_, err := p.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Cluster: aws.String("shop"), Service: aws.String("api"), Force: aws.Bool(true)})
			p.must(err)
			p.untilService("the service is gone", func(s types.Service) bool { return *s.Status == "INACTIVE" })
			p.eventually("nothing of a task runs", func() bool {
				return !slices.ContainsFunc(has(t, owner, true), func(kind string) bool { return kind == "container" || kind == "sandbox" })
			})
			p.interrupt()
			return owner
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			owner := run(t, dockertest.Image(t))
			t.Cleanup(func() { command("prune", "--owner", owner, "--force").Run() })
			if left := has(t, owner, false); len(left) > 0 {
				t.Errorf("left on the engine: %s", strings.Join(left, ", "))
			}
		})
	}
}
