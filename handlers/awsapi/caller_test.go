package awsapi_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

var taskRole = awsapi.Caller{
	Account: "999988887777", Region: "eu-north-1", UserID: "AROAEXAMPLE:task",
	ARN: "arn:aws:sts::999988887777:assumed-role/app/task", RoleARN: "arn:aws:iam::999988887777:role/team/app",
}

// caller knows the token "good" of the key ASIAOURS.
func caller(signed awsapi.Scope, token string) (awsapi.Caller, bool, error) {
	switch {
	case signed.AccessKeyID != "ASIAOURS":
		return awsapi.Caller{}, false, nil
	case token == "good":
		return taskRole, true, nil
	case token == "old":
		return awsapi.Caller{}, true, awsapi.ErrTokenExpired
	case token == "disk":
		return awsapi.Caller{}, false, errors.New("disk on fire")
	}
	return awsapi.Caller{}, true, awsapi.ErrTokenInvalid
}

// signed makes a request of a key, signed in its header or in its URL.
func signed(presigned bool, key, region, token string) *http.Request {
	scope := key + "/20260101/" + region + "/ecs/aws4_request"
	if presigned {
		return httptest.NewRequest(http.MethodGet, "/?"+url.Values{
			"X-Amz-Credential": {scope}, "X-Amz-Security-Token": {token}, "Action": {"ListClusters"},
		}.Encode(), nil)
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action=ListClusters"))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+scope+", SignedHeaders=host, Signature=00")
	r.Header.Set("X-Amz-Security-Token", token)
	return r
}

func TestCallsOfASessionBelongToItsAccount(t *testing.T) {
	var call awsapi.Call
	list := awsapi.Works("ListClusters", "", func(ctx context.Context, _ *ecs.ListClustersInput) (*ecs.ListClustersOutput, error) {
		call = awsapi.FromContext(ctx)
		return &ecs.ListClustersOutput{}, nil
	})
	service := awsapi.Service{Name: "ecs", Protocol: awsapi.Query{Version: "1", Namespace: "n"}, Operations: []awsapi.Operation{list}}
	h := service.Handler(awsapi.Options{Caller: caller, Logger: slog.New(slog.DiscardHandler)})
	for _, presigned := range []bool{false, true} {
		for region, want := range map[string]string{"ap-south-1": "ap-south-1", "": "eu-north-1"} {
			h.ServeHTTP(httptest.NewRecorder(), signed(presigned, "ASIAOURS", region, "good"))
			if call.Account != taskRole.Account || call.Region != want || call.Caller != taskRole ||
				call.Principal() != taskRole.ARN || call.Identity() != taskRole.RoleARN {
				t.Errorf("presigned %t in %q: %+v", presigned, region, call)
			}
		}
	}
	h.ServeHTTP(httptest.NewRecorder(), signed(false, "ASIATHEIRS", "ap-south-1", "good"))
	if call.Account != "000000000000" || call.Principal() != "arn:aws:iam::000000000000:root" || call.Identity() != call.Principal() {
		t.Errorf("keys of another origin act as %+v", call)
	}
}

func TestDeadKeysAreRefusedInTheWordsOfTheProtocol(t *testing.T) {
	list := awsapi.Works("ListClusters", "", func(context.Context, *nothing) (*nothing, error) {
		t.Error("the operation is called")
		return nil, nil
	})
	for name, test := range map[string]struct {
		protocol         awsapi.Protocol
		invalid, expired string
		statuses         [2]int
	}{
		"JSON": {
			awsapi.JSON{TargetPrefix: "X"},
			`{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}`,
			`{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}`,
			[2]int{400, 400},
		},
		"Query": {
			awsapi.Query{Version: "1", Namespace: "n"},
			`<Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message>`,
			`<Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message>`,
			[2]int{403, 403},
		},
		"EC2": {
			awsapi.Query{Version: "1", Namespace: "n", Codec: dialects[true]},
			`<Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message>`,
			`<Code>RequestExpired</Code><Message>Request has expired.</Message>`,
			[2]int{401, 400},
		},
	} {
		h := awsapi.Service{Name: "ecs", Protocol: test.protocol, Operations: []awsapi.Operation{list}}.
			Handler(awsapi.Options{Caller: caller, Logger: slog.New(slog.DiscardHandler)})
		for i, token := range []string{"", "bad", "old", "disk"} {
			want, status := test.invalid, test.statuses[0]
			switch token {
			case "old":
				want, status = test.expired, test.statuses[1]
			case "disk":
				want, status = "request id", 500
			}
			for _, presigned := range []bool{false, true} {
				r := signed(presigned, "ASIAOURS", "eu-west-1", token)
				if name == "JSON" {
					r.Header.Set("X-Amz-Target", "X.ListClusters")
				}
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != status || !strings.Contains(w.Body.String(), want) {
					t.Errorf("%s, token %d %q, presigned %t: got %d %s", name, i, token, presigned, w.Code, w.Body)
				}
			}
		}
	}
}
