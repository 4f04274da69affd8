package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// metered has a service api, and a service web whose task calls it by Service Connect.
type metered struct {
	*world
	opts  emulator.Options
	image string
}

func startMetered(t *testing.T, opts emulator.Options, image string) *metered {
	t.Helper()
	c := &metered{open(t, opts), opts, image}
	_, err := c.client.UpdateCluster(t.Context(), &ecs.UpdateClusterInput{
		Cluster: aws.String("default"), ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("shop")},
	})
	c.must(err)
	c.deploy("api", []string{"serve", "8080", "hello"}, types.ServiceConnectService{
		PortName: aws.String("http"), DiscoveryName: aws.String("api"), ClientAliases: []types.ServiceConnectClientAlias{{Port: aws.Int32(80), DnsName: aws.String("api")}},
	})
	c.deploy("web", []string{"sleep", "1h"})
	return c
}

// deploy makes a service of one task, and waits until that runs.
func (c *metered) deploy(name string, command []string, offers ...types.ServiceConnectService) {
	c.Helper()
	_, err := c.client.RegisterTaskDefinition(c.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &name, NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu: aws.String("256"), Memory: aws.String("512"), TaskRoleArn: aws.String("arn:aws:iam::000000000000:role/app"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: &c.image, Command: command, StopTimeout: aws.Int32(2),
			PortMappings: []types.PortMapping{{Name: aws.String("http"), ContainerPort: aws.Int32(8080), AppProtocol: types.ApplicationProtocolHttp}},
		}},
	})
	c.must(err)
	_, err = c.client.CreateService(c.Context(), &ecs.CreateServiceInput{
		ServiceName: &name, TaskDefinition: &name, DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		EnableExecuteCommand:        c.opts.Engine == "",
		ServiceConnectConfiguration: &types.ServiceConnectConfiguration{Enabled: true, Services: offers},
	})
	c.must(err)
	c.eventually(name+" runs", func() bool { return c.service(name).RunningCount == 1 })
}

// taskOf is the ARN of the task of a service.
func (c *metered) taskOf(name string) string {
	c.Helper()
	list, err := c.client.ListTasks(c.Context(), &ecs.ListTasksInput{ServiceName: &name})
	c.must(err)
	if len(list.TaskArns) != 1 {
		c.Fatalf("%s has %d tasks", name, len(list.TaskArns))
	}
	return list.TaskArns[0]
}

// counted reads the sum of a metric by a discovery name, for the service that measures it.
func (c *metered) counted(name, dimension, service string) (sum float64) {
	c.Helper()
	now := c.srv.Clock().Now()
	out, err := cloudwatch.NewFromConfig(c.srv.Config()).GetMetricStatistics(c.Context(), &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/ECS"), MetricName: &name, Period: aws.Int32(60), Statistics: []cwtypes.Statistic{cwtypes.StatisticSum},
		StartTime: aws.Time(now.Add(-time.Hour)), EndTime: aws.Time(now.Add(time.Hour)),
		Dimensions: []cwtypes.Dimension{
			{Name: &dimension, Value: aws.String("api")}, {Name: aws.String("ServiceName"), Value: &service}, {Name: aws.String("ClusterName"), Value: aws.String("default")},
		},
	})
	c.must(err)
	for _, d := range out.Datapoints {
		sum += *d.Sum
	}
	return sum
}

// untilCounted waits until the proxies of both services tell of so many requests: they count a request when it is over,
// which may be after its client has the answer.
func (c *metered) untilCounted(when string, want float64) {
	c.Helper()
	var requests, answers float64
	asWanted := comesTrue(func() bool {
		requests, answers = c.counted("RequestCount", "DiscoveryName", "api"), c.counted("HTTPCode_Target_2XX_Count", "TargetDiscoveryName", "web")
		return requests >= want && answers >= want
	})
	if !asWanted || requests != want || answers != want {
		c.Errorf("%s there are %v requests and %v answers, want %v", when, requests, answers, want)
	}
}

// outlive has the emulator be killed and started anew, and tasks be stopped, between requests.
func (c *metered) outlive(send func() error) {
	c.Helper()
	times := func(n int) {
		c.Helper()
		for range n {
			c.must(send())
		}
	}
	times(3)
	c.untilCounted("at first", 3)
	times(1)
	c.srv.Die()
	times(2)
	c.world = open(c.T, c.opts)
	c.untilCounted("after the restart", 6)
	times(1)
	for _, name := range []string{"web", "api"} {
		_, err := c.client.UpdateService(c.Context(), &ecs.UpdateServiceInput{Service: &name, DesiredCount: aws.Int32(0)})
		c.must(err)
	}
	c.eventually("the tasks have stopped", func() bool {
		list, err := c.client.ListTasks(c.Context(), &ecs.ListTasksInput{DesiredStatus: types.DesiredStatusStopped})
		c.must(err)
		running := slices.DeleteFunc(list.TaskArns, func(task string) bool { return *c.task(task).LastStatus == "STOPPED" })
		return len(list.TaskArns) == 2 && len(running) == 0
	})
	c.untilCounted("when the tasks have stopped", 7)
}

// Each request counts once, whether the emulator is there or not, also when the proxies stop before they are asked.
func TestRequestsOfServiceConnectCountOnce(t *testing.T) {
	t.Parallel()
	c := startMetered(t, emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), OnExit: emulator.Keep}, "web")
	s, err := newSender(t.Context(), c.srv, c.taskOf("web"), "app", "http://api/")
	c.must(err)
	defer s.end()
	c.outlive(func() error {
		text, err := s.send(t.Context())
		if err == nil && text != "200 hello" {
			err = fmt.Errorf("the answer is %q", text)
		}
		return err
	})
}

// On Docker the proxies are programs of their own.
func TestDockerRequestsOfServiceConnectCountOnce(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	c := startMetered(t, emulator.Options{Engine: "docker", DataDir: t.TempDir(), OnExit: emulator.Remove}, dockertest.Image(t))
	cli, id := dockertest.Client(t), c.engineID(c.taskOf("web"))
	c.outlive(func() error {
		answered, err := execCheck(context.WithoutCancel(t.Context()), cli, id, "http://api/", answerPatience)
		if err == nil && !answered {
			err = errors.New("the api does not answer")
		}
		return err
	})
}
