package bench_test

import (
	"encoding/base64"
	"fmt"
	"testing"
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

const instances = 1000

// BenchmarkGoalTasksOnInstances is how long a service takes to a running task on each of a thousand container instances.
func BenchmarkGoalTasksOnInstances(b *testing.B) {
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		w.addInstances()
		began := time.Now()
		w.spread(1, instances)
		b.ReportMetric(milliseconds(time.Since(began)), "ms≤200")
	}
}

// BenchmarkGoalHeapOfInstances is what a thousand container instances with ten tasks on each keep of the heap.
func BenchmarkGoalHeapOfInstances(b *testing.B) {
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		before := live()
		w.addInstances()
		w.spread(2, 10*instances)
		b.ReportMetric((live()-before)/(1<<20), "MiB≤80")
	}
}

func (w *world) addInstances() {
	w.Helper()
	_, err := w.AddInstances(w.Context(), emulator.Instances{Cluster: "default", InstanceType: "m5.large", Count: instances})
	w.must(err)
}

// spread makes services in bridge mode, with dynamic host ports, spread over zones and instances, and returns when all
// their tasks run.
func (w *world) spread(services, tasks int) {
	w.Helper()
	w.register("web", onInstances, func(in *ecs.RegisterTaskDefinitionInput) {
		in.ContainerDefinitions[0].PortMappings = []types.PortMapping{{ContainerPort: aws.Int32(port)}}
	})
	for i := range services {
		w.createService(fmt.Sprint("web-", i), tasks/services, func(in *ecs.CreateServiceInput) {
			in.LaunchType, in.NetworkConfiguration = types.LaunchTypeEc2, nil
			in.PlacementStrategy = []types.PlacementStrategy{
				{Type: types.PlacementStrategyTypeSpread, Field: aws.String("attribute:ecs.availability-zone")},
				{Type: types.PlacementStrategyTypeSpread, Field: aws.String("instanceId")},
			}
		})
	}
	w.awaitRunning(tasks)
}

func onInstances(in *ecs.RegisterTaskDefinitionInput) {
	in.NetworkMode, in.Cpu, in.Memory = types.NetworkModeBridge, nil, nil
	in.ContainerDefinitions[0].Cpu, in.ContainerDefinitions[0].Memory = 64, aws.Int32(64)
}

// BenchmarkGoalWaitingTasks has a service of tasks wait, each of which takes a twentieth of an instance, and measures
// from then on until managed scaling has launched a hundred instances and all tasks are RUNNING. The clock does not wait.
func BenchmarkGoalWaitingTasks(b *testing.B) {
	const tasks = 2000
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim", Quotas: map[string]int{"provisioning-tasks-per-cluster": tasks}})
		w.managedScaling("default", tasks/20)
		w.register("web", func(in *ecs.RegisterTaskDefinitionInput) {
			onInstances(in)
			in.ContainerDefinitions[0].Cpu = 100
		})
		w.createService("web", tasks, func(in *ecs.CreateServiceInput) { in.LaunchType, in.NetworkConfiguration = "", nil })
		count := func() types.Cluster {
			out, err := w.ecs.DescribeClusters(w.Context(), &ecs.DescribeClustersInput{})
			w.must(err)
			return out.Clusters[0]
		}
		w.until("all tasks to wait", func() bool { return count().PendingTasksCount == tasks })
		began := time.Now()
		w.until("all tasks to run", func() bool {
			w.must(w.Clock().Advance(time.Minute))
			return count().RunningTasksCount == tasks
		})
		b.ReportMetric(milliseconds(time.Since(began)), "ms≤3000")
	}
}

// managedScaling makes a cluster with a capacity provider of up to so many instances, of which there are none.
func (w *world) managedScaling(name string, most int) {
	w.Helper()
	userData := base64.StdEncoding.EncodeToString([]byte("#!/bin/bash\necho ECS_CLUSTER=" + name + " >> /etc/ecs/ecs.config\n"))
	_, err := ec2.NewFromConfig(w.Config()).CreateLaunchTemplate(w.Context(), &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: &name, LaunchTemplateData: &ec2types.RequestLaunchTemplateData{
			ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
			InstanceType: ec2types.InstanceTypeM5Large, UserData: &userData,
		},
	})
	w.must(err)
	groups := autoscaling.NewFromConfig(w.Config())
	_, err = groups.CreateAutoScalingGroup(w.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: &name, MinSize: aws.Int32(0), MaxSize: aws.Int32(int32(most)), AvailabilityZones: []string{"us-east-1a"},
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: &name},
	})
	w.must(err)
	out, err := groups.DescribeAutoScalingGroups(w.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	w.must(err)
	_, err = w.ecs.CreateCapacityProvider(w.Context(), &ecs.CreateCapacityProviderInput{
		Name: aws.String("machines"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
			AutoScalingGroupArn: out.AutoScalingGroups[0].AutoScalingGroupARN,
			ManagedScaling:      &types.ManagedScaling{Status: types.ManagedScalingStatusEnabled},
		},
	})
	w.must(err)
	_, err = w.ecs.CreateCluster(w.Context(), &ecs.CreateClusterInput{
		ClusterName: &name, CapacityProviders: []string{"machines"},
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("machines"), Weight: 1}},
	})
	w.must(err)
}
