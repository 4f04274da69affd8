package apiclient

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

const function = "arn:aws:lambda:eu-west-1:111122223333:function:check:live"

var (
	scope = arn.Scope{Account: "111122223333", Region: "eu-west-1"}
	role  = Principal{Scope: scope, Keys: aws.Credentials{AccessKeyID: "ASIAROLE", SecretAccessKey: "secret", SessionToken: "token"}}
)

// lambda has a client call a server that answers for Lambda, as any server on the network.
func lambda(t *testing.T, answer http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{Endpoint: NewServer(to), Host: to.Host})
}

func TestAFunctionIsInvokedByOneSignedPost(t *testing.T) {
	requests := 0
	client := lambda(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		const path = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Acheck%3Alive/invocations"
		if r.Method != http.MethodPost || r.RequestURI != path || string(body) != `{"a":1}` {
			t.Errorf("%s %s %s", r.Method, r.RequestURI, body)
		}
		if got := r.Header.Get("Authorization"); !strings.Contains(got, "Credential=ASIAROLE/") || !strings.Contains(got, "/eu-west-1/lambda/aws4_request") {
			t.Errorf("signed with %s", got)
		}
		if want := signed(t, r, body); r.Header.Get("Authorization") != want {
			t.Errorf("signed with %s, want %s", r.Header.Get("Authorization"), want)
		}
		if r.Header.Get("X-Amz-Security-Token") != "token" {
			t.Errorf("the session's token is missing: %v", r.Header)
		}
		fmt.Fprint(w, `{"b":2}`)
	})
	got, err := client.Invoke(t.Context(), role, function, []byte(`{"a":1}`))
	if err != nil || string(got.Payload) != `{"b":2}` || got.FunctionError != "" || requests != 1 {
		t.Errorf("%d requests answer %s %s, %v", requests, got.Payload, got.FunctionError, err)
	}
}

// signed is the signature that a request should have.
func signed(t *testing.T, r *http.Request, body []byte) string {
	t.Helper()
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := http.NewRequestWithContext(t.Context(), r.Method, "http://"+r.Host+r.RequestURI, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Content-Type", "X-Amz-Content-Sha256"} {
		again.Header.Set(name, r.Header.Get(name))
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(t.Context(), role.Keys, again, hex.EncodeToString(sum[:]), "lambda", scope.Region, at); err != nil {
		t.Fatal(err)
	}
	return again.Header.Get("Authorization")
}

func TestAFunctionThatFailsHasReturned(t *testing.T) {
	client := lambda(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		fmt.Fprint(w, `{"errorMessage":"boom"}`)
	})
	got, err := client.Invoke(t.Context(), role, function, nil)
	if err != nil || got.FunctionError != "Unhandled" || string(got.Payload) != `{"errorMessage":"boom"}` {
		t.Errorf("%s %s, %v", got.FunctionError, got.Payload, err)
	}
}

func TestWhatKeepsAFunctionFromBeingInvoked(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"no function": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException:http://internal.amazon.com/coral/")
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"Type":"User","Message":"Function not found"}`)
		}, "ResourceNotFoundException: Function not found"},
		"no AWS": {http.NotFound, "NotFound: Not Found"},
		"no end": {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, MaxAnswer+1)) }, "more than 16 MiB"},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5")
			w.Write([]byte("{"))
		}, "unexpected EOF"},
		"redirect": {http.RedirectHandler("/", http.StatusFound).ServeHTTP, "Found: Found"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := lambda(t, c.answer).Invoke(t.Context(), role, function, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestAServerThatIsGone(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	to, _ := url.Parse(server.URL)
	client := New(Options{Endpoint: NewServer(to), Host: to.Host})
	if _, err := client.Invoke(t.Context(), role, function, nil); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Invoke(ctx, role, function, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAFunctionIsInvokedWithoutWaiting(t *testing.T) {
	status := http.StatusAccepted
	client := lambda(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("X-Amz-Invocation-Type"); got != "Event" {
			t.Errorf("its type is %q", got)
		}
		w.WriteHeader(status)
	})
	if err := client.InvokeEvent(t.Context(), role, function, []byte(`{}`)); err != nil {
		t.Error(err)
	}
	status = http.StatusTooManyRequests
	var refused *Error
	if err := client.InvokeEvent(t.Context(), role, function, nil); !errors.As(err, &refused) || refused.Status != status {
		t.Errorf("got %v", err)
	}
}
