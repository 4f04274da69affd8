package awsapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

type pet struct{ Name *string }

// Each operation asks before its method runs, unless the method asks itself.
func TestEachOperationAsksWhetherItIsAllowed(t *testing.T) {
	var asked, ran []string
	run := func(name string, resources ...string) func(context.Context, *pet) (*pet, error) {
		return func(ctx context.Context, in *pet) (*pet, error) {
			for _, resource := range resources {
				if err := awsapi.Allow(ctx, "zoo:"+name, resource, map[string]string{"zoo:Season": "summer"}); err != nil {
					return nil, err
				}
			}
			ran = append(ran, name)
			return in, nil
		}
	}
	for _, protocol := range []awsapi.Protocol{awsapi.JSON{TargetPrefix: "Zoo"}, awsapi.Query{Version: "1"}} {
		service := awsapi.Service{Name: "zoo", ID: "Zoo", Protocol: protocol, Operations: []awsapi.Operation{
			awsapi.Works("Feed", "", run("Feed")), awsapi.Partial("Wash", "nothing", run("Wash")), awsapi.Refuses("Sell", "buyers", run("Sell")),
			awsapi.Works("Visit", "", run("Visit", "arn:lion", "arn:bear")).AsksItself(),
		}}
		for _, c := range []struct{ operation, denied, asked, ran string }{
			{"Feed", "", "zoo:Feed *", "Feed"}, {"Feed", "zoo:Feed *", "zoo:Feed *", ""}, {"Wash", "zoo:Wash *", "zoo:Wash *", ""},
			{"Sell", "zoo:Sell *", "zoo:Sell *", ""},
			{"Visit", "", "zoo:Visit arn:lion summer, zoo:Visit arn:bear summer", "Visit"},
			{"Visit", "zoo:Visit arn:bear summer", "zoo:Visit arn:lion summer, zoo:Visit arn:bear summer", ""},
		} {
			asked, ran = nil, nil
			h := service.Handler(awsapi.Options{Authorize: apitest.Each(func(_ context.Context, caller awsapi.Call, wants awsapi.Access) error {
				if caller.Account != "111122223333" || caller.Operation != c.operation {
					t.Errorf("the caller is %+v", caller)
				}
				wish := strings.TrimSpace(wants.Action + " " + wants.Resource + " " + apitest.Text(wants.Keys, "zoo:season"))
				if asked = append(asked, wish); wish == c.denied {
					return &awsapi.Error{Code: "AccessDeniedException", Message: "not by us"}
				}
				return nil
			})})
			w := httptest.NewRecorder()
			h.ServeHTTP(w, call(protocol, c.operation))
			if got := strings.Join(asked, ", "); got != c.asked {
				t.Errorf("%T %s asks for %q, want %q", protocol, c.operation, got, c.asked)
			}
			if got := strings.Join(ran, ""); got != c.ran || (w.Code == http.StatusOK) != (c.ran != "") {
				t.Errorf("%T %s, of which %q is denied, answers %d %s and runs %q", protocol, c.operation, c.denied, w.Code, w.Body, got)
			}
			if c.denied != "" && !strings.Contains(w.Body.String(), "AccessDeniedException") {
				t.Errorf("%T %s answers %s", protocol, c.operation, w.Body)
			}
		}
	}
	if err := awsapi.Allow(t.Context(), "zoo:Feed", "*", nil); err != nil {
		t.Errorf("without a call: %v", err)
	}
}

// call is a request for an operation, of the account 111122223333.
func call(p awsapi.Protocol, operation string) *http.Request {
	body := "{}"
	if _, query := p.(awsapi.Query); query {
		body = "Action=" + operation + "&Version=1"
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=111122223333/20260504/us-east-1/zoo/aws4_request, SignedHeaders=host, Signature=x")
	if body == "{}" {
		r.Header.Set("X-Amz-Target", "Zoo."+operation)
	} else {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}
