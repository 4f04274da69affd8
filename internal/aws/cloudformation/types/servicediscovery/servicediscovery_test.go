package servicediscovery_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	api "github.com/ecs-emulator/ecs-emulator/handlers/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/app/serviceclient"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// cloudMap is a stack at an endpoint with Cloud Map.
type cloudMap struct {
	*typestest.Stack
	t    *testing.T
	call handler.Call
}

func newCloudMap(t *testing.T) *cloudMap {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &cloudMap{t: t}
	service := api.New(api.Options{Store: rows, Now: func() time.Time { return s.Time }}).Service()
	client := apiclient.New(apiclient.Options{
		Endpoint: service.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}), Host: "localhost",
		Services: serviceclient.Find([]awsapi.Service{service}),
	})
	s.call = func(ctx context.Context, op apiclient.Operation, in, out any) error {
		return client.Do(apiclient.WithSystemTags(ctx), apiclient.Root(typestest.Scope), op, in, out)
	}
	s.Stack = typestest.New(t, s.call, servicediscovery.Types())
	return s
}

// inventory is all that Cloud Map has, in words.
func (s *cloudMap) inventory() (all []string) {
	s.t.Helper()
	ask := func(name string, in, out any) {
		if err := s.call(s.t.Context(), apiclient.Of("servicediscovery", name), in, out); err != nil {
			s.t.Fatal(err)
		}
	}
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	var namespaces sdk.ListNamespacesOutput
	ask("ListNamespaces", &sdk.ListNamespacesInput{}, &namespaces)
	for _, n := range namespaces.Namespaces {
		var tags sdk.ListTagsForResourceOutput
		ask("ListTagsForResource", &sdk.ListTagsForResourceInput{ResourceARN: n.Arn}, &tags)
		add("namespace %s %s %q %d", *n.Name, n.Type, aws.ToString(n.Description), len(tags.Tags))
	}
	var services sdk.ListServicesOutput
	ask("ListServices", &sdk.ListServicesInput{}, &services)
	for _, each := range services.Services {
		name := *each.Name
		if strings.HasPrefix(name, "shop-Service-") { // what follows is of an incarnation
			name = "shop-Service"
		}
		var attributes sdk.GetServiceAttributesOutput
		ask("GetServiceAttributes", &sdk.GetServiceAttributesInput{ServiceId: each.Id}, &attributes)
		add("service %s %q %v", name, aws.ToString(each.Description), attributes.ServiceAttributes.Attributes)
		if each.DnsConfig != nil {
			for _, r := range each.DnsConfig.DnsRecords {
				add("record %s %d", r.Type, *r.TTL)
			}
		}
		var instances sdk.ListInstancesOutput
		ask("ListInstances", &sdk.ListInstancesInput{ServiceId: each.Id}, &instances)
		for _, i := range instances.Instances {
			add("instance %s", strings.Join(slices.Sorted(maps.Values(i.Attributes)), " "))
		}
	}
	slices.Sort(all)
	return all
}

var parts = []typestest.Part{
	typestest.Of("Http", "AWS::ServiceDiscovery::HttpNamespace", "{Name: http, Description: a, Tags: [{Key: k, Value: v}]}", "{Name: http}"),
	typestest.Of("Public", "AWS::ServiceDiscovery::PublicDnsNamespace", "{Name: example.com, Properties: {DnsProperties: {SOA: {TTL: '60'}}}}", "{Name: example.com, Description: b, Properties: {DnsProperties: {SOA: {TTL: 90}}}}"),
	typestest.Of("Private", "AWS::ServiceDiscovery::PrivateDnsNamespace", "{Name: local, Vpc: vpc-12345678}", "{Name: local, Vpc: vpc-12345678, Description: c, Tags: [{Key: k, Value: v}]}"),
	typestest.Of("Service", "AWS::ServiceDiscovery::Service", "{NamespaceId: '${Private}', DnsConfig: {DnsRecords: [{TTL: '60', Type: A}]}, HealthCheckCustomConfig: {FailureThreshold: 1}, ServiceAttributes: {a: 1, b: 2}}",
		"{NamespaceId: '${Private}', Description: d, DnsConfig: {DnsRecords: [{TTL: 10, Type: A}]}, HealthCheckCustomConfig: {FailureThreshold: 1}, ServiceAttributes: {b: 3}}"),
	typestest.Of("Named", "AWS::ServiceDiscovery::Service", "{Name: web, NamespaceId: '${Http}'}", "{Name: web, NamespaceId: '${Http}', Tags: [{Key: k, Value: v}]}"),
	typestest.Of("Instance", "AWS::ServiceDiscovery::Instance", "{ServiceId: '${Named}', InstanceAttributes: {a: 1, AWS_INSTANCE_IPV4: 10.0.0.1}}", "{ServiceId: '${Named}', InstanceAttributes: '{\"a\": \"2\"}'}"),
	typestest.Of("Fixed", "AWS::ServiceDiscovery::Instance", "{ServiceId: '${Named}', InstanceId: one, InstanceAttributes: {a: 1}}", ""),
}

func TestEachTypeLives(t *testing.T) {
	s := newCloudMap(t)
	s.Live(parts, s.inventory)
}

func TestEveryProperty(t *testing.T) { typestest.EveryProperty(t, servicediscovery.Types(), parts) }

func TestLostAnswers(t *testing.T) {
	s := newCloudMap(t)
	s.LoseAnswers(parts, s.inventory)
}

// TestWhatIsThereIsNotTheStacks: what others have made fails a create, and stays when that is taken back.
func TestWhatIsThereIsNotTheStacks(t *testing.T) {
	s := newCloudMap(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	before := s.inventory()
	for _, p := range parts {
		if strings.Contains("Service Instance", p.Name) {
			continue // their names are generated
		}
		if failure := s.Create("Second", p.Kind, p.Properties); failure == nil || failure.Code != handler.AlreadyExists && p.Name != "Private" {
			t.Errorf("a second %s: %+v", p.Name, failure)
		}
		if failure := s.Delete("Second"); failure != nil {
			t.Error(failure.Message)
		}
	}
	if after := s.inventory(); !slices.Equal(before, after) {
		t.Errorf("there was %q, and now %q", before, after)
	}
}

// TestNamespaceWhoseOperationFails says why.
func TestNamespaceWhoseOperationFails(t *testing.T) {
	s := newCloudMap(t)
	s.Has("First", "AWS::ServiceDiscovery::PrivateDnsNamespace", "{Name: local, Vpc: vpc-12345678}")
	failure := s.Create("Second", "AWS::ServiceDiscovery::PrivateDnsNamespace", "{Name: local, Vpc: vpc-12345678}")
	if failure == nil || !strings.Contains(failure.Message, "has already been associated with the hosted zone") {
		t.Errorf("it says %+v", failure)
	}
	if failure := s.Delete("Second"); failure != nil {
		t.Error(failure.Message)
	}
}

func TestRefAndGetAtt(t *testing.T) {
	s := newCloudMap(t)
	for _, p := range parts {
		s.Has(p.Name, p.Kind, p.Properties)
	}
	for name, want := range map[string]string{"Http": "ns-", "Private": "ns-", "Service": "srv-", "Fixed": "one", "Instance": "shop-Instance-"} {
		if got := s.Ref(name); !strings.HasPrefix(got, want) {
			t.Errorf("Ref of %s is %q", name, got)
		}
	}
	if got := s.GetAtt("Service", "Name"); !strings.HasPrefix(got, "shop-Service-") {
		t.Errorf("the service is named %q", got)
	}
	if failure := s.Update("Service", "{NamespaceId: '${Private}', DnsConfig: {RoutingPolicy: WEIGHTED, DnsRecords: [{TTL: 10, Type: A}]}}"); failure == nil || failure.Code != handler.NotUpdatable {
		t.Errorf("another routing policy: %+v", failure)
	}
}
