package emulator_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const noVCPUs = "You've reached the limit on the number of vCPUs you can run concurrently"

func withQuotas(quotas map[string]int) emulator.Options { return emulator.Options{Quotas: quotas} }

// The vCPUs of an account on Fargate count in all of its clusters, apart for FARGATE_SPOT. A task gives
// its own back when it is STOPPED.
func TestVCPUsOnFargateHaveAQuota(t *testing.T) {
	t.Parallel()
	w := start(t, withQuotas(map[string]int{"fargate-vcpus": 1, "fargate-spot-vcpus": 0}))
	definition := w.register("web", "web", "sleep", "7200") // a quarter of a vCPU
	for _, cluster := range []string{"default", "other"} {
		_, err := w.client.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: &cluster, CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}})
		w.must(err)
	}
	run := func(cluster string, count int32, provider string) (tasks []types.Task, failures int) {
		out, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{
			Cluster: &cluster, TaskDefinition: &definition, Count: &count, NetworkConfiguration: inZones("a"),
			CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: &provider, Weight: 1}},
		})
		w.must(err)
		for _, f := range out.Failures {
			if f.Arn != nil || *f.Reason != noVCPUs {
				t.Errorf("failure %s of %s", *f.Reason, aws.ToString(f.Arn))
			}
		}
		return out.Tasks, len(out.Failures)
	}
	want := func(tasks []types.Task, failures, n, more int) {
		t.Helper()
		if len(tasks) != n || failures != more {
			t.Errorf("%d tasks and %d failures, want %d and %d", len(tasks), failures, n, more)
		}
	}
	first, failures := run("default", 3, "FARGATE")
	want(first, failures, 3, 0)
	tasks, failures := run("other", 3, "FARGATE")
	want(tasks, failures, 1, 2)
	tasks, failures = run("default", 1, "FARGATE_SPOT")
	want(tasks, failures, 0, 1)
	_, err := w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: first[0].TaskArn})
	w.must(err)
	w.eventually("it has stopped", func() bool { return *w.task(*first[0].TaskArn).LastStatus == "STOPPED" })
	tasks, failures = run("other", 2, "FARGATE")
	want(tasks, failures, 1, 1)
}

// A service says that the quota is used up, and has its task as soon as another one ends.
func TestAServiceWaitsForVCPUs(t *testing.T) {
	t.Parallel()
	w := start(t, withQuotas(map[string]int{"fargate-vcpus": 1}))
	definition := w.register("web", "web", "sleep", "7200")
	other := *w.run(definition, 1, ecs.RunTaskInput{NetworkConfiguration: inZones("a")}).Tasks[0].TaskArn
	w.createService("web", definition, 4)
	const says = "(service web) was unable to place a task. Reason: " + noVCPUs + "."
	w.eventually("three run, and the service says why", func() bool {
		s := w.service("web")
		return s.RunningCount == 3 && len(s.Events) > 0 && *s.Events[0].Message == says
	})
	w.must(w.srv.Clock().Advance(20 * time.Second))
	if s := w.service("web"); s.RunningCount+s.PendingCount != 3 {
		t.Errorf("%d tasks", s.RunningCount+s.PendingCount)
	}
	_, err := w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &other})
	w.must(err)
	w.eventually("four run", func() bool { return w.service("web").RunningCount == 4 })
}

func TestQuotasOfServicesAndClusters(t *testing.T) {
	t.Parallel()
	w := start(t, withQuotas(map[string]int{"tasks-per-service": 2, "container-instances-per-cluster": 1}))
	definition := w.register("web", "web", "sleep", "7200")
	refused := func(err error, code, message string) {
		t.Helper()
		var answer smithy.APIError
		if !errors.As(err, &answer) || answer.ErrorCode() != code || answer.ErrorMessage() != message {
			t.Errorf("error %v, want %s", err, message)
		}
	}
	w.createService("web", definition, 2)
	_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(3)})
	refused(err, "InvalidParameterException", "Desired count exceeds limit.")

	w.oneInstanceOf(2)
	_, err = w.client.RegisterContainerInstance(t.Context(), &ecs.RegisterContainerInstanceInput{
		TotalResources: []types.Resource{
			{Name: aws.String("CPU"), Type: aws.String("INTEGER"), IntegerValue: 1024},
			{Name: aws.String("MEMORY"), Type: aws.String("INTEGER"), IntegerValue: 1024},
		},
	})
	refused(err, "ClientException", "Container instance limit exceeded.")
	_, err = w.srv.AddInstances(t.Context(), emulator.Instances{})
	if err == nil || err.Error() != "add instances: the quota container-instances-per-cluster leaves no room for 1 more in cluster default" {
		t.Errorf("error %v", err)
	}
}

func TestAQuotaThatIsUnknown(t *testing.T) {
	t.Parallel()
	_, err := emulator.New(withQuotas(map[string]int{"vcpus": 1}))
	if err == nil || !strings.HasPrefix(err.Error(), `quota "vcpus" is unknown: there are fargate-vcpus, `) {
		t.Errorf("error %v", err)
	}
}

// oneInstanceOf launches n EC2 instances, of which one joins the cluster. When that is terminated another
// one does.
func (w *world) oneInstanceOf(n int32) {
	w.Helper()
	client := ec2.NewFromConfig(w.srv.Config())
	_, err := client.RunInstances(w.Context(), &ec2.RunInstancesInput{
		ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
		InstanceType: ec2types.InstanceTypeT3Small, MinCount: &n, MaxCount: &n,
	})
	w.must(err)
	joined := func() (ids []string) {
		list, err := w.client.ListContainerInstances(w.Context(), &ecs.ListContainerInstancesInput{})
		w.must(err)
		if len(list.ContainerInstanceArns) == 0 {
			return nil
		}
		out, err := w.client.DescribeContainerInstances(w.Context(), &ecs.DescribeContainerInstancesInput{ContainerInstances: list.ContainerInstanceArns})
		w.must(err)
		for _, c := range out.ContainerInstances {
			ids = append(ids, *c.Ec2InstanceId)
		}
		return ids
	}
	w.must(w.srv.Clock().Advance(5 * time.Minute))
	first := joined()
	if len(first) != 1 {
		w.Fatalf("%d instances have joined", len(first))
	}
	_, err = client.TerminateInstances(w.Context(), &ec2.TerminateInstancesInput{InstanceIds: first})
	w.must(err)
	w.must(w.srv.Clock().Advance(5 * time.Minute))
	if again := joined(); len(again) != 1 || again[0] == first[0] {
		w.Errorf("%v have joined after %v", again, first)
	}
}

// RunTask is throttled, and services take longer, where launches have the rates of AWS.
func TestLaunchesHaveTheRatesOfAWS(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{LaunchRates: true})
	began := w.srv.Clock().Now()
	definition := w.register("web", "web", "sleep", "7200")
	for range 5 {
		if out := w.run(definition, 10, ecs.RunTaskInput{NetworkConfiguration: inZones("a")}); len(out.Tasks) != 10 {
			t.Fatalf("%d tasks", len(out.Tasks))
		}
	}
	w.createService("web", definition, 150)
	w.must(w.srv.Clock().Advance(100 * time.Millisecond))
	first := w.service("web")
	seconds := w.srv.Clock().Now().Sub(began).Seconds()
	if n := 50 + first.RunningCount + first.PendingCount; n < 100 || float64(n) > 100+20*seconds {
		t.Errorf("%d tasks have been launched after %v seconds", n, seconds)
	}
	w.eventually("RunTask is throttled", func() bool {
		_, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{
			TaskDefinition: &definition, Count: aws.Int32(10), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: inZones("a"),
		}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
		var answer smithy.APIError
		return errors.As(err, &answer) && answer.ErrorCode() == "ThrottlingException" && answer.ErrorMessage() == "Rate exceeded"
	})
	w.must(w.srv.Clock().Advance(30 * time.Second))
	w.eventually("all run", func() bool { return w.service("web").RunningCount == 150 })
	for _, e := range w.service("web").Events {
		if strings.Contains(*e.Message, "unable") {
			t.Errorf("event %s", *e.Message)
		}
	}
}

// A reset forgets what has been launched: the next test has all launches that a new emulator has.
func TestResetGivesBackLaunches(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{LaunchRates: true})
	for range 2 {
		definition := w.register("web", "web", "sleep", "7200")
		for range 10 {
			_, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{
				TaskDefinition: &definition, Count: aws.Int32(10), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: inZones("a"),
			}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
			w.must(err)
		}
		w.must(w.srv.Reset())
	}
}

// An instance that is on its way into a cluster takes of its quota, or who adds another one would wait for ever.
func TestInstancesOnTheirWayTakeOfTheQuota(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{AWSDelays: true, Quotas: map[string]int{"container-instances-per-cluster": 1}})
	one := int32(1)
	_, err := ec2.NewFromConfig(w.srv.Config()).RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId:      aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
		InstanceType: ec2types.InstanceTypeT3Small, MinCount: &one, MaxCount: &one,
	})
	w.must(err)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	_, err = w.srv.AddInstances(ctx, emulator.Instances{})
	if err == nil || err.Error() != "add instances: the quota container-instances-per-cluster leaves no room for 1 more in cluster default" {
		t.Errorf("error %v", err)
	}
}

// A quota that is lower than before ends no instance, and the emulator starts.
func TestALowerQuotaOfInstances(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "capacity.json")
	if err := os.WriteFile(file, []byte(`{"instances": [{"count": 2}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{2, 1} {
		srv, err := emulator.New(emulator.Options{
			Engine: "sim", CapacityFile: file, DataDir: filepath.Join(dir, "data"), OnExit: emulator.Remove,
			Quotas: map[string]int{"container-instances-per-cluster": most},
		})
		if err != nil {
			t.Fatalf("with a quota of %d: %v", most, err)
		}
		if err := errors.Join(srv.Clock().Advance(time.Second), srv.Close()); err != nil { // the first waits until they have joined
			t.Fatal(err)
		}
	}
}

// A capacity provider whose quota is used up keeps none of the tasks from the other one of a strategy, however
// many there are.
func TestOneProviderWithoutVCPUs(t *testing.T) {
	t.Parallel()
	w := start(t, withQuotas(map[string]int{"fargate-vcpus": 1}))
	definition := w.register("web", "web", "sleep", "7200")
	provider := func(name string) types.CapacityProviderStrategyItem {
		return types.CapacityProviderStrategyItem{CapacityProvider: &name, Weight: 1}
	}
	_, err := w.client.PutClusterCapacityProviders(t.Context(), &ecs.PutClusterCapacityProvidersInput{
		Cluster: aws.String("default"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	})
	w.must(err)
	_, err = w.client.CreateService(t.Context(), &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: &definition, DesiredCount: aws.Int32(300), NetworkConfiguration: network(),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{provider("FARGATE"), provider("FARGATE_SPOT")},
	})
	w.must(err)
	w.must(w.srv.Clock().Advance(time.Minute))
	if s := w.service("web"); s.RunningCount != 4+150 {
		t.Errorf("%d tasks run", s.RunningCount)
	}
}
