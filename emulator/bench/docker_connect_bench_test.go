package bench_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	discovery "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// answer is what the first load balancer answers, empty if that is an error.
func (w *world) answer() string {
	for _, balancer := range w.LoadBalancers() {
		for _, l := range balancer.Listeners {
			if len(l.Local) == 0 {
				continue
			}
			answer, err := http.Get("http://" + l.Local[0] + "/")
			if err != nil {
				return ""
			}
			defer answer.Body.Close()
			text, _ := io.ReadAll(answer.Body)
			return strings.TrimSpace(string(text))
		}
	}
	return ""
}

// BenchmarkGoalConnectStart is how much longer a service takes from UpdateService to a task that runs if that has a proxy
// of Service Connect, by turns.
func BenchmarkGoalConnectStart(b *testing.B) {
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{})
		w.register("web", serving, running(w, "serve", fmt.Sprint(port)))
		w.createNamespace()
		w.createService("plain", 0)
		w.createService("calls", 0, calls)
		took, proxies := map[string][]time.Duration{}, map[string]int{"calls": 1}
		turns := []string{"plain", "calls"}
		for round := range 7 {
			for _, name := range turns {
				time.Sleep(500 * time.Millisecond) // about as long as it takes to type the next command
				began := time.Now()
				w.scale(name, 1)
				w.awaitTasks(name, 1)
				if round > 0 { // the first brings programs to the engine
					took[name] = append(took[name], time.Since(began))
				}
				if n := len(w.proxies(name)); n != proxies[name] {
					b.Fatalf("%d proxies are in the task of %s, not %d", n, name, proxies[name])
				}
				w.scale(name, 0)
				w.until("the task to end", func() bool { return len(w.containersOf(name)) == 0 })
			}
			slices.Reverse(turns)
		}
		b.ReportMetric(percentile(took["calls"], 50)-percentile(took["plain"], 50), "ms-more≤300")
	}
}

// containersOf are the ids that the engine has for the containers of a service's tasks that have not stopped.
func (w *world) containersOf(service string) (ids []string) {
	w.Helper()
	for _, c := range w.shownContainers(service) {
		ids = append(ids, c.EngineID)
	}
	return ids
}

// proxies are the ids of the containers that are proxies, in the tasks of several services.
func (w *world) proxies(services ...string) (ids []string) {
	w.Helper()
	for _, service := range services {
		for _, c := range w.shownContainers(service) {
			if strings.HasPrefix(c.Name, "ecs-service-connect-") {
				ids = append(ids, c.EngineID)
			}
		}
	}
	return ids
}

func (w *world) shownContainers(service string) (all []control.Container) {
	w.Helper()
	var list control.Tasks
	w.get("/_emulator/tasks", &list)
	for _, t := range list.Tasks {
		if t.Group == "service:"+service {
			all = append(all, t.Containers...)
		}
	}
	return all
}

// BenchmarkGoalDeregistered is how long it takes from DeregisterInstance until no answer of the DNS server of the VPC has
// the instance.
func BenchmarkGoalDeregistered(b *testing.B) {
	const times = 40
	address := netip.MustParseAddr("10.99.0.1")
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{})
		w.register("web", running(w, "sleep", "1h"))
		api, id := servicediscovery.NewFromConfig(w.Config()), w.createNamespace()
		made, err := api.CreateService(b.Context(), &servicediscovery.CreateServiceInput{
			Name: aws.String("api"), NamespaceId: &id,
			DnsConfig: &discovery.DnsConfig{DnsRecords: []discovery.DnsRecord{{Type: discovery.RecordTypeA, TTL: aws.Int64(10)}}},
		})
		w.must(err)
		register := func() {
			_, err := api.RegisterInstance(b.Context(), &servicediscovery.RegisterInstanceInput{
				ServiceId: made.Service.Id, InstanceId: aws.String("i-1"),
				Attributes: map[string]string{"AWS_INSTANCE_IPV4": address.String()},
			})
			w.must(err)
		}
		register()
		w.runTask("web") // the VPC has a DNS server when it has a task
		resolver := w.resolver()
		answered := func() bool {
			all, err := resolver.LookupNetIP(b.Context(), "ip4", "api."+namespace+".")
			if none := (*net.DNSError)(nil); errors.As(err, &none) && none.IsNotFound {
				return false // any other error, such as a timeout, ends the benchmark
			}
			w.must(err)
			return slices.Contains(all, address)
		}
		var took []time.Duration
		for range times {
			w.until("the instance among the answers", answered)
			began := time.Now()
			_, err := api.DeregisterInstance(b.Context(), &servicediscovery.DeregisterInstanceInput{
				ServiceId: made.Service.Id, InstanceId: aws.String("i-1"),
			})
			w.must(err)
			w.until("no answer with the instance", func() bool { return !answered() })
			took = append(took, time.Since(began))
			register()
		}
		b.ReportMetric(percentile(took, 99), "ms-p99≤100")
	}
}

// resolver asks the DNS server of the VPC.
func (w *world) resolver() *net.Resolver {
	w.Helper()
	var address string
	w.until("a DNS server of the VPC", func() bool {
		var shown struct {
			Resolvers []struct {
				Address   string `json:"address"`
				Connected bool   `json:"connected"`
			} `json:"resolvers"`
		}
		w.get("/_emulator/discovery", &shown)
		for _, r := range shown.Resolvers {
			if r.Connected && r.Address != "" {
				address = r.Address
			}
		}
		return address != ""
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, network, net.JoinHostPort(address, "53"))
	}}
}
