package servicediscovery_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// An instance is registered, replaced, and gone, and the revision tells.
func TestInstances(t *testing.T) {
	s := newScene(t)
	id := s.privateNamespace("shop.local", "vpc-1")
	service := s.service(&sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &id, DnsConfig: records("", types.RecordTypeA)})
	revision := func() int64 {
		t.Helper()
		return *apitest.OK(t, s.DiscoverInstancesRevision, &sdk.DiscoverInstancesRevisionInput{NamespaceName: aws.String("shop.local"), ServiceName: aws.String("api")}).InstancesRevision
	}
	before := revision()
	if before < 1e16 {
		t.Error(before)
	}
	s.register(*service.Id, "one", "AWS_INSTANCE_IPV4", "10.0.0.1")
	s.register(*service.Arn, "one", "AWS_INSTANCE_IPV4", "10.0.0.2", "color", "green")
	got := apitest.OK(t, s.GetInstance, &sdk.GetInstanceInput{ServiceId: service.Id, InstanceId: aws.String("one")})
	if got.Instance.Attributes["AWS_INSTANCE_IPV4"] != "10.0.0.2" || *got.ResourceOwner != scope.Account {
		t.Errorf("%+v", got)
	}
	listed := apitest.OK(t, s.ListInstances, &sdk.ListInstancesInput{ServiceId: service.Id})
	if len(listed.Instances) != 1 || *apitest.OK(t, s.GetService, &sdk.GetServiceInput{Id: service.Id}).Service.InstanceCount != 1 {
		t.Errorf("%+v", listed)
	}
	refused(t, s.DeleteService, &sdk.DeleteServiceInput{Id: service.Id}, "ResourceInUse", "Service contains registered instances; delete the instances before deleting the service")
	out := apitest.OK(t, s.DeregisterInstance, &sdk.DeregisterInstanceInput{ServiceId: service.Id, InstanceId: aws.String("one")})
	if o := s.done(out.OperationId); o.Targets["INSTANCE"] != "one" || o.Targets["SERVICE"] != *service.Id || o.Type != types.OperationTypeDeregisterInstance {
		t.Errorf("%+v", o)
	}
	refused(t, s.DeregisterInstance, &sdk.DeregisterInstanceInput{ServiceId: service.Id, InstanceId: aws.String("one")}, "InstanceNotFound", "one")
	if after := revision(); after != before+3 {
		t.Errorf("%d after %d", after, before)
	}
	apitest.OK(t, s.DeleteService, &sdk.DeleteServiceInput{Id: service.Id})
}

// Each type of record demands its attributes.
func TestAttributesOfInstances(t *testing.T) {
	s := newScene(t)
	id, http := s.privateNamespace("p", "vpc-1"), s.httpNamespace("h")
	service := func(name string, c *types.DnsConfig) string {
		t.Helper()
		return *s.service(&sdk.CreateServiceInput{Name: &name, NamespaceId: &id, DnsConfig: c}).Id
	}
	a := service("a", records(types.RoutingPolicyMultivalue, types.RecordTypeA))
	both := service("both", records(types.RoutingPolicyWeighted, types.RecordTypeA, types.RecordTypeAaaa))
	srv := service("srv", records(types.RoutingPolicyMultivalue, types.RecordTypeSrv))
	cname := service("cname", records(types.RoutingPolicyWeighted, types.RecordTypeCname))
	plain := *s.service(&sdk.CreateServiceInput{Name: aws.String("plain"), NamespaceId: &http}).Id
	checked := *s.service(&sdk.CreateServiceInput{Name: aws.String("checked"), NamespaceId: &http, HealthCheckConfig: &types.HealthCheckConfig{Type: types.HealthCheckTypeTcp}}).Id
	refuse := func(service, text string, attributes ...string) {
		t.Helper()
		in := &sdk.RegisterInstanceInput{ServiceId: &service, InstanceId: aws.String("i"), Attributes: map[string]string{}}
		for i := 0; i < len(attributes); i += 2 {
			in.Attributes[attributes[i]] = attributes[i+1]
		}
		refused(t, s.RegisterInstance, in, "InvalidInput", text)
	}
	refuse(a, "AWS_INSTANCE_IPV4", "AWS_INSTANCE_IPV6", "::1")
	refuse(a, "AWS_INSTANCE_IPV4 is not valid", "AWS_INSTANCE_IPV4", "::1")
	refuse(a, "WEIGHTED", "AWS_ALIAS_DNS_NAME", "lb.elb.amazonaws.com")
	refuse(a, "namespace type DNS_PRIVATE", "AWS_EC2_INSTANCE_ID", "i-1")
	refuse(both, "AWS_INSTANCE_IPV6", "AWS_INSTANCE_IPV4", "10.0.0.1")
	refuse(both, "AWS_INSTANCE_IPV4", "AWS_ALIAS_DNS_NAME", "lb.elb.amazonaws.com", "AWS_INSTANCE_IPV4", "10.0.0.1")
	refuse(srv, "AWS_INSTANCE_PORT", "AWS_INSTANCE_IPV4", "10.0.0.1")
	refuse(srv, "AWS_INSTANCE_IPV6", "AWS_INSTANCE_PORT", "80")
	refuse(srv, "AWS_INSTANCE_PORT is not valid", "AWS_INSTANCE_IPV4", "10.0.0.1", "AWS_INSTANCE_PORT", "65536")
	refuse(cname, "AWS_INSTANCE_CNAME")
	for _, name := range []string{"a..b", ".", "a b", strings.Repeat("x", 64) + ".com", strings.Repeat("abc.", 64) + "com"} {
		refuse(cname, "AWS_INSTANCE_CNAME is not valid", "AWS_INSTANCE_CNAME", name)
	}
	refuse(plain, "InitHealthStatus.UNKNOWN", "AWS_INIT_HEALTH_STATUS", "UNKNOWN")
	refuse(plain, "[AWS_MY, Aws_too]", "AWS_MY", "v", "Aws_too", "v")
	refuse(plain, "with [AWS_INSTANCE_CNAME, AWS_INSTANCE_PORT]", "AWS_EC2_INSTANCE_ID", "i-1", "AWS_INSTANCE_PORT", "80", "AWS_INSTANCE_CNAME", "c")
	refuse(checked, "A port must be supplied", "AWS_INSTANCE_IPV4", "1.1.1.1")
	for _, address := range []string{"10.0.0.1", "172.31.0.1", "192.168.0.1", "127.0.0.1", "169.254.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1"} {
		refuse(checked, "IPv4 address "+address+" is forbidden for healthChecks", "AWS_INSTANCE_IPV4", address, "AWS_INSTANCE_PORT", "80")
	}
	refuse(plain, "i-1 does not exist", "AWS_EC2_INSTANCE_ID", "i-1")
	refuse(plain, "'attributes' failed to satisfy constraint", "a key", "v")

	for _, id := range []string{"..", "a..b", strings.Repeat("x", 64)} {
		in := map[string]string{"AWS_INSTANCE_IPV4": "10.0.0.1", "AWS_INSTANCE_PORT": "80"}
		refused(t, s.RegisterInstance, &sdk.RegisterInstanceInput{ServiceId: &srv, InstanceId: &id, Attributes: in}, "InvalidInput", id+" cannot be part of the name")
	}

	s.register(a, "i", "AWS_INSTANCE_IPV4", "10.0.0.1")
	s.register(both, "i", "AWS_ALIAS_DNS_NAME", "lb.elb.amazonaws.com")
	s.register(srv, "i", "AWS_INSTANCE_IPV6", "fd00::1", "AWS_INSTANCE_PORT", "80")
	s.register(cname, "i", "AWS_INSTANCE_CNAME", "example.com")
	s.register(cname, "dot", "AWS_INSTANCE_CNAME", "example.com.")
	s.register(plain, "i", "anything", "goes here", "aws_instance_port", "is known")
	s.register(checked, "i", "AWS_INSTANCE_IPV4", "172.32.0.1", "AWS_INSTANCE_PORT", "80")
	s.register(checked, "name", "AWS_INSTANCE_PORT", "80")
}

// DiscoverInstances answers what is healthy, or all.
func TestHealthOfInstances(t *testing.T) {
	s := newScene(t)
	id := s.httpNamespace("h")
	service := s.service(&sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &id, HealthCheckCustomConfig: &types.HealthCheckCustomConfig{}})
	s.register(*service.Id, "up", "version", "1")
	s.register(*service.Id, "down", "AWS_INIT_HEALTH_STATUS", "UNHEALTHY", "version", "2")
	discover := func(in sdk.DiscoverInstancesInput, want ...string) {
		t.Helper()
		in.NamespaceName, in.ServiceName = aws.String("h"), aws.String("api")
		var got []string
		for _, i := range apitest.OK(t, s.DiscoverInstances, &in).Instances {
			got = append(got, *i.InstanceId+" "+string(i.HealthStatus))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %q, want %q", in, got, want)
		}
	}
	set := func(id string, status types.CustomHealthStatus) {
		t.Helper()
		apitest.OK(t, s.UpdateInstanceCustomHealthStatus, &sdk.UpdateInstanceCustomHealthStatusInput{ServiceId: service.Id, InstanceId: &id, Status: status})
	}
	discover(sdk.DiscoverInstancesInput{}, "up HEALTHY")
	discover(sdk.DiscoverInstancesInput{HealthStatus: types.HealthStatusFilterAll}, "down UNHEALTHY", "up HEALTHY")
	discover(sdk.DiscoverInstancesInput{HealthStatus: types.HealthStatusFilterUnhealthy}, "down UNHEALTHY")
	discover(sdk.DiscoverInstancesInput{QueryParameters: map[string]string{"version": "2"}}, "down UNHEALTHY")
	discover(sdk.DiscoverInstancesInput{OptionalParameters: map[string]string{"version": "3"}}, "up HEALTHY")
	set("up", types.CustomHealthStatusUnhealthy)
	discover(sdk.DiscoverInstancesInput{}, "down UNHEALTHY", "up UNHEALTHY")
	discover(sdk.DiscoverInstancesInput{HealthStatus: types.HealthStatusFilterHealthy})
	discover(sdk.DiscoverInstancesInput{OptionalParameters: map[string]string{"version": "1"}}, "up UNHEALTHY")
	set("down", types.CustomHealthStatusHealthy)
	discover(sdk.DiscoverInstancesInput{}, "down HEALTHY")

	all := apitest.OK(t, s.GetInstancesHealthStatus, &sdk.GetInstancesHealthStatusInput{ServiceId: service.Id}).Status
	if len(all) != 2 || all["up"] != types.HealthStatusUnhealthy {
		t.Error(all)
	}
	some := apitest.OK(t, s.GetInstancesHealthStatus, &sdk.GetInstancesHealthStatusInput{ServiceId: service.Id, Instances: []string{"down"}}).Status
	if len(some) != 1 || some["down"] != types.HealthStatusHealthy {
		t.Error(some)
	}
	refused(t, s.GetInstancesHealthStatus, &sdk.GetInstancesHealthStatusInput{ServiceId: service.Id, Instances: []string{"none"}}, "InstanceNotFound", "none")

	plain := s.service(&sdk.CreateServiceInput{Name: aws.String("plain"), NamespaceId: &id})
	s.register(*plain.Id, "i")
	refused(t, s.UpdateInstanceCustomHealthStatus, &sdk.UpdateInstanceCustomHealthStatusInput{
		ServiceId: plain.Id, InstanceId: aws.String("i"), Status: types.CustomHealthStatusHealthy,
	}, "CustomHealthNotFound", *plain.Id)
	out := apitest.OK(t, s.DiscoverInstances, &sdk.DiscoverInstancesInput{NamespaceName: aws.String("h"), ServiceName: aws.String("plain"), HealthStatus: types.HealthStatusFilterHealthy})
	if len(out.Instances) != 1 || out.Instances[0].HealthStatus != types.HealthStatusUnknown {
		t.Errorf("%+v", out.Instances)
	}
}
