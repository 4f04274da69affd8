package emulator_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// asking asks the emulator's DNS server on this host, over udp or tcp.
func asking(srv *emulator.Server, network string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, srv.DNSAddress())
	}}
}

// leadsTo expects an address of a name, in Go and over the network; empty is that there is no such name.
func (w *world) leadsTo(name, want string) {
	w.Helper()
	var missing *net.DNSError
	w.eventually(name+" leads to "+want, func() bool {
		all, err := w.srv.Resolve(name)
		if want == "" {
			return errors.As(err, &missing) && missing.IsNotFound
		}
		return len(all) == 1 && all[0].String() == want
	})
	for _, network := range []string{"udp", "tcp"} {
		found, err := asking(w.srv, network).LookupHost(w.Context(), name+".")
		if want == "" {
			if !errors.As(err, &missing) || !missing.IsNotFound {
				w.Errorf("%s over %s: %q, %v", name, network, found, err)
			}
		} else if err != nil || !slices.Equal(found, []string{want}) {
			w.Errorf("%s over %s: %q, %v; want %s", name, network, found, err, want)
		}
	}
}

func privateName(address string) string {
	return "ip-" + strings.ReplaceAll(address, ".", "-") + ".ec2.internal"
}

func TestNamesThatAWSGivesOnTheHost(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Engine: "sim", DNS: "127.0.0.1:0"})
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	b := w.withLoadBalancer(int32(port))
	task := w.runTask(w.register("web", "app"))
	address := addressOf(w.untilRunning(task))
	instance := w.instances(1)[0]
	w.leadsTo(privateName(instance), "") // it has no task yet
	_, err = w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("bridge"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(64)}},
	})
	w.must(err)
	_, err = w.client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: aws.String("bridge"), LaunchType: types.LaunchTypeEc2})
	w.must(err)

	w.leadsTo(privateName(address), address)
	w.leadsTo(privateName(instance), instance)
	w.leadsTo(*b.loadBalancer.DNSName, b.shown().Address)
	var refused *net.DNSError
	if _, err := asking(w.srv, "udp").LookupHost(t.Context(), "example.com."); !errors.As(err, &refused) || refused.IsNotFound {
		t.Errorf("another name: %v", err)
	}

	_, err = w.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: &task})
	w.must(err)
	w.leadsTo(privateName(address), "")
	_, err = b.elb.DeleteLoadBalancer(t.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: b.loadBalancer.LoadBalancerArn})
	w.must(err)
	w.leadsTo(*b.loadBalancer.DNSName, "")
}

// A host that asks the emulator for names reaches a task, a container instance and a load balancer by them, each at its
// own port.
func TestDockerTheHostCallsByName(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	w := start(t, emulator.Options{Engine: "docker", DNS: "127.0.0.1:0"})
	b := w.saying("web", 80)
	task := w.untilRunning(w.runTask(w.register("task", dockertest.Image(t), "serve", "8080", "task")))
	instance := w.instances(1)[0]
	w.runOnInstances(1, types.NetworkModeBridge, 8080, 18080)
	dialer := &net.Dialer{Resolver: asking(w.srv, "udp")}
	host := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
	for url, want := range map[string]string{
		"http://" + *b.loadBalancer.DNSName + "/":           "web",
		"http://" + privateName(addressOf(task)) + ":8080/": "task",
		"http://" + privateName(instance) + ":18080/":       "hello bridge",
		"http://dualstack." + *b.loadBalancer.DNSName + "/": "web",
	} {
		var said []byte
		w.eventually(url+" says "+want, func() bool {
			response, err := host.Get(url)
			if err != nil {
				return false
			}
			defer response.Body.Close()
			said, _ = io.ReadAll(response.Body)
			return strings.Contains(string(said), want)
		})
	}
}
