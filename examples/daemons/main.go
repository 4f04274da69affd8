// Command daemons has Amazon ECS manage instances: it makes a cluster, a capacity provider of managed instances, a daemon that runs on
// each instance before all else, and a service. It needs no more than what the AWS SDK finds in the environment:
//
//	AWS_ENDPOINT_URL=http://localhost:8080 AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \
//		go run ./examples/daemons subnet-0ec5e3a1a70000001
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const cluster, provider = "shop", "managed"

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err == nil {
		err = run(ctx, ecs.NewFromConfig(cfg), os.Args[1:], os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run makes all of it in some subnets, waits until the service is stable, and prints what runs on each instance.
func run(ctx context.Context, client *ecs.Client, subnets []string, out io.Writer) error {
	arn, err := makeProvider(ctx, client, subnets)
	if err != nil {
		return fmt.Errorf("make the capacity provider: %w", err)
	}
	if err := makeDaemon(ctx, client, arn); err != nil {
		return fmt.Errorf("make the daemon: %w", err)
	}
	if err := makeService(ctx, client); err != nil {
		return fmt.Errorf("make the service: %w", err)
	}
	stable := ecs.NewServicesStableWaiter(client, func(o *ecs.ServicesStableWaiterOptions) { o.MinDelay, o.MaxDelay = time.Second, 15*time.Second })
	if err := stable.Wait(ctx, &ecs.DescribeServicesInput{Cluster: aws.String(cluster), Services: []string{"web"}}, 10*time.Minute); err != nil {
		return fmt.Errorf("wait for the service: %w", err)
	}
	return report(ctx, client, out)
}

// makeProvider makes a capacity provider of managed instances. Its cluster has it at once.
func makeProvider(ctx context.Context, client *ecs.Client, subnets []string) (arn string, err error) {
	if _, err := client.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String(cluster)}); err != nil {
		return "", err
	}
	made, err := client.CreateCapacityProvider(ctx, &ecs.CreateCapacityProviderInput{
		Name: aws.String(provider), Cluster: aws.String(cluster),
		ManagedInstancesProvider: &types.CreateManagedInstancesProviderConfiguration{
			InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/ecsInfrastructure"),
			InstanceLaunchTemplate: &types.InstanceLaunchTemplate{
				Ec2InstanceProfileArn: aws.String("arn:aws:iam::000000000000:instance-profile/ecsInstance"),
				NetworkConfiguration:  &types.ManagedInstancesNetworkConfiguration{Subnets: subnets},
				InstanceRequirements: &types.InstanceRequirementsRequest{
					VCpuCount: &types.VCpuCountRangeRequest{Min: aws.Int32(1), Max: aws.Int32(4)},
					MemoryMiB: &types.MemoryMiBRequest{Min: aws.Int32(1024)},
				},
			},
		},
	})
	if err != nil {
		return "", err
	}
	return *made.CapacityProvider.CapacityProviderArn, nil
}

// makeDaemon has an agent for logs run once on each instance of the provider. It launches no instance by itself.
func makeDaemon(ctx context.Context, client *ecs.Client, provider string) error {
	registered, err := client.RegisterDaemonTaskDefinition(ctx, &ecs.RegisterDaemonTaskDefinitionInput{
		Family: aws.String("logs"), Cpu: aws.String("128"), Memory: aws.String("64"),
		ContainerDefinitions: []types.DaemonContainerDefinition{{Name: aws.String("agent"), Image: aws.String("fluent/fluent-bit:3.1")}},
	})
	if err != nil {
		return err
	}
	_, err = client.CreateDaemon(ctx, &ecs.CreateDaemonInput{
		DaemonName: aws.String("logs"), ClusterArn: aws.String(cluster), DaemonTaskDefinitionArn: registered.DaemonTaskDefinitionArn,
		CapacityProviderArns:    []string{provider},
		DeploymentConfiguration: &types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(50)},
	})
	return err
}

// makeService has tasks wait for instances, by a strategy: no launch type chooses managed instances. Each has port 80 of its instance.
func makeService(ctx context.Context, client *ecs.Client) error {
	registered, err := client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeHost, RequiresCompatibilities: []types.Compatibility{types.CompatibilityManagedInstances},
		Cpu: aws.String("512"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("web"), Image: aws.String("nginx:1.27"), PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(80)}}}},
	})
	if err != nil {
		return err
	}
	_, err = client.CreateService(ctx, &ecs.CreateServiceInput{
		Cluster: aws.String(cluster), ServiceName: aws.String("web"), TaskDefinition: registered.TaskDefinition.TaskDefinitionArn, DesiredCount: aws.Int32(3),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String(provider), Weight: 1}},
	})
	return err
}

func report(ctx context.Context, client *ecs.Client, out io.Writer) error {
	listed, err := client.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{Cluster: aws.String(cluster)})
	if err != nil {
		return err
	}
	for _, instance := range listed.ContainerInstanceArns {
		tasks, err := client.ListTasks(ctx, &ecs.ListTasksInput{Cluster: aws.String(cluster), ContainerInstance: &instance})
		if err != nil {
			return err
		}
		described, err := client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(cluster), Tasks: tasks.TaskArns})
		if err != nil {
			return err
		}
		for _, t := range described.Tasks {
			fmt.Fprintf(out, "%s %s %s\n", instance, *t.Group, *t.LastStatus)
		}
	}
	return nil
}
