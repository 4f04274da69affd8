package awsapi_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// taskRequired are rules with one rule.
type taskRequired struct{}

func (taskRequired) Constraint(_, member string, _ reflect.Type) *wire.Constraint {
	if member != "task" {
		return nil
	}
	return &wire.Constraint{Required: true}
}

func TestCallsBelongToTheRegionAndAccountOfTheirSignature(t *testing.T) {
	const v4 = "AWS4-HMAC-SHA256 "
	for _, test := range []struct {
		name, authorization, query  string
		region, account, key, error string
	}{
		{name: "unsigned", region: "us-west-2", account: "111111111111"},
		{name: "signed with an account", authorization: v4 + "Credential=123456789012/20260101/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00",
			region: "eu-west-1", account: "123456789012", key: "123456789012"},
		{name: "signed with a key", authorization: v4 + "Credential=AKIA/20260101/eu-west-1/ecs/aws4_request,SignedHeaders=host,Signature=00",
			region: "eu-west-1", account: "111111111111", key: "AKIA"},
		{name: "presigned", query: "X-Amz-Credential=" + url.QueryEscape("123456789012/20260101/ap-south-1/sts/aws4_request"),
			region: "ap-south-1", account: "123456789012", key: "123456789012"},
		{name: "for many regions", authorization: "AWS4-ECDSA-P256-SHA256 Credential=AKIA/20260101/ecs/aws4_request, Signature=00",
			region: "us-west-2", account: "111111111111", key: "AKIA"},
		{name: "no region", authorization: v4 + "Credential=AKIA/20260101//ecs/aws4_request", region: "us-west-2", account: "111111111111", key: "AKIA"},
		{name: "another scheme", authorization: "Bearer token", region: "us-west-2", account: "111111111111"},
		{name: "only the scheme", authorization: "AWS4-HMAC-SHA256", error: "requires 'Credential' parameter"},
		{name: "no credential", authorization: v4 + "SignedHeaders=host", error: "requires 'Credential' parameter"},
		{name: "short credential", authorization: v4 + "Credential=AKIA", error: "5 slash-delimited elements"},
		{name: "long credential", authorization: v4 + "Credential=a/b/c/d/e/f", error: "5 slash-delimited elements"},
		{name: "region that breaks ARNs", authorization: v4 + "Credential=a/b/eu:west/ecs/aws4_request", error: "5 slash-delimited elements"},
		{name: "empty presigned", query: "X-Amz-Credential=", error: "5 slash-delimited elements"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var call awsapi.Call
			h := ecsOf(awsapi.Works("ListClusters", "", func(ctx context.Context, _ *ecs.ListClustersInput) (*ecs.ListClustersOutput, error) {
				call = awsapi.FromContext(ctx)
				return &ecs.ListClustersOutput{}, nil
			})).Handler(awsapi.Options{Region: "us-west-2", Account: "111111111111", Logger: slog.New(slog.DiscardHandler)})
			r := httptest.NewRequest(http.MethodPost, "/?"+test.query, strings.NewReader("{}"))
			r.Header.Set("X-Amz-Target", target+".ListClusters")
			if test.authorization != "" {
				r.Header.Set("Authorization", test.authorization)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if test.error != "" {
				if body := w.Body.String(); w.Code != 400 || !strings.Contains(body, "IncompleteSignatureException") || !strings.Contains(body, test.error) {
					t.Errorf("got %d %s", w.Code, body)
				}
				return
			}
			if call.Region != test.region || call.Account != test.account || call.AccessKeyID != test.key {
				t.Errorf("got %d %+v", w.Code, call)
			}
		})
	}
}

func TestMalformedScopesAreRefusedInTheWordsOfTheProtocol(t *testing.T) {
	list := awsapi.Works("ListClusters", "", func(context.Context, *nothing) (*nothing, error) { return nil, nil })
	for code, protocol := range map[string]awsapi.Protocol{
		`"__type":"IncompleteSignatureException"`:                   awsapi.JSON{TargetPrefix: "X"},
		"<Type>Sender</Type><Code>IncompleteSignature</Code>":       awsapi.Query{Version: "1", Namespace: "n"},
		"<Response><Errors><Error><Code>IncompleteSignature</Code>": awsapi.Query{Version: "1", Namespace: "n", Codec: dialects[true]},
	} {
		h := awsapi.Service{Name: "ecs", Protocol: protocol, Operations: []awsapi.Operation{list}}.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action=ListClusters"))
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if body := w.Body.String(); w.Code != 400 || !strings.Contains(body, code) || !strings.Contains(body, "5 slash-delimited elements") {
			t.Errorf("got %d %s, want %s", w.Code, body, code)
		}
	}
}

func FuzzAuthorization(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=00")
	f.Add("AWS4-ECDSA-P256-SHA256 Credential=AKIA/20260101/ecs/aws4_request")
	f.Fuzz(func(t *testing.T, authorization string) {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Authorization", authorization)
		scope, _, err := awsapi.ScopeOf(r)
		if err == nil && strings.ContainsAny(scope.Region, ":/ \n") {
			t.Errorf("region %q", scope.Region)
		}
	})
}

func TestPartitions(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1":     "arn:aws:iam::123456789012:root",
		"cn-north-1":    "arn:aws-cn:iam::123456789012:root",
		"us-gov-west-1": "arn:aws-us-gov:iam::123456789012:root",
	} {
		if got := (awsapi.Call{Region: region, Account: "123456789012"}).Principal(); got != want {
			t.Errorf("%s: %s", region, got)
		}
	}
}
