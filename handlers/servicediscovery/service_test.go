package servicediscovery_test

//lint:file-ignore SA1019 AWS has deprecated the namespace in DnsConfig and the threshold; clients send and read them still

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// A service has its records and its health check, of which an update keeps what it names.
func TestServices(t *testing.T) {
	s := newScene(t)
	id := s.privateNamespace("shop.local", "vpc-1")
	made := s.service(&sdk.CreateServiceInput{
		Name: aws.String("api"), DnsConfig: func() *types.DnsConfig {
			c := records("", types.RecordTypeA, types.RecordTypeAaaa)
			c.NamespaceId = &id
			return c
		}(),
		HealthCheckCustomConfig: &types.HealthCheckCustomConfig{FailureThreshold: aws.Int32(7)},
	})
	if *made.NamespaceId != id || *made.DnsConfig.NamespaceId != id || made.DnsConfig.RoutingPolicy != types.RoutingPolicyMultivalue || made.Type != types.ServiceTypeDnsHttp ||
		*made.HealthCheckCustomConfig.FailureThreshold != 1 || *made.CreatorRequestId == "" || *made.CreatedByAccount != scope.Account {
		t.Errorf("%+v", made)
	}
	update := func(change *types.ServiceChange) {
		t.Helper()
		s.done(apitest.OK(t, s.UpdateService, &sdk.UpdateServiceInput{Id: made.Id, Service: change}).OperationId)
	}
	update(&types.ServiceChange{Description: aws.String("d"), DnsConfig: &types.DnsConfigChange{DnsRecords: []types.DnsRecord{{Type: types.RecordTypeA, TTL: aws.Int64(5)}}}})
	got := apitest.OK(t, s.GetService, &sdk.GetServiceInput{Id: made.Arn}).Service
	if *got.Description != "d" || len(got.DnsConfig.DnsRecords) != 1 || *got.DnsConfig.DnsRecords[0].TTL != 5 || got.HealthCheckCustomConfig == nil {
		t.Errorf("%+v", got)
	}
	refused(t, s.UpdateService, &sdk.UpdateServiceInput{Id: made.Id, Service: &types.ServiceChange{
		DnsConfig: &types.DnsConfigChange{DnsRecords: []types.DnsRecord{{Type: types.RecordTypeSrv, TTL: aws.Int64(5)}}},
	}}, "InvalidInput", "SRV")
	update(&types.ServiceChange{})
	got = apitest.OK(t, s.GetService, &sdk.GetServiceInput{Id: made.Id}).Service
	if len(got.DnsConfig.DnsRecords) != 0 || *got.Description != "d" || got.HealthCheckCustomConfig == nil {
		t.Errorf("%+v", got)
	}
}

func TestServicesOfANameAreOne(t *testing.T) {
	s := newScene(t)
	http, private := s.httpNamespace("h"), s.privateNamespace("p", "vpc-1")
	a := s.service(&sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &http, CreatorRequestId: aws.String("c")})
	if a.Type != types.ServiceTypeHttp || a.DnsConfig == nil || a.DnsConfig.DnsRecords != nil {
		t.Errorf("%+v", a)
	}
	again := s.service(&sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &http, CreatorRequestId: aws.String("c")})
	if *again.Id != *a.Id {
		t.Errorf("%s is not %s", *again.Id, *a.Id)
	}
	_, err := s.CreateService(t.Context(), &sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &http})
	taken := new(types.ServiceAlreadyExists)
	if !errors.As(err, &taken) || *taken.ServiceId != *a.Id || *taken.ServiceArn != *a.Arn || *taken.CreatorRequestId != "c" {
		t.Error(err)
	}
	s.service(&sdk.CreateServiceInput{Name: aws.String("API"), NamespaceId: &http})
	s.service(&sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &private, DnsConfig: records("", types.RecordTypeA)})
	refused(t, s.CreateService, &sdk.CreateServiceInput{Name: aws.String("Api"), NamespaceId: &private, DnsConfig: records("", types.RecordTypeA)}, "ServiceAlreadyExists", "already exists")
	refused(t, s.CreateService, &sdk.CreateServiceInput{Name: aws.String("api")}, "InvalidInput", "Service namespace id cannot be null")

	out := apitest.OK(t, s.ListServices, &sdk.ListServicesInput{Filters: []types.ServiceFilter{{Name: types.ServiceFilterNameNamespaceId, Values: []string{http}}}})
	if len(out.Services) != 2 {
		t.Errorf("%+v", out.Services)
	}
}

// What cannot go together in a service.
func TestRefusedServices(t *testing.T) {
	s := newScene(t)
	http, private := s.httpNamespace("h"), s.privateNamespace("p", "vpc-1")
	check := &types.HealthCheckConfig{Type: types.HealthCheckTypeTcp}
	for _, test := range []struct {
		text string
		in   sdk.CreateServiceInput
	}{
		{"a namespace that has a type of HTTP", sdk.CreateServiceInput{NamespaceId: &http, DnsConfig: records("", types.RecordTypeA)}},
		{"a service with a type of HTTP", sdk.CreateServiceInput{NamespaceId: &private, Type: types.ServiceTypeOptionHttp, DnsConfig: records("", types.RecordTypeA)}},
		{"not A, SRV", sdk.CreateServiceInput{NamespaceId: &private, DnsConfig: records("", types.RecordTypeSrv, types.RecordTypeA)}},
		{"Duplicate resource record typeAin DNS", sdk.CreateServiceInput{NamespaceId: &private, DnsConfig: records("", types.RecordTypeA, types.RecordTypeA)}},
		{"CNAME cannot be combined", sdk.CreateServiceInput{NamespaceId: &private, DnsConfig: records("", types.RecordTypeA, types.RecordTypeCname)}},
		{"WEIGHTED", sdk.CreateServiceInput{NamespaceId: &private, DnsConfig: records("", types.RecordTypeCname)}},
		{"private namespace", sdk.CreateServiceInput{NamespaceId: &private, HealthCheckConfig: check}},
		{"both", sdk.CreateServiceInput{NamespaceId: &http, HealthCheckConfig: check, HealthCheckCustomConfig: &types.HealthCheckCustomConfig{}}},
		{"resource path", sdk.CreateServiceInput{NamespaceId: &http, HealthCheckConfig: &types.HealthCheckConfig{Type: types.HealthCheckTypeTcp, ResourcePath: aws.String("/")}}},
	} {
		test.in.Name = aws.String("api")
		refused(t, s.CreateService, &test.in, "InvalidInput", test.text)
	}
	refused(t, s.CreateService, &sdk.CreateServiceInput{Name: aws.String("a b"), NamespaceId: &http}, "InvalidInput", "'name' failed to satisfy constraint")
}

func TestAttributesOfServices(t *testing.T) {
	s := newScene(t)
	id := s.httpNamespace("h")
	service := s.service(&sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &id})
	apitest.OK(t, s.UpdateServiceAttributes, &sdk.UpdateServiceAttributesInput{ServiceId: service.Id, Attributes: map[string]string{"a": "1", "b": "2"}})
	apitest.OK(t, s.DeleteServiceAttributes, &sdk.DeleteServiceAttributesInput{ServiceId: service.Arn, Attributes: []string{"a", "c"}})
	got := apitest.OK(t, s.GetServiceAttributes, &sdk.GetServiceAttributesInput{ServiceId: service.Id}).ServiceAttributes
	if *got.ServiceArn != *service.Arn || len(got.Attributes) != 1 || got.Attributes["b"] != "2" {
		t.Errorf("%+v", got)
	}
	many := map[string]string{}
	for i := range 30 {
		many[fmt.Sprint(i)] = ""
	}
	refused(t, s.UpdateServiceAttributes, &sdk.UpdateServiceAttributesInput{ServiceId: service.Id, Attributes: many}, "ServiceAttributesLimitExceededException", "30")
}

func TestTags(t *testing.T) {
	s := newScene(t)
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	id := s.httpNamespace("h")
	service := s.service(&sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &id, Tags: []types.Tag{tag("a", "1"), tag("b", "2")}})
	namespace := apitest.OK(t, s.GetNamespace, &sdk.GetNamespaceInput{Id: &id}).Namespace
	for resource, want := range map[string]string{*service.Arn: "b=3 c=", *namespace.Arn: "b=3 c="} {
		apitest.OK(t, s.TagResource, &sdk.TagResourceInput{ResourceARN: &resource, Tags: []types.Tag{tag("b", "3"), tag("c", "")}})
		apitest.OK(t, s.UntagResource, &sdk.UntagResourceInput{ResourceARN: &resource, TagKeys: []string{"a", "z"}})
		var got []string
		for _, t := range apitest.OK(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: &resource}).Tags {
			got = append(got, *t.Key+"="+*t.Value)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s", resource, got)
		}
	}
	twice := []types.Tag{tag("a", "1"), tag("a", "2")}
	refused(t, s.CreateHttpNamespace, &sdk.CreateHttpNamespaceInput{Name: aws.String("twice"), Tags: twice}, "InvalidInput", "two tags with the key a")
	refused(t, s.CreateService, &sdk.CreateServiceInput{Name: aws.String("twice"), NamespaceId: &id, Tags: twice}, "InvalidInput", "two tags with the key a")
	missing := "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-missing"
	refused(t, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: &missing}, "ResourceNotFoundException", missing)
}
