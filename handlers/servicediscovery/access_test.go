package servicediscovery_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/servicediscovery"
)

// Source: Service Authorization Reference, AWS Cloud Map.
func TestWhatRequestsAsk(t *testing.T) {
	const (
		tagged   = " aws:requesttag/team=red aws:tagkeys=Team"
		tags     = `"Tags":[{"Key":"Team","Value":"red"}]`
		discover = " servicediscovery:namespacename=shop servicediscovery:servicename=web"
		of       = " servicediscovery:namespacearn=namespace/ns-1"
		shared   = "arn:aws:servicediscovery:us-east-1:444455556666:namespace/ns-2"
	)
	service := servicediscovery.New(servicediscovery.Options{}).Service()
	apitest.Access(t, service)
	table := []apitest.Request{
		apitest.Ask("CreateService", `{"Name":"web","NamespaceId":"ns-1"}`,
			"servicediscovery:CreateService namespace/ns-1"+of, "servicediscovery:CreateService service/*"+of),
		apitest.Ask("CreateService", `{"Name":"web","DnsConfig":{"NamespaceId":"ns-1"},`+tags+`}`,
			"servicediscovery:CreateService namespace/ns-1"+tagged+of, "servicediscovery:CreateService service/*"+tagged+of,
			"servicediscovery:TagResource *"+tagged+of),
		apitest.Ask("GetNamespace", `{"Id":"`+shared+`"}`, "servicediscovery:GetNamespace "+shared),
		apitest.Ask("GetOperation", `{"OperationId":"op-1"}`, "servicediscovery:GetOperation namespace/*"),
		apitest.Ask("TagResource", `{"ResourceARN":"arn:aws:servicediscovery:us-east-1:111122223333:service/srv-1",`+tags+`}`, "servicediscovery:TagResource *"+tagged),
		apitest.Ask("UntagResource", `{"TagKeys":["Team","Cost"]}`, "servicediscovery:UntagResource * aws:tagkeys=Team,Cost"),
	}
	for _, operation := range []string{"CreateHttpNamespace", "CreatePrivateDnsNamespace", "CreatePublicDnsNamespace"} {
		table = append(table, apitest.Ask(operation, `{"Name":"shop"}`, "servicediscovery:"+operation+" *"),
			apitest.Ask(operation, `{"Name":"shop",`+tags+`}`, "servicediscovery:"+operation+" *"+tagged, "servicediscovery:TagResource *"+tagged))
	}
	for _, operation := range []string{"DeleteNamespace", "GetNamespace", "UpdateHttpNamespace", "UpdatePrivateDnsNamespace", "UpdatePublicDnsNamespace"} {
		table = append(table, apitest.Ask(operation, `{"Id":"ns-1"}`, "servicediscovery:"+operation+" namespace/ns-1"))
	}
	for _, operation := range []string{"DeleteService", "GetService", "UpdateService"} {
		table = append(table, apitest.Ask(operation, `{"Id":"srv-1"}`, "servicediscovery:"+operation+" service/srv-1"))
	}
	for _, operation := range []string{"DeleteServiceAttributes", "GetServiceAttributes", "UpdateServiceAttributes"} {
		table = append(table, apitest.Ask(operation, `{"ServiceId":"srv-1"}`, "servicediscovery:"+operation+" service/srv-1"))
	}
	for _, operation := range []string{
		"DeregisterInstance", "GetInstance", "GetInstancesHealthStatus", "ListInstances", "RegisterInstance", "UpdateInstanceCustomHealthStatus",
	} {
		table = append(table, apitest.Ask(operation, `{"ServiceId":"srv-1"}`,
			"servicediscovery:"+operation+" service/srv-1 servicediscovery:servicearn=service/srv-1"))
	}
	for _, operation := range []string{"DiscoverInstances", "DiscoverInstancesRevision"} {
		table = append(table, apitest.Ask(operation, `{"NamespaceName":"shop","ServiceName":"web"}`,
			"servicediscovery:"+operation+" namespace/*"+discover, "servicediscovery:"+operation+" service/*"+discover))
	}
	apitest.AskedBy(t, service, table)
}

func TestTagsOfARNs(t *testing.T) {
	s := newScene(t)
	tags := []types.Tag{{Key: aws.String("Team"), Value: aws.String("red")}}
	out := apitest.OK(t, s.CreateHttpNamespace, &sdk.CreateHttpNamespaceInput{Name: aws.String("shop"), Tags: tags})
	id := s.done(out.OperationId).Targets["NAMESPACE"]
	s.service(&sdk.CreateServiceInput{Name: aws.String("web"), NamespaceId: &id, Tags: tags})
	api := servicediscovery.New(servicediscovery.Options{Store: s.Store, Now: s.Clock})
	s.TagsByARN(api.Service(), api, 2)
}

// What a refused caller names is not looked up (AC33).
func TestRefusedCallersLearnNothing(t *testing.T) {
	s := newScene(t)
	id := s.httpNamespace("shop")
	s.Authorize = apitest.Each(func(_ context.Context, _ awsapi.Call, w awsapi.Access) error {
		return &awsapi.Error{Code: "Refused", Message: w.Resource}
	})
	client := sdk.NewFromConfig(s.Serve(servicediscovery.New(servicediscovery.Options{Store: s.Store, Now: s.Clock}).Service(), &promises))
	for _, named := range []string{id, "ns-0"} {
		apitest.Refused(t, client.DeleteNamespace, &sdk.DeleteNamespaceInput{Id: &named}, "Refused",
			"arn:aws:servicediscovery:us-east-1:"+scope.Account+":namespace/"+named)
	}
	apitest.OK(t, s.GetNamespace, &sdk.GetNamespaceInput{Id: &id})
}
