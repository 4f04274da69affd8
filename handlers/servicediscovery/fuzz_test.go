package servicediscovery_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// No request is answered with an error on our side, and each answer is JSON.
func FuzzRequests(f *testing.F) {
	for operation, bodies := range map[string][]string{
		"CreateHttpNamespace":              {`{"Name":"h","CreatorRequestId":"c","Tags":[{"Key":"k","Value":"v"}]}`, `{"Name":"arn:a"}`},
		"CreatePrivateDnsNamespace":        {`{"Name":"p","Vpc":"v","Properties":{"DnsProperties":{"SOA":{"TTL":1}}}}`, `{"Name":"p","Vpc":"v","Properties":{"DnsProperties":{}}}`},
		"CreatePublicDnsNamespace":         {`{"Name":"a.b","Properties":{}}`},
		"UpdatePrivateDnsNamespace":        {`{"Id":"ns-1","Namespace":{"Properties":{"DnsProperties":{"SOA":{}}}}}`},
		"CreateService":                    {`{"Name":"s","NamespaceId":"ns-1","DnsConfig":{"DnsRecords":[{"Type":"A","TTL":1}]},"HealthCheckConfig":{"Type":"TCP"},"HealthCheckCustomConfig":{}}`},
		"UpdateService":                    {`{"Id":"srv-1","Service":{"DnsConfig":{"DnsRecords":[{}]}}}`},
		"RegisterInstance":                 {`{"ServiceId":"srv-1","InstanceId":"i","Attributes":{"AWS_INSTANCE_IPV4":"1.1.1.1","AWS_EC2_INSTANCE_ID":"i-1"}}`},
		"DiscoverInstances":                {`{"NamespaceName":"h","ServiceName":"s","MaxResults":1,"QueryParameters":{"a":"b"},"HealthStatus":"ALL","OwnerAccount":"000000000000"}`},
		"UpdateInstanceCustomHealthStatus": {`{"ServiceId":"srv-1","InstanceId":"i","Status":"HEALTHY"}`},
		"GetInstancesHealthStatus":         {`{"ServiceId":"srv-1","Instances":["i",null],"NextToken":"x"}`},
		"ListNamespaces":                   {`{"Filters":[{"Name":"NAME","Values":["a"],"Condition":"BEGINS_WITH"}],"MaxResults":1}`},
		"ListOperations":                   {`{"Filters":[{"Name":"UPDATE_DATE","Values":["1","2"],"Condition":"BETWEEN"}]}`, `{"Filters":[{"Name":"UPDATE_DATE","Condition":"BETWEEN"}]}`},
		"ListServices":                     {`{"Filters":[{"Name":"NAMESPACE_ID","Values":["arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-1"]}]}`},
		"TagResource":                      {`{"ResourceARN":"arn:aws:servicediscovery:us-east-1:1:namespace/ns-1","Tags":[{}]}`, `{"ResourceARN":"arn:","Tags":[null]}`},
		"UpdateServiceAttributes":          {`{"ServiceId":"srv-1","Attributes":{"a":"b"}}`},
	} {
		for _, body := range bodies {
			f.Add(operation, body)
		}
	}
	s, err := state.Open(store.Options{})
	if err != nil {
		f.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	handler := servicediscovery.New(servicediscovery.Options{Store: s, Now: func() time.Time { return now }, HealthDelay: time.Second}).Service().
		Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	// call has the ids of what there is in the place of those of the seeds.
	var ids []string
	call := func(operation, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.NewReplacer(ids...).Replace(body)))
		r.Header.Set("X-Amz-Target", "Route53AutoNaming_v20170314."+operation)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	var operation struct{ OperationId string }
	var made struct {
		Operation struct{ Targets map[string]string }
		Service   struct{ Id string }
	}
	for _, step := range []struct {
		operation, body string
		into            any
	}{
		{"CreatePrivateDnsNamespace", `{"Name":"seed","Vpc":"vpc-1"}`, &operation},
		{"GetOperation", `{"OperationId":"op-1"}`, &made},
		{"CreateService", `{"Name":"seed","NamespaceId":"ns-1","DnsConfig":{"DnsRecords":[{"Type":"A","TTL":1}]},"HealthCheckCustomConfig":{}}`, &made},
		{"RegisterInstance", `{"ServiceId":"srv-1","InstanceId":"i","Attributes":{"AWS_INSTANCE_IPV4":"1.1.1.1"}}`, &operation},
	} {
		w := call(step.operation, step.body)
		if err := json.Unmarshal(w.Body.Bytes(), step.into); err != nil || w.Code != http.StatusOK {
			f.Fatalf("%s answers %s", step.operation, w.Body)
		}
		ids = []string{"op-1", operation.OperationId, "ns-1", made.Operation.Targets["NAMESPACE"], "srv-1", made.Service.Id}
	}
	f.Fuzz(func(t *testing.T, operation, body string) {
		if w := call(operation, body); w.Code >= http.StatusInternalServerError && w.Code != http.StatusNotImplemented || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s of %s answers %d %s", operation, body, w.Code, w.Body)
		}
	})
}
