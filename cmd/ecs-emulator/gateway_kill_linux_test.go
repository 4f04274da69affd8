package main

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// killedGateway is a gateway whose emulator is killed.
type killedGateway struct {
	gated
	args    []string
	kills   int
	life    int
	express string // the ARN of a service that has a load balancer of its own
	// definition is the next one of web.
	definition *string
	owner      string // on the engine; empty on the simulated one
}

// gatewayOrder asks for something, or for it again.
type gatewayOrder func(ctx context.Context, k *killedGateway) error

// gatewayOperations make up a life, each with what it comes to.
var gatewayOperations = []struct {
	name string
	ask  gatewayOrder
	ends func(k *killedGateway) bool
}{
	{"connect", connectAs("default", "web"), func(k *killedGateway) bool { return k.completed("default", "web") && len(k.routes("web")) == 1 }},
	{"connect another", connectAs("two", "api"), func(k *killedGateway) bool { return k.completed("two", "api") && len(k.routes("api")) == 1 }},
	{"canary", shiftBy(types.DeploymentStrategyCanary), func(k *killedGateway) bool { return k.completed("default", "web") }},
	{"blue/green", shiftBy(types.DeploymentStrategyBlueGreen), func(k *killedGateway) bool { return k.completed("default", "web") }},
	{"linear", shiftBy(types.DeploymentStrategyLinear), func(k *killedGateway) bool { return k.completed("default", "web") }},
	{"rolling", shiftBy(types.DeploymentStrategyRolling), func(k *killedGateway) bool { return k.completed("default", "web") }},
	{"leave", leaveAs("two", "api"), func(k *killedGateway) bool { return k.completed("two", "api") && k.allRoutes() == 1 }},
	{"delete", deleteAs("default", "web"), func(k *killedGateway) bool { return k.gone("default", "web") && k.allRoutes() == 0 }},
	{"delete another", deleteAs("two", "api"), func(k *killedGateway) bool { return k.gone("two", "api") }},
}

func connectAs(cluster, name string) gatewayOrder {
	return func(ctx context.Context, k *killedGateway) error {
		in := connecting(cluster, name, &name, 1)
		in.ClientToken = aws.String(name + strconv.Itoa(k.life))
		_, err := k.client.CreateService(ctx, in, once)
		return err
	}
}

func shiftBy(strategy types.DeploymentStrategy) gatewayOrder {
	c := asksAtEachStage(strategy)
	c.LifecycleHooks = []types.DeploymentLifecycleHook{}
	if strategy == types.DeploymentStrategyRolling {
		c.BakeTimeInMinutes = nil
	}
	return func(ctx context.Context, k *killedGateway) error {
		_, err := k.client.UpdateService(ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: k.definition, DeploymentConfiguration: c}, once)
		return err
	}
}

func leaveAs(cluster, name string) gatewayOrder {
	return func(ctx context.Context, k *killedGateway) error {
		_, err := k.client.UpdateService(ctx, &ecs.UpdateServiceInput{Cluster: &cluster, Service: &name, GatewayConnectors: []types.GatewayConnector{}}, once)
		return err
	}
}

func deleteAs(cluster, name string) gatewayOrder {
	return func(ctx context.Context, k *killedGateway) error {
		if k.gone(cluster, name) {
			return nil
		}
		_, err := k.client.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: &cluster, Service: &name, Force: aws.Bool(true)}, once)
		return err
	}
}

// once has a request not be made again where its emulator is killed.
func once(o *ecs.Options) { o.Retryer = aws.NopRetryer{} }

// completed is whether a service has one deployment, and its tasks.
func (k *killedGateway) completed(cluster, name string) bool {
	out, err := k.client.DescribeServices(k.Context(), &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{name}})
	k.must(err)
	if len(out.Services) == 0 {
		return false
	}
	s := out.Services[0]
	return len(s.Deployments) == 1 && s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted && s.RunningCount == 1 && s.PendingCount == 0
}

// gone is whether a service is INACTIVE, or a kill has left it out.
func (k *killedGateway) gone(cluster, name string) bool {
	out, err := k.client.DescribeServices(k.Context(), &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{name}}, once)
	return err == nil && (len(out.Services) == 0 || *out.Services[0].Status == "INACTIVE")
}

// containers are the engine's ones of tasks and load balancers, but for sandboxes that wait for their first task.
func (k *killedGateway) containers() (names []string) {
	k.Helper()
	if k.owner == "" {
		return nil
	}
	for _, name := range left(k.T, k.owner) {
		if !strings.Contains(name, "-warm-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (k *killedGateway) allRoutes() int {
	out, err := k.client.ListGatewayRoutes(k.Context(), &ecs.ListGatewayRoutesInput{})
	k.must(err)
	return len(out.GatewayRoutes)
}

// until waits for the end of an operation, which time brings.
func (k *killedGateway) until(what string, is func() bool) {
	k.Helper()
	k.eventually(what, func() bool {
		if is() {
			return true
		}
		k.advance("20s")
		return false
	})
}

// killIn asks for an operation and kills the emulator at a random point of it. It asks again, as the answer may be lost.
func (k *killedGateway) killIn(ask gatewayOrder, takes time.Duration) {
	k.Helper()
	for range 1 + k.kills%2 {
		ended := make(chan error, 1)
		go func(k killedGateway) { ended <- ask(k.Context(), &k) }(*k)
		point := time.NewTimer(time.Duration(rand.Int64N(int64(takes))))
		<-point.C
		k.kill()
		<-ended
		k.kills++
		k.process = startServe(k.T, k.args...)
	}
	k.must(ask(k.Context(), k))
}

// A gateway's services connect, shift their traffic and leave, and end as they do without a kill: with the same things, none of them
// twice, and in the end with none. An Express service beside them keeps what it has. ECS_EMULATOR_TEST_GATEWAY_KILLS is how often the
// emulator is killed.
func TestGatewaysSurviveKills(t *testing.T) {
	t.Parallel()
	gatewaysSurviveKills(t, 4, "--engine", "sim", "--speed", "20")
}

func gatewaysSurviveKills(t *testing.T, kills int, args ...string) {
	t.Helper()
	if text := os.Getenv("ECS_EMULATOR_TEST_GATEWAY_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	k := &killedGateway{args: append(args, "--data-dir", t.TempDir(), "--log-level", "error")}
	k.process = startServe(t, k.args...)
	k.open()
	made, err := k.client.CreateExpressGatewayService(t.Context(), &ecs.CreateExpressGatewayServiceInput{
		ServiceName: aws.String("express"), ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/run"),
		InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infra"), PrimaryContainer: k.expressContainer("express"),
	})
	k.must(err)
	k.express = *made.Service.ServiceArn
	k.until("the Express service is there", func() bool { return k.completed("default", "express") })
	if !k.simulated() {
		balancers, err := k.elb().DescribeLoadBalancers(t.Context(), &elb.DescribeLoadBalancersInput{})
		k.must(err)
		k.owner = ownerOf(t, *balancers.LoadBalancers[0].LoadBalancerArn)
	}
	empty, containers := k.counts(), k.containers()
	bare := func() bool { return k.counts() == empty && slices.Equal(k.containers(), containers) }
	var want []string
	var took []time.Duration
	begin := func() {
		k.life++
		k.define("web", "life-"+strconv.Itoa(k.life))
		k.define("api", "life-"+strconv.Itoa(k.life))
	}
	next := func(i int) {
		k.definition = k.define("web", gatewayOperations[i].name+strconv.Itoa(k.life))
	}
	begin()
	for i, o := range gatewayOperations { // a life without kills
		began := time.Now()
		if i > 0 {
			next(i)
		}
		k.must(o.ask(t.Context(), k))
		k.until(o.name, func() bool { return o.ends(k) })
		if i == len(gatewayOperations)-1 {
			k.until("nothing is left", bare)
		}
		took, want = append(took, time.Since(began)), append(want, k.counts())
	}
	if want[1] != want[5] || want[1] == want[0] {
		t.Fatalf("without kills: %q", want)
	}
	for first := k.life; k.kills < kills; {
		begin()
		for i, o := range gatewayOperations {
			if i > 0 {
				next(i)
			}
			if k.life > first+1 || k.kills < kills {
				k.killIn(o.ask, took[i])
			} else {
				k.must(o.ask(t.Context(), k))
			}
			k.until(o.name, func() bool { return o.ends(k) })
			last := ""
			k.until("after kill "+strconv.Itoa(k.kills)+", "+o.name+" leaves what it leaves without kills", func() bool {
				if got := k.counts(); got != last {
					last = got
					t.Logf("life %d, kill %d, %s: %s", k.life, k.kills, o.name, got)
				}
				return last == want[i]
			})
		}
		k.until("no container is left but "+strings.Join(containers, ", "), bare)
	}
	t.Logf("%d kills; operations take %s without any", k.kills, took)
	k.close(empty)
}

// close deletes the gateway and the Express service, and expects nothing to be left.
func (k *killedGateway) close(with string) {
	k.Helper()
	for _, cluster := range []string{"default", "two"} {
		_, err := k.client.DisassociateGatewayFromCluster(k.Context(), &ecs.DisassociateGatewayFromClusterInput{Gateway: aws.String("shop"), Cluster: &cluster})
		k.must(err)
	}
	k.until("the associations end", func() bool {
		out, err := k.client.ListGatewayClusterAssociations(k.Context(), &ecs.ListGatewayClusterAssociationsInput{})
		k.must(err)
		return len(out.GatewayClusterAssociations) == 0
	})
	_, err := k.client.UpdateGateway(k.Context(), &ecs.UpdateGatewayInput{Gateway: aws.String("shop"), DeletionProtection: aws.Bool(false)})
	k.must(err)
	_, err = k.client.DeleteGateway(k.Context(), &ecs.DeleteGatewayInput{Gateway: aws.String("shop")})
	k.must(err)
	if got := k.counts(); got != with {
		k.Errorf("the Express service has %s, and had %s", got, with)
	}
	_, err = k.client.DeleteExpressGatewayService(k.Context(), &ecs.DeleteExpressGatewayServiceInput{ServiceArn: &k.express})
	k.must(err)
	k.until("nothing is left", func() bool {
		return k.counts() == "0 load balancers, 0 listeners, 0 rules, 0 certificates at listeners, 0 target groups, 0 certificates, 1 security groups, 2 security group rules"
	})
	k.until("no container is left", func() bool { return len(k.containers()) == 0 })
}
