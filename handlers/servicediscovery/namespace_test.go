package servicediscovery_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// A namespace lives from its creation to its deletion; each change is an operation that has succeeded.
func TestNamespaces(t *testing.T) {
	s := newScene(t)
	id := s.privateNamespace("shop.local", "vpc-1")
	got := apitest.OK(t, s.GetNamespace, &sdk.GetNamespaceInput{Id: &id}).Namespace
	if *got.Arn != "arn:aws:servicediscovery:us-east-1:123456789012:namespace/"+id || got.Type != types.NamespaceTypeDnsPrivate ||
		*got.Properties.HttpProperties.HttpName != "shop.local" || len(*got.Properties.DnsProperties.HostedZoneId) != 21 || !got.CreateDate.Equal(s.Now) {
		t.Errorf("%+v", got)
	}
	for _, id := range []string{id, *got.Arn} {
		out := apitest.OK(t, s.UpdatePrivateDnsNamespace, &sdk.UpdatePrivateDnsNamespaceInput{Id: &id, Namespace: &types.PrivateDnsNamespaceChange{
			Description: aws.String("d"),
			Properties: &types.PrivateDnsNamespacePropertiesChange{
				DnsProperties: &types.PrivateDnsPropertiesMutableChange{SOA: &types.SOAChange{TTL: aws.Int64(30)}},
			},
		}})
		if o := s.done(out.OperationId); o.Type != types.OperationTypeUpdateNamespace {
			t.Errorf("%+v", o)
		}
	}
	got = apitest.OK(t, s.GetNamespace, &sdk.GetNamespaceInput{Id: got.Arn}).Namespace
	if *got.Description != "d" || *got.Properties.DnsProperties.SOA.TTL != 30 {
		t.Errorf("%+v", got)
	}

	service := s.service(&sdk.CreateServiceInput{Name: aws.String("api"), NamespaceId: &id})
	refused(t, s.DeleteNamespace, &sdk.DeleteNamespaceInput{Id: &id}, "ResourceInUse", "Namespace has associated services; delete the services before deleting the namespace")
	apitest.OK(t, s.DeleteService, &sdk.DeleteServiceInput{Id: service.Arn})
	s.done(apitest.OK(t, s.DeleteNamespace, &sdk.DeleteNamespaceInput{Id: &id}).OperationId)
	for _, id := range []string{id, "arn:", "arn:::::", "arn:aws:servicediscovery"} {
		refused(t, s.GetNamespace, &sdk.GetNamespaceInput{Id: &id}, "NamespaceNotFound", id)
	}
}

// Several namespaces may have a name, but none may take that of another one: HTTP names differ, and a VPC has a name once.
func TestNamesOfNamespaces(t *testing.T) {
	s := newScene(t)
	first := s.httpNamespace("shop.local")
	refused(t, s.CreateHttpNamespace, &sdk.CreateHttpNamespaceInput{Name: aws.String("shop.local")}, "NamespaceAlreadyExists", "shop.local")
	private := s.privateNamespace("shop.local", "vpc-1")
	other := s.privateNamespace("shop.local", "vpc-2")
	names := map[string]bool{}
	for _, id := range []string{first, private, other} {
		n := apitest.OK(t, s.GetNamespace, &sdk.GetNamespaceInput{Id: &id}).Namespace
		names[*n.Properties.HttpProperties.HttpName] = true
		if *n.Name != "shop.local" || !strings.HasPrefix(*n.Properties.HttpProperties.HttpName, "shop.local") {
			t.Errorf("%+v", n)
		}
	}
	if len(names) != 3 || !names["shop.local"] {
		t.Error(names)
	}

	for _, name := range []string{".", "..", "a..b", strings.Repeat("x", 64)} {
		id := apitest.OK(t, s.CreatePrivateDnsNamespace, &sdk.CreatePrivateDnsNamespaceInput{Name: &name, Vpc: aws.String("vpc-1")}).OperationId
		failed := apitest.OK(t, s.GetOperation, &sdk.GetOperationInput{OperationId: id}).Operation
		if failed.Status != types.OperationStatusFail || *failed.ErrorMessage != "The domain name "+name+" is not valid." {
			t.Errorf("%+v", failed)
		}
	}

	id := apitest.OK(t, s.CreatePrivateDnsNamespace, &sdk.CreatePrivateDnsNamespaceInput{Name: aws.String("Shop.local"), Vpc: aws.String("vpc-1")}).OperationId
	failed := apitest.OK(t, s.GetOperation, &sdk.GetOperationInput{OperationId: id}).Operation
	zone := apitest.OK(t, s.GetNamespace, &sdk.GetNamespaceInput{Id: &private}).Namespace.Properties.DnsProperties.HostedZoneId
	want := "The VPC vpc-1 in region us-east-1 has already been associated with the hosted zone " + *zone + " with the same domain name."
	if failed.Status != types.OperationStatusFail || *failed.ErrorCode != "CANNOT_CREATE_HOSTED_ZONE" || *failed.ErrorMessage != want {
		t.Errorf("%+v", failed)
	}
}

func TestPublicNamespaces(t *testing.T) {
	s := newScene(t)
	out := apitest.OK(t, s.CreatePublicDnsNamespace, &sdk.CreatePublicDnsNamespaceInput{Name: aws.String("example.com"), Properties: &types.PublicDnsNamespaceProperties{
		DnsProperties: &types.PublicDnsPropertiesMutable{SOA: &types.SOA{TTL: aws.Int64(15)}},
	}})
	id := s.done(out.OperationId).Targets["NAMESPACE"]
	s.done(apitest.OK(t, s.UpdatePublicDnsNamespace, &sdk.UpdatePublicDnsNamespaceInput{Id: &id, Namespace: &types.PublicDnsNamespaceChange{Description: aws.String("d")}}).OperationId)
	n := apitest.OK(t, s.GetNamespace, &sdk.GetNamespaceInput{Id: &id}).Namespace
	if *n.Properties.DnsProperties.SOA.TTL != 15 || *n.Description != "d" {
		t.Errorf("%+v", n)
	}
	other := s.httpNamespace("h")
	s.done(apitest.OK(t, s.UpdateHttpNamespace, &sdk.UpdateHttpNamespaceInput{Id: &other, Namespace: &types.HttpNamespaceChange{Description: aws.String("e")}}).OperationId)
	refused(t, s.UpdateHttpNamespace, &sdk.UpdateHttpNamespaceInput{Id: &id, Namespace: &types.HttpNamespaceChange{Description: aws.String("e")}}, "NamespaceNotFound", id)
}
