package calledby_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/calledby"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

const codeDeploy = "codedeploy.amazonaws.com"

// endpoint answers with the service that a call is made by.
var endpoint = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, `{"by":%q}`, calledby.Service(r.Context()))
})

func TestACallOfAService(t *testing.T) {
	client := apiclient.New(apiclient.Options{Endpoint: endpoint, Host: "localhost"})
	call := func(ctx context.Context) string {
		var out struct{ By string }
		op := apiclient.Operation{Service: "ECS", Signed: "ecs", Target: "Ecs", Name: "CreateTaskSet", Codec: wire.LowerCamel}
		root := apiclient.Root(arn.Scope{Account: "000000000000", Region: "us-east-1"})
		if err := client.Do(ctx, root, op, &struct{}{}, &out); err != nil {
			t.Fatal(err)
		}
		return out.By
	}
	if got := call(calledby.With(t.Context(), codeDeploy)); got != codeDeploy {
		t.Errorf("the call is made by %q", got)
	}
	if got := call(t.Context()); got != "" {
		t.Errorf("the call after it is made by %q", got)
	}
}

// TestNoRequestBringsTheService: neither a client's context nor a header, a query or a body is what marks a call.
func TestNoRequestBringsTheService(t *testing.T) {
	server := httptest.NewServer(endpoint)
	defer server.Close()
	ctx := calledby.With(t.Context(), codeDeploy)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/?Service="+codeDeploy+"&X-Amz-Source-Service="+codeDeploy,
		strings.NewReader(`{"service":"`+codeDeploy+`","calledBy":"`+codeDeploy+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"X-Amz-Source-Service", "X-Amz-Called-Via", "Aws-Calledvia", "Aws-Via-Awsservice", "Calledby", "Service", "User-Agent", "X-Forwarded-For", "Host"} {
		r.Header.Set(header, codeDeploy)
	}
	r.Host = codeDeploy
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); string(body) != `{"by":""}` {
		t.Errorf("a client's request: %s", body)
	}
}
