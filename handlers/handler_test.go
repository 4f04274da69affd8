package handlers_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/rest"
)

// part answers its name and the body it was given.
func part(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s", name, body)
	})
}

// called is what an operation of tell was called with.
type called struct{ Service, Operation, Parameter string }

// tell is a table of one operation, which answers how it was called.
func tell(name string) []awsapi.Operation {
	return []awsapi.Operation{awsapi.Works(name, "", func(ctx context.Context, in *called) (*called, error) {
		call := awsapi.FromContext(ctx)
		return &called{call.Service, call.Operation, in.Parameter}, nil
	})}
}

func newEndpoint() http.Handler {
	return handlers.New(handlers.Parts{
		Services: []awsapi.Service{
			{Name: "ecs", Protocol: awsapi.JSON{TargetPrefix: "AmazonEC2ContainerServiceV20141113"}, Operations: tell("ListTasks")},
			{Name: "monitoring", Protocol: awsapi.JSON{TargetPrefix: "Granite"}, Title: "Amazon CloudWatch", Operations: tell("ListMetrics"), Others: []awsapi.Protocol{
				awsapi.CBOR{Service: "Granite"}, awsapi.Query{Version: "2010-08-01"},
			}},
			{Name: "ec2", Protocol: awsapi.Query{Version: "2016-11-15"}, Operations: tell("X")},
			{Name: "sts", Protocol: awsapi.Query{Version: "2011-06-15"}, Operations: tell("GetCallerIdentity")},
			{Name: "inn", Protocol: awsapi.REST{Routes: []rest.Route{{Operation: "Let", Method: "PUT", Path: "/cages/{Parameter}"}}}, Operations: tell("Let")},
		},
		Options:  awsapi.Options{Logger: slog.New(slog.DiscardHandler)},
		Registry: part("registry"), Control: part("control"), Metrics: part("metrics"), Log: slog.New(slog.DiscardHandler),
	})
}

const form = "application/x-www-form-urlencoded; charset=utf-8"

func signed(service string) string {
	return "AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
}

func TestRoutes(t *testing.T) {
	for _, c := range []struct {
		name, method, path string
		header             map[string]string
		body               string
		status             int
		want               string // part of the answer
	}{
		{"ECS by target", "POST", "/", map[string]string{"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListTasks"}, `{"parameter":"p"}`, 200, `"operation":"ListTasks","parameter":"p","service":"ecs"`},
		{"target before scope", "POST", "/", map[string]string{
			"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListTasks", "Authorization": signed("sts"),
		}, `{"parameter":"p"}`, 200, `"operation":"ListTasks","parameter":"p","service":"ecs"`},
		{"ECS by scope", "POST", "/", map[string]string{"Authorization": signed("ecs")}, "{}", 400, `{"__type":"UnknownOperationException"}`},
		{"STS by scope", "POST", "/", map[string]string{"Authorization": signed("sts"), "Content-Type": form}, "Action=GetCallerIdentity&Version=0&Parameter=p", 200, `<Service>sts</Service><Operation>GetCallerIdentity</Operation><Parameter>p</Parameter>`},
		{"registry", "GET", "/v2/", nil, "", 200, "registry "},
		{"registry without its slash", "GET", "/v2", nil, "", 200, "registry "},
		{"a push", "PUT", "/v2/web/manifests/v1", map[string]string{"Authorization": "Basic QVdTOng=", "Content-Type": "application/json"}, "{}", 200, "registry {}"},
		{"a push of a page", "PUT", "/v2/web/manifests/v1", map[string]string{"Origin": "https://evil.example"}, "{}", 403, `{"errors":[{"code":"DENIED","message":"refused: sent by a page`},
		{"a path that goes up", "GET", "/v2/../_emulator/reset", nil, "", 200, "registry "},
		{"API Gateway", "GET", "/v2/apis", map[string]string{"Authorization": signed("apigateway")}, "", 501, "apigateway"},
		{"SES by a presigned URL", "GET", "/v2/email/identities?X-Amz-Credential=test/20250101/us-east-1/ses/aws4_request", nil, "", 501, "ses"},
		{"a path of version 20", "GET", "/v20", nil, "", 404, "nothing at GET /v20"},
		{"EC2 by scope", "POST", "/", map[string]string{"Authorization": signed("ec2"), "Content-Type": form}, "Action=X&Parameter=p", 200, `<Service>ec2</Service><Operation>X</Operation><Parameter>p</Parameter>`},
		{"STS by version", "POST", "/", map[string]string{"Content-Type": form}, "Action=GetCallerIdentity&Version=2011-06-15&Parameter=p", 200, `<Service>sts</Service><Operation>GetCallerIdentity</Operation><Parameter>p</Parameter>`},
		{"EC2 by version", "POST", "/", map[string]string{"Content-Type": form}, "Action=X&Version=2016-11-15&Parameter=p", 200, `<Service>ec2</Service><Operation>X</Operation><Parameter>p</Parameter>`},
		{"CloudWatch by target", "POST", "/", map[string]string{"X-Amz-Target": "Granite.ListMetrics"}, "{}", 200, `"service":"monitoring"`},
		{"CloudWatch by path", "POST", "/service/Granite/operation/ListMetrics", map[string]string{"Smithy-Protocol": "rpc-v2-cbor"}, "", 200, "\x67Service\x6amonitoring"},
		{"CloudWatch by scope", "POST", "/", map[string]string{"Authorization": signed("monitoring"), "Content-Type": form}, "Action=ListMetrics", 200, `<Service>monitoring</Service>`},
		{"CloudWatch by version", "POST", "/", map[string]string{"Content-Type": form}, "Action=ListMetrics&Version=2010-08-01", 200, `<Service>monitoring</Service>`},
		{"path of RPC of another service", "POST", "/service/Zoo/operation/X", map[string]string{"Authorization": signed("zoo"), "Smithy-Protocol": "rpc-v2-cbor"}, "", 501, "does not implement zoo (POST /service/Zoo/operation/X)"},
		{"presigned", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential=k/20250101/us-east-1/sts/aws4_request", nil, "", 200, "<Service>sts</Service>"},
		{"REST by scope", "PUT", "/cages/arn%3Ax%2Fy", map[string]string{"Authorization": signed("inn")}, "{}", 200, `{"Operation":"Let","Parameter":"arn:x/y","Service":"inn"}`},
		{"REST, presigned", "PUT", "/cages/1?X-Amz-Credential=k/20250101/us-east-1/inn/aws4_request", nil, "{}", 200, `"Parameter":"1"`},
		{"REST at a path of another part", "PUT", "/metrics", map[string]string{"Authorization": signed("inn")}, "{}", 404, `{"Message":"inn has no operation PUT /metrics."}`},
		{"REST at the path of the others", "POST", "/", map[string]string{"Authorization": signed("inn")}, "{}", 404, `{"Message":"inn has no operation POST /."}`},
		{"REST that is not signed", "PUT", "/cages/1", nil, "{}", 404, "nothing at PUT /cages/1"},
		{"REST with a malformed signature", "PUT", "/cages/1", map[string]string{"Authorization": "AWS4-HMAC-SHA256 nonsense"}, "{}", 404, "nothing at PUT /cages/1"},
		{"unknown operation", "POST", "/", map[string]string{"Authorization": signed("sts"), "Content-Type": form}, "Action=AssumeRole", 501,
			"<Code>NotImplementedException</Code><Message>ecs-emulator does not implement sts AssumeRole; see"},
		{"control", "GET", "/_emulator/health", nil, "", 200, "control"},
		{"metrics", "GET", "/metrics", nil, "", 200, "metrics"},

		{"other service by target", "POST", "/", map[string]string{"X-Amz-Target": "Logs_20140328.CreateLogGroup"}, "{}", 501,
			`"__type":"NotImplementedException","message":"ecs-emulator does not implement Logs_20140328.CreateLogGroup`},
		{"login at ECR Public", "POST", "/", map[string]string{"X-Amz-Target": "SpencerFrontendService.GetAuthorizationToken"}, "{}", 501, "it has no public registry. "},
		{"names for people", "PUT", "/", map[string]string{"Authorization": signed("s3")}, "x", 501, "it has ecs, CloudWatch, ec2, sts, inn. With --upstream"},
		{"other service by scope", "POST", "/", map[string]string{"Authorization": signed("iam"), "Content-Type": form}, "Action=CreateRole", 501,
			"<Code>NotImplementedException</Code><Message>ecs-emulator does not implement iam CreateRole"},
		{"other service without form", "PUT", "/", map[string]string{"Authorization": signed("s3")}, "x", 501, "does not implement s3:"},
		{"malformed signature", "POST", "/", map[string]string{"Authorization": "AWS4-HMAC-SHA256 nonsense"}, "{}", 400, "IncompleteSignatureException"},
		{"malformed signature of a form", "POST", "/", map[string]string{"Authorization": "AWS4-HMAC-SHA256 nonsense", "Content-Type": form}, "Action=CreateRole", 400,
			"<Code>IncompleteSignature</Code>"},
		{"unknown version", "POST", "/", map[string]string{"Content-Type": form}, "Action=CreateRole&Version=2010-05-08", 404, "is that of no service"},
		{"nothing to go by", "POST", "/", nil, "{}", 404, "X-Amz-Target"},
		{"browser", "GET", "/", nil, "", 404, "This is ecs-emulator."},
		{"path of another service", "PUT", "/bucket/key", map[string]string{"Authorization": signed("s3")}, "x", 501, "does not implement s3 (PUT /bucket/key):"},
		{"path that ECS has not", "PUT", "/bucket/key", map[string]string{"Authorization": signed("ecs")}, "x", 404, "nothing at PUT /bucket/key"},
		{"other path", "PUT", "/bucket/key", nil, "x", 404, "nothing at PUT /bucket/key"},
		{"double slash", "POST", "//", nil, "{}", 404, "nothing at POST //"},
		{"container agent", "GET", "/ws?clusterArn=c&containerInstanceArn=i", map[string]string{"Authorization": signed("ecs")}, "", 501, "websockets of the container agent"},
		{"metrics are read", "POST", "/metrics", nil, "", 404, "nothing at POST /metrics"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "http://127.0.0.1"+c.path, strings.NewReader(c.body))
			for name, value := range c.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			newEndpoint().ServeHTTP(w, r)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, c.status, c.want)
			}
		})
	}
}

// A service whose requests would be taken for another's is a mistake of ours.
func TestServicesThatCannotBeToldApart(t *testing.T) {
	ecs := awsapi.Service{Name: "ecs", Protocol: awsapi.JSON{TargetPrefix: "ECS"}}
	for name, other := range map[string]awsapi.Service{
		"same name":   {Name: "ecs", Protocol: awsapi.JSON{TargetPrefix: "Other"}},
		"same target": {Name: "other", Protocol: awsapi.JSON{TargetPrefix: "ECS"}},
		"no version":  {Name: "other", Protocol: awsapi.Query{}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("they are served")
				}
			}()
			handlers.New(handlers.Parts{Services: []awsapi.Service{ecs, other}, Control: part("control"), Metrics: part("metrics")})
		})
	}
}

// A form that is not signed is for the service of its version, packed too.
func TestAPackedFormFindsItsService(t *testing.T) {
	address := before(t, "http://127.0.0.1:1")
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	if _, err := w.Write([]byte("Action=GetCallerIdentity&Version=2011-06-15")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	header := map[string]string{"Content-Type": form, "Content-Encoding": "gzip"}
	if got := ask(t, "POST", address, "/", header, body.String()); !strings.Contains(got, "<Service>sts</Service>") {
		t.Errorf("got %s", got)
	}
	if got := ask(t, "POST", address, "/", header, "Action=GetCallerIdentity&Version=2011-06-15"); strings.Contains(got, "<Service>") {
		t.Errorf("what is not packed: got %s", got)
	}
}
