// Package waitingtasks measures how long tasks take that wait for container instances, until all run.
package waitingtasks

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const name = "batch"

// Run has a service of tasks wait, each of which takes a twentieth of an instance, and measures from then on
// until managed scaling has launched the instances and all tasks are RUNNING. The emulator's clock does not
// wait.
func Run(ctx context.Context, tasks int) (took time.Duration, err error) {
	srv, err := emulator.New(emulator.Options{Quotas: map[string]int{"provisioning-tasks-per-cluster": tasks}})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, srv.Close()) }()
	client := ecs.NewFromConfig(srv.Config())
	if err := prepare(ctx, srv.Config(), client, tasks/20); err != nil {
		return 0, fmt.Errorf("prepare tasks that wait: %w", err)
	}
	_, err = client.CreateService(ctx, &ecs.CreateServiceInput{
		Cluster: aws.String(name), ServiceName: aws.String(name), TaskDefinition: aws.String(name), DesiredCount: aws.Int32(int32(tasks)),
	})
	if err != nil {
		return 0, err
	}
	if err := await(ctx, client, func(c types.Cluster) bool { return int(c.PendingTasksCount) == tasks }); err != nil {
		return 0, err
	}
	began := time.Now()
	err = await(ctx, client, func(c types.Cluster) bool {
		_ = srv.Clock().Advance(time.Minute) // the next look tells if it has failed
		return int(c.RunningTasksCount) == tasks
	})
	return time.Since(began), err
}

// prepare makes a cluster with a capacity provider of up to so many instances, of which there are none.
func prepare(ctx context.Context, config aws.Config, client *ecs.Client, instances int) error {
	userData := base64.StdEncoding.EncodeToString([]byte("#!/bin/bash\necho ECS_CLUSTER=" + name + " >> /etc/ecs/ecs.config\n"))
	_, err := ec2.NewFromConfig(config).CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String(name), LaunchTemplateData: &ec2types.RequestLaunchTemplateData{
			ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
			InstanceType: ec2types.InstanceTypeM5Large, UserData: &userData,
		},
	})
	if err != nil {
		return err
	}
	groups := autoscaling.NewFromConfig(config)
	_, err = groups.CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(name), MinSize: aws.Int32(0), MaxSize: aws.Int32(int32(instances)), AvailabilityZones: []string{"us-east-1a"},
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String(name)},
	})
	if err != nil {
		return err
	}
	out, err := groups.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		return err
	}
	_, err = client.CreateCapacityProvider(ctx, &ecs.CreateCapacityProviderInput{
		Name: aws.String(name), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
			AutoScalingGroupArn: out.AutoScalingGroups[0].AutoScalingGroupARN,
			ManagedScaling:      &types.ManagedScaling{Status: types.ManagedScalingStatusEnabled},
		},
	})
	if err != nil {
		return err
	}
	_, err = client.CreateCluster(ctx, &ecs.CreateClusterInput{
		ClusterName: aws.String(name), CapacityProviders: []string{name},
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String(name), Weight: 1}},
	})
	if err != nil {
		return err
	}
	_, err = client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String(name), NetworkMode: types.NetworkModeBridge,
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String(name), Image: aws.String(name), Cpu: 100, Memory: aws.Int32(64), Command: []string{"sleep", "7200000"},
		}},
	})
	return err
}

// await looks at the cluster until it is as wanted.
func await(ctx context.Context, client *ecs.Client, is func(types.Cluster) bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		out, err := client.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: []string{name}})
		if err != nil {
			return fmt.Errorf("wait for tasks: %w", err)
		}
		if is(out.Clusters[0]) {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}
