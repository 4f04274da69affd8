package bench_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// managedInstances makes a capacity provider of managed instances of the type m5.large in the cluster default, and the definition web, of
// which one holds 40 tasks beside three daemons.
func (w *world) managedInstances(scaleInAfter int32) (provider string) {
	w.Helper()
	_, err := w.ecs.CreateCluster(w.Context(), &ecs.CreateClusterInput{})
	w.must(err)
	out, err := w.ecs.CreateCapacityProvider(w.Context(), &ecs.CreateCapacityProviderInput{
		Name: aws.String("machines"), Cluster: aws.String("default"), ManagedInstancesProvider: &types.CreateManagedInstancesProviderConfiguration{
			InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infrastructure"),
			InstanceLaunchTemplate: &types.InstanceLaunchTemplate{
				Ec2InstanceProfileArn: aws.String("arn:aws:iam::000000000000:instance-profile/instance"),
				NetworkConfiguration:  &types.ManagedInstancesNetworkConfiguration{Subnets: w.Subnets()},
				InstanceRequirements: &types.InstanceRequirementsRequest{
					VCpuCount: &types.VCpuCountRangeRequest{Min: aws.Int32(1)}, MemoryMiB: &types.MemoryMiBRequest{Min: aws.Int32(1024)},
					AllowedInstanceTypes: []string{"m5.large"},
				},
			},
			InfrastructureOptimization: &types.InfrastructureOptimization{ScaleInAfter: &scaleInAfter},
		},
	})
	w.must(err)
	w.register("web", func(in *ecs.RegisterTaskDefinitionInput) {
		in.NetworkMode, in.Cpu, in.Memory = types.NetworkModeHost, nil, nil
		in.ContainerDefinitions[0].Cpu, in.ContainerDefinitions[0].Memory = 48, aws.Int32(64)
	})
	return *out.CapacityProvider.CapacityProviderArn
}

func onMachines(in *ecs.CreateServiceInput) {
	in.LaunchType, in.NetworkConfiguration = "", nil
	in.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("machines"), Weight: 1}}
}

// daemons makes so many critical daemons on a provider.
func (w *world) daemons(n int, provider string) (arns []string) {
	w.Helper()
	_, err := w.ecs.RegisterDaemonTaskDefinition(w.Context(), &ecs.RegisterDaemonTaskDefinitionInput{
		Family: aws.String("small"), ContainerDefinitions: []types.DaemonContainerDefinition{{Name: aws.String("agent"), Image: aws.String("shop/agent:1"), Cpu: 32, Memory: aws.Int32(64)}},
	})
	w.must(err)
	for i := range n {
		out, err := w.ecs.CreateDaemon(w.Context(), &ecs.CreateDaemonInput{
			DaemonName: aws.String(fmt.Sprint("daemon-", i)), DaemonTaskDefinitionArn: aws.String("small"), CapacityProviderArns: []string{provider},
		})
		w.must(err)
		arns = append(arns, *out.DaemonArn)
	}
	return arns
}

func (w *world) cluster() types.Cluster {
	w.Helper()
	out, err := w.ecs.DescribeClusters(w.Context(), &ecs.DescribeClustersInput{})
	w.must(err)
	return out.Clusters[0]
}

// untilServed advances the clock until four services have so many tasks in all, and each instance its daemons.
func (w *world) untilServed(tasks, daemons int32) {
	w.Helper()
	var c types.Cluster
	served := int32(0)
	for range 240 {
		out, err := w.ecs.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Services: []string{"web-0", "web-1", "web-2", "web-3"}})
		w.must(err)
		served = 0
		for _, s := range out.Services {
			served += s.RunningCount
		}
		if c = w.cluster(); served == tasks && c.RunningTasksCount == tasks+daemons*c.RegisteredContainerInstancesCount {
			return
		}
		w.must(w.Clock().Advance(time.Minute))
	}
	w.Fatalf("services have %d tasks, not %d; %d instances have %d", served, tasks, c.RegisteredContainerInstancesCount, c.RunningTasksCount)
}

// BenchmarkGoalDaemonUpdate is how long 20,000 tasks take to come to 500 managed instances with three daemons, in virtual time, and then
// an update of one daemon that replaces a quarter of the instances at a time.
func BenchmarkGoalDaemonUpdate(b *testing.B) {
	const machines, perMachine, daemons = 500, 40, 3
	const spare = 12 // of each service one in each zone may be part full
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim", Speed: emulator.Still, Quotas: map[string]int{"provisioning-tasks-per-cluster": machines * perMachine}})
		provider := w.managedInstances(-1)
		arns := w.daemons(daemons, provider)
		began := time.Now()
		for i := range 4 {
			w.createService(fmt.Sprint("web-", i), machines*perMachine/4, onMachines)
		}
		w.untilServed(machines*perMachine, daemons)
		if n := w.cluster().RegisteredContainerInstancesCount; n < machines || n > machines+spare {
			b.Fatalf("%d instances, not %d", n, machines)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s-launch≤60")
		began = time.Now()
		out, err := w.ecs.UpdateDaemon(w.Context(), &ecs.UpdateDaemonInput{
			DaemonArn: &arns[0], DaemonTaskDefinitionArn: aws.String("small"), CapacityProviderArns: []string{provider},
			DeploymentConfiguration: &types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(25)},
		})
		w.must(err)
		status := types.DaemonDeploymentStatusPending
		for range 600 {
			w.must(w.Clock().Advance(time.Minute))
			d, err := w.ecs.DescribeDaemonDeployments(w.Context(), &ecs.DescribeDaemonDeploymentsInput{DaemonDeploymentArns: []string{*out.DeploymentArn}})
			w.must(err)
			if status = d.DaemonDeployments[0].Status; status == types.DaemonDeploymentStatusSuccessful {
				break
			}
		}
		if status != types.DaemonDeploymentStatusSuccessful {
			b.Fatalf("the deployment is %s", status)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s-update≤120")
		w.untilServed(machines*perMachine, daemons)
	}
}

// BenchmarkGoalTaskBesideDaemons is how long a task takes from RunTask to RUNNING on a managed instance with three daemons, divided by the
// time on one without.
func BenchmarkGoalTaskBesideDaemons(b *testing.B) {
	const rounds, each = 9, 20
	for b.Loop() {
		prepare := func(daemons int) (run func() float64) {
			w := start(b, emulator.Options{Engine: "sim"})
			w.daemons(daemons, w.managedInstances(-1))
			one := func() string {
				out, err := w.ecs.RunTask(w.Context(), &ecs.RunTaskInput{
					TaskDefinition: aws.String("web"), CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("machines"), Weight: 1}},
				})
				w.must(err)
				return *out.Tasks[0].TaskArn
			}
			runs := func(task string) {
				w.until("the task to run", func() bool {
					out, err := w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Tasks: []string{task}})
					w.must(err)
					return *out.Tasks[0].LastStatus == "RUNNING"
				})
			}
			runs(one()) // which has the instance come
			return func() float64 {
				began := time.Now()
				for range each {
					task := one()
					runs(task)
					_, err := w.ecs.StopTask(w.Context(), &ecs.StopTaskInput{Task: &task})
					w.must(err)
				}
				return milliseconds(time.Since(began)) / each
			}
		}
		beside, alone := prepare(3), prepare(0)
		var ratios []float64
		for range rounds { // side by side, as the machine is slower at some times than at others
			one := beside()
			ratios = append(ratios, one/alone())
		}
		slices.Sort(ratios)
		b.ReportMetric(ratios[rounds/2], "ratio≤1.05")
	}
}
