package apitest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Scene is what tests of a service begin with: an empty store, and a time that stands still.
type Scene struct {
	T     *testing.T
	Scope arn.Scope // of the requests
	Store *store.Store
	Now   time.Time
	Log   bytes.Buffer // of the requests
	// Authorize decides what callers of what is served may do; nil: all.
	Authorize awsapi.Authorizer
}

// NewScene makes a scene for requests of an account in a region.
func NewScene(t *testing.T, scope arn.Scope) *Scene {
	t.Helper()
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &Scene{T: t, Scope: scope, Store: s, Now: time.Date(2026, 11, 20, 12, 0, 0, 7e6, time.UTC)}
}

func (s *Scene) Clock() time.Time { return s.Now }

// Serve serves a service until the test ends, and returns what the SDK makes its client of.
func (s *Scene) Serve(service awsapi.Service, promises *Promises) aws.Config {
	logger := slog.New(slog.NewTextHandler(&s.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	server := httptest.NewServer(service.Handler(awsapi.Options{Logger: logger, Observe: promises.Observe, Authorize: s.Authorize}))
	s.T.Cleanup(server.Close)
	return aws.Config{
		HTTPClient:   HTTPClient(),
		BaseEndpoint: &server.URL, Region: s.Scope.Region, Retryer: Retryer,
		Credentials: credentials.NewStaticCredentialsProvider(s.Scope.Account, "secret", ""),
	}
}

// Operation is a method of the SDK's client of which O are the options.
type Operation[In, Out, O any] func(context.Context, *In, ...func(*O)) (*Out, error)

// OK returns the answer of a call that must succeed.
func OK[In, Out, O any](t *testing.T, call Operation[In, Out, O], in *In) *Out {
	t.Helper()
	out, err := call(t.Context(), in)
	if err != nil {
		t.Fatalf("%T: %v", in, err)
	}
	return out
}

// Refused checks code and text of a call that must fail.
func Refused[In, Out, O any](t *testing.T, call Operation[In, Out, O], in *In, code, text string) {
	t.Helper()
	_, err := call(t.Context(), in)
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorCode() != code || answer.ErrorMessage() != text {
		t.Errorf("%T answers\n%v, want\n%s: %s", in, err, code, text)
	}
}
