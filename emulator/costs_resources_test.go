package emulator_test

import (
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// What is no task is billed as long as it is there, and stays in the report when it is gone: a load balancer in two zones, a NAT
// gateway with its address, an idle address, instances, log events.
func TestCostsOfAllElse(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: emulator.Still})
	network, balancing, clock := ec2.NewFromConfig(w.srv.Config()), elb.NewFromConfig(w.srv.Config()), w.srv.Clock()
	_, err := w.srv.AddInstances(t.Context(), emulator.Instances{InstanceType: "m5.large", Count: 2})
	w.must(err)
	subnets := w.srv.Subnets()
	balancer, err := balancing.CreateLoadBalancer(t.Context(), &elb.CreateLoadBalancerInput{Name: aws.String("web"), Subnets: subnets[:2]})
	w.must(err)
	address, err := network.AllocateAddress(t.Context(), &ec2.AllocateAddressInput{Domain: ec2types.DomainTypeVpc})
	w.must(err)
	_, err = network.AllocateAddress(t.Context(), &ec2.AllocateAddressInput{Domain: ec2types.DomainTypeVpc})
	w.must(err)
	gateway, err := network.CreateNatGateway(t.Context(), &ec2.CreateNatGatewayInput{SubnetId: &subnets[0], AllocationId: address.AllocationId})
	w.must(err)
	w.logGigabytes()
	w.runOnInstance()
	w.must(clock.Advance(90 * time.Minute))

	expect := func(when string, hours float64, started int64) {
		t.Helper()
		c := w.srv.Costs()
		near := func(what string, got *float64, want float64) {
			t.Helper()
			if got == nil || math.Abs(*got-want) > 1e-5 {
				t.Errorf("%s: %s cost %v, want %v", when, what, got, want)
			}
		}
		if len(c.Instances) != 1 || len(c.LoadBalancers) != 1 {
			t.Fatalf("%s: instances %+v, load balancers %+v", when, c.Instances, c.LoadBalancers)
		}
		i, b := c.Instances[0], c.LoadBalancers[0]
		if i.InstanceType != "m5.large" || i.Count != 2 || math.Abs(i.Hours-2*hours) > 0.01 || i.ReservedShare < 0.24 || i.ReservedShare > 0.26 {
			t.Errorf("%s: instances %+v", when, i)
		}
		if b.LoadBalancerName != "web" || b.Hours != started || b.CapacityUnitHours != 0 || c.NATGateways.Hours != float64(started) || c.Logs.GB < 0.0001 {
			t.Errorf("%s: load balancer %+v, NAT gateways %+v, logs %+v", when, b, c.NATGateways, c.Logs)
		}
		// Two zones of the load balancer and two Elastic IP addresses; instances of AddInstances have none.
		if math.Abs(c.PublicAddresses.Hours-4*hours) > 0.01 {
			t.Errorf("%s: public addresses %+v", when, c.PublicAddresses)
		}
		near("instances", i.Cost, i.Hours*0.096)
		near("load balancers", b.Cost, float64(started)*0.0225)
		near("NAT gateways", c.NATGateways.Cost, float64(started)*0.045)
		near("public addresses", c.PublicAddresses.Cost, c.PublicAddresses.Hours*0.005)
		near("logs", c.Logs.Cost, c.Logs.GB*0.5)
		near("all", &c.Total, *i.Cost+*b.Cost+*c.NATGateways.Cost+*c.PublicAddresses.Cost+*c.Logs.Cost)
		if s := c.Standalone; len(s) != 1 || len(s[0].Usage) != 1 || s[0].Usage[0].Capacity != "EC2" || s[0].Usage[0].Cost != nil || *s[0].Cost != 0 {
			t.Errorf("%s: standalone %+v", when, s)
		}
		if c.Compare.EC2.InstanceType != "m5.large" || c.Compare.EC2.Cost == nil || c.Compare.Fargate == nil {
			t.Errorf("%s: compare %+v", when, c.Compare)
		}
	}
	expect("while it is there", 1.5, 2)

	list, err := network.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	w.must(err)
	var ids []string
	for _, r := range list.Reservations {
		for _, i := range r.Instances {
			ids = append(ids, *i.InstanceId)
		}
	}
	_, err = network.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: ids})
	w.must(err)
	_, err = balancing.DeleteLoadBalancer(t.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: balancer.LoadBalancers[0].LoadBalancerArn})
	w.must(err)
	_, err = network.DeleteNatGateway(t.Context(), &ec2.DeleteNatGatewayInput{NatGatewayId: gateway.NatGateway.NatGatewayId})
	w.must(err)
	addresses, err := network.DescribeAddresses(t.Context(), &ec2.DescribeAddressesInput{})
	w.must(err)
	for _, a := range addresses.Addresses {
		_, err = network.ReleaseAddress(t.Context(), &ec2.ReleaseAddressInput{AllocationId: a.AllocationId})
		w.must(err)
	}
	_, err = cloudwatchlogs.NewFromConfig(w.srv.Config()).DeleteLogGroup(t.Context(), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("app")})
	w.must(err)
	w.must(clock.Advance(100 * time.Hour))
	expect("when it is gone", 1.5, 2)
}

// An instance has a public address of its own but while an Elastic IP address stands for it, whichever of both is there at its end.
func TestCostsOfPublicAddressesOfInstances(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: emulator.Still})
	network, clock, image := ec2.NewFromConfig(w.srv.Config()), w.srv.Clock(), aws.String("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id")
	out, err := network.RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: image, InstanceType: ec2types.InstanceTypeM5Large, MinCount: aws.Int32(2), MaxCount: aws.Int32(2)})
	w.must(err)
	one, other := out.Instances[0].InstanceId, out.Instances[1].InstanceId
	w.eventually("they run", func() bool { return len(w.srv.Costs().Instances) == 1 && w.srv.Costs().Instances[0].Count == 2 })
	allocate := func() *string {
		address, err := network.AllocateAddress(t.Context(), &ec2.AllocateAddressInput{Domain: ec2types.DomainTypeVpc})
		w.must(err)
		return address.AllocationId
	}
	associate := func(address, instance *string) {
		_, err := network.AssociateAddress(t.Context(), &ec2.AssociateAddressInput{AllocationId: address, InstanceId: instance})
		w.must(err)
	}
	release := func(address *string) {
		_, err := network.ReleaseAddress(t.Context(), &ec2.ReleaseAddressInput{AllocationId: address})
		w.must(err)
	}
	sum := 0.0
	anHour := func(what string, addresses float64) {
		t.Helper()
		sum += addresses
		w.must(clock.Advance(time.Hour))
		if got := w.srv.Costs().PublicAddresses.Hours; math.Abs(got-sum) > 0.01 {
			t.Errorf("%s: %v hours of public addresses, want %v", what, got, sum)
		}
	}
	first := allocate()
	anHour("both have their own, and one is idle", 3)
	associate(first, one)
	anHour("the first has the Elastic IP address", 2)
	associate(first, one)
	anHour("as before", 2)
	second := allocate()
	associate(second, one)
	anHour("it has another one, and the first is idle", 3)
	release(first)
	associate(second, other)
	anHour("the second has it, and the first its own again", 2)
	_, err = network.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{*one, *other}})
	w.must(err)
	anHour("it is idle", 1)
	release(second)
	anHour("nothing is left", 0)
}

// logGigabytes puts log events: some tenths of a thousandth of one.
func (w *world) logGigabytes() {
	w.Helper()
	logs := cloudwatchlogs.NewFromConfig(w.srv.Config())
	_, err := logs.CreateLogGroup(w.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("app")})
	w.must(err)
	_, err = logs.CreateLogStream(w.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String("app"), LogStreamName: aws.String("web")})
	w.must(err)
	event := logtypes.InputLogEvent{Message: aws.String(string(make([]byte, 200_000))), Timestamp: aws.Int64(w.srv.Clock().Now().UnixMilli())}
	_, err = logs.PutLogEvents(w.Context(), &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: aws.String("app"), LogStreamName: aws.String("web"), LogEvents: []logtypes.InputLogEvent{event, event},
	})
	w.must(err)
}

// runOnInstance runs a task that takes half of the CPU of one of two instances.
func (w *world) runOnInstance() {
	w.Helper()
	_, err := w.client.RegisterTaskDefinition(w.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("half"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Cpu: 1024, Memory: aws.Int32(128)}},
	})
	w.must(err)
	out, err := w.client.RunTask(w.Context(), &ecs.RunTaskInput{TaskDefinition: aws.String("half"), LaunchType: types.LaunchTypeEc2})
	w.must(err)
	w.eventually("it runs", func() bool { return *w.task(*out.Tasks[0].TaskArn).LastStatus == "RUNNING" })
}

// A blue/green deployment runs both revisions until its bake time is over.
func TestCostsOfABlueGreenDeployment(t *testing.T) {
	t.Parallel()
	s := startShifts(t, types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(15), MaximumPercent: aws.Int32(200), MinimumHealthyPercent: aws.Int32(100),
	})
	s.deploy()
	s.untilEnded(types.ServiceDeploymentStatusSuccessful)
	costs := s.srv.Costs()
	if len(costs.Services) != 1 || len(costs.Services[0].Deployments) != 2 {
		t.Fatalf("services: %+v", costs.Services)
	}
	d := costs.Services[0].Deployments[0]
	if least := 2 * 15 * 60.0; d.TaskDefinition != "web:2" || d.ExtraTaskSeconds < least || d.ExtraTaskSeconds > least+600 || *d.ExtraCost < least/3600*0.0123425 {
		t.Errorf("deployment: %+v, extra cost %v", d, *d.ExtraCost)
	}
}

// At any speed of the clock, a day costs a day's money.
func TestADayAtSpeedCostsADay(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Speed: 86_400 * 4})
	id := w.runTask(w.register("job", "app"))
	began := w.srv.Clock().Now()
	w.eventually("a day is over", func() bool { return w.srv.Clock().Now().Sub(began) > 24*time.Hour })
	costs := w.srv.Costs()
	task := w.task(id)
	seconds := max(60, int64(math.Ceil(costs.To.Sub(*task.PullStartedAt).Seconds())))
	if got := costs.Standalone[0].Usage[0].TaskSeconds; got < seconds-1 || got > seconds+1 || seconds < 86_000 {
		t.Errorf("%d billed seconds, want %d", got, seconds)
	}
	if want := float64(seconds) / 3600 * 0.0123425; math.Abs(costs.Total-want) > 1e-5 {
		t.Errorf("the total is %v, want %v", costs.Total, want)
	}
}
