package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const (
	cluster = "demo"
	service = "web"
	port    = 8080
	copies  = 2
)

// demo is the demonstration: its methods are its steps, in order.
type demo struct {
	*story
	client   *ecs.Client
	emulator *emulator
	docker   *docker // nil: containers are simulated
	watch    *watch
	owner    string // of what the emulator has made on Docker
	subnets  []string
}

func newDemo(s *story, e *emulator, d *docker) *demo {
	client := ecs.NewFromConfig(aws.Config{
		Region: "us-east-1", BaseEndpoint: &e.url,
		Credentials: credentials.NewStaticCredentialsProvider("demo", "demo", ""),
	})
	return &demo{story: s, client: client, emulator: e, docker: d, watch: newWatch(s, client)}
}

// register makes a cluster and two task definitions.
func (d *demo) register(ctx context.Context) error {
	d.heading("A cluster and task definitions")
	var health struct {
		Network struct{ Subnets []struct{ ID string } }
	}
	if err := d.emulator.get(ctx, "/_emulator/health", &health); err != nil {
		return fmt.Errorf("ask for the default network: %w", err)
	}
	for _, subnet := range health.Network.Subnets {
		d.subnets = append(d.subnets, subnet.ID)
	}
	if _, err := d.client.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String(cluster)}); err != nil {
		return fmt.Errorf("create the cluster: %w", err)
	}
	check := []string{"CMD", appPath, "check", fmt.Sprintf("http://127.0.0.1:%d/health", port)}
	for _, container := range []types.ContainerDefinition{
		{
			Name:         aws.String(service),
			Command:      []string{"serve", fmt.Sprint(port), "hello"},
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(port)}},
			HealthCheck:  &types.HealthCheck{Command: check, Interval: aws.Int32(5), Timeout: aws.Int32(20), Retries: aws.Int32(2)},
		},
		{Name: aws.String("job"), Command: []string{"print", "3"}},
	} {
		container.Image, container.EntryPoint = aws.String(image), []string{appPath}
		answer, err := d.client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
			Family: container.Name, NetworkMode: types.NetworkModeAwsvpc,
			RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
			Cpu:                     aws.String("256"), Memory: aws.String("512"),
			ContainerDefinitions: []types.ContainerDefinition{container},
		})
		if err != nil {
			return fmt.Errorf("register task definition %s: %w", *container.Name, err)
		}
		d.say("Registered %s", *answer.TaskDefinition.TaskDefinitionArn)
	}
	return nil
}

func (d *demo) network() *types.NetworkConfiguration {
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: d.subnets}}
}

// deploy creates a service and waits until its deployment is complete.
func (d *demo) deploy(ctx context.Context) error {
	d.heading("A service of %d tasks", copies)
	_, err := d.client.CreateService(ctx, &ecs.CreateServiceInput{
		Cluster: aws.String(cluster), ServiceName: aws.String(service), TaskDefinition: aws.String(service),
		DesiredCount: aws.Int32(copies), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: d.network(),
	})
	if err != nil {
		return fmt.Errorf("create the service: %w", err)
	}
	return d.watch.until(ctx, "the deployment to complete", func(now view) bool {
		return len(now.serving()) == copies && now.rollout == types.DeploymentRolloutStateCompleted
	})
}

// runTask runs a task that ends by itself, and shows how.
func (d *demo) runTask(ctx context.Context) error {
	d.heading("A task that runs once")
	answer, err := d.client.RunTask(ctx, &ecs.RunTaskInput{
		Cluster: aws.String(cluster), TaskDefinition: aws.String("job"),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: d.network(),
	})
	if err != nil {
		return fmt.Errorf("run the task: %w", err)
	}
	if len(answer.Tasks) != 1 {
		return fmt.Errorf("run the task: got %d tasks, failures %v", len(answer.Tasks), answer.Failures)
	}
	id := path.Base(*answer.Tasks[0].TaskArn)
	if err := d.watch.until(ctx, "task "+short(id)+" to stop", func(now view) bool {
		return now.status(id) == "STOPPED"
	}); err != nil {
		return err
	}
	task := d.watch.last.tasks[id]
	code := task.Containers[0].ExitCode
	if code == nil || *code != 0 || task.StopCode != types.TaskStopCodeEssentialContainerExited {
		return fmt.Errorf("task %s has exit code %v and stop code %s (%s), want 0 and EssentialContainerExited",
			short(id), code, task.StopCode, aws.ToString(task.StoppedReason))
	}
	d.say("Exit code %d: %s. Its output, from `ecs-emulator logs %s`:", *code, *task.StoppedReason, short(id)+"…")
	output, err := d.emulator.logs(ctx, id)
	if err != nil {
		return err
	}
	d.quote(output)
	if want := "line 1\nline 2\nline 3\n"; output != want {
		return fmt.Errorf("task %s printed %q, want %q", short(id), output, want)
	}
	return nil
}

// remove deletes all that was made.
func (d *demo) remove(ctx context.Context) error {
	d.heading("Everything is deleted")
	if _, err := d.client.DeleteService(ctx, &ecs.DeleteServiceInput{
		Cluster: aws.String(cluster), Service: aws.String(service), Force: aws.Bool(true),
	}); err != nil {
		return fmt.Errorf("delete the service: %w", err)
	}
	if err := d.watch.until(ctx, "the service to drain", func(now view) bool {
		ended := func(t types.Task) bool { return aws.ToString(t.LastStatus) == "STOPPED" }
		return now.service == "INACTIVE" && !slices.ContainsFunc(now.list(), func(t types.Task) bool { return !ended(t) })
	}); err != nil {
		return err
	}
	for _, family := range []string{service, "job"} {
		if _, err := d.client.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{
			TaskDefinition: aws.String(family + ":1"),
		}); err != nil {
			return fmt.Errorf("deregister task definition %s: %w", family, err)
		}
	}
	_, err := d.client.DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: aws.String(cluster)})
	if err != nil {
		return fmt.Errorf("delete the cluster: %w", err)
	}
	d.say("Service, task definitions and cluster are deleted.")
	return nil
}

// nothingIsLeft looks at the engine once the emulator has gone.
func (d *demo) nothingIsLeft(ctx context.Context) error {
	if d.docker == nil {
		return nil
	}
	if d.owner == "" {
		return errors.New("no container of the emulator was seen")
	}
	left, err := d.docker.of(ctx, d.owner)
	if err != nil {
		return err
	}
	if left != "" {
		return fmt.Errorf("the emulator left containers or networks behind: %s", left)
	}
	d.say("No container and no network of the emulator is left.")
	return nil
}

// short is enough of an id for people.
func short(id string) string { return id[:min(8, len(id))] }
